// SPDX-License-Identifier: Apache-2.0
#include "queue/dispatcher.h"

#include <utility>

namespace penstock {

Dispatcher::Dispatcher(const std::string& sink, SinkQueue& queue, Source source,
                       FailureListener onFailure)
    : m_queue(queue),
      m_source(std::move(source)),
      m_onFailure(std::move(onFailure)),
      m_worker("dispatch-" + sink, ThreadPriority::Background, [this] { run(); }) {}

Dispatcher::~Dispatcher() { stop(); }

void Dispatcher::notify() {
  MutexLock lock(m_mutex);
  ++m_news;
  m_changed.notifyOne();
}

void Dispatcher::stop() {
  {
    MutexLock lock(m_mutex);
    m_stop = true;
    m_changed.notifyOne();
  }
  m_worker.join();
}

void Dispatcher::run() {
  for (;;) {
    const std::uint64_t seen = newsSeen();
    for (;;) {
      auto record = m_source();
      const bool atHead = record.isOk() && !record->has_value();
      if (atHead) break;
      const Status status = record.isOk() ? m_queue.push(**record) : record.status();
      if (status.code() == StatusCode::Cancelled) return;
      if (!status.isOk()) {
        m_onFailure(status);
        return;
      }
    }
    if (!waitForNews(seen)) return;
  }
}

std::uint64_t Dispatcher::newsSeen() const {
  MutexLock lock(m_mutex);
  return m_news;
}

bool Dispatcher::waitForNews(std::uint64_t seen) {
  MutexLock lock(m_mutex);
  while (!m_stop && m_news == seen) m_changed.wait(m_mutex);
  return !m_stop;
}

}  // namespace penstock
