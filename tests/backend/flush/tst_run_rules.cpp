// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <optional>
#include <string>
#include <vector>

#include "flush/batcher.h"
#include "flush/run_rules.h"
#include "tests/support/change_set_source.h"
#include "tests/support/fake_store.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using T = TestTable;

struct Step {
  T table = T::Plain;
  Operation operation = Operation::Insert;
  std::int64_t key = 0;
  std::vector<std::pair<std::uint32_t, std::int64_t>> set;
};
using Steps = std::vector<Step>;

Step insert(T table, std::int64_t key, std::int64_t second) {
  return {table, Operation::Insert, key, {{1, second}}};
}
Step update(T table, std::int64_t key, std::uint32_t column, std::int64_t value) {
  return {table, Operation::Update, key, {{column, value}}};
}
Step remove(T table, std::int64_t key) { return {table, Operation::Delete, key, {}}; }

/// Runs as `0011`: the number of its run for each step.
std::string runsOf(const Steps& steps) {
  const TablePlans plans(schemaOfEverything(), {});
  RunRules rules;
  rules.begin(plans);
  std::string runs;
  int run = 0;
  std::uint32_t row = 0;
  for (const Step& step : steps) {
    const TablePlan& plan = plans.plan(TableId{static_cast<std::uint32_t>(step.table)});
    const std::vector<ValueView> key{ValueView::integer(step.key)};
    std::vector<Assignment> assigned;
    ChangeFacts facts;
    for (const auto& [column, value] : step.set) {
      assigned.push_back({ColumnId{column}, AssignmentKind::Set, ValueView::integer(value)});
      facts.traits |= plan.traits[column];
    }
    facts.table = plan.table->id;
    facts.operation = step.operation;
    facts.key = key;
    facts.assigned = assigned;
    if (!rules.mayJoin(plan, facts)) {
      rules.startRun();
      ++run;
      if (!rules.mayJoin(plan, facts)) return "an empty run refuses";
    }
    rules.join(plan, facts, row++);
    runs += std::to_string(run);
  }
  return runs;
}

std::string encoded(const Step& step) {
  TestChange change;
  change.table = step.table;
  change.operation = step.operation;
  change.key = {Value::integer(step.key)};
  for (const auto& [column, value] : step.set)
    change.set.emplace_back(column, Value::integer(value));
  return encode({change});
}

/// What the rows are when the steps are one batch; nothing when the database refuses it.
std::optional<FakeRows> asOneBatch(FakeRows rows, const Steps& steps) {
  TestEntries entries;
  for (const Step& step : steps) entries.pushBytes(encoded(step));
  Batcher batcher({});
  Batch batch;
  const BuildResult built = batcher.build(schemaOfEverything(), entries.entries(), batch);
  if (!built.built || !rows.applyBatch(batch).isOk()) return std::nullopt;
  return rows;
}

FakeRows rowsOf(const Steps& steps) {
  FakeRows rows(schemaOfEverything());
  for (const Step& step : steps) {
    const std::string bytes = encoded(step);
    if (!rows.applyChangeSet(*ChangeSetView::parse(bytes), {}).isOk()) qFatal("wrong start");
  }
  return rows;
}

}  // namespace

class TestRunRules : public QObject {
  Q_OBJECT

 private slots:
  void runEndsOnlyWhereOrderMatters_data() {
    QTest::addColumn<QString>("got");
    QTest::addColumn<QString>("runs");
    const auto row = [](const char* name, const Steps& steps, const char* runs) {
      QTest::newRow(name) << QString::fromStdString(runsOf(steps)) << runs;
    };
    row("free tables never end one",
        {insert(T::Plain, 1, 1), remove(T::Plain, 2), insert(T::Plain, 2, 1)}, "000");
    row("unique values are only taken", {insert(T::Players, 1, 1), insert(T::Players, 2, 2)}, "00");
    row("unique values are only given back", {remove(T::Players, 1), remove(T::Players, 2)}, "00");
    row("one is given back before it is taken", {remove(T::Players, 1), insert(T::Players, 2, 1)},
        "01");
    row("two rows change theirs", {update(T::Players, 1, 1, 5), update(T::Players, 2, 1, 6)}, "01");
    row("columns that are not unique", {insert(T::Players, 1, 1), update(T::Players, 2, 2, 6)},
        "00");
    row("children follow their parents",
        {insert(T::Players, 1, 1), insert(T::Slots, 1, 1), insert(T::Players, 2, 2),
         insert(T::Slots, 2, 2)},
        "0000");
    row("child before its parent", {insert(T::Slots, 1, 7), insert(T::Players, 7, 1)}, "00");
    row("and again after it",
        {insert(T::Slots, 1, 7), insert(T::Players, 7, 1), insert(T::Slots, 2, 7)}, "001");
    row("other children pass a parent that comes",
        {insert(T::Slots, 1, 7), insert(T::Players, 7, 1), insert(T::Slots, 2, 8)}, "000");
    row("children go, then their parent", {remove(T::Slots, 1), remove(T::Players, 1)}, "00");
    row("parent goes after children came",
        {insert(T::Players, 1, 1), insert(T::Slots, 1, 1), remove(T::Players, 2)}, "001");
    row("no child's going passes a parent's going",
        {insert(T::Slots, 9, 1), remove(T::Players, 2), remove(T::Slots, 5)}, "001");
    row("nor does a child that names another parent now",
        {insert(T::Slots, 9, 1), remove(T::Players, 2), update(T::Slots, 5, 1, 3)}, "001");
    row("nor one whose parent's referenced value changes",
        {insert(T::Books, 1, 5), update(T::Shelves, 1, 1, 6), remove(T::Books, 2)}, "001");
    row("a child's other columns do",
        {insert(T::Slots, 9, 1), update(T::Players, 2, 2, 6), update(T::Slots, 5, 2, 3)}, "000");
  }
  void runEndsOnlyWhereOrderMatters() {
    QFETCH(QString, got);
    QFETCH(QString, runs);
    QCOMPARE(got, runs);
  }

  // One by one the parent cannot go while the child is there; in an order by tables it could.
  void parentsGoingIsRefusedThoughItsLastChildGoesLater() {
    const FakeRows before =
        rowsOf({insert(T::Players, 1, 1), insert(T::Players, 2, 2), insert(T::Slots, 5, 2)});
    QVERIFY(
        !asOneBatch(before, {insert(T::Slots, 9, 1), remove(T::Players, 2), remove(T::Slots, 5)}));
    QVERIFY(!asOneBatch(
        before, {insert(T::Slots, 9, 1), remove(T::Players, 2), update(T::Slots, 5, 1, 1)}));
    QVERIFY(
        asOneBatch(before, {insert(T::Slots, 9, 1), remove(T::Slots, 5), remove(T::Players, 2)}));
  }

  void changesWithFarReachStandAlone() {
    const TablePlans plans(schemaOfEverything(), {});
    RunRules rules;
    rules.begin(plans);
    const auto alone = [&](T table, Operation operation, std::uint8_t traits) {
      ChangeFacts facts;
      facts.table = TableId{static_cast<std::uint32_t>(table)};
      facts.operation = operation;
      facts.traits = traits;
      return rules.needsOwnRun(plans.plan(facts.table), facts);
    };
    QVERIFY(alone(T::Nodes, Operation::Insert, 0));
    QVERIFY(alone(T::Owners, Operation::Delete, 0));
    QVERIFY(!alone(T::Owners, Operation::Update, 0));
    QVERIFY(!alone(T::Players, Operation::Delete, 0));
    QVERIFY(!alone(T::Shelves, Operation::Update, kTraitReferenced));  // no action on update
  }

  void twoRowsOfOneRunMayChangeAUniqueValueOnlyInTurn() {
    const TablePlans plans(schemaOfEverything(), {});
    RunRules rules;
    rules.begin(plans);
    const TablePlan& players = plans.plan(TableId{0});
    const std::vector<ValueView> key{ValueView::integer(1)};
    ChangeFacts facts;
    facts.operation = Operation::Update;
    facts.traits = kTraitUnique;
    facts.key = key;
    QVERIFY(rules.mayJoin(players, facts));
    rules.join(players, facts, 3);
    facts.row = 3;
    QVERIFY(rules.mayJoin(players, facts));
    facts.row = RowIndex::kNone;
    QVERIFY(!rules.mayJoin(players, facts));
  }
};

PENSTOCK_TEST(TestRunRules)

}  // namespace penstock::test

#include "tst_run_rules.moc"
