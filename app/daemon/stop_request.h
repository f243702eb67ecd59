// SPDX-License-Identifier: GPL-3.0-or-later
// SIGINT and SIGTERM as something that can be waited for: taken by a blocked signal mask, so that
// no code of ours runs inside a signal handler.
#pragma once

#include <chrono>
#include <csignal>

namespace penstock::app {

/// Threads: made on the main thread before any other starts, so that all inherit its mask.
class StopRequest {
 public:
  StopRequest();

  /// Waits until one of the signals comes.
  void wait();
  /// Whether one came within `timeout`; stays true.
  bool waitFor(std::chrono::milliseconds timeout);

 private:
  sigset_t m_signals{};
  bool m_came = false;
};

}  // namespace penstock::app
