// SPDX-License-Identifier: Apache-2.0
// The checkpoints of a sink with several lanes: one for each shard, and one for all of them. The
// first ones move with each commit of their shard, and say what a restart has to skip. The last one
// is carried by one commit at a time, up to where everything is settled: so a shard without work
// holds nothing back, and a restart reads again only what came after it.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "model/ids.h"
#include "queue/commit_plan.h"
#include "queue/window.h"

namespace penstock {

/// Where an entry's checkpoint is kept. What an operator decides about letters concerns all shards.
Shard shardOf(const WindowEntry& entry);

/// Threads: one at a time; the caller locks.
class ShardCheckpoints {
 public:
  /// `held`: by the store; where it holds none, nothing is settled.
  explicit ShardCheckpoints(std::span<const ShardMark> held);

  /// Everything up to here is settled in the store, in all shards: a restart begins behind it, and
  /// the journal must keep what follows.
  Sequence start() const;
  /// Of the shard alone.
  Sequence settled(Shard shard) const { return m_settled[toIndex(shard)]; }
  bool isSettled(Shard shard, Sequence sequence) const;

  /// The steps that settle `entries`, in the order of shards, in which the store locks them.
  /// `all`: up to here everything is settled then; the chunk carries that if no other one does.
  /// Expects: no other chunk has entries of their shards.
  std::vector<ShardStep> stepsFor(Ticket chunk, std::span<const WindowEntry> entries, Sequence all);
  bool isCarried() const { return m_carrier.has_value(); }
  /// The chunk, and no other one, carries the checkpoint for all. Expects: !isCarried().
  void carry(Ticket chunk);
  /// All checkpoints that these steps do not move.
  std::vector<ShardMark> othersThan(std::span<const ShardStep> steps) const;
  /// Those steps are in the store.
  void settle(Ticket chunk, std::span<const ShardStep> steps);
  /// The chunk asks for nothing more. Expects: none of its commits may still happen.
  void release(Ticket chunk);

 private:
  std::array<Sequence, kShardCount + 1> m_settled{};  // by shard
  std::optional<Ticket> m_carrier;                    // of the checkpoint for all
};

}  // namespace penstock
