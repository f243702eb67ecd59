// SPDX-License-Identifier: Apache-2.0
// The threads of a sink's flush workers, and their number, which an operator may change at any
// time. It starts, counts and joins; what a worker does is in flush_worker.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/worker.h"
#include "flush/flush_worker.h"

namespace penstock {

struct FlushPoolState {
  std::uint32_t workers = 0;  ///< wanted
  std::uint32_t committing = 0;
  std::uint32_t preparing = 0;  ///< a batch, or hold one that awaits its turn, the gate or a retry
  std::uint32_t idle = 0;       ///< hold nothing
  std::size_t batchRowsNow = 0;
  std::uint64_t retries = 0;
  std::optional<SinkTrouble> trouble;
  HoldState holds;
  bool isReviewing = false;       ///< held letters may go that have not gone yet
  bool arePausesInEffect = true;  ///< no commit runs that does not know of them
};

/// Threads: made, stopped and destroyed by one; resize(), configure(), state() by any.
class FlushPool {
 public:
  struct Options {
    std::string sink;
    std::uint32_t workers = limits::kWorkersDefault;
    StoreTakes takes = StoreTakes::Rows;  ///< of the store
    ChunkFlush::Events events = ChunkFlush::Events::None;
    TakeSettings take;  ///< batchRows: the most that adapting allows
    std::chrono::milliseconds targetCommit = limits::kTargetCommitDefault;
    RetryPolicy retry;
    CircuitOptions circuit;
    std::uint64_t jitterSeed = 0;  ///< of retries: another one on each node, or they come in step
    std::vector<TablePolicy> policies;
    LetterAccess letters;    ///< of the store; none: nothing is ever released
    Sequence reviewCount{};  ///< that the store holds
    /// From the start on. With several lanes none: see setPauses().
    std::vector<PausedTable> pauses;
    /// With several lanes: called by each worker for its own, again while it is Unavailable.
    std::function<Result<std::unique_ptr<StoreLane>>()> openLane;
    std::uint32_t lanesMax = limits::kWorkersMax;  ///< with several: as many workers at most
  };

  /// Starts the workers. Owns: the lane; null with several. Expects: queue, listener and clock
  /// outlive this; the queue begins at the store's checkpoints, and has several lanes if `openLane`
  /// is there.
  FlushPool(const Options& options, SinkQueue& queue, std::unique_ptr<StoreLane> lane,
            FlushListener& listener, const Clock& clock);
  ~FlushPool();
  FlushPool(const FlushPool&) = delete;
  FlushPool& operator=(const FlushPool&) = delete;

  /// New workers start at once; those too many leave when they have settled what they hold.
  void resize(std::uint32_t workers);
  /// Adapting begins anew from `settings.batchRows`.
  void configure(const TakeSettings& settings);
  /// What comes for these tables is held, from the next commit on; for others no longer, and what
  /// was held by them is released in order. Expects: one lane. With several a table cannot be
  /// paused by itself: what touches its rows is in the hands of several workers at once.
  void setPauses(std::vector<PausedTable> pauses);
  /// Stops the queue and joins all workers. What is not yet committed stays in the journal.
  void stop();

  FlushPoolState state() const;

 private:
  struct Slot {
    enum class Life : std::uint8_t { Empty, Running, Left } life = Life::Empty;
    Worker thread;
  };

  void start(std::uint32_t index) REQUIRES(m_mutex);
  void runWorker(std::uint32_t index);
  /// The worker at `index` is about to end. False: it is wanted again.
  bool mayLeave(std::uint32_t index);

  const std::string m_sink;
  const std::uint32_t m_workersMax;
  FlushShared m_shared;
  mutable Mutex m_mutex;
  std::vector<Slot> m_slots GUARDED_BY(m_mutex);
};

}  // namespace penstock
