// SPDX-License-Identifier: Apache-2.0
// Where a sink's dispatcher and its workers meet: the backlog under one lock, and all waiting. What
// to do is decided by take_rule.h and backlog.h; this class only locks, asks, waits.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "queue/backlog.h"
#include "queue/take_rule.h"

namespace penstock {

/// Threads: any. Nothing waits while it holds the lock over I/O or a call to others.
class SinkQueue {
 public:
  /// Of a sink with several lanes.
  struct Sharding {
    std::vector<ShardMark> held;  ///< the store's checkpoints
    TouchedBy touchedBy;
  };
  struct Options {
    std::uint64_t windowBytes = 0;
    Sequence settled{};  ///< the store's checkpoint; several lanes: see sharding
    TakeSettings take;
    std::uint32_t workers = 1;
    enum class Taking : std::uint8_t { AtOnce, AfterBegin } taking = Taking::AtOnce;
    std::optional<Sharding> sharding = std::nullopt;  ///< nothing: one lane
  };
  /// Expects: `clock` outlives this.
  SinkQueue(const Options& options, const Clock& clock);

  // --- the dispatcher ---
  /// Waits while the window is full. Errors: Cancelled (stopped), else as Window::push.
  Status push(const QueuedRecord& record);

  // --- workers ---
  /// What comes before everything is done: chunks may be taken.
  void begin();
  enum class Next : std::uint8_t {
    Go,
    Leave,
    GiveBack,  ///< what is left of the chunk: with giveBack()
  };
  /// Waits until a chunk is to be taken; an empty one after callTurn(). Leave: stopped, or `worker`
  /// is no longer wanted.
  Next take(std::uint32_t worker, Chunk& chunk);
  /// Waits until it is the chunk's turn: with several lanes, always. Leave: stopped.
  Next waitTurn(const Chunk& chunk);
  /// Waits until the gate lets a commit through that begins at `first`. Leave: stopped.
  Next waitGate(Sequence first);
  /// The same, but with several lanes it does not wait: GiveBack, since others may have to go first
  /// that need this worker or its shards.
  Next passGate(Sequence first);
  /// Waits until `until`, flush() or stop().
  Next waitRetry(SteadyTime until);
  /// As of Backlog.
  CommitPlan planFor(const Chunk& chunk, std::span<const WindowEntry> entries);
  Sequence settledWith(std::span<const WindowEntry> entries) const;
  void settle(const Chunk& chunk, std::span<const WindowEntry> entries,
              std::span<const ShardStep> steps);
  /// With several lanes. The chunk is over.
  void giveBack(Chunk& chunk, std::size_t from, Backlog::Again again);
  /// Everything of the chunk is settled. Expects: its turn.
  void complete(Chunk& chunk);
  /// A stopped worker gives its chunk up; it stays in the journal.
  void abandon(Chunk& chunk);

  /// A turn is wanted though nothing may be there to be taken: once no other chunk is, a worker
  /// takes an empty one, whatever the gate says. Expects: one lane.
  void callTurn();

  // --- the operator ---
  void setGate(SinkGate gate);
  /// Asks for everything up to `upTo`, also while paused, once. Ends a backoff.
  void flush(Sequence upTo);
  void configure(const TakeSettings& settings);
  /// The rows of a full batch alone, as adapted to the target commit time.
  void setBatchRows(std::size_t rows);
  void setWorkersWanted(std::uint32_t workers);
  /// Ends all waiting. What is taken and not yet committed stays in the journal.
  void stop();

  // --- whoever looks ---
  /// Errors: Deadline, Cancelled (stopped first).
  Status waitSettled(Sequence sequence, SteadyTime deadline);
  Sequence settled() const { return Sequence{m_settledNow.load(std::memory_order_acquire)}; }
  /// Where a restart would begin: the journal has to keep what follows.
  Sequence start() const;
  bool hasSeveralLanes() const { return m_hasSeveralLanes; }
  bool isStopped() const { return m_stopped.load(std::memory_order_acquire); }
  SinkGate gate() const;
  TakeSettings settings() const;
  std::uint32_t workersWanted() const;
  WindowLoad load() const;
  /// As of Backlog.
  std::vector<ShardLoad> shards() const;

 private:
  TakeSituation situation() const REQUIRES(m_mutex);

  const Clock& m_clock;
  const bool m_hasSeveralLanes;
  std::atomic<std::uint64_t> m_settledNow;
  std::atomic<bool> m_stopped{false};

  mutable Mutex m_mutex;
  CondVar m_room;    // the dispatcher waits for
  CondVar m_work;    // workers wait for
  CondVar m_turn;    // likewise, with a chunk
  CondVar m_passed;  // waitSettled() waits for
  std::unique_ptr<Backlog> m_backlog GUARDED_BY(m_mutex);
  TakeSettings m_settings GUARDED_BY(m_mutex);
  SinkGate m_gate GUARDED_BY(m_mutex) = SinkGate::Open;
  Options::Taking m_taking GUARDED_BY(m_mutex);
  bool m_turnIsCalled GUARDED_BY(m_mutex) = false;
  Sequence m_flushUpTo GUARDED_BY(m_mutex){};
  std::uint64_t m_ready GUARDED_BY(m_mutex) = 0;  // chunks that wait for their turn
  std::uint32_t m_idle GUARDED_BY(m_mutex) = 0;   // workers that wait for a chunk
  std::uint32_t m_wanted GUARDED_BY(m_mutex) = 1;
  std::uint64_t m_tryNow GUARDED_BY(m_mutex) = 0;  // counts what ends a backoff
};

}  // namespace penstock
