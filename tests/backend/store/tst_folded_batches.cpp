// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>
#include <string>
#include <vector>

#include "tests/backend/store/random_changes.h"
#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/one_chunk.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

/// Columns with and without defaults, and no constraints beside the keys: an error of a constraint
/// that only a folded-away version would have met may go unseen.
constexpr std::string_view kSchema = R"(
  CREATE TABLE players(id INTEGER PRIMARY KEY, moves INTEGER DEFAULT 5, status TEXT, pace REAL);
  CREATE TABLE slots(name TEXT PRIMARY KEY NOT NULL, player INTEGER, note TEXT DEFAULT 'free');
)";

/// A database and what became of the change sets that came to it.
struct Target {
  SqliteFixture fixture{kSchema};
  std::vector<Sequence> buried;
  Sequence checkpoint = kNoSequence;

  void flush(std::span<const WindowEntry> entries, const std::vector<TablePolicy>& policies) {
    Batcher batcher(policies);
    const auto more = flushChunk(fixture.lane(), batcher, fixture.catalog(), entries, checkpoint);
    buried.insert(buried.end(), more.begin(), more.end());
  }
  Rows rows() {
    Rows rows = fixture.rows("SELECT * FROM players ORDER BY id");
    const Rows others = fixture.rows("SELECT * FROM slots ORDER BY name");
    rows.insert(rows.end(), others.begin(), others.end());
    return rows;
  }
};

}  // namespace

/// What the batcher folds and SQLite applies at once ends as it does one by one.
class TestFoldedBatches : public QObject {
  Q_OBJECT

 private slots:
  void oneBatchEndsAsOneByOne() {
    std::random_device device;
    std::size_t letters = 0;
    for (int run = 0; run < 15; ++run) {
      const std::uint32_t seed = device();
      RandomChanges source(seed);
      const auto policies = source.policies();
      Target folded;
      Target oneByOne;
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
