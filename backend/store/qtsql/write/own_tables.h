// SPDX-License-Identifier: Apache-2.0
// The tables that Penstock keeps in a database: penstock_checkpoint (how far each journal is
// settled, and who may move it) and penstock_dead_letter (what was refused for good). Used inside a
// transaction that somebody else began.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/qtsql/write/session.h"

namespace penstock::qtsql {

/// Makes both tables where missing, which commits whatever was open.
/// Errors: Unsupported when one is kept by an engine without transactions.
Status createOwnTables(Session& session, const std::string& eventTable);
/// What that runs.
std::string ownTablesScript();
/// False too before anything attached.
Failure hasOwnTables(Session& session, bool& has);

/// The checkpoints of one journal under one owner.
/// Threads: one at a time, like its session, which outlives it.
class CheckpointTable {
 public:
  CheckpointTable(Session& session, std::string journal, std::string owner);

  /// Locks every shard's row. FenceLost unless it holds what is expected under our owner. A row
  /// that is not there counts as sequence 0 of ours.
  Failure verify(const std::vector<FenceStep>& fence);
  /// Expects: verify() in the same transaction. FenceLost when somebody else made a row since.
  Failure advance(const std::vector<FenceStep>& fence);
  /// Makes every row of the journal ours, and one for shard 0 if there is none.
  Failure takeOver();
  enum class Locking { Locked, AsIs };
  Failure read(std::vector<Checkpoint>& checkpoints, Locking locking);

 private:
  Failure verifyStep(const FenceStep& step);

  Session& m_session;
  std::string m_journal;
  std::string m_owner;
  std::vector<Shard> m_missing;  ///< verified, and not there
};

/// Threads: one at a time, like its session, which outlives it.
class DeadLetterTable {
 public:
  DeadLetterTable(Session& session, std::string journal);

  /// One that is there already was retried and refused again: its attempts add up. Refused, with
  /// kLetterGone, when one that is kept again is not there.
  Failure keep(const std::vector<DeadLetter>& letters);
  /// Refused, with kLetterGone, when one that is retried is not there.
  Failure remove(const std::vector<SettledLetter>& letters);

 private:
  Failure keepOne(const DeadLetter& letter);

  Session& m_session;
  std::string m_journal;
};

/// Change sets as rows, for whoever reads them there.
/// Threads: one at a time, like its session, which outlives it.
class EventTable {
 public:
  EventTable(Session& session, std::string journal, const std::string& table);
  Failure write(const std::vector<EventRow>& events);

 private:
  Failure writeRows(std::span<const EventRow> events);

  Session& m_session;
  std::string m_journal;
  QString m_table;
};

/// As Store::listDeadLetters.
Failure readDeadLetters(Session& session, const LetterQuery& query,
                        std::vector<DeadLetter>& letters);
Failure countDeadLetters(Session& session, std::uint64_t& count);

}  // namespace penstock::qtsql
