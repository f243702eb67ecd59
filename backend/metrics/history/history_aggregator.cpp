// SPDX-License-Identifier: Apache-2.0
#include "metrics/history/history_aggregator.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

/// Rounds down, below 0 too.
std::int64_t slotOf(std::int64_t micros, std::int64_t width) {
  return micros / width - (micros % width < 0 ? 1 : 0);
}

HistoryPoint pointOf(const HistorySample& sample) {
  HistoryPoint point;
  point.fromMicros = sample.wallMicros;
  point.toMicros = sample.wallMicros;
  point.runId = sample.runId;
  for (const double value : sample.values) point.metrics.push_back({value, value, value});
  return point;
}

}  // namespace

HistoryAggregator::HistoryAggregator(std::chrono::microseconds interval)
    : m_intervalMicros(interval.count()) {
  CHECK(m_intervalMicros > 0);
}

std::optional<HistoryPoint> HistoryAggregator::add(const HistorySample& sample) {
  HistoryPoint point = pointOf(sample);
  const bool goesOn =
      m_current && m_current->runId == point.runId && m_current->toMicros <= point.toMicros &&
      slotOf(m_current->fromMicros, m_intervalMicros) == slotOf(point.fromMicros, m_intervalMicros);
  if (goesOn) {
    mergeHistoryPoint(*m_current, point);
    return {};
  }
  return std::exchange(m_current, std::move(point));
}

std::optional<HistoryPoint> HistoryAggregator::take() { return std::exchange(m_current, {}); }

void mergeHistoryPoint(HistoryPoint& into, const HistoryPoint& later) {
  CHECK(into.runId == later.runId && into.metrics.size() == later.metrics.size());
  into.fromMicros = std::min(into.fromMicros, later.fromMicros);
  into.toMicros = std::max(into.toMicros, later.toMicros);
  for (std::size_t i = 0; i < into.metrics.size(); ++i) {
    HistoryPoint::Range& range = into.metrics[i];
    const HistoryPoint::Range& other = later.metrics[i];
    // fmin and fmax return the other one when one is NaN.
    range.minimum = std::fmin(range.minimum, other.minimum);
    range.maximum = std::fmax(range.maximum, other.maximum);
    if (!std::isnan(other.last)) range.last = other.last;
  }
}

std::vector<HistoryPoint> thinHistory(std::vector<HistoryPoint> points, std::size_t pointsMax) {
  CHECK(pointsMax > 0);
  if (points.size() <= pointsMax) return points;
  const std::int64_t begin = points.front().fromMicros;
  const std::int64_t whole = std::max<std::int64_t>(1, points.back().toMicros - begin);
  // A restart within a part makes one point more, so the first try may still give too many.
  auto parts = static_cast<std::int64_t>(pointsMax);
  while (points.size() > pointsMax && parts > 0) {
    const std::int64_t width = whole / parts + 1;
    std::vector<HistoryPoint> thinner;
    for (HistoryPoint& point : points) {
      const bool joins = !thinner.empty() && thinner.back().runId == point.runId &&
                         slotOf(thinner.back().fromMicros - begin, width) ==
                             slotOf(point.fromMicros - begin, width);
      if (joins) {
        mergeHistoryPoint(thinner.back(), point);
      } else {
        thinner.push_back(std::move(point));
      }
    }
    points = std::move(thinner);
    parts /= 2;
  }
  if (points.size() > pointsMax) {
    points.erase(points.begin(), points.end() - static_cast<std::ptrdiff_t>(pointsMax));
  }
  return points;
}

}  // namespace penstock
