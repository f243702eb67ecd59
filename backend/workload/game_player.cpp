// SPDX-License-Identifier: Apache-2.0
#include "workload/game_player.h"

#include <utility>

namespace penstock {
namespace {

Change change(const char* table, Operation operation, std::vector<NamedValue> key) {
  Change made;
  made.table = table;
  made.operation = operation;
  made.key = std::move(key);
  return made;
}

}  // namespace

std::int64_t GamePlayer::field(std::int64_t player, std::int64_t round, std::uint32_t number) {
  return (player * 31 + round * 17 + number * 7) % 64;
}

ChangeSet GamePlayer::next() const {
  ChangeSet set;
  set.group = "player:" + std::to_string(m_id);
  const std::vector<NamedValue> me{{"id", Value::integer(m_id)}};
  if (m_step == 0) {
    Change signIn = change("players", Operation::Upsert, me);
    signIn.set = {{"name", Value::text("player " + std::to_string(m_id))},
                  {"status", Value::text("waiting")},
                  {"slot", Value::null()},
                  {"moves", Value::integer(0)},
                  {"last_move", Value::integer(0)},
                  {"round", Value::integer(m_round)}};
    set.changes = {std::move(signIn)};
  } else if (m_step == 1 || m_step == kWritesPerRound - 1) {
    const bool enters = m_step == 1;
    Change player = change("players", Operation::Update, me);
    player.set = {{"status", Value::text(enters ? "playing" : "done")},
                  {"slot", enters ? Value::integer(m_id) : Value::null()}};
    Change slot = change("slots", Operation::Upsert, me);
    slot.set = {{"player", enters ? Value::integer(m_id) : Value::null()}};
    set.changes = {std::move(player), std::move(slot)};
  } else {
    const std::uint32_t number = moveNumber();
    Change move = change("moves", Operation::Upsert,
                         {{"player", Value::integer(m_id)}, {"number", Value::integer(number)}});
    move.set = {{"field", Value::integer(field(m_id, m_round, number))},
                {"round", Value::integer(m_round)}};
    Change player = change("players", Operation::Update, me);
    player.set = {{"last_move", Value::integer(number)}};
    player.add = {{"moves", Value::integer(1)}};
    set.changes = {std::move(move), std::move(player)};
  }
  return set;
}

void GamePlayer::accepted() {
  if (m_step == 0) {
    m_row = Row{"waiting", std::nullopt, 0, 0, m_round};
  } else if (m_step == 1) {
    m_row->status = "playing";
    m_row->slot = m_id;
  } else if (m_step == kWritesPerRound - 1) {
    m_row->status = "done";
    m_row->slot.reset();
  } else {
    m_row->moves += 1;
    m_row->lastMove = moveNumber();
    m_moveRounds[moveNumber() - 1] = m_round;
  }
  if (++m_step == kWritesPerRound) {
    m_step = 0;
    ++m_round;
  }
}

}  // namespace penstock
