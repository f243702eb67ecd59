// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/history_rows.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>

#include "metrics/rates.h"
#include "ui/models/pace.h"

namespace penstock::ui {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr double kMicro = 1e-6;

// Filters infinities too, which the plot does not.
double finite(double value) { return std::isfinite(value) ? value : kUnknown; }

void fillSink(SampleRow& row, const SinkSnapshot& sink) {
  const auto set = [&row](Series series, double value) { row.values[indexOf(series)] = value; };
  set(Series::QueueDepth, static_cast<double>(sink.queueDepth));
  set(Series::QueueBytes, static_cast<double>(sink.queueBytes));
  set(Series::OldestAge, static_cast<double>(sink.oldestAgeMicros) * kMicro);
  if (sink.commitMicros.count > 0) {
    set(Series::CommitP50, finite(sink.commitMicros.p50 * kMicro));
    set(Series::CommitP95, finite(sink.commitMicros.p95 * kMicro));
    set(Series::CommitP99, finite(sink.commitMicros.p99 * kMicro));
  }
  set(Series::Committing, sink.workersCommitting);
  set(Series::Preparing, sink.workersPreparing);
  set(Series::PoolSize, sink.workers);
}

// Minima and maxima of a second, by series.
struct Extremes {
  SampleRow low;
  SampleRow high;
  explicit Extremes(const SampleRow& first) : low(first), high(first) {}
  void take(const SampleRow& row) {
    high.time = row.time;
    for (std::size_t at = 0; at < kSeriesCount; ++at) {
      low.values[at] = std::fmin(low.values[at], row.values[at]);  // NaN gives way to a number
      high.values[at] = std::fmax(high.values[at], row.values[at]);
    }
  }
};

// Where the metrics of a history point are.
class MetricPlaces {
 public:
  MetricPlaces() {
    const std::vector<std::string>& names = historyMetricNames();
    for (std::size_t at = 0; at < names.size(); ++at) m_places[names[at]] = at;
  }
  const HistoryPoint::Range* find(const HistoryPoint& point, const std::string& name) const {
    const auto place = m_places.find(name);
    const bool isThere = place != m_places.end() && place->second < point.metrics.size();
    return isThere ? &point.metrics[place->second] : nullptr;
  }

 private:
  std::map<std::string, std::size_t> m_places;
};

struct MetricSeries {
  Series series;
  const char* metric;
  double factor;
};
constexpr std::array kGauges{
    MetricSeries{Series::QueueDepth, "queue_depth", 1},
    MetricSeries{Series::QueueBytes, "queue_bytes", 1},
    MetricSeries{Series::OldestAge, "oldest_age_ms", 1e-3},
    MetricSeries{Series::AckP99, "ack_p99_us", 1e-6},
    MetricSeries{Series::CommitP50, "commit_p50_ms", 1e-3},
    MetricSeries{Series::CommitP95, "commit_p95_ms", 1e-3},
    MetricSeries{Series::CommitP99, "commit_p99_ms", 1e-3},
    MetricSeries{Series::Accepted, "accepted_per_s", 1},
    MetricSeries{Series::Persisted, "persisted_per_s", 1},
    MetricSeries{Series::Coalesced, "coalesced_per_s", 1},
    MetricSeries{Series::Committing, "workers_committing", 1},
    MetricSeries{Series::Preparing, "workers_preparing", 1},
    MetricSeries{Series::PoolSize, "workers", 1},
    MetricSeries{Series::Waited, "waited_per_s", 1},
    MetricSeries{Series::Rejected, "rejected_per_s", 1},
    MetricSeries{Series::Shed, "shed_per_s", 1},
    MetricSeries{Series::Retries, "retries_per_s", 1},
    MetricSeries{Series::DeadLetters, "dead_letters_per_s", 1},
    MetricSeries{Series::MemoryBytes, "memory_bytes", 1},
    MetricSeries{Series::JournalBytes, "journal_bytes", 1},
};
void fillGauges(Extremes& rows, const HistoryPoint& point, const MetricPlaces& places) {
  for (const MetricSeries& gauge : kGauges) {
    if (const auto* range = places.find(point, gauge.metric)) {
      rows.low.values[indexOf(gauge.series)] = finite(range->minimum * gauge.factor);
      rows.high.values[indexOf(gauge.series)] = finite(range->maximum * gauge.factor);
    }
  }
}

void notePressure(HistoryRows& history, const HistoryPoint& point, const MetricPlaces& places) {
  const auto* pressure = places.find(point, "pressure");
  if (pressure == nullptr || !(pressure->maximum > 0)) return;
  const TimeSpan span{static_cast<double>(point.fromMicros) * kMicro,
                      static_cast<double>(point.toMicros) * kMicro};
  const bool goesOn = !history.bands.empty() &&
                      history.bands.back().kind == BandKind::Backpressure &&
                      span.from - history.bands.back().span.to < history.usualStep * 1.5;
  if (goesOn) {
    history.bands.back().span.to = span.to;
  } else {
    history.bands.push_back({BandKind::Backpressure, span});
  }
}

double usualStepOf(const std::vector<HistoryPoint>& points) {
  std::vector<double> steps;
  for (std::size_t at = 1; at < points.size(); ++at) {
    steps.push_back(static_cast<double>(points[at].fromMicros - points[at - 1].fromMicros) *
                    kMicro);
  }
  if (steps.empty()) return 1;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return std::max(*middle, 0.1);
}

Extremes rowsOf(const HistoryPoint& point, const MetricPlaces& places) {
  const double from = static_cast<double>(point.fromMicros) * kMicro;
  const double to = static_cast<double>(point.toMicros) * kMicro;
  Extremes rows(gapRow(from + (to - from) / 4));
  rows.high.time = to > from ? from + (to - from) * 3 / 4 : from + 1e-3;
  fillGauges(rows, point, places);
  return rows;
}

}  // namespace

SampleRow gapRow(double time) {
  SampleRow row;
  row.time = time;
  row.values.fill(kUnknown);
  return row;
}

bool isGapRow(const SampleRow& row) {
  return std::all_of(row.values.begin(), row.values.end(),
                     [](double value) { return std::isnan(value); });
}

SampleRow liveRow(const Snapshot& sample, const Snapshot* before, const std::string& sink,
                  double time) {
  SampleRow row = gapRow(time);
  const auto set = [&row](Series series, double value) {
    row.values[indexOf(series)] = finite(value);
  };
  if (const SinkSnapshot* ours = findSink(sample, sink)) fillSink(row, *ours);
  if (sample.ackMicros.count > 0) set(Series::AckP99, sample.ackMicros.p99 * kMicro);
  set(Series::MemoryBytes, static_cast<double>(sample.memoryBytes));
  set(Series::JournalBytes, static_cast<double>(sample.journalBytes));
  const Pace pace = paceOf(sample, before, sink);
  set(Series::Accepted, pace.accepted);
  set(Series::Persisted, pace.persisted);
  set(Series::Coalesced, pace.coalesced);
  set(Series::Waited, pace.waited);
  set(Series::Rejected, pace.rejected);
  set(Series::Shed, pace.shed);
  set(Series::Retries, pace.retries);
  set(Series::DeadLetters, pace.deadLetters);
  return row;
}

std::vector<SampleRow> thinnedRows(const std::vector<SampleRow>& rows) {
  std::vector<SampleRow> thinned;
  std::optional<Extremes> second;
  const auto finish = [&] {
    if (!second) return;
    thinned.push_back(second->low);
    if (second->high.time > second->low.time) thinned.push_back(second->high);
    second.reset();
  };
  for (const SampleRow& row : rows) {
    const bool isSame = second && std::floor(second->low.time) == std::floor(row.time);
    if (!isSame || isGapRow(row)) finish();
    if (isGapRow(row)) {
      thinned.push_back(row);
    } else if (second) {
      second->take(row);
    } else {
      second.emplace(row);
    }
  }
  finish();
  return thinned;
}

HistoryRows historyRows(const std::vector<HistoryPoint>& points, double before) {
  static const MetricPlaces kPlaces;
  HistoryRows history;
  history.usualStep = usualStepOf(points);
  const HistoryPoint* last = nullptr;
  for (const HistoryPoint& point : points) {
    const double from = static_cast<double>(point.fromMicros) * kMicro;
    if (static_cast<double>(point.toMicros) * kMicro >= before) break;
    const double lastTo = last == nullptr ? from : static_cast<double>(last->toMicros) * kMicro;
    const bool isGap =
        last != nullptr && (last->runId != point.runId || from - lastTo > history.usualStep * 3);
    if (isGap) {
      history.rows.push_back(gapRow((history.rows.back().time + from) / 2));
      history.bands.push_back({BandKind::NoData, {lastTo, from}});
    }
    const Extremes rows = rowsOf(point, kPlaces);
    history.rows.push_back(rows.low);
    history.rows.push_back(rows.high);
    notePressure(history, point, kPlaces);
    last = &point;
  }
  return history;
}

}  // namespace penstock::ui
