// SPDX-License-Identifier: Apache-2.0
// One player's script and ledger: which change set comes next, and what the database must hold once
// all that was accepted is persisted. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "model/change_set.h"

namespace penstock {

/// Threads: one.
class GamePlayer {
 public:
  static constexpr std::uint32_t kWritesPerRound = 150;
  static constexpr std::uint32_t kMovesPerRound = kWritesPerRound - 3;

  explicit GamePlayer(std::int64_t id) : m_id(id) {}

  /// The next change set of the script; the same until accepted() is called.
  ChangeSet next() const;
  /// It was accepted: the ledger moves on.
  void accepted();

  std::int64_t id() const { return m_id; }
  /// What `players` must hold; nothing before the first sign-in.
  struct Row {
    std::string status;
    std::optional<std::int64_t> slot;
    std::int64_t moves = 0;
    std::int64_t lastMove = 0;
    std::int64_t round = 0;
  };
  const std::optional<Row>& row() const { return m_row; }
  /// The round in which move `number` (from 1) was last made by this run; 0: never.
  std::int64_t roundOfMove(std::uint32_t number) const { return m_moveRounds[number - 1]; }

  /// Where a move went: a function of player, round and number, so that the check can know it.
  static std::int64_t field(std::int64_t player, std::int64_t round, std::uint32_t number);

 private:
  std::uint32_t moveNumber() const { return m_step - 1; }

  const std::int64_t m_id;
  std::uint32_t m_step = 0;  // 0 sign in, 1 take a slot, 2.. moves, last: leave
  std::int64_t m_round = 1;
  std::optional<Row> m_row;
  std::array<std::int64_t, kMovesPerRound> m_moveRounds{};
};

}  // namespace penstock
