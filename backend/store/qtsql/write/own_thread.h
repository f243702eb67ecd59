// SPDX-License-Identifier: Apache-2.0
// A thread on which somebody's calls are run, one at a time: what must live and die on one thread
// (a connection of Qt SQL) can so be used by many.
#pragma once

#include <functional>
#include <string>

#include "base/mutex.h"
#include "base/worker.h"

namespace penstock::qtsql {

/// Threads: run() by one at a time. Ends with its object.
class OwnThread {
 public:
  explicit OwnThread(std::string name);
  ~OwnThread();
  OwnThread(const OwnThread&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;

  /// Returns when `call` has returned there.
  void run(const std::function<void()>& call);

 private:
  void loop();

  Mutex m_mutex;
  CondVar m_changed;
  const std::function<void()>* m_call GUARDED_BY(m_mutex) =
      nullptr;  ///< null again when it is done
  bool m_ends GUARDED_BY(m_mutex) = false;
  Worker m_worker;  ///< last: it uses all others
};

}  // namespace penstock::qtsql
