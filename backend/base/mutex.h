// SPDX-License-Identifier: Apache-2.0
// std::mutex and std::condition_variable with Clang's thread-safety annotations, so that the
// compiler proves which member is guarded by which mutex. The only mutexes in the backend.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define PENSTOCK_ANNOTATION(x) __attribute__((x))
#else
#define PENSTOCK_ANNOTATION(x)
#endif

#define GUARDED_BY(x) PENSTOCK_ANNOTATION(guarded_by(x))
#define REQUIRES(...) PENSTOCK_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) PENSTOCK_ANNOTATION(locks_excluded(__VA_ARGS__))
#define CAPABILITY(x) PENSTOCK_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY PENSTOCK_ANNOTATION(scoped_lockable)
#define ACQUIRE(...) PENSTOCK_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) PENSTOCK_ANNOTATION(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS PENSTOCK_ANNOTATION(no_thread_safety_analysis)

namespace penstock {

/// Threads: any. Lock it with MutexLock.
class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { m_mutex.lock(); }
  void unlock() RELEASE() { m_mutex.unlock(); }

 private:
  friend class CondVar;
  std::mutex m_mutex;
};

/// Holds a Mutex for a scope; may be released and taken again within it.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : m_mutex(mutex) { m_mutex.lock(); }
  ~MutexLock() RELEASE() {
    if (m_held) m_mutex.unlock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void unlock() RELEASE() {
    m_held = false;
    m_mutex.unlock();
  }
  void lock() ACQUIRE() {
    m_mutex.lock();
    m_held = true;
  }

 private:
  Mutex& m_mutex;
  bool m_held = true;
};

/// Threads: any. Always wait in a loop over the condition.
class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.m_mutex, std::adopt_lock);
    m_condition.wait(lock);
    lock.release();
  }
  /// Returns false when `deadline` passed.
  bool waitUntil(Mutex& mutex, std::chrono::steady_clock::time_point deadline)
      REQUIRES(mutex) NO_THREAD_SAFETY_ANALYSIS {
    std::unique_lock<std::mutex> lock(mutex.m_mutex, std::adopt_lock);
    const bool woken = m_condition.wait_until(lock, deadline) == std::cv_status::no_timeout;
    lock.release();
    return woken;
  }
  void notifyOne() { m_condition.notify_one(); }
  void notifyAll() { m_condition.notify_all(); }

 private:
  std::condition_variable m_condition;
};

}  // namespace penstock
