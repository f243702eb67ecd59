// SPDX-License-Identifier: Apache-2.0
// The peak that began it all: 700 players sign in within minutes, each takes a slot and then makes
// some 150 writes, in order per player, many of them over two tables. Rounds follow one another
// over the same rows, so that the tables stay small however long it runs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "workload/game_player.h"
#include "workload/workload.h"

namespace penstock {

/// Threads: as Workload; run() has two producers of its own.
/// Limits: players = 700 × size, from 1 to 1,000,000.
class Game final : public Workload {
 public:
  static constexpr std::size_t kPlayers = 700;
  static constexpr std::size_t kProducers = 2;

  std::string name() const override { return "game"; }
  std::string schema() const override;
  Status run(WorkloadContext& context) override;
  Result<std::string> check(WorkloadContext& context) override;

 private:
  Status play(WorkloadContext& context, std::size_t producer);
  Status comparePlayers(WorkloadContext& context, std::uint64_t& rows) const;
  Status compareMoves(WorkloadContext& context, std::uint64_t& rows) const;

  std::vector<GamePlayer> m_players;  // the ledger; player i belongs to producer i % kProducers
};

}  // namespace penstock
