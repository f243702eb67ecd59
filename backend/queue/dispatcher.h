// SPDX-License-Identifier: Apache-2.0
// The thread that reads a sink's cursor and fills its window. It waits when the window is full and
// when the head is reached, and ends, telling why, when the cursor cannot go on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/mutex.h"
#include "base/status.h"
#include "base/worker.h"
#include "queue/sink_queue.h"

namespace penstock {

/// Threads: made, stopped and destroyed by one; notify() by any.
class Dispatcher {
 public:
  /// The next record, or nothing at the head. Called on the dispatcher's thread only.
  using Source = std::function<Result<std::optional<QueuedRecord>>()>;
  /// Called once on the dispatcher's thread, which then ends.
  using FailureListener = std::function<void(const Status&)>;

  /// Starts reading. Expects: `queue` outlives this.
  Dispatcher(const std::string& sink, SinkQueue& queue, Source source, FailureListener onFailure);
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// There may be more to read. Cheap; called after each sync of the journal.
  void notify();
  /// Ends and joins the thread. Expects: the queue is stopped, or has room.
  void stop();

 private:
  void run();
  std::uint64_t newsSeen() const;
  /// False: stopped.
  bool waitForNews(std::uint64_t seen);

  SinkQueue& m_queue;
  const Source m_source;
  const FailureListener m_onFailure;

  mutable Mutex m_mutex;
  CondVar m_changed;
  std::uint64_t m_news GUARDED_BY(m_mutex) = 0;
  bool m_stop GUARDED_BY(m_mutex) = false;

  Worker m_worker;  // last: its thread uses everything above
};

}  // namespace penstock
