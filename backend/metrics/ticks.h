// SPDX-License-Identifier: Apache-2.0
// When the sampler wakes: a schedule of absolute deadlines, which cannot drift and never tries to
// catch up, and the wait for one of them, which a test replaces.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.h"
#include "base/mutex.h"

namespace penstock {

/// What a wake-up turned out to be.
struct Tick {
  std::chrono::microseconds late{0};  ///< since the first deadline that it answers
  std::uint64_t missed = 0;           ///< further deadlines that had passed as well
  bool operator==(const Tick&) const = default;
};

/// Deadlines at start + n × interval.
/// Threads: one.
class TickSchedule {
 public:
  TickSchedule(SteadyTime start, std::chrono::microseconds interval);

  SteadyTime deadline() const { return m_deadline; }
  /// Tells what a wake-up at `now` means, and moves the deadline to the first one after `now`.
  /// Expects: now >= deadline().
  Tick wake(SteadyTime now);

 private:
  const std::chrono::microseconds m_interval;
  SteadyTime m_deadline;
};

/// Threads: one waits, any may stop.
class TickWaiter {
 public:
  virtual ~TickWaiter() = default;
  /// Returns true at `deadline` or later, false as soon as stop() was called.
  virtual bool waitUntil(SteadyTime deadline) = 0;
  /// For good; a wait that runs ends at once.
  virtual void stop() = 0;
};

/// Waits on the steady clock of the machine.
class SystemTickWaiter final : public TickWaiter {
 public:
  bool waitUntil(SteadyTime deadline) override EXCLUDES(m_mutex);
  void stop() override EXCLUDES(m_mutex);

 private:
  Mutex m_mutex;
  CondVar m_stopCalled;
  bool m_stopped GUARDED_BY(m_mutex) = false;
};

}  // namespace penstock
