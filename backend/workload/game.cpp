// SPDX-License-Identifier: Apache-2.0
#include "workload/game.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/number_text.h"
#include "base/worker.h"
#include "workload/pacer.h"

namespace penstock {
namespace {

using namespace std::chrono_literals;

/// How long the players take to sign in, all together, when a rate is given.
constexpr auto kSignInTime = 60s;
constexpr std::size_t kPlayersMax = 1'000'000;

std::optional<std::int64_t> toInteger(const ReadCell& cell) {
  if (cell.isNull()) return std::nullopt;
  std::int64_t number = 0;
  const char* end = cell.text.data() + cell.text.size();
  const auto read = std::from_chars(cell.text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

Status differs(const std::string& what) {
  return {StatusCode::Conflict, "the database differs from what was accepted: " + what};
}

}  // namespace

std::string Game::schema() const {
  return "CREATE TABLE IF NOT EXISTS players (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
         "status TEXT NOT NULL, slot INTEGER, moves INTEGER NOT NULL DEFAULT 0, "
         "last_move INTEGER NOT NULL DEFAULT 0, round INTEGER NOT NULL DEFAULT 0);"
         "CREATE TABLE IF NOT EXISTS slots (id INTEGER PRIMARY KEY, player INTEGER);"
         "CREATE TABLE IF NOT EXISTS moves (player INTEGER NOT NULL, number INTEGER NOT NULL, "
         "field INTEGER NOT NULL, round INTEGER NOT NULL, PRIMARY KEY (player, number));";
}

Status Game::run(WorkloadContext& context) {
  const double wanted = static_cast<double>(kPlayers) * std::max(0.0, context.size);
  const auto count =
      static_cast<std::size_t>(std::clamp(wanted, 1.0, static_cast<double>(kPlayersMax)));
  m_players.clear();
  for (std::size_t i = 0; i < count; ++i) m_players.emplace_back(static_cast<std::int64_t>(i + 1));
  context.progress.setMessage(groupedNumber(static_cast<std::uint64_t>(count)) + " players");

  std::array<Status, kProducers> results;
  {
    std::vector<Worker> producers;
    for (std::size_t i = 0; i < kProducers; ++i) {
      producers.emplace_back("game-" + std::to_string(i), ThreadPriority::Background,
                             [this, &context, &results, i] { results[i] = play(context, i); });
    }
  }
  for (const Status& result : results) RETURN_IF_ERROR(result);
  return Status::ok();
}

/// One write for each signed-in player in turn, until a stop.
Status Game::play(WorkloadContext& context, std::size_t producer) {
  const std::unique_ptr<Client> client =
      context.port.openClient("game-" + std::to_string(producer), nullptr);
  Pacer pacer(context.ratePerSecond / static_cast<double>(kProducers), context.clock.steadyNow());
  const SteadyTime opened = context.clock.steadyNow();
  std::size_t next = producer;
  while (pacer.wait(context.clock, context.stop)) {
    const auto open = context.clock.steadyNow() - opened;
    const double share = context.ratePerSecond > 0 ? std::min(1.0, open / (kSignInTime * 1.0)) : 1;
    const auto present = static_cast<std::size_t>(share * static_cast<double>(m_players.size()));
    if (next >= std::max<std::size_t>(present, producer + 1)) next = producer;
    if (next >= m_players.size()) return Status::ok();  // fewer players than producers
    GamePlayer& player = m_players[next];
    SubmitOptions options;
    options.notifyAt = AckLevel::Accepted;
    options.deadline = context.clock.steadyNow() + 500ms;
    const Ack ack = client->submit(player.next(), options);
    if (ack.status.isOk()) {
      player.accepted();
      ++context.progress.done;
      next += kProducers;
    } else if (ack.status.code() == StatusCode::Overloaded ||
               ack.status.code() == StatusCode::Deadline ||
               ack.status.code() == StatusCode::Unavailable) {
      ++context.progress.rejected;
      context.stop.sleepUntil(context.clock.steadyNow() +
                              std::chrono::milliseconds(std::max(10u, ack.retryAfterMs)));
    } else {
      return ack.status;
    }
  }
  return Status::ok();
}

Result<std::string> Game::check(WorkloadContext& context) {
  std::uint64_t players = 0;
  std::uint64_t moves = 0;
  RETURN_IF_ERROR(comparePlayers(context, players));
  RETURN_IF_ERROR(compareMoves(context, moves));
  return "all " + groupedNumber(context.progress.done.load()) +
         " change sets are in the database: " + groupedNumber(players) + " players and " +
         groupedNumber(moves) + " moves are as accepted";
}

Status Game::comparePlayers(WorkloadContext& context, std::uint64_t& rows) const {
  Status found;
  const auto compare = [&](std::span<const ReadCell> cells) {
    const std::optional<std::int64_t> id = toInteger(cells[0]);
    if (!found.isOk() || !id || *id < 1 || static_cast<std::size_t>(*id) > m_players.size()) return;
    const auto& expected = m_players[static_cast<std::size_t>(*id - 1)].row();
    if (!expected) return;  // an earlier run's
    ++rows;
    const bool same = cells[1].text == expected->status && toInteger(cells[2]) == expected->slot &&
                      toInteger(cells[3]) == expected->moves &&
                      toInteger(cells[4]) == expected->lastMove &&
                      toInteger(cells[5]) == expected->round;
    if (!same) found = differs("player " + std::to_string(*id));
  };
  RETURN_IF_ERROR(context.readTable(
      "players", {"id", "status", "slot", "moves", "last_move", "round"}, compare));
  RETURN_IF_ERROR(found);
  const auto expected = static_cast<std::uint64_t>(std::count_if(
      m_players.begin(), m_players.end(), [](const GamePlayer& p) { return p.row().has_value(); }));
  if (rows == expected) return Status::ok();
  return differs(groupedNumber(expected - rows) + " players are missing");
}

Status Game::compareMoves(WorkloadContext& context, std::uint64_t& rows) const {
  Status found;
  const auto compare = [&](std::span<const ReadCell> cells) {
    const auto player = toInteger(cells[0]);
    const auto number = toInteger(cells[1]);
    if (!found.isOk() || !player || !number || *player < 1 || *number < 1) return;
    if (static_cast<std::size_t>(*player) > m_players.size()) return;
    if (*number > GamePlayer::kMovesPerRound) return;
    const auto move = static_cast<std::uint32_t>(*number);
    const std::int64_t round = m_players[static_cast<std::size_t>(*player - 1)].roundOfMove(move);
    if (round == 0) return;  // an earlier run's
    ++rows;
    if (toInteger(cells[2]) != GamePlayer::field(*player, round, move) ||
        toInteger(cells[3]) != round) {
      found = differs("move " + std::to_string(move) + " of player " + std::to_string(*player));
    }
  };
  RETURN_IF_ERROR(context.readTable("moves", {"player", "number", "field", "round"}, compare));
  RETURN_IF_ERROR(found);
  std::uint64_t expected = 0;
  for (const GamePlayer& player : m_players) {
    for (std::uint32_t n = 1; n <= GamePlayer::kMovesPerRound; ++n) {
      expected += player.roundOfMove(n) > 0 ? 1 : 0;
    }
  }
  if (rows == expected) return Status::ok();
  return differs(groupedNumber(expected - rows) + " moves are missing");
}

}  // namespace penstock
