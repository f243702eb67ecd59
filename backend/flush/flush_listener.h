// SPDX-License-Identifier: Apache-2.0
// News of a sink's flush workers for the engine, which alone knows who else wants them.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/status.h"
#include "model/batch.h"
#include "model/ids.h"
#include "queue/window_entry.h"

namespace penstock {

/// One commit, and everything that it settled.
struct SettledNews {
  Sequence first{};
  Sequence last{};
  /// Everything up to here is settled. With one lane: `last`.
  Sequence settled{};
  std::uint64_t changeSets = 0;  ///< committed, without dead letters
  std::uint64_t changes = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t rows = 0;            ///< touched, as the store says
  std::uint64_t bytes = 0;           ///< encoded change sets
  std::uint64_t deadLetters = 0;     ///< new ones
  std::uint64_t lettersSettled = 0;  ///< retried with success, or discarded
  std::chrono::microseconds commitTime{0};
  SteadyTime oldestArrived{};
};

struct TroubleNews {
  Status status;           ///< Unavailable, with the store's message
  std::string code;        ///< SQLSTATE or SQLite's extended code
  std::uint32_t failures;  ///< in a row
  SteadyTime nextTry{};
  bool isCircuitOpened = false;  ///< by this one
};

/// Trouble that is over.
struct RecoveryNews {
  std::uint32_t failures = 0;          ///< in a row
  std::chrono::microseconds lasted{};  ///< since the first of them
};

/// Threads: called by flush workers, one at a time; calls must be short and hold no lock that is
/// taken around calls into the pool.
class FlushListener {
 public:
  virtual ~FlushListener() = default;
  /// After the commit; with one lane in the order of sequences, without gaps. `settled` never goes
  /// back.
  virtual void onSettled(const SettledNews& news) = 0;
  /// After its commit, before the onSettled that covers it. `from`: what became that letter; one
  /// that was retried or released is told with its journal.
  virtual void onDeadLetter(const DeadLetter& letter, EntryKind from) = 0;
  virtual void onTrouble(const TroubleNews& news) = 0;
  /// The first commit after trouble.
  virtual void onRecovered(const RecoveryNews& news) = 0;
  /// The sink has stopped for good; an operator decides.
  virtual void onStopped(const Status& status) = 0;
};

}  // namespace penstock
