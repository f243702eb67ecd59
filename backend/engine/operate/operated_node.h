// SPDX-License-Identifier: Apache-2.0
// The handles of a node that an operator's commands turn. Each returns at once; what takes time is
// asked for here and then watched by the command book until it is so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "engine/commands.h"
#include "model/ids.h"

namespace penstock {

/// What can be changed on a sink while it runs.
struct SinkSettings {
  std::uint32_t workers = 0;
  std::uint32_t batchRows = 0;
  std::uint32_t lingerMs = 0;
};

/// Where a sink stands, as the command book needs it.
struct SinkProgress {
  Sequence settled{};
  std::uint64_t settledSets = 0;    ///< counts change sets since the start, but for those held
  std::uint32_t workersWanted = 0;  ///< of its pool; 0: it does not run
  std::uint32_t commitsRunning = 0;
  bool isReviewing = false;       ///< what decisions have freed is not all released yet
  bool arePausesInEffect = true;  ///< no commit runs that does not know of a paused table
  bool isPaused = false;          ///< as a whole
  std::vector<std::string> pausedTables;
  std::uint64_t held = 0;  ///< change sets that are kept as letters until somebody decides
  std::string heldWhy;     ///< what they and others wait for, for people
  std::uint64_t lettersRefused = 0;  ///< counts letters that were retried and refused again
  Status stopped;                    ///< not ok: it stands until an operator mends it
};

/// How far a command about dead letters has come.
struct LetterProgress {
  bool written = false;        ///< everything that it asks for is in the journal
  Status status;               ///< not ok: why it ended early; what was written is carried out
  std::uint64_t ordered = 0;   ///< letters with a record
  std::uint64_t unfit = 0;     ///< letters whose change set no longer fits the tables
  std::string firstUnfit;      ///< why, of the first
  Sequence last{};             ///< of the last record; kNoSequence: none
  std::uint64_t held = 0;      ///< letters that are not retried, for they follow those before them
  std::string firstHeld = {};  ///< behind which, of the first
  std::uint64_t paused = 0;    ///< letters that are not retried, for a table of them is paused
  std::string firstPaused = {};  ///< which, by whom and why, of the first
};

/// How far a command to accept a loss has come.
struct LossProgress {
  bool ended = false;  ///< the decision is in the journal, or cannot be made
  Status status;       ///< why not
  std::string text;    ///< what is given up, for people
};

/// How far a failover has come.
struct FailoverProgress {
  std::string from;      ///< the primary that was
  Sequence announced{};  ///< as persisted: the standby has to settle it first
  bool mayEnd = false;   ///< it has
};

/// Threads: called by the control thread alone.
class OperatedNode {
 public:
  virtual ~OperatedNode() = default;
  /// The primary first.
  virtual std::vector<std::string> sinkNames() const = 0;
  virtual Sequence syncedHead() const = 0;
  virtual SinkProgress progress(std::string_view sink) const = 0;
  virtual SinkSettings settings(std::string_view sink) const = 0;

  virtual void pause(std::string_view sink, const std::string& who, const std::string& why) = 0;
  /// Returns who had paused it; empty when it was not paused.
  virtual std::string resume(std::string_view sink) = 0;
  /// Of the command's table alone. Errors: NotFound (no such table).
  virtual Status pauseTable(std::string_view sink, const Command& command) = 0;
  /// Returns who had paused it; empty when it was not. Errors: NotFound (no such table).
  virtual Result<std::string> resumeTable(std::string_view sink, const std::string& table) = 0;
  /// Persist everything up to `target` without waiting for linger, also while paused, once.
  virtual void flushTo(std::string_view sink, Sequence target) = 0;
  virtual void applySettings(std::string_view sink, const SinkSettings& settings) = 0;
  virtual void holdIntake(const std::string& reason) = 0;
  /// While intake is held: everything that it had let in is in the journal and synced, or was lost.
  virtual bool isIntakeQuiet() const = 0;
  /// Returns whether a hold was there to be ended.
  virtual bool releaseIntake() = 0;
  /// Why intake is held by no operator: the journal's disk; empty: it is open.
  virtual std::string intakeTrouble() const = 0;
  virtual Status startWorkload(const Command& command) = 0;
  virtual Status stopWorkload() = 0;

  /// Begins to write the decisions about dead letters of `sink` into the journal.
  virtual void orderLetters(const Command& command, const std::string& sink) = 0;
  virtual LetterProgress letters(CommandId id) const = 0;
  virtual void forgetLetters(CommandId id) = 0;

  /// Nothing more is announced as persisted until it ends. Errors: Conflict (it is the primary
  /// already, or another failover is under way), Invalid (its role does not allow it).
  virtual Status beginFailover(const std::string& to) = 0;
  virtual FailoverProgress failover() const = 0;
  /// The standby is the primary. Expects: it may end. Errors: IoError, NoSpace (nothing changed).
  virtual Status endFailover() = 0;
  virtual void cancelFailover() = 0;

  /// Begins to write the decision to pass a damage of the journal; sinks that stand before it then
  /// go on.
  virtual void orderLoss(const Command& command) = 0;
  virtual LossProgress loss(CommandId id) const = 0;
  virtual void forgetLoss(CommandId id) = 0;
};

}  // namespace penstock
