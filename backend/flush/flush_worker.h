// SPDX-License-Identifier: Apache-2.0
// One flush worker: takes a chunk, prepares its batch while others commit, waits for its turn, and
// does what FlushAttempt decides until the chunk is settled. The threads are in flush_pool.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "flush/batch_size.h"
#include "flush/batcher.h"
#include "flush/circuit.h"
#include "flush/flush_attempt.h"
#include "flush/flush_listener.h"
#include "flush/retry_policy.h"
#include "queue/sink_queue.h"
#include "store/store.h"

namespace penstock {

/// The last thing that went wrong, until a commit succeeds.
struct SinkTrouble {
  std::string message;
  std::string code;
  std::int64_t sinceMicros = 0;  ///< wall time of the first failure in a row
  std::uint32_t failures = 0;    ///< in a row
  CircuitState circuit = CircuitState::Closed;
};

/// What the workers of one sink share.
/// Threads: the lane and the circuit belong to the worker that has the turn; the rest locks or is
/// atomic.
struct FlushShared {
  FlushShared(SinkQueue& sinkQueue, FlushListener& flushListener, const Clock& theClock)
      : queue(sinkQueue), listener(flushListener), clock(theClock) {}

  SinkQueue& queue;
  FlushListener& listener;
  const Clock& clock;
  RetryPolicy retry;
  std::uint64_t jitterSeed = 0;
  std::vector<TablePolicy> policies;
  std::unique_ptr<StoreLane> lane;
  Circuit circuit;

  std::atomic<std::uint32_t> committing{0};
  std::atomic<std::uint32_t> holding{0};  ///< a chunk, whatever is done with it or awaited
  std::atomic<std::uint64_t> retries{0};

  void setBatchSize(const BatchSize& size);
  void setBatchRowsMax(std::size_t rowsMax);
  void onCommitTime(std::size_t rows, std::chrono::microseconds duration);
  void setTrouble(const SinkTrouble& now);
  std::optional<SinkTrouble> currentTrouble() const;
  /// Returns whether there was trouble.
  bool clearTrouble();

  mutable Mutex mutex;
  BatchSize batchSize GUARDED_BY(mutex){limits::kBatchRowsDefault, limits::kTargetCommitDefault};
  std::optional<SinkTrouble> trouble GUARDED_BY(mutex);
};

/// Threads: one, its own.
class FlushWorker {
 public:
  FlushWorker(std::uint32_t index, FlushShared& shared);

  /// Works until the queue says to leave.
  void run();

 private:
  enum class Outcome : std::uint8_t { Settled, GivenUp };

  Outcome settleChunk(Chunk& chunk);
  bool doAction(const FlushAction& action, const Chunk& chunk, FlushAttempt& attempt);
  void prepare(const Chunk& chunk, IndexRange range);
  void commit(const FlushAction& action, const Chunk& chunk, FlushAttempt& attempt);
  void bury(const FlushAction& action, const Chunk& chunk, FlushAttempt& attempt);
  void reopen(FlushAttempt& attempt);
  void noteBurst(SteadyTime until);
  void resolveUnknown(const Chunk& chunk, FlushAttempt& attempt);
  CommitResult send(const CommitRequest& request);
  void report(const std::optional<SettledPart>& part, const Chunk& chunk);
  void noteTrouble(const CommitResult& result, const FlushAttempt& attempt);
  double random();

  const std::uint32_t m_index;
  FlushShared& m_shared;
  Batcher m_batcher;
  Batch m_batch;
  BuildResult m_built;
  IndexRange m_prepared;  // what m_batch and m_built are of
  std::vector<ShardStep> m_steps;
  DeadLetter m_letter;
  CommitResult m_result;
  std::chrono::microseconds m_commitTime{0};
  std::mt19937_64 m_random;
};

}  // namespace penstock
