// SPDX-License-Identifier: Apache-2.0
// A point of the kept history, and which metrics it holds: those of the CSV snapshot, in its order.
// A point keeps minimum and maximum, so that a spike of one sample stays visible at any resolution.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "metrics/snapshot.h"

namespace penstock {

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

/// The metrics kept in the history, in their order, with the names of the CSV columns.
const std::vector<std::string>& historyMetricNames();

/// The values of those metrics (of the primary sink) at `now`; rates from the difference to
/// `before`, NaN where there is none (no earlier sample, another run of the node).
std::vector<double> historyMetricValues(const Snapshot& now, const Snapshot* before);

}  // namespace penstock
