// SPDX-License-Identifier: Apache-2.0
// Who may commit when, in a sink with one lane: strict turns in the order in which chunks were
// taken, and one checkpoint for everything. With several lanes, shard_window decides who may
// commit, and shard_checkpoints holds the steps that go with it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/ids.h"
#include "queue/commit_plan.h"
#include "queue/window.h"

namespace penstock {

/// Threads: one at a time; the caller locks.
class Lanes {
 public:
  /// `settled`: the checkpoint that the store holds.
  explicit Lanes(Sequence settled) : m_settled(settled) {}

  /// It is this chunk's turn; it stays so until release().
  bool mayCommit(Ticket ticket) const;
  /// The steps with which the chunk that has its turn settles everything up to `next`. What
  /// belongs to the journal up to settled() moves nothing.
  std::vector<ShardStep> stepsTo(Sequence next) const;
  /// Those steps are in the store.
  void settle(std::span<const ShardStep> steps);
  /// The chunk is settled as a whole: the next one's turn.
  void release(Ticket ticket);

  /// Everything up to here is settled, in all shards.
  Sequence settled() const { return m_settled; }

 private:
  Sequence m_settled;
  std::uint64_t m_turn = 1;
};

}  // namespace penstock
