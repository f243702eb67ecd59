// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/sample_store.h"

#include <algorithm>
#include <cmath>

#include "metrics/rates.h"
#include "model/limits.h"
#include "ui/models/history_rows.h"

namespace penstock::ui {

namespace {

using std::chrono::duration;

constexpr double kMicro = 1e-6;
constexpr std::int64_t kIntervalMicros =
    std::chrono::duration_cast<std::chrono::microseconds>(limits::kSampleInterval).count();
constexpr std::int64_t kGapMicros = 3 * kIntervalMicros;
constexpr std::int64_t kClockStepMicros = 1'000'000;
// Rates are of the last second: at 10 Hz the commits of a batch would draw a comb.
constexpr std::int64_t kRateWindowMicros = 1'000'000 + kIntervalMicros / 2;
constexpr std::int64_t kRateBaseMicros = 2'000'000 + kIntervalMicros / 2;
constexpr std::int64_t kRecentMicros = 10'000'000 + kIntervalMicros / 2;
constexpr double kThinEverySeconds = 60;
constexpr std::uint32_t kHistoryPointsMax = 3'600;

double secondsOf(std::chrono::seconds span) { return duration<double>(span).count(); }

bool isMarked(const Event& event) {
  switch (event.kind) {
    case EventKind::Started:
    case EventKind::Stopped:
    case EventKind::Command:
    case EventKind::Workload:
    case EventKind::Threshold:
      return true;
    case EventKind::SinkState:
    case EventKind::Journal:
      return event.severity != Severity::Info;
    case EventKind::Backpressure:  // a band of its own
    case EventKind::Retry:
    case EventKind::DeadLetter:
    case EventKind::History:
      return false;
  }
  return false;
}

}  // namespace

void SampleStore::setSink(std::string name) {
  if (name == m_sink) return;
  m_sink = std::move(name);
  restart();
}

void SampleStore::restart() {
  m_firstRow = endRow();
  m_rows.clear();
  m_bands.clear();
  m_bandOpen = {};
  m_recent.clear();
  m_held = {};
  m_thinnedUntil = 0;
  m_historyRequest.reset();
  m_historyPhase = HistoryPhase::Wanted;
  ++m_generation;
}

std::size_t SampleStore::poll(EngineLink& link) {
  const SnapshotPointer newest = link.newest();
  if (newest == nullptr) return 0;
  const bool isSameRun = !m_recent.empty() && m_recent.back()->runId == newest->runId;
  const std::uint64_t after = isSameRun ? m_recent.back()->number : 0;
  const auto samples = link.samplesSince(after, limits::kSampleRing);
  std::size_t taken = 0;
  for (const SnapshotPointer& sample : samples) {
    const bool isKnown = !m_recent.empty() && m_recent.back()->runId == sample->runId &&
                         m_recent.back()->number >= sample->number;
    if (isKnown) continue;
    add(sample);
    ++taken;
  }
  m_samplesTaken += taken;
  thinOut();
  dropOld();
  askForHistory(link);
  return taken;
}

bool SampleStore::isGap(const Snapshot& sample) const {
  if (m_recent.empty()) return false;
  const Snapshot& last = *m_recent.back();
  return last.runId != sample.runId || sample.steadyMicros - last.steadyMicros > kGapMicros;
}

// Time runs by the node's steady clock, so that steps of the wall clock below a second bend
// nothing; a bigger step, or another run, takes the wall clock anew.
double SampleStore::placeInTime(const Snapshot& sample) {
  const std::int64_t anchor = sample.wallMicros - sample.steadyMicros;
  const bool isAnotherRun = m_recent.empty() || m_recent.back()->runId != sample.runId;
  if (isAnotherRun || std::abs(anchor - m_anchorWall) > kClockStepMicros) m_anchorWall = anchor;
  return static_cast<double>(sample.steadyMicros + m_anchorWall) * kMicro;
}

void SampleStore::add(const SnapshotPointer& sample) {
  const bool wasGap = isGap(*sample);
  if (!m_recent.empty() && m_recent.back()->runId == sample->runId) {
    m_samplesLost += sample->number - m_recent.back()->number - 1;
  }
  const double time = placeInTime(*sample);
  if (!m_rows.empty() && time <= m_rows.back().time) {
    // The wall clock was set back: what was drawn ahead of it would fold the line over itself.
    while (!m_rows.empty() && m_rows.back().time >= time) m_rows.pop_back();
    ++m_generation;
  }
  if (wasGap) addGap(time);
  if (wasGap && m_recent.back()->runId != sample->runId) m_recent.clear();
  append(rowOf(*sample, time));
  noteBands(*sample, time);
  m_recent.push_back(sample);
  while (sample->steadyMicros - m_recent.front()->steadyMicros > kRecentMicros) {
    m_recent.pop_front();
  }
}

void SampleStore::addGap(double until) {
  m_held = {};
  m_bandOpen = {};
  if (m_rows.empty()) return;
  const double from = m_rows.back().time;
  append(gapRow((from + until) / 2));
  m_bands.push_back({BandKind::NoData, {from, until}});
}

// The sample about a second older that rates are taken against; null when there is none.
const Snapshot* SampleStore::windowBase(const Snapshot& sample) const {
  for (const SnapshotPointer& older : m_recent) {
    if (sample.steadyMicros - older->steadyMicros <= kRateWindowMicros) return older.get();
  }
  return nullptr;
}

SampleRow SampleStore::rowOf(const Snapshot& sample, double time) const {
  return liveRow(sample, windowBase(sample), m_sink, time);
}

void SampleStore::append(const SampleRow& row) {
  SampleRow next = row;
  // Between commits the delay of the last ones stands for a second; then there is none to show.
  if (!std::isnan(row[Series::CommitP50])) {
    m_held = {row.values, row.time};
  } else if (!isGapRow(row) && row.time - m_held.time < 1) {
    for (const Series series : {Series::CommitP50, Series::CommitP95, Series::CommitP99}) {
      next.values[indexOf(series)] = m_held.values[indexOf(series)];
    }
  }
  m_rows.push_back(next);
}

void SampleStore::noteBands(const Snapshot& sample, double time) {
  const SinkSnapshot* sink = findSink(sample, m_sink);
  // Of a paused table its commands are marked: the sink goes on.
  const bool isPaused =
      sink != nullptr ? sink->state == SinkState::Paused : sample.state == NodeState::Paused;
  const bool isPressed = std::any_of(sample.budgets.begin(), sample.budgets.end(),
                                     [](const BudgetSnapshot& budget) { return budget.pressure; });
  const auto note = [&](BandKind kind, bool isOn) {
    bool& isOpen = m_bandOpen[static_cast<std::size_t>(kind)];
    if (isOn && !isOpen) m_bands.push_back({kind, {time, time}});
    if (isOn || isOpen) extendBand(kind, time);
    isOpen = isOn;
  };
  note(BandKind::Paused, isPaused);
  note(BandKind::Backpressure, isPressed);
  if (m_bands.size() > kBandsMax) m_bands.erase(m_bands.begin());
}

void SampleStore::extendBand(BandKind kind, double time) {
  const auto last = std::find_if(m_bands.rbegin(), m_bands.rend(),
                                 [kind](const Band& band) { return band.kind == kind; });
  if (last != m_bands.rend()) last->span.to = time;
}

// Once a minute, the oldest minute of the full rate becomes minimum and maximum of each second.
void SampleStore::thinOut() {
  if (m_rows.empty()) return;
  const double until = std::floor(m_rows.back().time - secondsOf(kFullRateFor));
  if (m_thinnedUntil == 0) m_thinnedUntil = std::floor(m_rows.front().time);
  if (until - m_thinnedUntil < kThinEverySeconds) return;
  const auto byTime = [](const SampleRow& row, double time) { return row.time < time; };
  const auto first = std::lower_bound(m_rows.begin(), m_rows.end(), m_thinnedUntil, byTime);
  const auto last = std::lower_bound(first, m_rows.end(), until, byTime);
  const std::vector<SampleRow> thinned = thinnedRows(std::vector<SampleRow>(first, last));
  const std::uint64_t end = endRow();
  const auto at = m_rows.erase(first, last);
  m_rows.insert(at, thinned.begin(), thinned.end());
  m_firstRow = end - m_rows.size();
  m_thinnedUntil = until;
  ++m_generation;
}

void SampleStore::dropOld() {
  if (m_rows.empty()) return;
  const double keepFrom = m_rows.back().time - secondsOf(kKept);
  while (m_rows.front().time < keepFrom) {
    m_rows.pop_front();
    ++m_firstRow;
  }
  std::erase_if(m_bands, [keepFrom](const Band& band) { return band.span.to < keepFrom; });
}

void SampleStore::askForHistory(EngineLink& link) {
  if (m_historyPhase != HistoryPhase::Wanted || m_rows.empty()) return;
  const SnapshotPointer sample = newest();
  const bool isPrimary =
      m_sink.empty() || (!sample->sinks.empty() && sample->sinks.front().name == m_sink);
  if (!isPrimary) {  // the node keeps the history of its primary alone
    m_historyPhase = HistoryPhase::Done;
    return;
  }
  HistoryRequest request;
  request.toMicros = static_cast<std::int64_t>(m_rows.front().time / kMicro);
  request.fromMicros = static_cast<std::int64_t>((m_rows.back().time - secondsOf(kKept)) / kMicro);
  request.pointsMax = kHistoryPointsMax;
  if (request.fromMicros >= request.toMicros) return;
  m_historyRequest = link.requestHistory(request);
  m_historyPhase = HistoryPhase::Asked;
}

SampleStore::Taken SampleStore::addHistory(const HistoryPage& page) {
  if (!m_historyRequest || page.request != *m_historyRequest) return Taken::NotMine;
  m_historyRequest.reset();
  m_historyPhase = HistoryPhase::Done;
  if (!page.status.isOk() || m_rows.empty()) return Taken::Yes;
  const double before = m_rows.front().time;
  HistoryRows history = historyRows(page.points, before);
  if (history.rows.empty()) return Taken::Yes;
  const double last = history.rows.back().time;
  if (before - last > history.usualStep * 3) {
    history.rows.push_back(gapRow((last + before) / 2));
    history.bands.push_back({BandKind::NoData, {last, before}});
  }
  const std::uint64_t end = endRow();
  m_rows.insert(m_rows.begin(), history.rows.begin(), history.rows.end());
  m_bands.insert(m_bands.begin(), history.bands.begin(), history.bands.end());
  m_firstRow = std::max<std::uint64_t>(end, m_rows.size()) - m_rows.size();
  m_thinnedUntil = std::max(m_thinnedUntil, std::floor(before));
  ++m_generation;
  return Taken::Yes;
}

void SampleStore::addEvents(const std::vector<Event>& events) {
  for (const Event& event : events) {
    const bool isKnown = event.number <= m_lastEvent && event.wallMicros <= m_lastEventMicros;
    if (isKnown) continue;
    m_lastEvent = event.number;
    m_lastEventMicros = event.wallMicros;
    if (!isMarked(event)) continue;
    const std::string who = event.who.empty() ? std::string() : event.who + ": ";
    m_markers.push_back({static_cast<double>(event.wallMicros) * kMicro, event.kind, event.severity,
                         who + event.what});
    if (m_markers.size() > kMarkersMax) m_markers.pop_front();
  }
}

SnapshotPointer SampleStore::rateBase() const {
  for (const SnapshotPointer& sample : m_recent) {
    const std::int64_t age = m_recent.back()->steadyMicros - sample->steadyMicros;
    if (age > 0 && age <= kRateBaseMicros) return sample;
  }
  return nullptr;
}

}  // namespace penstock::ui
