// SPDX-License-Identifier: Apache-2.0
// What follows from two or more samples: rates from totals, and where a trend leads (when a queue
// will be empty, when the journal will be full). Pure; every view uses these, so that all of them
// show the same number.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "metrics/snapshot.h"

namespace penstock {

/// A value read at one moment of one run of a node.
struct Reading {
  std::uint64_t runId = 0;
  std::int64_t steadyMicros = 0;
  std::uint64_t value = 0;
};

/// Of a counter, per second of the node's steady clock. NaN where there is none: another run of
/// the node, no time between the two, a counter that went back.
double ratePerSecond(const Reading& now, const Reading& before);

/// The same, of a total of the node (`&Snapshot::acceptedSets`); NaN without `before`.
double ratePerSecond(const Snapshot& now, const Snapshot* before, std::uint64_t Snapshot::*total);

/// The same, of a total of a sink; NaN unless both samples have that sink.
double ratePerSecond(const Snapshot& now, const Snapshot* before, std::string_view sink,
                     std::uint64_t SinkSnapshot::*total);

/// The sink of that name, the first (the primary) when `name` is empty; null when there is none.
const SinkSnapshot* findSink(const Snapshot& snapshot, std::string_view name);

/// The straight line through the last readings, newer ones weighing more.
struct Trend {
  bool isKnown = false;    ///< at least three readings of the newest run, over a second or more
  double perSecond = 0;    ///< 0 when the change does not stand out from the scatter
  double scatter = 0;      ///< root of the mean square distance from the line
  double spanSeconds = 0;  ///< from the oldest used reading to the newest
};

/// `halfSeconds`: age at which a reading weighs half as much as the newest one.
Trend trendOf(std::span<const Reading> oldestFirst, double halfSeconds);

struct TimeToEmpty {
  enum class Kind : std::uint8_t { Unknown, Empty, Clears, Steady, Growing, Stalled, Paused };
  Kind kind = Kind::Unknown;
  double seconds = 0;    ///< of Clears
  double perSecond = 0;  ///< of Growing: change sets
};

/// Longer than this is no estimate but noise: told as steady (and a journal as not filling).
inline constexpr double kEstimateSecondsMax = 7.0 * 24 * 3600;

/// When the queue of a sink (empty name: the primary) will be empty, from the samples of the last
/// seconds (ten serve well; more are ignored).
/// Stalled: work waits, and nothing was settled in all of those seconds, or the sink is down.
TimeToEmpty timeToEmpty(std::span<const SnapshotPointer> oldestFirst, std::string_view sink);

/// When a growing amount reaches its limit, from readings of the last minute or so. Below 0: not
/// filling, or not known.
double fullInSeconds(std::span<const Reading> oldestFirst, std::uint64_t limit);

}  // namespace penstock
