// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_spec.h"

#include <algorithm>

namespace penstock::ui {

namespace {

ChartSpec depthChart(DepthUnit unit) {
  ChartSpec spec{"Queue depth",
                 "change sets",
                 Unit::Count,
                 {{Series::QueueDepth, "waiting"}},
                 "Waits for the first sample of the queue"};
  if (unit == DepthUnit::Bytes) {
    spec.unitName = "bytes";
    spec.unit = Unit::Bytes;
    spec.lines = {{Series::QueueBytes, "waiting"}, {Series::MemoryBytes, "memory"}};
  }
  return spec;
}

}  // namespace

std::vector<ChartSpec> dashboardCharts(DepthUnit depthUnit) {
  return {
      depthChart(depthUnit),
      {"Rates",
       "per second",
       Unit::PerSecond,
       {{Series::Accepted, "accepted"},
        {Series::Persisted, "persisted"},
        {Series::Coalesced, "coalesced"}},
       "Waits for two samples to tell a rate"},
      {"Delay",
       "seconds",
       Unit::Seconds,
       {{Series::OldestAge, "oldest"},
        {Series::CommitP50, "p50"},
        {Series::CommitP95, "p95"},
        {Series::CommitP99, "p99"}},
       "Waits for the first commit"},
      {"Pool",
       "workers",
       Unit::Count,
       {{Series::Committing, "committing"},
        {Series::Preparing, "preparing"},
        {Series::PoolSize, "size"}},
       "Waits for the first sample of the pool"},
      {"Backpressure",
       "change sets per second",
       Unit::PerSecond,
       {{Series::Waited, "waited"}, {Series::Rejected, "rejected"}, {Series::Shed, "shed"}},
       "Waits for two samples to tell a rate"},
      {"Errors",
       "per second",
       Unit::PerSecond,
       {{Series::Retries, "retries"}, {Series::DeadLetters, "dead letters"}},
       "Waits for two samples to tell a rate"},
  };
}

const std::vector<RangeChoice>& rangeChoices() {
  using std::chrono::hours;
  using std::chrono::minutes;
  constexpr auto kLater = RangeChoice::Availability::NeedsLongerHistory;
  static const std::vector<RangeChoice> kChoices{
      {"1m", minutes(1)},        {"5m", minutes(5)},       {"15m", minutes(15)},
      {"1h", hours(1)},          {"6h", hours(6), kLater}, {"24h", hours(24), kLater},
      {"7d", hours(168), kLater}};
  return kChoices;
}

std::chrono::seconds longestSpan() {
  std::chrono::seconds longest{0};
  for (const RangeChoice& choice : rangeChoices()) {
    const bool isKept = choice.availability == RangeChoice::Availability::Now;
    if (isKept) longest = std::max(longest, choice.span);
  }
  return longest;
}

}  // namespace penstock::ui
