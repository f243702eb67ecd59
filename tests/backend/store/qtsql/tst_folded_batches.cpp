// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "intake/change_set_encoder.h"
#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/one_chunk.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

constexpr std::string_view kSchema = R"(
  CREATE TABLE players(id BIGINT PRIMARY KEY, moves INT DEFAULT 5, status VARCHAR(20));
  CREATE TABLE slots(name VARCHAR(20) COLLATE utf8mb4_nopad_bin PRIMARY KEY, player BIGINT,
                     note VARCHAR(20) DEFAULT 'free');
)";
constexpr std::string_view kSqliteSchema = R"(
  CREATE TABLE players(id INTEGER PRIMARY KEY, moves INTEGER DEFAULT 5, status TEXT);
  CREATE TABLE slots(name TEXT PRIMARY KEY NOT NULL, player INTEGER, note TEXT DEFAULT 'free');
)";
constexpr const char* kSelectPlayers = "SELECT id, moves, status FROM players ORDER BY id";
constexpr const char* kSelectSlots = "SELECT name, player, note FROM slots ORDER BY name";

/// Change sets over few rows of two tables.
class Source {
 public:
  explicit Source(unsigned seed) : m_random(seed) {}
  int below(int end) { return std::uniform_int_distribution(0, end - 1)(m_random); }

  ChangeSet next() {
    ChangeSet set;
    for (int left = 1 + below(3); left > 0; --left) {
      set.changes.push_back(below(2) == 0 ? player() : slot());
    }
    return set;
  }

 private:
  Operation operation() { return Operation{static_cast<std::uint8_t>(1 + below(4))}; }

  Change player() {
    Change change{"players", operation(), {{"id", Value::integer(below(9))}}, {}, {}};
    if (change.operation == Operation::Delete) return change;
    if (below(2) == 0) change.add.push_back({"moves", Value::integer(1 + below(9))});
    change.set.push_back(
        {"status", below(3) == 0 ? Value::null() : Value::text(std::to_string(below(9)))});
    return change;
  }

  Change slot() {
    const std::string name = "slot " + std::to_string(below(9));
    Change change{"slots", operation(), {{"name", Value::text(name)}}, {}, {}};
    if (change.operation == Operation::Delete) return change;
    change.set.push_back({"player", Value::integer(below(9))});
    if (below(2) == 0) change.set.push_back({"note", Value::text("note")});
    return change;
  }

  std::mt19937 m_random;
};

Rows both(Rows players, const Rows& others) {
  players.insert(players.end(), others.begin(), others.end());
  for (std::string& row : players) std::erase(row, '\'');
  return players;
}

}  // namespace

/// What the batcher folds and MariaDB applies at once ends as it does in SQLite, dead letters too.
class TestFoldedBatches : public QObject {
  Q_OBJECT

 private slots:
  void foldedBatchesEndAsInSqlite() {
    Source source(newSeed());
    std::size_t letters = 0;
    for (int run = 0; run < 8; ++run) {
      std::vector<TablePolicy> policies(2);
      policies[0].name = "players";
      policies[1].name = "slots";
      for (TablePolicy& policy : policies) {
        policy.missing = source.below(2) == 0 ? MissingPolicy::Error : MissingPolicy::Ignore;
        policy.conflict = ConflictPolicy{static_cast<std::uint8_t>(source.below(3))};
        policy.coalesce = source.below(4) != 0;
      }
      MariaDbFixture fixture(kSchema);
      SqliteFixture sqlite(kSqliteSchema);
      Sequence ours = kNoSequence;
      Sequence theirs = kNoSequence;
      for (std::uint32_t batch = 0; batch < 3; ++batch) {
        std::vector<ChangeSet> sets(20);
        for (ChangeSet& set : sets) set = source.next();
        Batcher batcher(policies);
        const Encoded mine(sets, fixture.catalog(), batch * 100);
        const auto buried =
            flushChunk(fixture.lane(), batcher, fixture.catalog(), mine.entries, ours);
        Batcher reference(policies);
        const Encoded other(sets, sqlite.catalog(), batch * 100);
        const auto expected =
            flushChunk(sqlite.lane(), reference, sqlite.catalog(), other.entries, theirs);
        QVERIFY(buried == expected);
        QCOMPARE(both(fixture.rows(kSelectPlayers), fixture.rows(kSelectSlots)),
                 both(sqlite.rows(kSelectPlayers), sqlite.rows(kSelectSlots)));
        letters += buried.size();
      }
    }
    QVERIFY(letters > 0);
  }

 private:
  /// Entries of a window, and the bytes that they borrow.
  struct Encoded {
    Encoded(const std::vector<ChangeSet>& sets, const CatalogPointer& catalog,
            std::uint32_t after) {
      ChangeSetEncoder encoder;
      bytes.reserve(sets.size());
      for (const ChangeSet& set : sets) {
        const auto encoded = encoder.encode(set, catalog, {});
        CHECK(encoded.isOk());
        bytes.emplace_back(*encoded);
        const auto view = ChangeSetView::parse(bytes.back());
        CHECK(view.isOk());
        WindowEntry& entry = entries.emplace_back();
        entry.sequence = makeSequence(1, after + static_cast<std::uint32_t>(bytes.size()));
        entry.changes = view->changeCount();
        entry.bytes = bytes.back().size();
        entry.changeSet = *view;
      }
    }
    std::vector<std::string> bytes;
    std::vector<WindowEntry> entries;
  };
};

PENSTOCK_TEST(TestFoldedBatches)

}  // namespace penstock::test

#include "tst_folded_batches.moc"
