// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/row_plan.h"

#include <algorithm>

namespace penstock::sqlite {

namespace {

bool hasSameColumns(std::span<const Assignment> one, std::span<const Assignment> other) {
  return std::ranges::equal(one, other, [](const Assignment& a, const Assignment& b) {
    return a.column == b.column && a.kind == b.kind;
  });
}

bool allAreSet(std::span<const Assignment> assignments) {
  return std::ranges::all_of(assignments, [](const Assignment& assignment) {
    return assignment.kind == AssignmentKind::Set;
  });
}

// One range of the batch stands for both lists: the row becomes what would have been inserted.
bool updatesToInserted(const RowShape& shape) {
  return shape.insert.data() == shape.update.data() && shape.insert.size() == shape.update.size() &&
         allAreSet(shape.insert);
}

RowPlan oneStatement(StatementKind kind) {
  RowPlan plan;
  plan.strategy = RowStrategy::OneStatement;
  plan.kind = kind;
  return plan;
}

RowPlan planWithoutInsert(const RowShape& shape) {
  RowPlan plan;
  if (shape.ifPresent == IfPresent::Update && !shape.update.empty()) {
    plan = oneStatement(StatementKind::Update);
  } else if (shape.ifPresent == IfPresent::Delete) {
    plan = oneStatement(StatementKind::Delete);
  } else if (shape.ifAbsent == IfAbsent::Nothing &&
             (shape.ifPresent == IfPresent::Nothing || shape.ifPresent == IfPresent::Update)) {
    plan.strategy = RowStrategy::Nothing;
    return plan;
  }
  plan.mustTouch = shape.ifAbsent == IfAbsent::Error;
  return plan;
}

RowPlan planInsert(const Table& table, const RowShape& shape) {
  // A BEFORE INSERT trigger would run even when the row turns out to be there, and without OR ABORT
  // an insert may replace.
  if (table.hasTriggers && !table.key.empty()) {
    return {};
  }
  RowPlan plan;
  switch (table.key.empty() ? IfPresent::Error : shape.ifPresent) {
    case IfPresent::Error:
      return oneStatement(StatementKind::Insert);
    case IfPresent::Nothing:
      plan = oneStatement(StatementKind::InsertOrNothing);
      break;
    case IfPresent::Update:
      plan = oneStatement(shape.update.empty()       ? StatementKind::InsertOrNothing
                          : updatesToInserted(shape) ? StatementKind::UpsertSame
                                                     : StatementKind::Upsert);
      break;
    default:
      return {};
  }
  plan.asksOnConstraint = true;
  return plan;
}

}  // namespace

RowPlan planRow(const Table& table, const RowShape& shape) {
  const bool inserts = shape.ifAbsent == IfAbsent::Insert || shape.ifPresent == IfPresent::Replace;
  const bool hasLateAdds = inserts && std::ranges::any_of(shape.insert, [&](const auto& each) {
                             return isLateAdd(table, each);
                           });
  RowPlan plan;
  if (shape.ifAbsent != IfAbsent::Insert) {
    plan = planWithoutInsert(shape);
  } else if (!hasLateAdds) {
    plan = planInsert(table, shape);
  }
  plan.hasLateAdds = hasLateAdds;
  return plan;
}

bool haveSamePlan(const RowShape& one, const RowShape& other) {
  return one.ifAbsent == other.ifAbsent && one.ifPresent == other.ifPresent &&
         hasSameColumns(one.insert, other.insert) && hasSameColumns(one.update, other.update) &&
         updatesToInserted(one) == updatesToInserted(other);
}

bool isLateAdd(const Table& table, const Assignment& assignment) {
  return assignment.kind == AssignmentKind::Add && table.column(assignment.column).hasDefault;
}

}  // namespace penstock::sqlite
