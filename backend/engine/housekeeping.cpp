// SPDX-License-Identifier: Apache-2.0
#include "engine/housekeeping.h"

#include <algorithm>

#include "base/clock.h"

namespace penstock {

void Housekeeping::start() {
  m_worker = Worker("housekeeping", ThreadPriority::Background, [this] { run(); });
}

void Housekeeping::stop() {
  {
    MutexLock lock(m_mutex);
    m_stopping = true;
  }
  m_wake.notifyAll();
  m_worker.join();
}

void Housekeeping::run() {
  std::vector<SteadyTime> due(m_chores.size(), systemClock().steadyNow());
  for (;;) {
    for (std::size_t i = 0; i < m_chores.size(); ++i) {
      if (systemClock().steadyNow() < due[i]) continue;
      m_chores[i].run();
      due[i] = systemClock().steadyNow() + m_chores[i].every;
      MutexLock lock(m_mutex);
      if (m_stopping) return;
    }
    const SteadyTime next = *std::min_element(due.begin(), due.end());
    MutexLock lock(m_mutex);
    while (!m_stopping && m_wake.waitUntil(m_mutex, next)) continue;
    if (m_stopping) return;
  }
}

}  // namespace penstock
