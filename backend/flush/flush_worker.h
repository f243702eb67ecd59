// SPDX-License-Identifier: Apache-2.0
// One flush worker: takes a chunk, prepares its batch while others commit, waits for its turn, and
// does what ChunkFlush says until the chunk is settled. The threads are in flush_pool.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "flush/batch_size.h"
#include "flush/chunk_flush.h"
#include "flush/circuit.h"
#include "flush/flush_listener.h"
#include "flush/hold/hold_book.h"
#include "flush/hold/hold_review.h"
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
/// Threads: with one lane, lane, circuit, book and review belong to the worker that has the turn.
/// With several, `decisions` protects circuit and book, and the review belongs to the worker that
/// settles a decision of an operator, which it does alone. The rest locks or is atomic.
struct FlushShared {
  FlushShared(SinkQueue& sinkQueue, FlushListener& flushListener, const Clock& theClock,
              const std::vector<TablePolicy>& tablePolicies = {}, LetterAccess letters = {},
              StoreTakes storeTakes = StoreTakes::Rows)
      : queue(sinkQueue),
        listener(flushListener),
        clock(theClock),
        takes(storeTakes),
        policies(tablePolicies),
        book(tablePolicies),
        review(book, tablePolicies, std::move(letters)),
        reviewWanted(review.isNeeded()) {}

  SinkQueue& queue;
  FlushListener& listener;
  const Clock& clock;
  RetryPolicy retry;
  std::uint64_t jitterSeed = 0;
  const StoreTakes takes;
  const std::vector<TablePolicy> policies;
  std::unique_ptr<StoreLane> lane;
  /// With several lanes, of which each worker opens one. Threads: any.
  std::function<Result<std::unique_ptr<StoreLane>>()> openLane;
  Mutex decisions;  // around what takes no time and asks nobody
  Mutex telling;    // around calls of the listener
  Circuit circuit;
  HoldBook book;
  HoldReview review;
  /// Letters were decided, a pause was lifted, or the sink has started: what they held may go.
  std::atomic<bool> reviewWanted;
  bool isLifted = false;  ///< a pause, since the last review began; of who has the turn

  std::atomic<std::uint32_t> committing{0};
  std::atomic<std::uint32_t> lanesMissing{0};  ///< that could not be opened, and are tried again
  std::atomic<std::uint32_t> holding{0};       ///< a chunk, whatever is done with it or awaited
  std::atomic<std::uint64_t> retries{0};

  void setBatchSize(const BatchSize& size);
  void setBatchRowsMax(std::size_t rowsMax);
  void onCommitTime(std::size_t rows, std::chrono::microseconds duration);
  void setTrouble(const SinkTrouble& now);
  std::optional<SinkTrouble> currentTrouble() const;
  /// Returns whether there was trouble.
  bool clearTrouble();
  void setHolds(const HoldState& now);
  HoldState currentHolds() const;
  /// These tables wait from the next commit on. Expects: one lane, or none of them.
  void setPauses(std::vector<PausedTable> now);
  /// Every commit from now on knows what was said last.
  bool arePausesInEffect() const;
  /// What was decided, or said of pauses, may free letters that have not gone yet.
  bool isReviewing() const;
  /// Tells the book. With one lane by who has the turn; with several there is nothing to tell.
  void takePauses() REQUIRES(decisions);

  mutable Mutex mutex;
  BatchSize batchSize GUARDED_BY(mutex){limits::kBatchRowsDefault, limits::kTargetCommitDefault};
  std::optional<SinkTrouble> trouble GUARDED_BY(mutex);
  HoldState holds GUARDED_BY(mutex);
  std::vector<PausedTable> pauses GUARDED_BY(mutex);
  std::atomic<std::uint64_t> pausesSaid{0};   // counts setPauses()
  std::atomic<std::uint64_t> pausesTaken{0};  // the last one that the book was told
};

/// Threads: one, its own.
class FlushWorker {
 public:
  FlushWorker(std::uint32_t index, FlushShared& shared);

  /// Works until the queue says to leave.
  void run();
  /// Releases what may go since the last start. Expects: nobody has a turn yet.
  void reviewFirst();

 private:
  enum class Outcome : std::uint8_t { Settled, GivenUp, GivenBack };

  bool openLane();
  void noteRecovery() REQUIRES(m_shared.telling);
  Outcome settleChunk(Chunk& chunk);
  Outcome settle(ChunkFlush& flush, Chunk& chunk);
  Outcome settleNothing(const Chunk& chunk);
  void takePauses();
  bool mayReview(const ChunkFlush& flush, const Chunk& chunk);
  bool review(const Chunk& chunk);
  bool releasePages();
  Outcome stopSink(const Status& why);
  bool readPage(const LetterQuery& query);
  FlushAction nextOf(const ChunkFlush& flush);
  SinkQueue::Next doAction(ChunkFlush& flush, const FlushAction& action, const Chunk& chunk);
  SinkQueue::Next passGate(const ChunkFlush& flush, const FlushAction& action, const Chunk& chunk);
  void wait(ChunkFlush& flush, const FlushAction& action);
  void commit(ChunkFlush& flush, const FlushAction& action);
  void noteBurst(SteadyTime until);
  CommitResult send(const CommitRequest& request);
  void report(ChunkFlush& flush, const std::optional<SettledPart>& part);
  void noteHolds(const ChunkFlush& flush, const SettledNews& news);
  void noteTrouble(ChunkFlush& flush);
  void tellTrouble(SinkTrouble trouble, SteadyTime nextTry);
  double random();

  const std::uint32_t m_index;
  FlushShared& m_shared;
  ChunkFlush m_flush;
  ChunkFlush m_release;  // of what a review hands out
  std::unique_ptr<StoreLane> m_ownLane;
  StoreLane* m_lane = nullptr;     // own or shared
  const Chunk* m_taken = nullptr;  // from the queue
  std::chrono::microseconds m_commitTime{0};
  std::mt19937_64 m_random;
};

}  // namespace penstock
