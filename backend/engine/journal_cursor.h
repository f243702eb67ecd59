// SPDX-License-Identifier: Apache-2.0
// A sink's place in the journal. Outlasts a disk that cannot be read for a while: tries again with
// growing pauses, and tells so once. Damage is not outlasted: it is passed when an operator's
// record in the journal says so, else the caller is told.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "journal/accepted_loss.h"
#include "journal/journal.h"

namespace penstock {

/// Threads: one reads; stop() by any.
/// Owns: its reader; journal and clock outlive it.
class JournalCursor {
 public:
  struct Parts {
    Journal& journal;
    const Clock& clock;
    std::function<void(const Status&)> onTrouble;  ///< the first failure to read, of a row of them
    std::function<void()> onRecovered;             ///< the first read after that
    std::function<void(const JournalDamage&, const AcceptedLoss&)> onPassed;  ///< damage
  };
  /// Stands after `position`.
  JournalCursor(Parts parts, Sequence position);

  /// Whether the journal reaches there. Errors: NotFound, Invalid as Journal::openReader; a disk
  /// that fails is none: next() goes on trying.
  Status open();
  /// The next record, borrowed until the next call, or nothing at the head. Waits while the disk
  /// fails. Errors: as JournalReader::next but IoError; Cancelled (stopped).
  Result<std::optional<JournalRecord>> next();
  /// The last record given by the calls of next() before the last one: what the caller is through
  /// with. The start position when there is none.
  Sequence passed() const { return m_passed; }
  /// What next() has told of as damage that nobody has decided about. By the one who reads.
  std::optional<JournalDamage> damage() const {
    return m_reader ? m_reader->damage() : std::nullopt;
  }
  /// Ends waiting; next() then gives Cancelled.
  void stop();

 private:
  Result<std::optional<JournalRecord>> readOnce();
  /// False: nobody has accepted the loss.
  Result<bool> passAccepted();
  bool isStopped();
  /// False: stopped.
  bool pause();

  const Parts m_parts;
  std::unique_ptr<JournalReader> m_reader;  // null after a failure
  Sequence m_position;                      // where the reader stands: given or given up
  Sequence m_given;                         // the last record given
  Sequence m_passed;
  std::chrono::milliseconds m_pause{0};  // the next one; 0: reading works

  Mutex m_mutex;
  CondVar m_changed;
  bool m_stopped GUARDED_BY(m_mutex) = false;
};

}  // namespace penstock
