// SPDX-License-Identifier: Apache-2.0
#include "workload/workload.h"

#include <utility>

namespace penstock {

void StopSignal::request() {
  {
    MutexLock lock(m_mutex);
    m_requested.store(true, std::memory_order_relaxed);
  }
  m_wake.notifyAll();
}

bool StopSignal::sleepUntil(SteadyTime until) {
  MutexLock lock(m_mutex);
  while (!isRequested()) {
    if (!m_wake.waitUntil(m_mutex, until)) break;
  }
  return !isRequested();
}

void WorkloadProgress::setMessage(std::string message) {
  MutexLock lock(m_mutex);
  m_message = std::move(message);
}

std::string WorkloadProgress::message() const {
  MutexLock lock(m_mutex);
  return m_message;
}

}  // namespace penstock
