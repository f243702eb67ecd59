// SPDX-License-Identifier: Apache-2.0
// A sink's backlog in memory with all that is decided about its order, the same to whoever locks
// and waits, however many lanes there are: one lane takes strict turns (window, lanes), several
// share the work by shards (shard_window, shard_checkpoints).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "queue/commit_plan.h"
#include "queue/shard_window.h"
#include "queue/window.h"

namespace penstock {

/// Threads: one at a time; the caller locks. The bytes of a taken chunk may be read meanwhile.
class Backlog {
 public:
  using Again = ShardWindow::Again;

  virtual ~Backlog() = default;
  virtual bool hasRoom() const = 0;
  /// Errors: as Window::push.
  virtual Status push(const QueuedRecord& record) = 0;
  /// False: nothing may be taken before something is settled or pushed. Expects: something waits,
  /// within `limits.upTo`. `workers`: that share the work.
  virtual bool take(const TakeLimits& limits, std::uint32_t workers, Chunk& chunk) = 0;
  /// A place in the order of commits with nothing in it. Expects: one lane; with several there is
  /// no such order.
  virtual void takeNothing(Chunk& chunk) = 0;
  /// It is the chunk's turn. With several lanes always.
  virtual bool mayCommit(const Chunk& chunk) const = 0;
  /// For a commit of `entries`: of the chunk, or of released letters while no other chunk may be
  /// taken. To be asked anew for each try.
  virtual CommitPlan planFor(const Chunk& chunk, std::span<const WindowEntry> entries) = 0;
  /// What settled() will be when that commit is in the store.
  virtual Sequence settledWith(std::span<const WindowEntry> entries) const = 0;
  /// That commit is in the store.
  virtual void settle(const Chunk& chunk, std::span<const WindowEntry> entries,
                      std::span<const ShardStep> steps) = 0;
  /// What of the chunk begins at `from` is taken again later; ends the chunk. With one lane never:
  /// there a chunk is kept until it is settled.
  virtual void giveBack(Chunk& chunk, std::size_t from, Again again) = 0;
  /// All of it is settled. Expects: its turn.
  virtual void complete(Chunk& chunk) = 0;
  /// It stays in the journal. Expects: nothing is wanted of this backlog any more.
  virtual void abandon(Chunk& chunk) = 0;

  /// Everything up to here is settled, in all shards.
  virtual Sequence settled() const = 0;
  /// Where a restart would begin: the journal has to keep what follows.
  virtual Sequence start() const = 0;
  /// Part of load(), which costs more than to push a record.
  virtual Waiting waiting() const = 0;
  virtual WindowLoad load() const = 0;
  /// Of the shards that have or had work, and of all shards; with one lane there are none.
  virtual std::vector<ShardLoad> shards() const = 0;
  virtual void checkInvariants() const = 0;
};

/// `settled`: the checkpoint that the store holds.
std::unique_ptr<Backlog> makeBacklog(std::uint64_t bytesMax, Sequence settled);
/// Of a sink with several lanes. `held`: by the store.
std::unique_ptr<Backlog> makeShardedBacklog(std::uint64_t bytesMax, std::span<const ShardMark> held,
                                            TouchedBy touchedBy);

}  // namespace penstock
