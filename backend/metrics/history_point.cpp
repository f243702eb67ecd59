// SPDX-License-Identifier: Apache-2.0
#include "metrics/history_point.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/check.h"
#include "metrics/rates.h"

namespace penstock {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The sample before, the sample, and the sink that is asked for (null: it has none).
struct Moment {
  const Snapshot& now;
  const Snapshot* before;
  const SinkSnapshot* sink;
};

struct Metric {
  const char* name;
  double (*valueOf)(const Moment& moment);
};

template <auto total>
double nodeRate(const Moment& m) {
  return ratePerSecond(m.now, m.before, total);
}
template <auto total>
double sinkRate(const Moment& m) {
  return m.sink == nullptr ? kNone : ratePerSecond(m.now, m.before, m.sink->name, total);
}
template <auto field>
double nodeValue(const Moment& m) {
  return static_cast<double>(m.now.*field);
}
template <auto field>
double sinkValue(const Moment& m) {
  return m.sink == nullptr ? kNone : static_cast<double>(m.sink->*field);
}
/// None where nothing ended: a latency of 0 would be a lie.
template <auto quantile>
double ackMicros(const Moment& m) {
  return m.now.ackMicros.count == 0 ? kNone : m.now.ackMicros.*quantile;
}
template <auto quantile>
double commitMillis(const Moment& m) {
  const bool hasEnded = m.sink != nullptr && m.sink->commitMicros.count > 0;
  return hasEnded ? m.sink->commitMicros.*quantile / 1e3 : kNone;
}
double journalFullInSeconds(const Moment& m) {
  return m.now.journalFullInSeconds < 0 ? kNone : m.now.journalFullInSeconds;
}
double pressure(const Moment& m) {
  return std::any_of(m.now.budgets.begin(), m.now.budgets.end(),
                     [](const BudgetSnapshot& budget) { return budget.pressure != 0; })
             ? 1
             : 0;
}
double oldestAgeMillis(const Moment& m) {
  return m.sink == nullptr ? kNone : static_cast<double>(m.sink->oldestAgeMicros) / 1e3;
}
double tickLateMillis(const Moment& m) { return static_cast<double>(m.now.tickLateMicros) / 1e3; }

constexpr Metric kMetrics[] = {
    // The columns of the CSV snapshot
    {"queue_depth", sinkValue<&SinkSnapshot::queueDepth>},
    {"queue_bytes", sinkValue<&SinkSnapshot::queueBytes>},
    {"oldest_age_ms", oldestAgeMillis},
    {"accepted_per_s", nodeRate<&Snapshot::acceptedSets>},
    {"journaled_per_s", nodeRate<&Snapshot::journaledSets>},
    {"persisted_per_s", sinkRate<&SinkSnapshot::persistedSets>},
    {"coalesced_per_s", sinkRate<&SinkSnapshot::coalescedChanges>},
    {"workers_committing", sinkValue<&SinkSnapshot::workersCommitting>},
    {"workers_preparing", sinkValue<&SinkSnapshot::workersPreparing>},
    {"workers_idle", sinkValue<&SinkSnapshot::workersIdle>},
    {"memory_bytes", nodeValue<&Snapshot::memoryBytes>},
    {"journal_bytes", nodeValue<&Snapshot::journalBytes>},
    {"journal_full_in_s", journalFullInSeconds},
    {"pressure", pressure},
    {"ack_p50_us", ackMicros<&Quantiles::p50>},
    {"ack_p99_us", ackMicros<&Quantiles::p99>},
    {"commit_p50_ms", commitMillis<&Quantiles::p50>},
    {"commit_p99_ms", commitMillis<&Quantiles::p99>},
    {"waited_total", nodeValue<&Snapshot::waitedSets>},
    {"rejected_total", nodeValue<&Snapshot::rejectedSets>},
    {"shed_total", nodeValue<&Snapshot::shedSets>},
    {"retries_total", sinkValue<&SinkSnapshot::retries>},
    {"dead_letters", sinkValue<&SinkSnapshot::deadLettersWaiting>},
    {"tick_late_ms", tickLateMillis},
    // What the charts show besides
    {"commit_p95_ms", commitMillis<&Quantiles::p95>},
    {"workers", sinkValue<&SinkSnapshot::workers>},
    {"waited_per_s", nodeRate<&Snapshot::waitedSets>},
    {"rejected_per_s", nodeRate<&Snapshot::rejectedSets>},
    {"shed_per_s", nodeRate<&Snapshot::shedSets>},
    {"retries_per_s", sinkRate<&SinkSnapshot::retries>},
    {"dead_letters_per_s", sinkRate<&SinkSnapshot::deadLettersTotal>},
    {"resident_bytes", nodeValue<&Snapshot::residentBytes>},
};
static_assert(kCsvMetricCount < std::size(kMetrics));

}  // namespace

const std::vector<std::string>& historyMetricNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Metric& metric : kMetrics) all.emplace_back(metric.name);
    return all;
  }();
  return names;
}

std::vector<double> historyMetricValues(const Snapshot& now, const Snapshot* before) {
  return historyMetricValues(now, before, {});
}

std::vector<double> historyMetricValues(const Snapshot& now, const Snapshot* before,
                                        std::string_view sink) {
  const Moment moment{now, before, findSink(now, sink)};
  std::vector<double> values;
  values.reserve(std::size(kMetrics));
  for (const Metric& metric : kMetrics) values.push_back(metric.valueOf(moment));
  CHECK(values.size() == historyMetricNames().size());
  return values;
}

}  // namespace penstock
