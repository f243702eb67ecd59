// SPDX-License-Identifier: Apache-2.0
// What a commit takes along beside its rows: how the checkpoints move, which ones must stand where
// they were, and whether what it refuses may be told for good.
#pragma once

#include <cstdint>
#include <vector>

#include "model/ids.h"

namespace penstock {

/// The checkpoint of `shard` moves from `expected` to `next`.
struct ShardStep {
  Shard shard{};
  Sequence expected{};
  Sequence next{};
};

/// A checkpoint as the store holds it.
struct ShardMark {
  Shard shard{};
  Sequence settled{};
};

/// Whether everything journaled before a request is settled when it is sent. Always, with one lane.
enum class Earlier : std::uint8_t { AllSettled, SomePending };

struct CommitPlan {
  std::vector<ShardStep> steps;
  /// Other checkpoints that are in the store. It may hold more by now; if it holds less, it was
  /// taken back, which the steps alone do not show when their shards had nothing to do since.
  std::vector<ShardMark> others = {};
  Earlier earlier = Earlier::AllSettled;
};

}  // namespace penstock
