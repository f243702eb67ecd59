// SPDX-License-Identifier: GPL-3.0-or-later
// Tells an operator's events on stderr, since nobody watches a window here.
#pragma once

#include <cstdint>

#include "metrics/event_log.h"

namespace penstock::app {

/// Threads: one. Owns: nothing; the log outlives it.
class EventTeller {
 public:
  enum class What : std::uint8_t {
    All,      ///< every warning
    Outages,  ///< what keeps sinks and journal from working; a replay tells the rest by itself
  };
  EventTeller(const EventLog& events, What what) : m_events(events), m_what(what) {}

  /// What came since the last call.
  void tell();

 private:
  bool isWanted(const Event& event) const;

  const EventLog& m_events;
  const What m_what;
  std::uint64_t m_told = 0;  ///< number of the last event seen
};

}  // namespace penstock::app
