// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <functional>
#include <vector>

#include "flush/table_plan.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using T = TestTable;

TableId idOf(T table) { return TableId{static_cast<std::uint32_t>(table)}; }

TablePlans plansOf(const std::function<void(std::vector<Table>&)>& change,
                   const std::vector<TablePolicy>& policies = {}) {
  const auto tables = schemaOfEverything()->tables();
  std::vector<Table> changed(tables.begin(), tables.end());
  change(changed);
  return TablePlans(std::make_shared<Catalog>(std::move(changed)), policies);
}

Table& of(std::vector<Table>& tables, T table) { return tables[static_cast<std::size_t>(table)]; }

}  // namespace

class TestTablePlan : public QObject {
  Q_OBJECT

 private slots:
  void tableWithoutConstraintsIsFree() {
    const TablePlans plans(schemaOfEverything(), {});
    QVERIFY(plans.plan(idOf(T::Plain)).isFree());
    QVERIFY(plans.plan(idOf(T::Plain)).known && plans.plan(idOf(T::Plain)).hasKey);
    QVERIFY(plans.plan(idOf(T::Log)).isFree() && !plans.plan(idOf(T::Log)).hasKey);
    for (const T table : {T::Players, T::Slots, T::Owners, T::Tags, T::Books}) {
      QVERIFY(!plans.plan(idOf(table)).isFree());
    }
  }

  void columnsKnowWhatTheyMeanForOtherRows() {
    const TablePlans plans(schemaOfEverything(), {});
    const TablePlan& players = plans.plan(idOf(T::Players));
    QCOMPARE(players.traits, (std::vector<std::uint8_t>{0, kTraitUnique, 0}));
    QVERIFY(players.hasUniques && !players.uniqueOnExpression);
    QCOMPARE(plans.plan(idOf(T::Slots)).traits,
             (std::vector<std::uint8_t>{0, kTraitForeignKey, 0}));
    const TablePlan& shelves = plans.plan(idOf(T::Shelves));
    QCOMPARE(int{shelves.traits[1]}, kTraitUnique | kTraitReferenced);
    QCOMPARE(int{shelves.traits[2]}, int{kTraitForeignKey});
  }

  void foreignKeysAreSeenFromBothEnds() {
    const TablePlans plans(schemaOfEverything(), {});
    const TablePlan& ofSlots = plans.plan(idOf(T::Slots));
    QCOMPARE(ofSlots.parents.size(), 1u);
    QVERIFY(ofSlots.parents[0].parent == idOf(T::Players) && !ofSlots.parents[0].hasDefault);
    QCOMPARE(ofSlots.parents[0].columns, (std::vector<ColumnId>{ColumnId{1}}));
    QCOMPARE(plans.plan(idOf(T::Players)).children,
             (std::vector<TableId>{idOf(T::Slots), idOf(T::Moves), idOf(T::Pets)}));
    const TablePlan& pets = plans.plan(idOf(T::Pets));
    QVERIFY(!pets.parents[0].hasDefault && pets.parents[1].hasDefault);
    // A key that names other columns than the parent's key cannot be compared with it.
    QVERIFY(plans.plan(idOf(T::Books)).parents[0].columns.empty());
  }

  void actionsAreKnownToTheParent() {
    const TablePlans plans(schemaOfEverything(), {});
    QVERIFY(plans.plan(idOf(T::Owners)).hasDeleteActions);
    QVERIFY(!plans.plan(idOf(T::Owners)).hasUpdateActions);
    QVERIFY(!plans.plan(idOf(T::Players)).hasDeleteActions);
    const TablePlans updating = plansOf([](std::vector<Table>& tables) {
      of(tables, T::Books).foreignKeys[0].onUpdate = ReferentialAction::Cascade;
    });
    QVERIFY(updating.plan(idOf(T::Shelves)).hasUpdateActions);
  }

  void ordersWhatMayDoAnythingAsOneRow() {
    const TablePlans plans(schemaOfEverything(), {});
    QVERIFY(plans.plan(idOf(T::Nodes)).ordered);  // names itself
    QVERIFY(!plans.plan(idOf(T::Players)).ordered);
    const TablePlans triggers =
        plansOf([](std::vector<Table>& tables) { of(tables, T::Plain).hasTriggers = true; });
    QVERIFY(triggers.plan(idOf(T::Plain)).ordered);
    const TablePlans collation =
        plansOf([](std::vector<Table>& tables) { of(tables, T::Plain).keyIsByteEqual = false; });
    QVERIFY(collation.plan(idOf(T::Plain)).ordered);
    const TablePlans generated = plansOf(
        [](std::vector<Table>& tables) { of(tables, T::Slots).columns[1].generated = true; });
    QVERIFY(generated.plan(idOf(T::Slots)).ordered);
  }

  void uniqueOnAnExpressionMayBeTouchedByAnyColumn() {
    const TablePlans expression = plansOf(
        [](std::vector<Table>& tables) { of(tables, T::Plain).uniques = {UniqueConstraint{{}}}; });
    QVERIFY(expression.plan(idOf(T::Plain)).uniqueOnExpression);
    const TablePlans generated = plansOf(
        [](std::vector<Table>& tables) { of(tables, T::Players).columns[1].generated = true; });
    QVERIFY(generated.plan(idOf(T::Players)).uniqueOnExpression);
  }

  void typesThatCompareInTheirOwnWayCannotBeTold() {
    const TablePlans texts = plansOf([](std::vector<Table>& tables) {
      of(tables, T::Slots).columns[1].type = ColumnType::Text;
    });
    QVERIFY(texts.plan(idOf(T::Slots)).parents[0].columns.empty());
    const TablePlans decimals = plansOf([](std::vector<Table>& tables) {
      of(tables, T::Slots).columns[1].type = ColumnType::Decimal;
      of(tables, T::Players).columns[0].type = ColumnType::Decimal;
    });
    QVERIFY(decimals.plan(idOf(T::Slots)).parents[0].columns.empty());
  }

  void columnsOfAParentLinkStandInTheOrderOfTheParentsKey() {
    const TablePlans plans = plansOf([](std::vector<Table>& tables) {
      ForeignKey key;
      key.columns = {ColumnId{1}, ColumnId{2}};
      key.referencedTable = idOf(T::Moves);
      key.referencedColumns = {ColumnId{1}, ColumnId{0}};
      of(tables, T::Plain).foreignKeys = {key};
    });
    QCOMPARE(plans.plan(idOf(T::Plain)).parents[0].columns,
             (std::vector<ColumnId>{ColumnId{2}, ColumnId{1}}));
  }

  void policiesAreTakenByName() {
    TablePolicy plain;
    plain.name = "plain";
    plain.missing = MissingPolicy::Ignore;
    plain.conflict = ConflictPolicy::Upsert;
    plain.coalesce = false;
    plain.order = TableOrder::Table;
    TablePolicy unknown;
    unknown.name = "no such table";
    const TablePlans plans(schemaOfEverything(), std::vector<TablePolicy>{plain, unknown});
    const TablePlan& plan = plans.plan(idOf(T::Plain));
    QVERIFY(plan.rules.missing == MissingPolicy::Ignore);
    QVERIFY(plan.rules.conflict == ConflictPolicy::Upsert);
    QVERIFY(!plan.coalesce && plan.ordered);
    QVERIFY(plans.plan(idOf(T::Log)).coalesce && !plans.plan(idOf(T::Log)).ordered);
  }

  void droppedAndUnheardOfTablesAreNotKnown() {
    const TablePlans plans =
        plansOf([](std::vector<Table>& tables) { of(tables, T::Log).dropped = true; });
    QVERIFY(!plans.plan(idOf(T::Log)).known);
    QVERIFY(!plans.plan(TableId{4000}).known);
  }
};

PENSTOCK_TEST(TestTablePlan)

}  // namespace penstock::test

#include "tst_table_plan.moc"
