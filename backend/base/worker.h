// SPDX-License-Identifier: Apache-2.0
// A named thread that is always joined; the one place in which threads are started. Its scheduling
// priority is a nice value of that thread alone (Linux), because Qt's thread priorities do nothing.
#pragma once

#include <functional>
#include <string>
#include <thread>

namespace penstock {

/// How a thread stands against others of the process. The values are nice values.
enum class ThreadPriority : int {
  Normal = 0,       ///< sampler, journal, GUI: what must stay live under load
  Background = 10,  ///< flush workers, preparers, workload producers
};

/// Threads: owned and joined by one thread.
/// Owns: the thread; `body` must return when its own stop condition is set.
class Worker {
 public:
  Worker() = default;
  /// Starts `body` on a new thread. `name` is cut to 15 characters (the system's limit).
  Worker(std::string name, ThreadPriority priority, std::function<void()> body);
  Worker(Worker&&) = default;
  Worker& operator=(Worker&& other) noexcept;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  /// Joins.
  ~Worker();

  bool isRunning() const { return m_thread.joinable(); }
  void join();

 private:
  std::thread m_thread;
};

}  // namespace penstock
