// SPDX-License-Identifier: Apache-2.0
#include "workload/pacer.h"

#include <algorithm>

namespace penstock {

bool Pacer::wait(const Clock& clock, StopSignal& stop) {
  using namespace std::chrono_literals;
  if (m_rate <= 0) return !stop.isRequested();
  const SteadyTime now = clock.steadyNow();
  m_next = std::max(m_next, now - 100ms);
  const SteadyTime due = m_next;
  m_next += std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / m_rate));
  // Sleeping for less than a millisecond costs more than it spaces.
  return due <= now + 1ms ? !stop.isRequested() : stop.sleepUntil(due);
}

}  // namespace penstock
