// SPDX-License-Identifier: Apache-2.0
// Makes points of the history out of samples, and few points out of many. Both keep minimum and
// maximum, so that a spike of one sample stays whatever the resolution; neither ever joins two runs
// of the node.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "metrics/history_point.h"

namespace penstock {

/// What the history takes from a snapshot.
struct HistorySample {
  std::int64_t wallMicros = 0;
  std::uint64_t runId = 0;
  std::vector<double> values;  ///< in the order of historyMetricNames(); NaN: none
};

/// Collects the samples of one interval after another. Intervals lie on a fixed grid of wall time;
/// a point tells the times of its first and last sample, so that a gap shows as one.
/// Threads: one.
class HistoryAggregator {
 public:
  explicit HistoryAggregator(std::chrono::microseconds interval);

  /// Returns the point that this sample ended: it lies in another interval (later, or earlier when
  /// the wall clock was set back) or is of another run.
  std::optional<HistoryPoint> add(const HistorySample& sample);
  /// The point so far; none before the first sample and after take().
  const std::optional<HistoryPoint>& current() const { return m_current; }
  /// Ends the point so far (the node stops).
  std::optional<HistoryPoint> take();

 private:
  const std::int64_t m_intervalMicros;
  std::optional<HistoryPoint> m_current;
};

/// Widens `into` by a later point of the same run. Minimum, maximum and last pass over what is NaN;
/// they are NaN only when every value was.
void mergeHistoryPoint(HistoryPoint& into, const HistoryPoint& later);

/// At most `pointsMax` points (of the newest, should runs alone be more than that): neighbours of
/// one run that fall into the same part of their whole time are merged.
/// Expects: oldest first, pointsMax > 0.
std::vector<HistoryPoint> thinHistory(std::vector<HistoryPoint> points, std::size_t pointsMax);

}  // namespace penstock
