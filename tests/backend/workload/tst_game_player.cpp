// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <map>
#include <string>

#include "tests/support/test_main.h"
#include "workload/game_player.h"

namespace penstock::test {
namespace {

/// What a database would hold: columns by name, by table and key.
using Rows = std::map<std::string, std::map<std::string, Value>>;

std::string rowName(const Change& change) {
  std::string name = change.table;
  for (const auto& [column, value] : change.key) name += " " + toDisplayText(value.view());
  return name;
}

void applyTo(Rows& rows, const ChangeSet& set) {
  for (const Change& change : set.changes) {
    const std::string name = rowName(change);
    const bool present = rows.contains(name);
    if (change.operation == Operation::Update && !present) qFatal("update of no row");
    auto& row = rows[name];
    for (const auto& [column, value] : change.set) row[column] = value;
    for (const auto& [column, delta] : change.add) {
      const std::int64_t before = row.contains(column) ? row[column].view().asInteger() : 0;
      row[column] = Value::integer(before + delta.view().asInteger());
    }
  }
}

}  // namespace

class TestGamePlayer : public QObject {
  Q_OBJECT

 private slots:
  void ledgerSaysWhatTheDatabaseHoldsAfterEachWrite() {
    GamePlayer player(7);
    QVERIFY(!player.row());
    Rows rows;
    for (std::uint32_t i = 0; i < 2 * GamePlayer::kWritesPerRound + 40; ++i) {
      applyTo(rows, player.next());
      player.accepted();
      const auto& row = rows["players 7"];
      QVERIFY(player.row().has_value());
      QCOMPARE(row.at("status").view().asText(), std::string_view(player.row()->status));
      QCOMPARE(row.at("moves").view().asInteger(), player.row()->moves);
      QCOMPARE(row.at("last_move").view().asInteger(), player.row()->lastMove);
      QCOMPARE(row.at("round").view().asInteger(), player.row()->round);
      QCOMPARE(row.at("slot").view().isNull(), !player.row()->slot.has_value());
    }
    QCOMPARE(player.row()->round, std::int64_t{3});
    for (std::uint32_t n = 1; n <= GamePlayer::kMovesPerRound; ++n) {
      const auto& move = rows["moves 7 " + std::to_string(n)];
      const std::int64_t round = player.roundOfMove(n);
      QCOMPARE(move.at("round").view().asInteger(), round);
      QCOMPARE(move.at("field").view().asInteger(), GamePlayer::field(7, round, n));
      QCOMPARE(round, std::int64_t{n <= 38 ? 3 : 2});
    }
  }

  void refusedWriteIsOfferedAgain() {
    GamePlayer player(1);
    for (std::uint32_t i = 0; i < 10; ++i) {
      const ChangeSet first = player.next();
      const ChangeSet second = player.next();
      QCOMPARE(first.changes.size(), second.changes.size());
      QCOMPARE(rowName(first.changes[0]), rowName(second.changes[0]));
      player.accepted();
    }
    QCOMPARE(player.row()->moves, std::int64_t{8});
  }

  void writesOfAPlayerAreOneGroup() {
    GamePlayer player(12);
    for (std::uint32_t i = 0; i < GamePlayer::kWritesPerRound; ++i) {
      QCOMPARE(player.next().group, std::string("player:12"));
      player.accepted();
    }
    QCOMPARE(player.row()->status, std::string("done"));
    QVERIFY(!player.row()->slot);
  }

  void fieldsLieOnTheBoard() {
    for (std::int64_t id = 1; id < 50; ++id) {
      for (std::uint32_t n = 1; n <= GamePlayer::kMovesPerRound; ++n) {
        const std::int64_t field = GamePlayer::field(id, 5, n);
        QVERIFY(field >= 0 && field < 64);
      }
    }
  }
};

PENSTOCK_TEST(TestGamePlayer)

}  // namespace penstock::test

#include "tst_game_player.moc"
