// SPDX-License-Identifier: Apache-2.0
// What must be done now and then and may take long: preparing segments ahead, retiring those that
// every sink has passed, snapshots of the known ids, counting dead letters, tending the store. On a
// thread of its own, so that nobody waits for it.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"

namespace penstock {

/// Threads: start and stop by one.
/// Owns: its thread; the chores' captures outlive it.
class Housekeeping {
 public:
  struct Chore {
    std::string name;                 ///< for messages
    std::chrono::milliseconds every;  ///< at least so long between two runs
    std::function<void()> run;
  };
  explicit Housekeeping(std::vector<Chore> chores) : m_chores(std::move(chores)) {}
  ~Housekeeping() { stop(); }

  void start();
  /// Ends after the chore that runs; the others are not run again.
  void stop();

 private:
  void run();

  const std::vector<Chore> m_chores;
  Mutex m_mutex;
  CondVar m_wake;
  bool m_stopping GUARDED_BY(m_mutex) = false;
  Worker m_worker;
};

}  // namespace penstock
