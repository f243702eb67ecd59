// SPDX-License-Identifier: Apache-2.0
#include "metrics/event_log.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.h"

namespace penstock {

EventLog::EventLog(const Clock& clock, std::size_t capacity)
    : m_clock(clock), m_capacity(capacity) {
  CHECK(capacity > 0);
}

std::uint64_t EventLog::append(Event event) {
  if (event.wallMicros == 0) event.wallMicros = m_clock.wallNow().time_since_epoch().count();
  if (event.steadyMicros == 0) {
    event.steadyMicros = std::chrono::duration_cast<std::chrono::microseconds>(
                             m_clock.steadyNow().time_since_epoch())
                             .count();
  }
  const MutexLock lock(m_mutex);
  event.number = ++m_newest;
  m_events.push_back(std::move(event));
  if (m_events.size() > m_capacity) m_events.pop_front();
  return m_newest;
}

EventPage EventLog::since(std::uint64_t after, std::size_t max) const {
  EventPage page;
  const MutexLock lock(m_mutex);
  if (after >= m_newest) return page;
  const std::uint64_t oldest = m_newest - m_events.size() + 1;
  const std::uint64_t first = std::max(after + 1, oldest);
  page.lost = first - (after + 1);
  const auto begin = m_events.begin() + static_cast<std::ptrdiff_t>(first - oldest);
  const auto count = std::min<std::size_t>(max, static_cast<std::size_t>(m_newest - first + 1));
  page.events.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  return page;
}

std::uint64_t EventLog::newestNumber() const {
  const MutexLock lock(m_mutex);
  return m_newest;
}

}  // namespace penstock
