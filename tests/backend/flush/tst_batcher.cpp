// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "flush/batcher.h"
#include "tests/support/change_set_source.h"
#include "tests/support/fake_store.h"
#include "tests/support/one_chunk.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using T = TestTable;

Value number(std::int64_t value) { return Value::integer(value); }

TestChange change(T table, Operation operation, std::int64_t key,
                  std::vector<std::pair<std::uint32_t, Value>> set = {}) {
  return TestChange{table, operation, {number(key)}, std::move(set), {}};
}
TestChange player(Operation operation, std::int64_t key) {
  return change(T::Players, operation, key, {{2, number(7)}});
}
TestChange slot(Operation operation, std::int64_t key, std::int64_t ofPlayer) {
  return change(T::Slots, operation, key, {{1, number(ofPlayer)}});
}

std::vector<TablePolicy> policiesOf(bool coalesce, MissingPolicy missing, ConflictPolicy conflict) {
  std::vector<TablePolicy> policies;
  for (const Table& table : schemaOfEverything()->tables()) {
    TablePolicy policy;
    policy.name = table.name;
    policy.coalesce = coalesce;
    policy.missing = missing;
    policy.conflict = conflict;
    policies.push_back(policy);
  }
  return policies;
}

struct Flushed {
  FakeRows rows;
  std::vector<Sequence> deadLetters;
  std::uint64_t refusals = 0;
};

Flushed flush(const FakeRows& before, const std::vector<WindowEntry>& entries, Batcher& batcher) {
  FakeDatabase database(before);
  const auto lane = database.openLane();
  Sequence checkpoint = kNoSequence;
  auto deadLetters = flushChunk(*lane, batcher, schemaOfEverything(), entries, checkpoint);
  return {database.rows(), std::move(deadLetters), database.refusals()};
}

Flushed flush(const FakeRows& before, const std::vector<WindowEntry>& entries,
              const std::vector<TablePolicy>& policies) {
  Batcher batcher(policies);
  return flush(before, entries, batcher);
}

Flushed oneByOne(const FakeRows& before, const std::vector<WindowEntry>& entries,
                 const std::vector<TablePolicy>& policies) {
  Flushed judged{before, {}, 0};
  for (const WindowEntry& entry : entries) {
    const Status status = judged.rows.applyChangeSet(entry.changeSet, policies);
    if (!status.isOk()) judged.deadLetters.push_back(entry.sequence);
  }
  return judged;
}

/// Changes of one row: sets, increments and NULL, over a column that has a default and one that has
/// none.
const std::vector<TestChange>& changesOfOneRow() {
  using Op = Operation;
  const auto of = [](Op operation, std::vector<std::pair<std::uint32_t, Value>> set,
                     std::vector<std::pair<std::uint32_t, std::int64_t>> add) {
    return TestChange{T::Plain, operation, {number(1)}, std::move(set), std::move(add)};
  };
  static const std::vector<TestChange> changes{
      of(Op::Insert, {{1, number(1)}}, {{2, 7}}), of(Op::Update, {{2, Value::null()}}, {}),
      of(Op::Update, {}, {{1, 10}, {2, 20}}),     of(Op::Upsert, {{2, number(5)}}, {}),
      of(Op::Upsert, {{1, number(4)}}, {{2, 3}}), of(Op::Delete, {}, {})};
  return changes;
}

constexpr std::size_t kRuns = 500;

/// Others in each run of the program; a failure names its own.
std::vector<std::uint32_t> newSeeds() {
  std::random_device device;
  std::vector<std::uint32_t> seeds(kRuns);
  std::generate(seeds.begin(), seeds.end(), [&] { return device(); });
  return seeds;
}

}  // namespace

class TestBatcher : public QObject {
  Q_OBJECT

 private slots:
  void everyVersionAppliedEndsExactlyAsOneByOne() {
    for (const std::uint32_t seed : newSeeds()) {
      std::mt19937 random(seed);
      const auto policies = randomPolicies(random, false);
      TestEntries entries;
      for (int i = 0; i < 24; ++i) entries.push(randomChangeSet(random, {}));
      if (!endsAsOneByOne(seed, startingRows(random), entries, policies)) return;
    }
  }

  /// Also which change sets become dead letters. Only `plain`, for it has no constraints: an error
  /// of a constraint that only a folded-away version would have met may go unseen.
  void everySequenceOfFiveChangesOfOneRowEndsAsOneByOne_data() {
    QTest::addColumn<int>("missing");
    QTest::addColumn<int>("conflict");
    for (int missing = 0; missing < 2; ++missing) {
      for (int conflict = 0; conflict < 3; ++conflict) {
        QTest::addRow("missing %d, conflict %d", missing, conflict) << missing << conflict;
      }
    }
  }
  void everySequenceOfFiveChangesOfOneRowEndsAsOneByOne() {
    QFETCH(int, missing);
    QFETCH(int, conflict);
    const auto policies = policiesOf(true, MissingPolicy{static_cast<std::uint8_t>(missing)},
                                     ConflictPolicy{static_cast<std::uint8_t>(conflict)});
    Batcher batcher(policies);
    const FakeRows absent(schemaOfEverything());
    FakeRows present(schemaOfEverything());
    const std::string row = encode({TestChange{
        T::Plain, Operation::Insert, {number(1)}, {{1, number(40)}, {2, Value::null()}}, {}}});
    QVERIFY(present.applyChangeSet(*ChangeSetView::parse(row), {}).isOk());
    const std::size_t letters = changesOfOneRow().size();
    std::size_t words = 0;
    for (std::size_t length = 1, count = letters; length <= 5; ++length, count *= letters) {
      for (std::size_t word = 0; word < count; ++word, ++words) {
        const TestEntries entries = entriesOf(word, length);
        for (const FakeRows* before : {&absent, &std::as_const(present)}) {
          const Flushed ours = flush(*before, entries.entries(), batcher);
          if (!isAsOneByOne(ours, 0, *before, entries, policies)) return;
        }
      }
    }
    QCOMPARE(words, std::size_t{6 + 36 + 216 + 1296 + 7776});
  }

  void foldedRowsWithoutConstraintsEndExactlyAsOneByOne() {
    for (const std::uint32_t seed : newSeeds()) {
      std::mt19937 random(seed);
      const auto policies = randomPolicies(random, true);
      TestEntries entries;
      const RandomOptions options{4, 3, {T::Plain, T::Log}};
      for (int i = 0; i < 40; ++i) entries.push(randomChangeSet(random, options));
      if (!endsAsOneByOne(seed, startingRows(random), entries, policies)) return;
    }
  }

  // With folding, an error that only a folded-away version would have met may go unseen; so here
  // only change sets that succeed one by one are used, and none may become a dead letter.
  void foldedChangeSetsThatSucceedOneByOneAllSucceed() {
    std::uint64_t refusals = 0;
    for (const std::uint32_t seed : newSeeds()) {
      std::mt19937 random(seed);
      const auto policies = randomPolicies(random, true);
      const FakeRows before = startingRows(random);
      FakeRows rows = before;
      TestEntries entries;
      for (int i = 0; i < 400 && entries.entries().size() < 30; ++i) {
        const std::string bytes = encode(randomChangeSet(random, {}));
        if (rows.applyChangeSet(*ChangeSetView::parse(bytes), policies).isOk()) {
          entries.pushBytes(bytes);
        }
      }
      if (!endsAsOneByOne(seed, before, entries, policies)) return;
      refusals += flush(before, entries.entries(), policies).refusals;
    }
    // A batch that is refused without a guilty one costs time, not truth. It should be rare.
    QVERIFY2(refusals < kRuns, qPrintable(QString::number(refusals)));
  }

  void runsAreCutOnlyWhereOrderMatters_data() {
    QTest::addColumn<int>("which");
    QTest::addColumn<int>("runs");
    QTest::newRow("parents and children in turns") << 0 << 1;
    QTest::newRow("children of old parents, and new parents, in turns") << 1 << 1;
    QTest::newRow("child, then its parent's deletion") << 2 << 1;
    QTest::newRow("deletion, then a child") << 3 << 1;
    QTest::newRow("child that names a parent inserted behind") << 4 << 1;
    QTest::newRow("a parent updated around its children") << 5 << 1;
    QTest::newRow("cascading deletion stands alone") << 6 << 3;
    QTest::newRow("nodes that name nodes go one by one") << 7 << 3;
    QTest::newRow("unique value moves between rows") << 8 << 2;
    QTest::newRow("inserts with unique values") << 9 << 1;
    QTest::newRow("delete and insert with unique values") << 10 << 2;
    QTest::newRow("tables without relation") << 11 << 1;
  }
  void runsAreCutOnlyWhereOrderMatters() {
    using Op = Operation;
    QFETCH(int, which);
    const std::vector<std::vector<TestChange>> cases{
        {player(Op::Insert, 1), slot(Op::Insert, 1, 1), player(Op::Insert, 2),
         slot(Op::Insert, 2, 2), player(Op::Insert, 3), slot(Op::Insert, 3, 3)},
        {slot(Op::Insert, 1, 100), player(Op::Insert, 1), slot(Op::Insert, 2, 100),
         player(Op::Insert, 2)},
        {change(T::Slots, Op::Delete, 1), change(T::Players, Op::Delete, 1)},
        {change(T::Players, Op::Delete, 1), slot(Op::Insert, 1, 2)},
        {slot(Op::Insert, 1, 5), player(Op::Insert, 5)},
        {player(Op::Upsert, 1), slot(Op::Insert, 1, 1), player(Op::Upsert, 1),
         player(Op::Update, 1), slot(Op::Update, 1, 1)},
        {change(T::Owners, Op::Insert, 1), change(T::Owners, Op::Delete, 2),
         change(T::Owners, Op::Insert, 3)},
        {change(T::Nodes, Op::Insert, 1), change(T::Nodes, Op::Insert, 2),
         change(T::Nodes, Op::Insert, 3)},
        {change(T::Players, Op::Update, 1, {{1, number(5)}}),
         change(T::Players, Op::Update, 2, {{1, number(6)}})},
        {change(T::Players, Op::Insert, 1, {{1, number(5)}}),
         change(T::Players, Op::Insert, 2, {{1, number(6)}})},
        {change(T::Players, Op::Delete, 1), change(T::Players, Op::Insert, 2, {{1, number(6)}})},
        {change(T::Plain, Op::Insert, 1), change(T::Players, Op::Delete, 1),
         change(T::Plain, Op::Update, 1)},
    };
    TestEntries entries;
    entries.push(cases[static_cast<std::size_t>(which)]);
    Batch batch;
    Batcher batcher({});
    QVERIFY(batcher.build(schemaOfEverything(), entries.entries(), batch).built);
    QTEST(static_cast<int>(batch.runs.size()), "runs");
  }

  void rowsStandInTheOrderOfTheirKeys() {
    TestEntries entries;
    for (const std::int64_t key : {9, -3, 100, 20, 1}) {
      entries.push({change(T::Plain, Operation::Upsert, key)});
    }
    Batch batch;
    Batcher batcher({});
    QVERIFY(batcher.build(schemaOfEverything(), entries.entries(), batch).built);
    std::vector<std::int64_t> keys;
    for (const RowEffect& row : batch.runs.at(0).blocks.at(0).rows) {
      keys.push_back(batch.values[row.key.begin].asInteger());
    }
    QVERIFY(keys == std::vector<std::int64_t>({-3, 1, 9, 20, 100}));
  }

  void batchCountsWhatItFolded() {
    TestEntries entries;
    entries.push({change(T::Plain, Operation::Upsert, 1), change(T::Plain, Operation::Upsert, 2)});
    entries.push({change(T::Plain, Operation::Update, 1)});
    Batch batch;
    Batcher batcher({});
    QVERIFY(batcher.build(schemaOfEverything(), entries.entries(), batch).built);
    QCOMPARE(batch.changeSets, 2u);
    QCOMPARE(batch.changes, 3u);
    QCOMPARE(batch.effects, 2u);
    QCOMPARE(batch.coalesced, 1u);
    QVERIFY(batch.first == entries.entries().front().sequence);
    QVERIFY(batch.last == entries.entries().back().sequence);
  }

  void changeSetThatContradictsTheOthersIsNamed() {
    TestEntries entries;
    entries.push({change(T::Plain, Operation::Insert, 1)});
    entries.push({change(T::Plain, Operation::Update, 1)});
    entries.push({change(T::Plain, Operation::Insert, 1)});
    Batch batch;
    Batcher batcher({});
    const BuildResult result = batcher.build(schemaOfEverything(), entries.entries(), batch);
    QVERIFY(!result.built);
    QCOMPARE(result.guilty, std::size_t{2});
    QVERIFY2(result.reason.find("plain") != std::string::npos, result.reason.c_str());
  }

  void steadyLoadUsesTheSameMemoryAgain() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 500; ++i) entries.push({change(T::Plain, Operation::Upsert, i)});
    Batch batch;
    Batcher batcher({});
    QVERIFY(batcher.build(schemaOfEverything(), entries.entries(), batch).built);
    const void* rows = batch.runs.at(0).blocks.at(0).rows.data();
    const void* values = batch.values.data();
    for (int i = 0; i < 10; ++i) {
      QVERIFY(batcher.build(schemaOfEverything(), entries.entries(), batch).built);
      QVERIFY(batch.runs.at(0).blocks.at(0).rows.data() == rows);
      QVERIFY(batch.values.data() == values);
    }
  }

 private:
  /// The digits of `word`, a change set each.
  static TestEntries entriesOf(std::size_t word, std::size_t length) {
    const std::vector<TestChange>& letters = changesOfOneRow();
    TestEntries entries;
    for (; length > 0; --length, word /= letters.size()) {
      entries.push({letters[word % letters.size()]});
    }
    return entries;
  }

  static std::vector<TablePolicy> randomPolicies(std::mt19937& random, bool coalesce) {
    const auto missing = random() % 2 == 0 ? MissingPolicy::Error : MissingPolicy::Ignore;
    return policiesOf(coalesce, missing, ConflictPolicy{static_cast<std::uint8_t>(random() % 3)});
  }

  static FakeRows startingRows(std::mt19937& random) {
    FakeRows rows(schemaOfEverything());
    for (int i = 0; i < 30; ++i) {
      const std::string bytes = encode(randomChangeSet(random, {}));
      (void)rows.applyChangeSet(*ChangeSetView::parse(bytes), {}).isOk();
    }
    return rows;
  }

  static bool endsAsOneByOne(std::uint32_t seed, const FakeRows& before, const TestEntries& entries,
                             const std::vector<TablePolicy>& policies) {
    const Flushed ours = flush(before, entries.entries(), policies);
    return isAsOneByOne(ours, seed, before, entries, policies);
  }

  static bool isAsOneByOne(const Flushed& ours, std::uint32_t seed, const FakeRows& before,
                           const TestEntries& entries, const std::vector<TablePolicy>& policies) {
    const Flushed judge = oneByOne(before, entries.entries(), policies);
    if (ours.rows == judge.rows && ours.deadLetters == judge.deadLetters) return true;
    std::string text = "seed " + std::to_string(seed) + "\nbefore:\n" + before.describe() +
                       "change sets:\n" + entries.describe(*schemaOfEverything()) + "ours:\n" +
                       ours.rows.describe() + "dead letters:";
    for (const Sequence letter : ours.deadLetters) text += " " + std::to_string(indexOf(letter));
    text += "\none by one:\n" + judge.rows.describe() + "dead letters:";
    for (const Sequence letter : judge.deadLetters) text += " " + std::to_string(indexOf(letter));
    QTest::qFail(text.c_str(), __FILE__, __LINE__);
    return false;
  }
};

PENSTOCK_TEST(TestBatcher)

}  // namespace penstock::test

#include "tst_batcher.moc"
