// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/backend/store/random_changes.h"
#include "tests/support/one_chunk.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

/// In the words that both databases know.
constexpr std::string_view kSchema =
    "CREATE TABLE players(id bigint PRIMARY KEY, moves bigint DEFAULT 5, status text,"
    " pace double precision);"
    "CREATE TABLE slots(name text PRIMARY KEY NOT NULL, player bigint, note text DEFAULT 'free')";
constexpr const char* kPlayers =
    "SELECT id, coalesce(moves, -1), CAST(coalesce(CAST(status AS integer), -1) AS integer),"
    " CAST(coalesce(pace * 4, -1) AS integer) FROM players ORDER BY id";
constexpr const char* kSlots =
    "SELECT length(name), length(replace(name, '1', '')), length(replace(name, '2', '')),"
    " coalesce(player, -1), length(coalesce(note, '')) FROM slots ORDER BY name";

/// A database and what became of the change sets that came to it.
template <typename Fixture>
struct Target {
  Fixture fixture{kSchema};
  std::vector<Sequence> buried;
  Sequence checkpoint = kNoSequence;

  void flush(std::span<const WindowEntry> entries, const std::vector<TablePolicy>& policies) {
    Batcher batcher(policies);
    const auto more = flushChunk(fixture.lane(), batcher, fixture.catalog(), entries, checkpoint);
    buried.insert(buried.end(), more.begin(), more.end());
  }
  Rows rows() {
    Rows rows = fixture.rows(kPlayers);
    const Rows others = fixture.rows(kSlots);
    rows.insert(rows.end(), others.begin(), others.end());
    return rows;
  }
};

}  // namespace

/// What the batcher folds and PostgreSQL applies at once ends as SQLite does one by one.
class TestFoldedBatches : public QObject {
  Q_OBJECT

 private slots:
  void oneBatchEndsAsOneByOneInSqlite() {
    std::random_device device;
    std::size_t letters = 0;
    for (int run = 0; run < 15; ++run) {
      const std::uint32_t seed = device();
      RandomChanges source(seed);
      const auto policies = source.policies();
      Target<PostgresFixture> folded;
      Target<SqliteFixture> oneByOne;
      // Two batches: the second one meets the rows of the first.
      for (std::uint32_t batch = 0; batch < 2; ++batch) {
        const auto entries = source.entries(folded.fixture.catalog(), batch * 100);
        folded.flush(entries, policies);
        for (const WindowEntry& entry : entries) oneByOne.flush(std::span(&entry, 1), policies);
      }
      QVERIFY2(folded.rows() == oneByOne.rows(), qPrintable(QString("seed %1").arg(seed)));
      QVERIFY2(folded.buried == oneByOne.buried, qPrintable(QString("seed %1").arg(seed)));
      letters += folded.buried.size();
    }
    QVERIFY(letters > 0);
  }
};

PENSTOCK_TEST(TestFoldedBatches)

}  // namespace penstock::test

#include "tst_folded_batches.moc"
