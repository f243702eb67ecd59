// SPDX-License-Identifier: Apache-2.0
#include "metrics/history/history.h"

#include <utility>

#include "base/check.h"
#include "model/limits.h"

namespace penstock {

History::History(const Clock& clock, EventLog& events, std::string path)
    : m_keeper(clock, events, std::move(path)) {}

History::~History() { stop(); }

void History::start() {
  {
    const MutexLock lock(m_mutex);
    CHECK(m_phase == Phase::New);
    m_phase = Phase::Running;
  }
  m_worker = Worker("history", ThreadPriority::Background, [this] { run(); });
}

void History::stop() {
  {
    const MutexLock lock(m_mutex);
    m_phase = Phase::Stopped;
    m_wake.notifyAll();
  }
  m_worker.join();
}

void History::offer(const SnapshotPointer& snapshot) {
  const MutexLock lock(m_mutex);
  if (m_phase != Phase::Running || m_samples.size() >= limits::kHistoryQueue) {
    m_dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  m_samples.push_back(snapshot);
  m_wake.notifyOne();
}

void History::request(std::uint64_t ticket, const HistoryRequest& range,
                      const std::shared_ptr<HistoryBox>& box) {
  Status refused;
  {
    const MutexLock lock(m_mutex);
    if (m_phase != Phase::Running) {
      refused = Status(StatusCode::Cancelled, "history: not running");
    } else if (m_requests.size() >= limits::kHistoryRequestsMax) {
      refused = Status(StatusCode::Overloaded, "history: too many requests wait; ask again later");
    } else {
      m_requests.push_back({ticket, range, box});
      m_wake.notifyOne();
    }
  }
  if (!refused.isOk()) box->put({ticket, std::move(refused), {}});
}

Result<std::vector<HistoryPoint>> History::read(const HistoryRequest& range) {
  const auto box = std::make_shared<HistoryBox>();
  request(0, range, box);
  HistoryAnswer answer = std::move(box->waitAndTake().front());
  if (!answer.status.isOk()) return std::move(answer.status);
  return std::move(answer.points);
}

void History::run() {
  m_keeper.open();
  std::deque<SnapshotPointer> samples;
  std::deque<Request> requests;
  while (takeWork(samples, requests)) {
    for (const SnapshotPointer& sample : samples) m_keeper.keep(sample);
    for (const Request& request : requests) answer(request);
    samples.clear();
    requests.clear();
  }
  m_keeper.close();
}

bool History::takeWork(std::deque<SnapshotPointer>& samples, std::deque<Request>& requests) {
  const MutexLock lock(m_mutex);
  while (m_phase == Phase::Running && m_samples.empty() && m_requests.empty()) {
    m_wake.wait(m_mutex);
  }
  samples.swap(m_samples);
  requests.swap(m_requests);
  // What was taken before a stop is kept and answered all the same.
  return !samples.empty() || !requests.empty() || m_phase == Phase::Running;
}

void History::answer(const Request& request) {
  auto points = m_keeper.read(request.range);
  if (points.isOk()) {
    request.box->put({request.ticket, Status::ok(), std::move(points).value()});
  } else {
    request.box->put({request.ticket, points.status(), {}});
  }
}

}  // namespace penstock
