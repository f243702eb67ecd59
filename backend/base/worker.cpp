// SPDX-License-Identifier: Apache-2.0
#include "base/worker.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace penstock {

Worker::Worker(std::string name, ThreadPriority priority, std::function<void()> body)
    : m_thread([name = std::move(name), priority, body = std::move(body)] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        if (priority != ThreadPriority::Normal) {
          // On Linux a thread id names that thread alone; refusal leaves it at normal priority.
          setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), static_cast<int>(priority));
        }
        body();
      }) {}

Worker& Worker::operator=(Worker&& other) noexcept {
  if (this != &other) {
    join();
    m_thread = std::move(other.m_thread);
  }
  return *this;
}

Worker::~Worker() { join(); }

void Worker::join() {
  if (m_thread.joinable()) m_thread.join();
}

}  // namespace penstock
