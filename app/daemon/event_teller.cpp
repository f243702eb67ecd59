// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/event_teller.h"

#include <cstdio>

#include "base/log.h"
#include "model/limits.h"

namespace penstock::app {

void EventTeller::tell() {
  for (const Event& event : m_events.since(m_told, limits::kEventRing).events) {
    m_told = event.number;
    if (isWanted(event)) {
      std::fprintf(stderr, "penstockd: %s\n", escapeForLog(event.what).c_str());
    }
  }
}

bool EventTeller::isWanted(const Event& event) const {
  if (event.severity == Severity::Info) return false;
  return m_what == What::All || event.kind == EventKind::SinkState ||
         event.kind == EventKind::Retry || event.kind == EventKind::Journal;
}

}  // namespace penstock::app
