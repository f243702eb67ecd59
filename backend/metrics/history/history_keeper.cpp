// SPDX-License-Identifier: Apache-2.0
#include "metrics/history/history_keeper.h"

#include <algorithm>
#include <utility>

#include "model/limits.h"

namespace penstock {
namespace {

constexpr int kFilesMax = 10;
constexpr std::int64_t kWriteMicros =
    std::chrono::microseconds(limits::kHistoryWriteInterval).count();

std::size_t pointsIn(std::chrono::seconds age, std::chrono::seconds interval) {
  return static_cast<std::size_t>(age / interval);
}

/// Whether another file may do where this one does not.
bool callsForAnotherFile(StatusCode code) {
  return code == StatusCode::Corrupt || code == StatusCode::Unavailable ||
         code == StatusCode::Unsupported;
}

bool touches(const HistoryPoint& point, const HistoryRequest& request) {
  return point.toMicros >= request.fromMicros && point.fromMicros <= request.toMicros;
}

}  // namespace

HistoryKeeper::HistoryKeeper(const Clock& clock, EventLog& events, std::string path)
    : m_clock(clock),
      m_events(events),
      m_path(std::move(path)),
      m_tiers{{{limits::kHistoryFineAge,
                pointsIn(limits::kHistoryFineAge, limits::kHistoryFineInterval),
                HistoryAggregator(limits::kHistoryFineInterval),
                {}},
               {limits::kHistoryMiddleAge,
                pointsIn(limits::kHistoryMiddleAge, limits::kHistoryMiddleInterval),
                HistoryAggregator(limits::kHistoryMiddleInterval),
                {}},
               {limits::kHistoryCoarseAge,
                pointsIn(limits::kHistoryCoarseAge, limits::kHistoryCoarseInterval),
                HistoryAggregator(limits::kHistoryCoarseInterval),
                {}}}} {}

void HistoryKeeper::open() {
  const Status status = openAny();
  if (status.isOk()) return;
  m_isFailing = true;
  tell(Severity::Warning, "History is kept in memory only: " + status.message());
}

void HistoryKeeper::keep(const SnapshotPointer& snapshot) {
  const HistorySample sample{snapshot->wallMicros, snapshot->runId,
                             historyMetricValues(*snapshot, m_before.get())};
  for (Tier& tier : m_tiers) {
    auto ended = tier.aggregator.add(sample);
    if (ended) tier.pending.push_back(std::move(*ended));
    if (tier.pending.size() > tier.pendingMax) tier.pending.pop_front();
  }
  if (m_before == nullptr) m_writtenSteadyMicros = snapshot->steadyMicros;
  m_before = snapshot;
  if (snapshot->steadyMicros - m_writtenSteadyMicros < kWriteMicros) return;
  m_writtenSteadyMicros = snapshot->steadyMicros;
  write();
}

void HistoryKeeper::close() {
  for (Tier& tier : m_tiers) {
    auto ended = tier.aggregator.take();
    if (ended) tier.pending.push_back(std::move(*ended));
  }
  write();
  m_file.close();
  m_usedPath.clear();
}

Result<std::vector<HistoryPoint>> HistoryKeeper::read(const HistoryRequest& request) {
  if (request.fromMicros > request.toMicros) {
    return Status(StatusCode::Invalid, "history: the range ends before it begins");
  }
  if (request.pointsMax == 0 || request.pointsMax > limits::kHistoryPointsMax) {
    return Status(StatusCode::Invalid, "history: ask for 1 to 100,000 points");
  }
  const Tier& tier = tierFor(request);
  std::vector<HistoryPoint> points;
  if (m_file.isOpen()) {
    auto stored = m_file.read(numberOf(tier), {request.fromMicros, request.toMicros});
    if (stored.isOk()) {
      points = std::move(stored).value();
    } else if (callsForAnotherFile(stored.status().code())) {
      abandonFile(stored.status());
    }
  }
  std::copy_if(tier.pending.begin(), tier.pending.end(), std::back_inserter(points),
               [&request](const HistoryPoint& point) { return touches(point, request); });
  const auto& current = tier.aggregator.current();
  if (current && touches(*current, request)) points.push_back(*current);
  // The wall clock may have been set back meanwhile.
  std::stable_sort(points.begin(), points.end(), [](const auto& left, const auto& right) {
    return left.fromMicros < right.fromMicros;
  });
  return thinHistory(std::move(points), request.pointsMax);
}

Status HistoryKeeper::openAny() {
  Status status(StatusCode::IoError, "all files beside " + m_path + " are unusable");
  for (; m_nextFile < kFilesMax; ++m_nextFile) {
    const std::string path = pathNumber(m_nextFile);
    status = m_file.open(path);
    if (status.isOk()) {
      m_usedPath = path;
      return status;
    }
    if (!callsForAnotherFile(status.code())) return status;
    tell(Severity::Warning,
         "History file left aside, a new one is used beside it: " + status.message());
  }
  return status;
}

void HistoryKeeper::write() {
  Status status = m_file.isOpen() ? writePending() : openAny();
  if (m_file.isOpen() && callsForAnotherFile(status.code())) {
    abandonFile(status);
    status = openAny();
    if (status.isOk()) status = writePending();
  } else if (m_isFailing && status.isOk()) {
    status = writePending();
  }
  if (!status.isOk() && !m_isFailing) {
    tell(Severity::Warning, "History is kept in memory only: " + status.message());
  }
  if (status.isOk() && m_isFailing) tell(Severity::Info, "History is written to its file again");
  m_isFailing = !status.isOk();
}

Status HistoryKeeper::writePending() {
  std::vector<TieredPoint> points;
  for (const Tier& tier : m_tiers) {
    for (const HistoryPoint& point : tier.pending) points.push_back({numberOf(tier), point});
  }
  RETURN_IF_ERROR(m_file.append(points));
  for (Tier& tier : m_tiers) tier.pending.clear();
  const std::int64_t now = m_clock.wallNow().time_since_epoch().count();
  for (const Tier& tier : m_tiers) {
    RETURN_IF_ERROR(m_file.removeBefore(numberOf(tier), now - tier.age.count()));
  }
  return Status::ok();
}

void HistoryKeeper::abandonFile(const Status& why) {
  m_file.close();
  ++m_nextFile;
  tell(Severity::Warning, "History file left aside, a new one is used beside it: " + m_usedPath +
                              ": " + why.message());
  m_usedPath.clear();
}

void HistoryKeeper::tell(Severity severity, std::string what) {
  Event event;
  event.kind = EventKind::History;
  event.severity = severity;
  event.what = std::move(what);
  m_events.append(std::move(event));
}

HistoryKeeper::Tier& HistoryKeeper::tierFor(const HistoryRequest& request) {
  const std::int64_t now = m_clock.wallNow().time_since_epoch().count();
  const auto found = std::find_if(
      m_tiers.begin(), m_tiers.end(),
      [now, &request](const Tier& tier) { return request.fromMicros >= now - tier.age.count(); });
  return found == m_tiers.end() ? m_tiers.back() : *found;
}

HistoryTier HistoryKeeper::numberOf(const Tier& tier) const {
  return static_cast<HistoryTier>(&tier - m_tiers.data());
}

std::string HistoryKeeper::pathNumber(int number) const {
  if (number == 0) return m_path;
  const std::size_t slash = m_path.rfind('/');
  const std::size_t dot = m_path.rfind('.');
  const bool hasEnding = dot != m_path.npos && (slash == m_path.npos || dot > slash);
  const std::size_t at = hasEnding ? dot : m_path.size();
  return m_path.substr(0, at) + "-" + std::to_string(number) + m_path.substr(at);
}

}  // namespace penstock
