// SPDX-License-Identifier: Apache-2.0
#include "metrics/rates.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace penstock {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kMicrosPerSecond = 1e6;
constexpr double kQueueHalfSeconds = 2;
constexpr double kJournalHalfSeconds = 15;
constexpr std::int64_t kWindowMicros = 10'000'000;
constexpr double kStallSeconds = 5;  ///< so long without a settled change set, at the least

/// What is to be known of a sink in one sample.
struct SinkMoment {
  Reading depth;
  std::uint64_t settled = 0;
};

/// The last samples, newest last, as far back as run and sink are the same and it was not paused.
std::vector<SinkMoment> momentsOf(std::span<const SnapshotPointer> samples, std::string_view name) {
  std::vector<SinkMoment> moments;
  const Snapshot& newest = *samples.back();
  for (auto it = samples.rbegin(); it != samples.rend(); ++it) {
    const SinkSnapshot* sink = findSink(**it, name);
    const bool isUsable = sink != nullptr && (*it)->runId == newest.runId &&
                          sink->state != SinkState::Paused &&
                          newest.steadyMicros - (*it)->steadyMicros <= kWindowMicros;
    if (!isUsable) break;
    moments.push_back({{(*it)->runId, (*it)->steadyMicros, sink->queueDepth},
                       sink->persistedSets + sink->deadLettersTotal});
  }
  std::reverse(moments.begin(), moments.end());
  return moments;
}

double secondsBetween(const SinkMoment& from, const SinkMoment& to) {
  return static_cast<double>(to.depth.steadyMicros - from.depth.steadyMicros) / kMicrosPerSecond;
}

/// Whether the queue ran dry within the last second and holds no more now than that second settled.
/// (Else a busy, healthy queue would flicker between empty and steady.)
bool runsDry(const std::vector<SinkMoment>& moments) {
  const SinkMoment& now = moments.back();
  if (now.depth.value == 0) return true;
  for (auto it = moments.rbegin(); it != moments.rend() && secondsBetween(*it, now) <= 1; ++it) {
    if (it->depth.value == 0) return now.depth.value <= now.settled - it->settled;
  }
  return false;
}

}  // namespace

double ratePerSecond(const Reading& now, const Reading& before) {
  const bool isUsable = now.runId == before.runId && now.steadyMicros > before.steadyMicros &&
                        now.value >= before.value;
  if (!isUsable) return kNone;
  return static_cast<double>(now.value - before.value) * kMicrosPerSecond /
         static_cast<double>(now.steadyMicros - before.steadyMicros);
}

double ratePerSecond(const Snapshot& now, const Snapshot* before, std::uint64_t Snapshot::*total) {
  if (before == nullptr) return kNone;
  return ratePerSecond({now.runId, now.steadyMicros, now.*total},
                       {before->runId, before->steadyMicros, before->*total});
}

double ratePerSecond(const Snapshot& now, const Snapshot* before, std::string_view sink,
                     std::uint64_t SinkSnapshot::*total) {
  const SinkSnapshot* sinkNow = findSink(now, sink);
  if (before == nullptr || sinkNow == nullptr) return kNone;
  // By the name it has now: the primary of before may be another one after a failover.
  const SinkSnapshot* sinkBefore = findSink(*before, sinkNow->name);
  if (sinkBefore == nullptr) return kNone;
  return ratePerSecond({now.runId, now.steadyMicros, sinkNow->*total},
                       {before->runId, before->steadyMicros, sinkBefore->*total});
}

const SinkSnapshot* findSink(const Snapshot& snapshot, std::string_view name) {
  const auto found =
      name.empty() ? snapshot.sinks.begin()
                   : std::find_if(snapshot.sinks.begin(), snapshot.sinks.end(),
                                  [name](const SinkSnapshot& sink) { return sink.name == name; });
  return found == snapshot.sinks.end() ? nullptr : &*found;
}

// Weighted least squares, weights halving with age: follows a change within seconds and is not
// upset by the steps in which batches leave a queue.
Trend trendOf(std::span<const Reading> oldestFirst, double halfSeconds) {
  Trend trend;
  if (oldestFirst.empty()) return trend;
  const Reading& newest = oldestFirst.back();
  auto first = oldestFirst.end();
  while (first != oldestFirst.begin() && std::prev(first)->runId == newest.runId) --first;
  const std::span<const Reading> used(first, oldestFirst.end());
  const auto ageOf = [&newest](const Reading& reading) {
    return static_cast<double>(newest.steadyMicros - reading.steadyMicros) / kMicrosPerSecond;
  };
  trend.spanSeconds = ageOf(used.front());
  trend.isKnown = used.size() >= 3 && trend.spanSeconds >= 1;
  if (!trend.isKnown) return trend;

  // Values as distances from the newest: differences of large numbers would lose their digits.
  const auto valueOf = [&newest](const Reading& reading) {
    return static_cast<double>(static_cast<std::int64_t>(reading.value - newest.value));
  };
  double weight = 0, time = 0, value = 0, timeTime = 0, timeValue = 0;
  for (const Reading& reading : used) {
    const double w = std::exp2(-ageOf(reading) / halfSeconds);
    weight += w;
    time -= w * ageOf(reading);
    value += w * valueOf(reading);
    timeTime += w * ageOf(reading) * ageOf(reading);
    timeValue -= w * ageOf(reading) * valueOf(reading);
  }
  const double meanTime = time / weight;
  const double meanValue = value / weight;
  const double variance = timeTime / weight - meanTime * meanTime;
  const double slope = (timeValue / weight - meanTime * meanValue) / variance;
  double squares = 0;
  for (const Reading& reading : used) {
    const double distance = valueOf(reading) - meanValue - slope * (-ageOf(reading) - meanTime);
    squares += std::exp2(-ageOf(reading) / halfSeconds) * distance * distance;
  }
  trend.scatter = std::sqrt(squares / weight);
  // sqrt(12) standard deviations are the length of an evenly weighted span.
  const double change = std::abs(slope) * std::sqrt(12 * variance);
  trend.perSecond = change > 2 * trend.scatter ? slope : 0;
  return trend;
}

TimeToEmpty timeToEmpty(std::span<const SnapshotPointer> oldestFirst, std::string_view sink) {
  using Kind = TimeToEmpty::Kind;
  if (oldestFirst.empty()) return {};
  const SinkSnapshot* newest = findSink(*oldestFirst.back(), sink);
  if (newest == nullptr || newest->state == SinkState::Starting) return {};
  if (newest->state == SinkState::Paused) return {Kind::Paused};

  const std::vector<SinkMoment> moments = momentsOf(oldestFirst, sink);
  if (runsDry(moments)) return {Kind::Empty};
  const bool isDown = newest->state == SinkState::Down || newest->state == SinkState::Stopped;
  const bool hasSettled = moments.back().settled != moments.front().settled;
  const double span = secondsBetween(moments.front(), moments.back());
  if (isDown || (!hasSettled && span >= kStallSeconds)) return {Kind::Stalled};

  std::vector<Reading> depths;
  depths.reserve(moments.size());
  for (const SinkMoment& moment : moments) depths.push_back(moment.depth);
  const Trend trend = trendOf(depths, kQueueHalfSeconds);
  if (!trend.isKnown) return {};
  const auto depth = static_cast<double>(newest->queueDepth);
  // A change of less than a hundredth of what passes, or of one in a second, is none.
  const double passing =
      static_cast<double>(moments.back().settled - moments.front().settled) / span;
  if (std::abs(trend.perSecond) < std::max(1.0, passing / 100)) return {Kind::Steady};
  if (trend.perSecond > 0) return {Kind::Growing, 0, trend.perSecond};
  const double seconds = depth / -trend.perSecond;
  if (seconds > kEstimateSecondsMax) return {Kind::Steady};
  return {Kind::Clears, seconds, 0};
}

double fullInSeconds(std::span<const Reading> oldestFirst, std::uint64_t limit) {
  const Trend trend = trendOf(oldestFirst, kJournalHalfSeconds);
  if (!trend.isKnown || trend.perSecond <= 0) return -1;
  const std::uint64_t used = oldestFirst.back().value;
  const double left = used < limit ? static_cast<double>(limit - used) : 0;
  const double seconds = left / trend.perSecond;
  return seconds > kEstimateSecondsMax ? -1 : seconds;
}

}  // namespace penstock
