// SPDX-License-Identifier: Apache-2.0
#include "metrics/ticks.h"

#include "base/check.h"

namespace penstock {

TickSchedule::TickSchedule(SteadyTime start, std::chrono::microseconds interval)
    : m_interval(interval), m_deadline(start + interval) {
  CHECK(interval.count() > 0);
}

Tick TickSchedule::wake(SteadyTime now) {
  CHECK(now >= m_deadline);
  const auto late = std::chrono::duration_cast<std::chrono::microseconds>(now - m_deadline);
  const auto missed = late.count() / m_interval.count();
  m_deadline += (missed + 1) * m_interval;
  return {late, static_cast<std::uint64_t>(missed)};
}

bool SystemTickWaiter::waitUntil(SteadyTime deadline) {
  const MutexLock lock(m_mutex);
  while (!m_stopped) {
    if (!m_stopCalled.waitUntil(m_mutex, deadline)) return !m_stopped;
  }
  return false;
}

void SystemTickWaiter::stop() {
  const MutexLock lock(m_mutex);
  m_stopped = true;
  m_stopCalled.notifyAll();
}

}  // namespace penstock
