// SPDX-License-Identifier: Apache-2.0
// The last events of the node, numbered in the order in which they were told. Whoever shows or
// keeps them asks for those after the last number it has seen, and learns when it came too late.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "metrics/event.h"
#include "model/limits.h"

namespace penstock {

struct EventPage {
  std::vector<Event> events;  ///< oldest first
  std::uint64_t lost = 0;     ///< events after the asked number that are no longer kept
};

/// Threads: any.
/// Limits: keeps the newest `capacity` events.
class EventLog {
 public:
  explicit EventLog(const Clock& clock, std::size_t capacity = limits::kEventRing);

  /// Numbers the event, sets those of its times that are 0, and keeps it. Returns its number.
  std::uint64_t append(Event event) EXCLUDES(m_mutex);
  /// The first `max` kept events with a number above `after`: a reader that asks again after the
  /// last one it got misses none. Nothing for a number that was not given yet.
  EventPage since(std::uint64_t after, std::size_t max) const EXCLUDES(m_mutex);
  /// Number of the newest event; 0 before the first.
  std::uint64_t newestNumber() const EXCLUDES(m_mutex);

 private:
  const Clock& m_clock;
  const std::size_t m_capacity;

  mutable Mutex m_mutex;
  std::deque<Event> m_events GUARDED_BY(m_mutex);
  std::uint64_t m_newest GUARDED_BY(m_mutex) = 0;
};

}  // namespace penstock
