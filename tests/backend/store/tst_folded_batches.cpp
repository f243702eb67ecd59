// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "intake/change_set_encoder.h"
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

/// Change sets over three rows of each table.
class Source {
 public:
  explicit Source(std::uint32_t seed) : m_random(seed) {}

  std::vector<TablePolicy> policies() {
    std::vector<TablePolicy> policies(2);
    policies[0].name = "players";
    policies[1].name = "slots";
    for (TablePolicy& policy : policies) {
      policy.missing = below(2) == 0 ? MissingPolicy::Error : MissingPolicy::Ignore;
      policy.conflict = ConflictPolicy{static_cast<std::uint8_t>(below(3))};
      policy.coalesce = below(4) != 0;
    }
    return policies;
  }

  ChangeSet next() {
    ChangeSet set;
    for (std::int64_t left = 1 + below(3); left > 0; --left) {
      set.changes.push_back(below(2) == 0 ? player() : slot());
    }
    return set;
  }

 private:
  std::int64_t below(std::int64_t end) {
    return std::uniform_int_distribution<std::int64_t>(0, end - 1)(m_random);
  }
  Operation operation() { return Operation{static_cast<std::uint8_t>(1 + below(4))}; }

  Change player() {
    Change change{"players", operation(), {{"id", Value::integer(below(3))}}, {}, {}};
    if (change.operation == Operation::Delete) return change;
    if (below(2) == 0) change.add.push_back({"moves", Value::integer(1 + below(9))});
    if (below(3) == 0) change.add.push_back({"pace", Value::real(0.25)});
    if (below(3) == 0) change.set.push_back({"status", Value::null()});
    if (change.set.empty()) change.set.push_back({"status", Value::text(std::to_string(below(9)))});
    return change;
  }

  Change slot() {
    const std::string name = "slot " + std::to_string(below(3));
    Change change{"slots", operation(), {{"name", Value::text(name)}}, {}, {}};
    if (change.operation == Operation::Delete) return change;
    if (below(3) == 0) {
      change.add.push_back({"player", Value::integer(below(9))});
    } else {
      change.set.push_back({"player", below(3) == 0 ? Value::null() : Value::integer(below(9))});
    }
    if (below(2) == 0) change.set.push_back({"note", Value::text("note")});
    return change;
  }

  std::mt19937 m_random;
};

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
      Source source(seed);
      const auto policies = source.policies();
      Target folded;
      Target oneByOne;
      // Two batches: the second one meets the rows of the first.
      for (std::uint32_t batch = 0; batch < 2; ++batch) {
        const auto entries = entriesFrom(source, folded.fixture.catalog(), batch * 100);
        folded.flush(entries, policies);
        for (const WindowEntry& entry : entries) oneByOne.flush(std::span(&entry, 1), policies);
      }
      QVERIFY2(folded.rows() == oneByOne.rows(), qPrintable(QString("seed %1").arg(seed)));
      QVERIFY2(folded.buried == oneByOne.buried, qPrintable(QString("seed %1").arg(seed)));
      letters += folded.buried.size();
    }
    QVERIFY(letters > 0);
  }

 private:
  std::vector<WindowEntry> entriesFrom(Source& source, const CatalogPointer& catalog,
                                       std::uint32_t after) {
    ChangeSetEncoder encoder;
    m_bytes.clear();
    m_bytes.reserve(12);
    std::vector<WindowEntry> entries(12);
    for (WindowEntry& entry : entries) {
      const auto encoded = encoder.encode(source.next(), catalog, {});
      CHECK(encoded.isOk());
      m_bytes.emplace_back(*encoded);
      const auto view = ChangeSetView::parse(m_bytes.back());
      CHECK(view.isOk());
      entry.sequence = makeSequence(1, after + static_cast<std::uint32_t>(m_bytes.size()));
      entry.changes = view->changeCount();
      entry.bytes = m_bytes.back().size();
      entry.changeSet = *view;
    }
    return entries;
  }

  std::vector<std::string> m_bytes;  // what entries borrow
};

PENSTOCK_TEST(TestFoldedBatches)

}  // namespace penstock::test

#include "tst_folded_batches.moc"
