// SPDX-License-Identifier: Apache-2.0
// Carries out what operators decide about dead letters: finds the letters that they mean in the
// sink's store and writes one journal record for each decision. The sink does the rest when its
// cursor comes there.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "engine/commands.h"
#include "engine/operate/operated_node.h"
#include "engine/submit.h"
#include "journal/journal.h"
#include "model/dead_letter.h"
#include "store/store.h"

namespace penstock {

/// Whether a letter is meant by a filter text: in its code, reason or change set, or its kind or
/// its sequence as a whole.
bool matchesLetter(const DeadLetter& letter, std::string_view text);

/// The letter of this key, or nothing when it is not there. Errors: as Store::listDeadLetters.
Result<std::optional<DeadLetter>> findLetter(Store& store, const LetterKey& key);

/// Threads: order, progress and forget by one (control); work by another (housekeeping).
/// Owns: the commands that are under way; what is passed in outlives it.
class LetterDesk {
 public:
  struct Parts {
    Journal& journal;
    const SubmitPort& port;
    const Clock& clock;
    std::function<Store&(std::string_view sink)> storeOf;
    /// Why nothing may go to a table of the letter; empty: it may.
    std::function<std::string(std::string_view sink, const DeadLetter&)> pausedBecause;
    /// Takes the tables as they are now: who retries may have mended them.
    std::function<Status()> refreshCatalog;
  };
  explicit LetterDesk(Parts parts) : m_parts(std::move(parts)) {}

  /// Takes a command on; work() carries it out. Expects: the sink exists, letters are named.
  void order(const Command& command, const std::string& sink);
  LetterProgress progress(CommandId id) const;
  void forget(CommandId id);

  /// Carries out what was ordered; reads the store, writes to the journal.
  void work();

 private:
  struct Job {
    Command command;
    std::string sink;
  };

  void run(const Job& job);
  Status decideNamed(const Job& job, LetterProgress& progress);
  Status decideMatching(const Job& job, LetterProgress& progress);
  Status decide(const Job& job, const DeadLetter& letter, LetterProgress& progress);
  bool staysForPause(const Job& job, const DeadLetter& letter, LetterProgress& progress) const;
  void publish(CommandId id, const LetterProgress& progress);
  bool isForgotten(CommandId id) const;

  const Parts m_parts;
  std::string m_changeSet;  // work()'s
  std::string m_record;     // likewise

  mutable Mutex m_mutex;
  std::deque<Job> m_jobs GUARDED_BY(m_mutex);
  std::map<CommandId, LetterProgress> m_progress GUARDED_BY(m_mutex);
};

}  // namespace penstock
