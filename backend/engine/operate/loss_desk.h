// SPDX-License-Identifier: Apache-2.0
// Carries out an operator's decision to accept what a damage of the journal takes away: compares
// what was named with the damage that is there and writes one journal record. The sinks do the rest
// when their cursors come to the damage.
#pragma once

#include <deque>
#include <functional>
#include <map>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "engine/commands.h"
#include "engine/operate/operated_node.h"
#include "journal/journal.h"

namespace penstock {

/// Threads: order, progress and forget by one (control); work by another (housekeeping).
/// Owns: the commands that are under way; what is passed in outlives it.
class LossDesk {
 public:
  struct Parts {
    Journal& journal;
    const Clock& clock;
    std::function<void()> onAccepted;  ///< a decision is synced
  };
  explicit LossDesk(Parts parts) : m_parts(std::move(parts)) {}

  /// Takes a command on; work() carries it out.
  void order(const Command& command);
  LossProgress progress(CommandId id) const;
  void forget(CommandId id);

  /// Carries out what was ordered; reads and writes the journal.
  void work();

 private:
  Result<std::string> accept(const Command& command);

  const Parts m_parts;

  mutable Mutex m_mutex;
  std::deque<Command> m_jobs GUARDED_BY(m_mutex);
  std::map<CommandId, LossProgress> m_progress GUARDED_BY(m_mutex);
};

}  // namespace penstock
