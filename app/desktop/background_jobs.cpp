// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/desktop/background_jobs.h"

#include <utility>

namespace penstock::app {

BackgroundJobs::BackgroundJobs()
    : m_worker("exports", ThreadPriority::Background, [this] { work(); }) {}

BackgroundJobs::~BackgroundJobs() {
  {
    MutexLock lock(m_mutex);
    m_stopping = true;
  }
  m_wake.notifyAll();
  m_worker.join();
}

void BackgroundJobs::run(std::function<void()> job) {
  {
    MutexLock lock(m_mutex);
    m_jobs.push_back(std::move(job));
  }
  m_wake.notifyAll();
}

void BackgroundJobs::work() {
  for (;;) {
    std::function<void()> job;
    {
      MutexLock lock(m_mutex);
      while (m_jobs.empty() && !m_stopping) m_wake.wait(m_mutex);
      if (m_stopping) return;
      job = std::move(m_jobs.front());
      m_jobs.pop_front();
    }
    job();
  }
}

}  // namespace penstock::app
