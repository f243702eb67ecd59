// SPDX-License-Identifier: Apache-2.0
// The thread that takes the picture of the node ten times a second. It alone reads the counters of
// busy threads, and nobody waits for it: a tick that comes late says how late, one that is missed
// is counted and never made up for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "base/worker.h"
#include "metrics/snapshot.h"
#include "metrics/snapshot_ring.h"
#include "metrics/ticks.h"
#include "model/limits.h"

namespace penstock {

struct SamplerSettings {
  std::chrono::microseconds interval = limits::kSampleInterval;
  std::uint64_t runId = 0;  ///< of this start of the node
};

/// Threads: made, started and stopped by one; collector and hooks run on the sampler's own.
/// Owns: its thread. Clock, waiter and ring are borrowed until it is stopped.
class Sampler {
 public:
  /// Fills in all but number, runId, times and lateness, which are set before. Must be quick and
  /// must never wait for a busy thread.
  using Collector = std::function<void(Snapshot&)>;
  /// Called with each snapshot after it was published. Must be quick.
  using Hook = std::function<void(const SnapshotPointer&)>;

  Sampler(const Clock& clock, TickWaiter& waiter, SnapshotRing& ring, SamplerSettings settings);
  /// Stops.
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  /// Takes the first sample at once (so that newest() is soon there), then one for each interval.
  /// Expects: called once.
  void start(Collector collect, std::vector<Hook> hooks);
  /// Ends the thread; at most one sample is still published. A second call does nothing.
  void stop();

  /// Deadlines that passed without a sample, since the start. Threads: any.
  std::uint64_t missedTicks() const { return m_missedTicks.load(std::memory_order_relaxed); }

 private:
  void run();
  void sample(std::chrono::microseconds late);

  const Clock& m_clock;
  TickWaiter& m_waiter;
  SnapshotRing& m_ring;
  const SamplerSettings m_settings;

  std::atomic<std::uint64_t> m_missedTicks{0};

  // Owned by the sampler's thread from start() on
  Collector m_collect;
  std::vector<Hook> m_hooks;
  std::uint64_t m_number = 0;

  Worker m_worker;
};

}  // namespace penstock
