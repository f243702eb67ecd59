// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "flush/order/touched_rows.h"
#include "tests/support/change_set_source.h"
#include "tests/support/fake_store.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using T = TestTable;
using Op = Operation;
using Changes = std::vector<TestChange>;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kRuns = 4'000;  // the release run does all of them
#else
constexpr std::size_t kRuns = 20'000;
#endif

Value number(std::int64_t value) { return Value::integer(value); }

/// Whether the second one has to wait for the first one.
bool isInTurn(TouchedRows& touched, const CatalogPointer& catalog, const std::string& first,
              const std::string& second) {
  Dependencies dependencies;
  std::vector<Touch> touches;
  touched.find(*ChangeSetView::parse(first), catalog, touches);
  (void)dependencies.add(touches);
  touches.clear();
  touched.find(*ChangeSetView::parse(second), catalog, touches);
  return !dependencies.isFree(dependencies.add(touches));
}

std::vector<TablePolicy> policiesOf(MissingPolicy missing, ConflictPolicy conflict) {
  std::vector<TablePolicy> policies;
  for (const Table& table : schemaOfEverything()->tables()) {
    TablePolicy policy;
    policy.name = table.name;
    policy.missing = missing;
    policy.conflict = conflict;
    policies.push_back(policy);
  }
  return policies;
}

/// What comes of both, one after the other: who is refused, and the rows.
struct End {
  bool isFirstIn = false;
  bool isSecondIn = false;
  FakeRows rows;
};
End endOf(FakeRows rows, const std::string& one, const std::string& other,
          const std::vector<TablePolicy>& policies) {
  const bool isFirstIn = rows.applyChangeSet(*ChangeSetView::parse(one), policies).isOk();
  const bool isSecondIn = rows.applyChangeSet(*ChangeSetView::parse(other), policies).isOk();
  return {isFirstIn, isSecondIn, std::move(rows)};
}

TestChange upsert(T table, std::int64_t key, std::vector<std::pair<std::uint32_t, Value>> set) {
  return {table, Op::Upsert, {number(key)}, std::move(set), {}};
}

TestChange insert(T table, std::int64_t key, std::vector<std::pair<std::uint32_t, Value>> set) {
  return {table, Op::Insert, {number(key)}, std::move(set), {}};
}

}  // namespace

class TestTouchedRows : public QObject {
  Q_OBJECT

 private slots:
  /// The proof: who need not wait may come first, and nobody can tell.
  void whoNeedNotWaitMayPassUnseen() {
    const unsigned seed = newSeed();
    std::mt19937 random(seed);
    std::size_t passed = 0;
    for (std::size_t run = 0; run < kRuns; ++run) {
      const auto policies =
          policiesOf(MissingPolicy(random() % 2), ConflictPolicy(std::uint8_t(random() % 3)));
      FakeRows before(schemaOfEverything());
      for (int i = 0; i < 12; ++i) {
        (void)before.applyChangeSet(*ChangeSetView::parse(encode(wide(random))), {}).isOk();
      }
      TouchedRows touched(policies);
      const std::string one = encode(randomChangeSet(random, keyed()));
      const std::string other = encode(randomChangeSet(random, keyed()));
      if (isInTurn(touched, schemaOfEverything(), one, other)) continue;
      ++passed;
      const End inOrder = endOf(before, one, other, policies);
      const End swapped = endOf(before, other, one, policies);
      const bool isSame = inOrder.isFirstIn == swapped.isSecondIn &&
                          inOrder.isSecondIn == swapped.isFirstIn && inOrder.rows == swapped.rows;
      if (isSame) continue;
      TestEntries both;
      both.pushBytes(one);
      both.pushBytes(other);
      QFAIL(("run " + std::to_string(run) + ":\n" + before.describe() +
             both.describe(*schemaOfEverything()))
                .c_str());
    }
    QVERIFY(passed > kRuns / 10);
  }

  void onlyWhatHangsTogetherIsInTurn_data() {
    QTest::addColumn<int>("which");
    QTest::addColumn<bool>("inTurn");
    for (std::size_t i = 0; i < cases().size(); ++i) {
      QTest::newRow(cases()[i].name) << static_cast<int>(i) << cases()[i].isInTurn;
    }
  }
  void onlyWhatHangsTogetherIsInTurn() {
    QFETCH(int, which);
    const Case& each = cases()[static_cast<std::size_t>(which)];
    TouchedRows touched({});
    const bool inTurn =
        isInTurn(touched, schemaOfEverything(), encode({each.one}), encode({each.other}));
    QTEST(inTurn, "inTurn");
    QTEST(isInTurn(touched, schemaOfEverything(), encode({each.other}), encode({each.one})),
          "inTurn");
  }

  void tableThatIsOrderedAsOneRowIsOne() {
    TablePolicy policy;
    policy.name = "plain";
    policy.order = TableOrder::Table;
    TouchedRows touched({policy});
    const std::string one = encode({upsert(T::Plain, 1, {})});
    const std::string other = encode({upsert(T::Plain, 2, {})});
    QVERIFY(isInTurn(touched, schemaOfEverything(), one, other));
    QVERIFY(!isInTurn(touched, schemaOfEverything(), one, encode({upsert(T::Owners, 1, {})})));
  }

  void tableWithTriggersIsInTurnWithWhatItMayReach() {
    const auto tables = schemaOfEverything()->tables();
    std::vector<Table> changed(tables.begin(), tables.end());
    changed[static_cast<std::size_t>(T::Owners)].hasTriggers = true;
    const auto catalog = std::make_shared<Catalog>(std::move(changed));
    TouchedRows touched({});
    const std::string owner = encode({upsert(T::Owners, 1, {})});
    QVERIFY(isInTurn(touched, catalog, owner, encode({upsert(T::Owners, 2, {})})));
    QVERIFY(isInTurn(touched, catalog, owner, encode({upsert(T::Pets, 2, {})})));
    QVERIFY(isInTurn(touched, catalog, owner, encode({upsert(T::Tags, 2, {})})));
    QVERIFY(!isInTurn(touched, catalog, owner, encode({upsert(T::Plain, 2, {})})));
  }

 private:
  struct Case {
    const char* name;
    bool isInTurn;
    TestChange one;
    TestChange other;
  };

  static const std::vector<Case>& cases() {
    static const TestChange kGone{T::Players, Op::Delete, {number(1)}, {}, {}};
    static const TestChange kSlotGone{T::Slots, Op::Delete, {number(9)}, {}, {}};
    static const TestChange kOwnerGone{T::Owners, Op::Delete, {number(1)}, {}, {}};
    static const std::vector<Case> kCases{
        {"one row", true, upsert(T::Plain, 1, {}), upsert(T::Plain, 1, {})},
        {"two rows", false, upsert(T::Plain, 1, {}), upsert(T::Plain, 2, {})},
        {"children of one parent", false, insert(T::Slots, 1, {{1, number(5)}}),
         insert(T::Slots, 2, {{1, number(5)}})},
        {"child and its parent", true, upsert(T::Players, 5, {}),
         insert(T::Slots, 2, {{1, number(5)}})},
        {"child and another parent", false, upsert(T::Players, 6, {}),
         insert(T::Slots, 2, {{1, number(5)}})},
        {"child and a parent's score",
         false,
         {T::Players, Op::Update, {number(5)}, {{2, number(1)}}, {}},
         insert(T::Slots, 2, {{1, number(5)}})},
        {"child that goes and a parent that goes", true, kSlotGone, kGone},
        {"child that goes and a parent that comes", false, kSlotGone, upsert(T::Players, 1, {})},
        {"two parents that go",
         false,
         {T::Pets, Op::Delete, {number(1)}, {}, {}},
         {T::Pets, Op::Delete, {number(2)}, {}, {}}},
        {"children that go", false, kSlotGone, {T::Slots, Op::Delete, {number(8)}, {}, {}}},
        {"one unique value", true, insert(T::Players, 1, {{1, number(7)}}),
         insert(T::Players, 2, {{1, number(7)}})},
        {"two unique values", false, insert(T::Players, 1, {{1, number(7)}}),
         insert(T::Players, 2, {{1, number(8)}})},
        {"no unique values", false, insert(T::Players, 1, {}), insert(T::Players, 2, {})},
        {"unique value that may be given back",
         true,
         {T::Players, Op::Update, {number(1)}, {{1, number(9)}}, {}},
         insert(T::Players, 2, {{1, number(8)}})},
        {"cascade", true, kOwnerGone, upsert(T::Pets, 4, {})},
        {"what hangs on a cascade", true, kOwnerGone, insert(T::Tags, 4, {{1, number(3)}})},
        {"parents of what a cascade takes away", true, kOwnerGone, kGone},
        {"tables that a cascade cannot reach", false, kOwnerGone, insert(T::Slots, 4, {})},
        {"tables without a key",
         false,
         {T::Log, Op::Insert, {}, {{0, number(1)}}, {}},
         {T::Log, Op::Insert, {}, {{0, number(2)}}, {}}},
        {"node and its parent", true, upsert(T::Nodes, 1, {}),
         insert(T::Nodes, 2, {{1, number(1)}})},
        {"two nodes", false, insert(T::Nodes, 3, {}), insert(T::Nodes, 2, {{1, number(1)}})}};
    return kCases;
  }

  /// Rows without a key have no order that could be kept.
  static RandomOptions keyed() {
    RandomOptions options;
    for (std::uint32_t i = 0; i < kTestTables; ++i) {
      if (T{i} != T::Log) options.tables.push_back(T{i});
    }
    return options;
  }
  /// Mostly what succeeds, so that there is something to be changed.
  static Changes wide(std::mt19937& random) {
    RandomOptions options = keyed();
    options.changesMax = 1;
    Changes changes = randomChangeSet(random, options);
    changes.front().operation = Op::Upsert;
    return changes;
  }
};

PENSTOCK_TEST(TestTouchedRows)

}  // namespace penstock::test

#include "tst_touched_rows.moc"
