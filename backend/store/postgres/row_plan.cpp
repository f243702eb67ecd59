// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/row_plan.h"

#include <algorithm>

namespace penstock::postgres {

namespace {

using Assignments = std::span<const Assignment>;

bool hasSameColumns(Assignments one, Assignments other) {
  return std::ranges::equal(one, other, [](const Assignment& a, const Assignment& b) {
    return a.column == b.column && a.kind == b.kind;
  });
}

// One range of the batch stands for both lists.
bool isOneList(const RowShape& shape) {
  return shape.insert.data() == shape.update.data() && shape.insert.size() == shape.update.size();
}

// What is added has the column's type by then: exact for integers, rounded for others.
bool updatesToInserted(const TableForm& form, const RowShape& shape) {
  return isOneList(shape) && std::ranges::all_of(shape.insert, [&](const Assignment& each) {
           return each.kind == AssignmentKind::Set || form.column(each.column).isInteger;
         });
}

RowPlan oneStatement(StatementKind kind) {
  RowPlan plan;
  plan.strategy = RowStrategy::OneStatement;
  plan.kind = kind;
  return plan;
}

RowPlan planWithoutInsert(const RowShape& shape, Care care) {
  RowPlan plan;
  if (shape.ifAbsent == IfAbsent::Error && care == Care::Exact) return plan;
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

RowPlan planInsert(const TableForm& form, const RowShape& shape, Care care) {
  if (form.table->key.empty() || shape.ifPresent == IfPresent::Error) {
    return oneStatement(StatementKind::Insert);
  }
  // A BEFORE INSERT trigger would run even when the row turns out to be there.
  if (care == Care::Exact || form.table->hasTriggers || form.keyIsDeferrable) return {};
  const bool updates = shape.ifPresent == IfPresent::Update && !shape.update.empty();
  if (shape.ifPresent == IfPresent::Nothing || (shape.ifPresent == IfPresent::Update && !updates)) {
    return oneStatement(StatementKind::InsertOrNothing);
  }
  return updates && updatesToInserted(form, shape) ? oneStatement(StatementKind::UpsertSame)
                                                   : RowPlan{};
}

}  // namespace

RowPlan planRow(const TableForm& form, const RowShape& shape, Care care) {
  const bool inserts = shape.ifAbsent == IfAbsent::Insert || shape.ifPresent == IfPresent::Replace;
  const bool hasLateAdds = inserts && std::ranges::any_of(shape.insert, [&](const auto& each) {
                             return isLateAdd(*form.table, each);
                           });
  RowPlan plan;
  if (shape.ifAbsent != IfAbsent::Insert) {
    plan = planWithoutInsert(shape, care);
  } else if (!hasLateAdds) {
    plan = planInsert(form, shape, care);
  }
  plan.hasLateAdds = hasLateAdds;
  return plan;
}

bool haveSamePlan(const RowShape& one, const RowShape& other) {
  return one.ifAbsent == other.ifAbsent && one.ifPresent == other.ifPresent &&
         hasSameColumns(one.insert, other.insert) && hasSameColumns(one.update, other.update) &&
         isOneList(one) == isOneList(other);
}

bool isLateAdd(const Table& table, const Assignment& assignment) {
  return assignment.kind == AssignmentKind::Add && table.column(assignment.column).hasDefault;
}

}  // namespace penstock::postgres
