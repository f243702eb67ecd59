// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/daemon/stop_request.h"

#include <pthread.h>

namespace penstock::app {

StopRequest::StopRequest() {
  sigemptyset(&m_signals);
  sigaddset(&m_signals, SIGINT);
  sigaddset(&m_signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &m_signals, nullptr);
}

void StopRequest::wait() {
  while (!waitFor(std::chrono::hours(1))) continue;
}

bool StopRequest::waitFor(std::chrono::milliseconds timeout) {
  if (m_came) return true;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const std::chrono::nanoseconds rest = timeout - seconds;
  const timespec limit{static_cast<time_t>(seconds.count()), static_cast<long>(rest.count())};
  m_came = sigtimedwait(&m_signals, nullptr, &limit) > 0;
  return m_came;
}

}  // namespace penstock::app
