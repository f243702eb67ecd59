// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/own_thread.h"

#include <utility>

#include "base/check.h"

namespace penstock::qtsql {

OwnThread::OwnThread(std::string name)
    : m_worker(std::move(name), ThreadPriority::Background, [this] { loop(); }) {}

OwnThread::~OwnThread() {
  {
    const MutexLock lock(m_mutex);
    m_ends = true;
  }
  m_changed.notifyAll();
  m_worker.join();
}

void OwnThread::run(const std::function<void()>& call) {
  MutexLock lock(m_mutex);
  CHECK(m_call == nullptr);
  m_call = &call;
  m_changed.notifyAll();
  while (m_call != nullptr) m_changed.wait(m_mutex);
}

void OwnThread::loop() {
  MutexLock lock(m_mutex);
  for (;;) {
    while (m_call == nullptr && !m_ends) m_changed.wait(m_mutex);
    if (m_call == nullptr) return;
    const std::function<void()>& call = *m_call;
    lock.unlock();
    call();
    lock.lock();
    m_call = nullptr;
    m_changed.notifyAll();
  }
}

}  // namespace penstock::qtsql
