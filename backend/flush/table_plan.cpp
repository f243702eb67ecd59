// SPDX-License-Identifier: Apache-2.0
#include "flush/table_plan.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

ParentLink linkOf(const Table& child, const Table& parent, const ForeignKey& key) {
  ParentLink link;
  link.parent = parent.id;
  for (const ColumnId column : key.columns) {
    const Column& own = child.column(column);
    link.hasDefault = link.hasDefault || own.hasDefault || own.generated;
  }
  if (key.columns.size() != parent.key.size() ||
      key.referencedColumns.size() != key.columns.size()) {
    return link;
  }
  for (const ColumnId wanted : parent.key) {
    const auto found = std::ranges::find(key.referencedColumns, wanted);
    if (found == key.referencedColumns.end()) return ParentLink{parent.id, {}, link.hasDefault};
    const ColumnId column =
        key.columns[static_cast<std::size_t>(found - key.referencedColumns.begin())];
    const Column& own = child.column(column);
    if (own.type != parent.column(wanted).type || !comparesByBytes(own.type) || own.generated) {
      return ParentLink{parent.id, {}, link.hasDefault};
    }
    link.columns.push_back(column);
  }
  return link;
}

TablePlan planOf(const Table& table) {
  TablePlan plan;
  plan.table = &table;
  plan.known = !table.dropped;
  plan.hasKey = !table.key.empty();
  plan.asOneRow = !table.keyIsByteEqual;
  plan.ordered = table.hasTriggers || plan.asOneRow;
  plan.traits.resize(table.columns.size(), 0);
  for (const UniqueConstraint& unique : table.uniques) {
    plan.hasUniques = true;
    plan.uniqueOnExpression = plan.uniqueOnExpression || unique.columns.empty();
    for (const ColumnId column : unique.columns) {
      plan.traits[toIndex(column)] |= kTraitUnique;
      plan.uniqueOnExpression = plan.uniqueOnExpression || table.column(column).generated;
    }
  }
  return plan;
}

}  // namespace

bool comparesByBytes(ColumnType type) {
  return type == ColumnType::Integer || type == ColumnType::Text || type == ColumnType::Uuid ||
         type == ColumnType::Bytes || type == ColumnType::Boolean;
}

TablePlans::TablePlans(CatalogPointer catalog, std::span<const TablePolicy> policies)
    : m_catalog(std::move(catalog)) {
  for (const Table& table : m_catalog->tables()) m_plans.push_back(planOf(table));
  for (const Table& table : m_catalog->tables()) {
    if (!table.dropped) addForeignKeys(table);
  }
  for (const TablePolicy& policy : policies) {
    const Table* table = m_catalog->find(policy.name);
    if (table == nullptr) continue;
    TablePlan& plan = m_plans[toIndex(table->id)];
    plan.rules = FoldRules{policy.missing, policy.conflict};
    plan.goesHere = policy.goesHere;
    plan.coalesce = policy.coalesce;
    plan.asOneRow = plan.asOneRow || policy.order == TableOrder::Table;
    plan.ordered = plan.ordered || plan.asOneRow;
    plan.holds = policy.afterDeadLetter == AfterDeadLetter::Hold;
  }
}

const TablePlan& TablePlans::plan(TableId table) const {
  return toIndex(table) < m_plans.size() ? m_plans[toIndex(table)] : m_unknown;
}

void TablePlans::addForeignKeys(const Table& table) {
  TablePlan& child = m_plans[toIndex(table.id)];
  for (const ForeignKey& key : table.foreignKeys) {
    const Table& referenced = m_catalog->table(key.referencedTable);
    TablePlan& parent = m_plans[toIndex(key.referencedTable)];
    child.inForeignKeys = parent.inForeignKeys = true;
    if (&parent == &child) child.ordered = true;
    child.parents.push_back(linkOf(table, referenced, key));
    if (std::ranges::find(parent.children, table.id) == parent.children.end()) {
      parent.children.push_back(table.id);
    }
    for (const ColumnId column : key.columns) {
      child.traits[toIndex(column)] |= kTraitForeignKey;
      // Assigning other columns changes it unseen.
      child.ordered = child.ordered || table.column(column).generated;
    }
    for (const ColumnId column : key.referencedColumns) {
      parent.ordered = parent.ordered || referenced.column(column).generated;
      if (!referenced.keyPosition(column)) parent.traits[toIndex(column)] |= kTraitReferenced;
    }
    parent.hasDeleteActions = parent.hasDeleteActions || key.onDelete != ReferentialAction::None;
    parent.hasUpdateActions = parent.hasUpdateActions || key.onUpdate != ReferentialAction::None;
  }
}

}  // namespace penstock
