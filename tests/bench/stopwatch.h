// SPDX-License-Identifier: Apache-2.0
// Time that passed and time that the calling thread spent on a core since it was made: what a run
// took, and what of it went into making the load.
#pragma once

#include <time.h>

#include <chrono>

namespace penstock::bench {

/// Threads: the one that made it.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
  }
  double threadSeconds() const { return threadNow() - m_threadStart; }

 private:
  static double threadNow() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
  }

  std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
  double m_threadStart = threadNow();
};

}  // namespace penstock::bench
