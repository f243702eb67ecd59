// SPDX-License-Identifier: GPL-3.0-or-later
// What the charts draw: samples of the engine as series over time, 10 Hz for ten minutes and
// minimum and maximum of each second before that (never averages: a spike of one sample stays).
// Where nothing is known a row holds NaN: a gap is a gap, not a line.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine_link.h"

namespace penstock::ui {

enum class Series : std::uint8_t {
  QueueDepth,  ///< change sets
  QueueBytes,
  OldestAge,  ///< seconds
  AckP99,     ///< seconds, submit to journaled
  CommitP50,  ///< seconds
  CommitP95,
  CommitP99,
  Accepted,  ///< change sets per second
  Persisted,
  Coalesced,   ///< changes per second
  Committing,  ///< workers
  Preparing,
  PoolSize,
  Waited,  ///< change sets per second
  Rejected,
  Shed,
  Retries,      ///< per second
  DeadLetters,  ///< per second
  MemoryBytes,
  JournalBytes,
};
inline constexpr std::size_t kSeriesCount = static_cast<std::size_t>(Series::JournalBytes) + 1;

struct SampleRow {
  double time = 0;  ///< seconds since 1970 UTC
  std::array<double, kSeriesCount> values{};
  double operator[](Series series) const { return values[static_cast<std::size_t>(series)]; }
};

struct TimeSpan {
  double from = 0;  ///< seconds since 1970 UTC
  double to = 0;
  double length() const { return to - from; }
};

enum class BandKind : std::uint8_t { Paused, Backpressure, NoData };
struct Band {
  BandKind kind = BandKind::NoData;
  TimeSpan span;
};

/// A moment worth a mark on every chart: a command, a restart, a failover, a threshold crossed.
struct Marker {
  double time = 0;
  EventKind kind = EventKind::Command;
  Severity severity = Severity::Info;
  std::string text;
};

/// Threads: GUI.
/// Limits: an hour of rows; `kMarkersMax` markers.
class SampleStore {
 public:
  static constexpr std::chrono::seconds kFullRateFor{600};
  static constexpr std::chrono::seconds kKept{3600};
  static constexpr std::size_t kMarkersMax = 1'000;
  static constexpr std::size_t kBandsMax = 1'000;

  /// Which sink the sink's series are of; empty: the primary. Another one begins anew.
  void setSink(std::string name);
  const std::string& sink() const { return m_sink; }

  /// One tick: takes new samples from the link, and asks it for history that is missing. Returns
  /// how many samples came.
  std::size_t poll(EngineLink& link);
  /// A page of history. Returns whether it was the one that this store had asked for; others are
  /// left to whoever asked for them.
  enum class Taken : std::uint8_t { Yes, NotMine };
  Taken addHistory(const HistoryPage& page);
  /// Marks what is worth a marker. Events already known may come again.
  void addEvents(const std::vector<Event>& events);

  /// Rows in order of time. `generation` changes whenever rows other than the oldest and newest
  /// changed: then a view has to read all of them again. Row i of the container has the number
  /// `firstRow() + i`.
  const std::deque<SampleRow>& rows() const { return m_rows; }
  std::uint64_t generation() const { return m_generation; }
  std::uint64_t firstRow() const { return m_firstRow; }
  std::uint64_t endRow() const { return m_firstRow + m_rows.size(); }

  const std::vector<Band>& bands() const { return m_bands; }
  const std::deque<Marker>& markers() const { return m_markers; }

  SnapshotPointer newest() const { return m_recent.empty() ? nullptr : m_recent.back(); }
  /// The sample that rates for people are taken against: about two seconds old, of the same run;
  /// null when there is none yet.
  SnapshotPointer rateBase() const;
  /// The samples of the last ten seconds, of one run, oldest first: for estimates.
  const std::deque<SnapshotPointer>& recent() const { return m_recent; }
  /// Samples taken in since the start; what is missed while charts are frozen is its difference.
  std::uint64_t samplesTaken() const { return m_samplesTaken; }
  /// Samples that the node took and we never saw.
  std::uint64_t samplesLost() const { return m_samplesLost; }

 private:
  struct HeldDelays {
    std::array<double, kSeriesCount> values{};
    double time = 0;
  };
  void restart();
  void add(const SnapshotPointer& sample);
  double placeInTime(const Snapshot& sample);
  bool isGap(const Snapshot& sample) const;
  void addGap(double until);
  SampleRow rowOf(const Snapshot& sample, double time) const;
  const Snapshot* windowBase(const Snapshot& sample) const;
  void append(const SampleRow& row);
  void noteBands(const Snapshot& sample, double time);
  void extendBand(BandKind kind, double time);
  void thinOut();
  void dropOld();
  void askForHistory(EngineLink& link);

  std::string m_sink;
  std::deque<SampleRow> m_rows;
  std::uint64_t m_firstRow = 0;
  std::uint64_t m_generation = 1;
  std::vector<Band> m_bands;
  std::array<bool, 3> m_bandOpen{};
  std::deque<Marker> m_markers;
  std::uint64_t m_lastEvent = 0;
  std::int64_t m_lastEventMicros = 0;
  std::deque<SnapshotPointer> m_recent;
  HeldDelays m_held;
  std::uint64_t m_samplesTaken = 0;
  std::uint64_t m_samplesLost = 0;
  double m_thinnedUntil = 0;
  std::int64_t m_anchorWall = 0;  ///< wall time is steady time plus this
  std::optional<RequestId> m_historyRequest;
  enum class HistoryPhase : std::uint8_t {
    Wanted,
    Asked,
    Done
  } m_historyPhase = HistoryPhase::Wanted;
};

}  // namespace penstock::ui
