// SPDX-License-Identifier: Apache-2.0
// Everything about the kept history but its thread: samples become points of three resolutions,
// which wait in memory, go to the file some seconds later, and are found again by range. When the
// file fails it keeps what it can in memory, says so once, and tries again.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "metrics/event_log.h"
#include "metrics/history/history_aggregator.h"
#include "metrics/history/history_file.h"
#include "metrics/history_point.h"
#include "metrics/snapshot.h"

namespace penstock {

/// Threads: one.
/// Owns: the file. Clock and events are borrowed.
/// Limits: limits::kHistory…; in memory never more than the ages of the three resolutions hold.
class HistoryKeeper {
 public:
  /// `path` of the file; `x-1.sqlite` beside `x.sqlite`, and so on, when that one cannot be used.
  HistoryKeeper(const Clock& clock, EventLog& events, std::string path);

  /// Failure is told by an event; the keeper works all the same.
  void open();
  void keep(const SnapshotPointer& snapshot);
  /// Ends the points so far, writes everything and closes the file.
  void close();

  /// The finest resolution that is kept as far back as `request` asks, thinned to its number of
  /// points. Errors: Invalid.
  Result<std::vector<HistoryPoint>> read(const HistoryRequest& request);

  /// The file in use; empty when there is none.
  const std::string& usedPath() const { return m_usedPath; }

 private:
  struct Tier {
    std::chrono::microseconds age;
    std::size_t pendingMax;
    HistoryAggregator aggregator;
    std::deque<HistoryPoint> pending;  ///< not yet in the file
  };

  Status openAny();
  void write();
  Status writePending();
  void abandonFile(const Status& why);
  void tell(Severity severity, std::string what);
  Tier& tierFor(const HistoryRequest& request);
  HistoryTier numberOf(const Tier& tier) const;
  std::string pathNumber(int number) const;

  const Clock& m_clock;
  EventLog& m_events;
  const std::string m_path;

  std::array<Tier, kHistoryTiers> m_tiers;
  HistoryFile m_file;
  std::string m_usedPath;
  int m_nextFile = 0;  ///< number of the first path not known to be unusable
  bool m_isFailing = false;
  SnapshotPointer m_before;
  std::int64_t m_writtenSteadyMicros = 0;
};

}  // namespace penstock
