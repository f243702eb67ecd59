// SPDX-License-Identifier: Apache-2.0
// What a change can mean for another one, and the thing by which they find each other:
//
//  1. Both change one row: that row. Where equal keys may differ in bytes, and where triggers look
//     at other rows: the table.
//  2. Both are about one unique value beside the key. An insert shows which it takes: that value.
//     A delete gives back, and an update may, one that is not shown: all unique values of the
//     table.
//  3. One makes a parent come, or go, whose child the other one writes: the parent's existence.
//     A change that leaves it and its referenced columns alone does not touch that.
//  4. A child's old parent, which it stops naming, is not shown (nor the new one, where a default
//  or
//     a part of a key hides it). Then it touches all goings of rows of that table (and all
//     comings): these do not disturb one another, and neither do the children.
//  5. A delete or an update may change rows of other tables by referential actions, and a trigger
//     any row: such a change is alone in all the tables that it may reach, and whatever names rows
//     of them is in turn with it.
//
// NULLs are never equal, neither as unique values nor as references. Rows of a table without a key
// are only inserted, in any order.
#include "flush/order/touched_rows.h"

#include <algorithm>

namespace penstock {

enum class TouchedRows::Thing : std::uint64_t {
  Row = 1,
  Table,
  Existence,
  Comings,
  Goings,
  Uniques,
  UniqueValue,
  Reach,
};

namespace {

bool mayUpdate(const TablePlan& plan, const ChangeFacts& facts) {
  switch (facts.operation) {
    case Operation::Update:
    case Operation::Upsert:
      return true;
    case Operation::Insert:
      return plan.rules.conflict == ConflictPolicy::Upsert;
    case Operation::Delete:
      break;
  }
  return false;
}

bool mayInsert(const ChangeFacts& facts) {
  return facts.operation == Operation::Insert || facts.operation == Operation::Upsert;
}

bool isAlone(const TablePlan& plan) { return plan.asOneRow || plan.table->hasTriggers; }

bool hasActions(const ForeignKey& key) {
  return key.onDelete != ReferentialAction::None || key.onUpdate != ReferentialAction::None;
}

}  // namespace

void TouchedRows::find(const ChangeSetView& changeSet, const CatalogPointer& catalog,
                       std::vector<Touch>& touches) {
  if (m_plans.catalog() != catalog) setCatalog(catalog);
  m_touches = &touches;
  for (auto changes = changeSet.changes(); const auto change = changes.next();) {
    const TablePlan& plan = m_plans.plan(change->table);
    if (plan.table == nullptr) continue;  // it will be refused
    findRow(plan, *change);
    if (plan.isFree() && !m_reach[toIndex(change->table)].isOwn) continue;
    ChangeFacts facts = readFacts(plan, *change, m_assigned);
    m_key.clear();
    if (!plan.isFree()) readKey(change->keyBytes, m_key);
    facts.key = m_key;
    findOthers(plan, facts);
  }
}

void TouchedRows::findRow(const TablePlan& plan, const ChangeView& change) {
  if (isAlone(plan)) {
    touch(Thing::Table, change.table, TouchMode::Alone);
  } else if (plan.hasKey) {
    touch(Thing::Row, static_cast<std::uint64_t>(change.rowHash()), TouchMode::Alone);
  }
}

void TouchedRows::findOthers(const TablePlan& plan, const ChangeFacts& facts) {
  if (plan.hasUniques) findUniques(plan, facts);
  if (!plan.children.empty()) findChildren(plan, facts);
  if (!plan.parents.empty()) findParents(plan, facts);
  findReach(plan, facts);
}

void TouchedRows::findUniques(const TablePlan& plan, const ChangeFacts& facts) {
  const bool assigns = facts.has(kTraitUnique) || plan.uniqueOnExpression;
  const bool givesBack =
      facts.operation == Operation::Delete || (mayUpdate(plan, facts) && assigns);
  if (givesBack) return touch(Thing::Uniques, facts.table, TouchMode::Alone);
  if (!mayInsert(facts)) return;
  touch(Thing::Uniques, facts.table, TouchMode::Changes);
  for (std::size_t i = 0; i < plan.table->uniques.size(); ++i) takeUniqueValue(plan, facts, i);
}

void TouchedRows::takeUniqueValue(const TablePlan& plan, const ChangeFacts& facts,
                                  std::size_t constraint) {
  std::uint64_t hash = mixHash(toIndex(facts.table) + 1, constraint);
  bool isHidden = plan.uniqueOnExpression;
  for (const ColumnId id : plan.table->uniques[constraint].columns) {
    const Column& column = plan.table->column(id);
    const auto position = plan.table->keyPosition(id);
    const Assignment* assignment = position ? nullptr : assignmentOf(facts, id);
    const bool isNamed = position || assignment != nullptr;
    if (!isNamed && !column.hasDefault && !column.generated) return;  // NULL
    if (assignment != nullptr && assignment->value.isNull()) return;
    isHidden = isHidden || !isNamed || !comparesByBytes(column.type) ||
               (assignment != nullptr && assignment->kind == AssignmentKind::Add);
    if (!isHidden) hash = mixHash(hash, position ? facts.key[*position] : assignment->value);
  }
  if (isHidden) {
    touch(Thing::Uniques, facts.table, TouchMode::Alone);
  } else {
    touch(Thing::UniqueValue, hash, TouchMode::Alone);
  }
}

void TouchedRows::findChildren(const TablePlan& plan, const ChangeFacts& facts) {
  const bool mayChangeReferenced =
      facts.has(kTraitReferenced) || m_reach[toIndex(facts.table)].isHidden;
  const bool comes = mayInsert(facts) || mayChangeReferenced;
  const bool goes =
      facts.operation == Operation::Delete || (mayUpdate(plan, facts) && mayChangeReferenced);
  if (!comes && !goes) return;
  touch(Thing::Existence, namedRowHash(facts), TouchMode::Alone);
  if (comes) touch(Thing::Comings, facts.table, TouchMode::Changes);
  if (goes) touch(Thing::Goings, facts.table, TouchMode::Changes);
}

void TouchedRows::findParents(const TablePlan& plan, const ChangeFacts& facts) {
  const bool isDelete = facts.operation == Operation::Delete;
  const bool hides = m_reach[toIndex(facts.table)].isHidden && !isDelete;
  const bool assigns = facts.has(kTraitForeignKey) || hides;
  for (const ParentLink& link : plan.parents) {
    const RowReference reference = referenceOf(plan, facts, link);
    const bool isNamed = reference.kind == RowReference::Kind::Named;
    const bool comparesOtherwise = isNamed && !m_plans.plan(link.parent).table->keyIsByteEqual;
    const bool isHidden =
        hides || comparesOtherwise || reference.kind == RowReference::Kind::Unknown;
    const bool letsGo = isDelete || (mayUpdate(plan, facts) && assigns);
    if (isNamed) touch(Thing::Existence, reference.parent, TouchMode::Reads);
    if (isHidden) touch(Thing::Comings, link.parent, TouchMode::Reads);
    if (isHidden || letsGo) touch(Thing::Goings, link.parent, TouchMode::Reads);
  }
}

void TouchedRows::findReach(const TablePlan& plan, const ChangeFacts& facts) {
  const Reach& reach = m_reach[toIndex(facts.table)];
  const bool reachesOthers =
      plan.table->hasTriggers || (plan.hasDeleteActions && facts.operation == Operation::Delete) ||
      (plan.hasUpdateActions && (facts.has(kTraitReferenced) || reach.isHidden));
  if (reach.isOwn) {
    touch(Thing::Reach, reach.whole, reachesOthers ? TouchMode::Alone : TouchMode::Changes);
  }
  for (const ParentLink& link : plan.parents) {
    const Reach& ofParent = m_reach[toIndex(link.parent)];
    if (ofParent.isOwn) touch(Thing::Reach, ofParent.whole, TouchMode::Changes);
  }
  if (!reachesOthers) return;
  for (const TableId parent : reach.outside) {
    touch(Thing::Comings, parent, TouchMode::Reads);
    touch(Thing::Goings, parent, TouchMode::Reads);
  }
}

void TouchedRows::touch(Thing thing, std::uint64_t which, TouchMode mode) {
  m_touches->push_back({mixHash(mixHash(0, static_cast<std::uint64_t>(thing)), which), mode});
}

void TouchedRows::setCatalog(const CatalogPointer& catalog) {
  m_plans = TablePlans(catalog, m_policies);
  m_reach.assign(catalog->tables().size(), {});
  for (const Table& table : catalog->tables()) m_reach[toIndex(table.id)].whole = table.id;
  for (const Table& table : catalog->tables()) {
    if (table.dropped) continue;
    m_reach[toIndex(table.id)].isOwn |= table.hasTriggers;
    for (const ForeignKey& key : table.foreignKeys) {
      for (const ColumnId column : key.columns) {
        m_reach[toIndex(table.id)].isHidden |= table.column(column).generated;
      }
      const Table& referenced = catalog->table(key.referencedTable);
      for (const ColumnId column : key.referencedColumns) {
        m_reach[toIndex(referenced.id)].isHidden |= referenced.column(column).generated;
      }
      const bool hasTriggers = table.hasTriggers || referenced.hasTriggers;
      if (hasActions(key) || hasTriggers) joinReach(table.id, key.referencedTable);
    }
  }
  for (const Table& table : catalog->tables()) {
    const TableId whole = m_reach[toIndex(table.id)].whole;
    for (Reach& reach : m_reach) {
      if (table.dropped || !reach.isOwn || reach.whole != whole) continue;
      for (const ForeignKey& key : table.foreignKeys) reach.outside.push_back(key.referencedTable);
    }
  }
}

void TouchedRows::joinReach(TableId one, TableId other) {
  const TableId from = m_reach[toIndex(other)].whole;
  const TableId to = m_reach[toIndex(one)].whole;
  for (Reach& reach : m_reach) {
    if (reach.whole == from) reach.whole = to;
    if (reach.whole == to) reach.isOwn = true;
  }
}

}  // namespace penstock
