// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until a test moves it, and a waiter that moves it: from deadline to
// deadline, late by what the test wrote down. With them the sampler runs without any real time.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "metrics/ticks.h"

namespace penstock::test {

/// Threads: any.
class FakeClock final : public Clock {
 public:
  SteadyTime steadyNow() const override { return SteadyTime{m_steady.load()}; }
  WallTime wallNow() const override { return WallTime{m_wall.load()}; }

  void moveTo(SteadyTime time) {
    const auto step = time.time_since_epoch() - m_steady.load();
    m_steady = time.time_since_epoch();
    m_wall = m_wall.load() + std::chrono::duration_cast<std::chrono::microseconds>(step);
  }

 private:
  std::atomic<SteadyTime::duration> m_steady{std::chrono::seconds{1'000}};
  std::atomic<std::chrono::microseconds> m_wall{std::chrono::seconds{1'700'000'000}};
};

/// Wakes once for each lateness of its script, then says that it was stopped.
class ScriptedWaiter final : public TickWaiter {
 public:
  ScriptedWaiter(FakeClock& clock, std::vector<std::chrono::microseconds> lateness)
      : m_clock(clock), m_lateness(std::move(lateness)) {}

  bool waitUntil(SteadyTime deadline) override {
    deadlines.push_back(deadline);
    if (m_next == m_lateness.size()) return false;
    m_clock.moveTo(deadline + m_lateness[m_next++]);
    return true;
  }
  void stop() override {}

  std::vector<SteadyTime> deadlines;  ///< asked for; read it after the sampler was stopped

 private:
  FakeClock& m_clock;
  std::vector<std::chrono::microseconds> m_lateness;
  std::size_t m_next = 0;
};

}  // namespace penstock::test
