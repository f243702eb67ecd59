// SPDX-License-Identifier: Apache-2.0
// The kept history of a node and its thread: takes each sample from the sampler without ever making
// it wait, and answers ranges of the last days. Ranges within the last ten minutes are better read
// from the sampler's ring, which has every sample.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "base/worker.h"
#include "metrics/event_log.h"
#include "metrics/history/history_box.h"
#include "metrics/history/history_keeper.h"
#include "metrics/history_point.h"
#include "metrics/snapshot.h"

namespace penstock {

/// Threads: made, started and stopped by one; the rest any.
/// Owns: its thread and the file. Clock and events are borrowed until it is stopped.
/// Limits: limits::kHistoryQueue samples and limits::kHistoryRequestsMax requests wait at most.
/// Expects: a QCoreApplication exists while it runs.
class History {
 public:
  History(const Clock& clock, EventLog& events, std::string path);
  /// Stops.
  ~History();
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// Expects: called once.
  void start() EXCLUDES(m_mutex);
  /// Writes what waits and ends the thread. A second call does nothing.
  void stop() EXCLUDES(m_mutex);

  /// A hook for the sampler. Never waits for the disk: a sample for which there is no room is
  /// dropped and counted.
  void offer(const SnapshotPointer& snapshot) EXCLUDES(m_mutex);
  std::uint64_t droppedSamples() const { return m_dropped.load(std::memory_order_relaxed); }

  /// Answered in `box` under `ticket`, always. Errors there: Invalid (the request), Overloaded (too
  /// many wait), Cancelled (not running).
  void request(std::uint64_t ticket, const HistoryRequest& range,
               const std::shared_ptr<HistoryBox>& box) EXCLUDES(m_mutex);
  /// The same, and waits for the answer: for threads that may.
  Result<std::vector<HistoryPoint>> read(const HistoryRequest& range);

 private:
  struct Request {
    std::uint64_t ticket = 0;
    HistoryRequest range;
    std::shared_ptr<HistoryBox> box;
  };
  enum class Phase : std::uint8_t { New, Running, Stopped };

  void run() EXCLUDES(m_mutex);
  /// Takes what waits; waits for something to do first. Returns false when it is to end.
  bool takeWork(std::deque<SnapshotPointer>& samples, std::deque<Request>& requests)
      EXCLUDES(m_mutex);
  void answer(const Request& request);

  std::atomic<std::uint64_t> m_dropped{0};

  Mutex m_mutex;
  CondVar m_wake;
  Phase m_phase GUARDED_BY(m_mutex) = Phase::New;
  std::deque<SnapshotPointer> m_samples GUARDED_BY(m_mutex);
  std::deque<Request> m_requests GUARDED_BY(m_mutex);

  HistoryKeeper m_keeper;  ///< owned by the thread while it runs
  Worker m_worker;
};

}  // namespace penstock
