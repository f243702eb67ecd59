// SPDX-License-Identifier: Apache-2.0
// One chunk on its way into the store: turns what FlushAttempt decides into requests, and the
// store's answers into what is settled by them. It neither waits nor calls the store: a flush
// worker does both, and a simulation lets time pass between the two.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "flush/batcher.h"
#include "flush/flush_attempt.h"
#include "flush/flush_listener.h"
#include "queue/lanes.h"
#include "queue/window.h"
#include "store/store.h"

namespace penstock {

/// Threads: one; each worker has its own. Owns: the batch, whose memory later ones use again.
class ChunkFlush {
 public:
  explicit ChunkFlush(const std::vector<TablePolicy>& policies) : m_batcher(policies) {}

  /// Prepares the batch of the whole chunk, before its turn has come. Both outlive what follows.
  void begin(const Chunk& chunk, const RetryPolicy& retry, Circuit& circuit);

  FlushAction next(SteadyTime now) const { return m_attempt->next(now); }
  /// The last sequence that a Commit or Bury settles.
  Sequence lastOf(const FlushAction& action) const;
  /// What to ask of the store for a Commit or Bury that takes `steps`, which end at lastOf(action).
  /// Nothing when no batch can be built of it: then the next action is another one. Borrows from
  /// the chunk and from this, until the next call.
  std::optional<CommitRequest> request(const FlushAction& action, std::vector<ShardStep> steps,
                                       WallTime now);
  /// The store's answer to it.
  std::optional<SettledPart> onCommit(const CommitResult& result, SteadyTime now, double random);
  void onWaited() { m_attempt->onWaited(); }
  void onReopened(const Status& status, SteadyTime now, double random);
  std::optional<SettledPart> onCheckpoints(const Result<std::vector<Checkpoint>>& checkpoints,
                                           SteadyTime now, double random);

  /// Of what the last answer settled; without the commit time.
  SettledNews newsOf(const SettledPart& part) const;
  /// When that was buried: what is kept of it. Nothing when a letter was retried that is gone.
  const std::optional<DeadLetter>& letter() const { return m_letter; }
  const std::vector<ShardStep>& steps() const { return m_steps; }  ///< of the last request
  std::uint64_t changes() const { return m_batch.changes; }        ///< of the last batch
  const CommitResult& lastAnswer() const { return m_result; }
  /// Failures in a row; 0: the last answer was no transient failure.
  std::uint32_t failures() const { return m_attempt->failures(); }

 private:
  void prepare(IndexRange range);
  DeadLetter letterOf(const FlushAction& action, WallTime now) const;

  Batcher m_batcher;
  Batch m_batch;
  BuildResult m_built;
  IndexRange m_prepared;  // what m_batch and m_built are of
  const Chunk* m_chunk = nullptr;
  std::optional<FlushAttempt> m_attempt;
  std::vector<ShardStep> m_steps;
  std::optional<DeadLetter> m_letter;
  CommitResult m_result;
};

/// Where `checkpoints`, read after an unknown commit of `steps`, stand.
CheckpointPlace placeOf(const std::vector<Checkpoint>& checkpoints,
                        const std::vector<ShardStep>& steps);

}  // namespace penstock
