// SPDX-License-Identifier: Apache-2.0
// A built-in load that proves its result: it submits change sets through the same port as any
// application, keeps its own ledger of what was accepted, and compares it with the database at the
// end. Run by WorkloadRunner on threads of lower priority than sampler and window.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "engine/submit.h"
#include "metrics/snapshot.h"

namespace penstock {

/// Asked for stop, with waits that end early. Threads: any.
class StopSignal {
 public:
  void request();
  bool isRequested() const { return m_requested.load(std::memory_order_relaxed); }
  /// Waits until `until` or a stop. Returns false when stopped.
  bool sleepUntil(SteadyTime until);

 private:
  std::atomic<bool> m_requested{false};
  Mutex m_mutex;
  CondVar m_wake;
};

/// Written by the workload's threads, read by the sampler. Threads: any.
class WorkloadProgress {
 public:
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> total{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> shed{0};
  void setMessage(std::string message);
  std::string message() const;

 private:
  mutable Mutex m_mutex;
  std::string m_message GUARDED_BY(m_mutex);
};

/// One cell of a row that was read back, as text.
struct ReadCell {
  std::string text;
  enum class Presence : std::uint8_t { Value, Null } presence = Presence::Value;
  bool isNull() const { return presence == Presence::Null; }
};

/// Reads a whole table of the primary, column by column name, by another way than it was written.
using TableReader =
    std::function<Status(const std::string& table, const std::vector<std::string>& columns,
                         const std::function<void(std::span<const ReadCell>)>& row)>;

struct WorkloadContext {
  SubmitPort& port;
  const Clock& clock;
  StopSignal& stop;
  WorkloadProgress& progress;
  TableReader readTable;
  double ratePerSecond = 0;  ///< 0: as fast as it can
  double size = 1;           ///< factor on the usual size
};

/// Threads: run and check are called on one thread; run may use workers of its own and joins them.
class Workload {
 public:
  virtual ~Workload() = default;
  virtual std::string name() const = 0;
  /// SQL that makes its tables in SQLite, harmless when they are there; empty: none.
  virtual std::string schema() const = 0;
  /// Until all is submitted or a stop is requested. Errors: those that end it.
  virtual Status run(WorkloadContext& context) = 0;
  /// After everything accepted was persisted: compares ledger and database. Returns what it found,
  /// for people. Errors: Conflict, with the first differences.
  virtual Result<std::string> check(WorkloadContext& context) = 0;
};

}  // namespace penstock
