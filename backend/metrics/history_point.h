// SPDX-License-Identifier: Apache-2.0
// A point of the kept history, and which metrics it holds: those of the CSV snapshot, in its order.
// A point keeps minimum and maximum, so that a spike of one sample stays visible at any resolution.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/snapshot.h"

namespace penstock {

/// A range of the kept history, at a resolution of at most `pointsMax` points.
struct HistoryRequest {
  std::int64_t fromMicros = 0;  ///< wall time, microseconds since 1970 UTC
  std::int64_t toMicros = 0;
  std::uint32_t pointsMax = 2'000;
};

/// One point of the history: minimum, maximum and last of each metric in its interval.
struct HistoryPoint {
  std::int64_t fromMicros = 0;
  std::int64_t toMicros = 0;
  std::uint64_t runId = 0;  ///< a change between two points is a restart: a gap
  struct Range {
    double minimum = 0;
    double maximum = 0;
    double last = 0;
  };
  std::vector<Range> metrics;  ///< in the order of historyMetricNames()
};

/// So many of the metrics, from the first on, are the numeric columns of the CSV snapshot; the rest
/// is what charts show besides.
inline constexpr std::size_t kCsvMetricCount = 24;

/// The metrics kept in the history, in their order, with the names of the CSV columns.
/// accepted, journaled and persisted count change sets, coalesced counts changes.
const std::vector<std::string>& historyMetricNames();

/// The values of those metrics (of the primary sink) at `now`; rates from the difference to
/// `before`, NaN where there is none (no earlier sample, another run of the node).
std::vector<double> historyMetricValues(const Snapshot& now, const Snapshot* before);
/// The same of a sink by its name; what is of a sink is NaN when there is none of that name.
std::vector<double> historyMetricValues(const Snapshot& now, const Snapshot* before,
                                        std::string_view sink);

}  // namespace penstock
