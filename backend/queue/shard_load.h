// SPDX-License-Identifier: Apache-2.0
// What a shard of a sink with several lanes has to do, and what it waits for: for people who look.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "model/ids.h"

namespace penstock {

struct ShardLoad {
  Shard shard{};                      ///< kAllShards: what operators decide about letters
  Sequence settled{};                 ///< its own checkpoint; kNoSequence: it never had work
  std::uint64_t waiting = 0;          ///< records in memory that no commit has taken
  std::uint64_t inFlight = 0;         ///< taken by a commit, and not settled
  std::optional<SteadyTime> arrived;  ///< of the oldest of both; nothing: none, or not found

  /// Why the first of what waits is not taken.
  enum class WaitsFor : std::uint8_t {
    Nothing,     ///< a worker can take it
    OwnCommit,   ///< the one that has taken from this shard
    Entry,       ///< `behind` touches the same: a row, a key that is named, a value that is unique
    Everything,  ///< all before it, of which `behind` is the oldest: it goes alone
    Decision,    ///< `behind`, an operator's decision, which concerns all shards
  } waitsFor = WaitsFor::Nothing;
  Sequence behind{};  ///< kNoSequence: it was not found among those that were looked at
  Shard behindIn{};
  bool isBehindInFlight = false;  ///< a commit has taken that one; else both may go together
};

}  // namespace penstock
