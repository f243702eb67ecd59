// SPDX-License-Identifier: GPL-3.0-or-later
// Runs jobs of the window (encoding pictures) one after another on a thread of their own.
#pragma once

#include <deque>
#include <functional>

#include "base/mutex.h"
#include "base/worker.h"

namespace penstock::app {

/// Threads: run by any; made and destroyed by one.
/// Owns: its thread; destroying it finishes the job that runs and drops those that wait.
class BackgroundJobs {
 public:
  BackgroundJobs();
  ~BackgroundJobs();

  void run(std::function<void()> job);

 private:
  void work();

  Mutex m_mutex;
  CondVar m_wake;
  std::deque<std::function<void()>> m_jobs GUARDED_BY(m_mutex);
  bool m_stopping GUARDED_BY(m_mutex) = false;
  Worker m_worker;
};

}  // namespace penstock::app
