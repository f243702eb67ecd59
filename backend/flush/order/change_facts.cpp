// SPDX-License-Identifier: Apache-2.0
#include "flush/order/change_facts.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace penstock {
namespace {

std::uint64_t tableHash(TableId table) { return mixHash(0x5EED, toIndex(table) + 1); }

}  // namespace

std::uint64_t mixHash(std::uint64_t hash, std::uint64_t with) {
  hash = (hash ^ with) * 0x9E37'79B9'7F4A'7C15u;
  return hash ^ (hash >> 32);
}

std::uint64_t mixHash(std::uint64_t hash, ValueView value) {
  hash = mixHash(hash, static_cast<std::uint64_t>(value.kind()));
  if (value.kind() == ValueKind::Integer) {
    return mixHash(hash, static_cast<std::uint64_t>(value.asInteger()));
  }
  if (value.kind() < ValueKind::Text) return hash;
  return mixHash(hash, std::hash<std::string_view>()(value.asText()));
}

ChangeFacts readFacts(const TablePlan& plan, const ChangeView& change,
                      std::vector<Assignment>& assigned) {
  assigned.clear();
  ValueCursor sets(change.setBytes);
  while (!sets.atEnd()) {
    const auto [column, value] = sets.nextAssignment();
    assigned.push_back(Assignment{column, AssignmentKind::Set, value});
  }
  ValueCursor adds(change.addBytes);
  while (!adds.atEnd()) {
    const auto [column, value] = adds.nextAssignment();
    assigned.push_back(Assignment{column, AssignmentKind::Add, value});
  }
  ChangeFacts facts;
  facts.table = change.table;
  facts.operation = change.operation;
  facts.assigned = assigned;
  if (plan.isFree()) return facts;
  for (const Assignment& assignment : assigned) {
    facts.traits |= plan.traits[toIndex(assignment.column)];
  }
  return facts;
}

void readKey(std::string_view keyBytes, std::vector<ValueView>& to) {
  ValueCursor cursor(keyBytes);
  while (!cursor.atEnd()) to.push_back(cursor.next());
}

std::uint64_t namedRowHash(const ChangeFacts& facts) {
  std::uint64_t hash = tableHash(facts.table);
  for (const ValueView value : facts.key) hash = mixHash(hash, value);
  return hash;
}

const Assignment* assignmentOf(const ChangeFacts& facts, ColumnId column) {
  const auto found = std::ranges::find(facts.assigned, column, &Assignment::column);
  return found == facts.assigned.end() ? nullptr : &*found;
}

RowReference referenceOf(const TablePlan& plan, const ChangeFacts& facts, const ParentLink& link) {
  using Kind = RowReference::Kind;
  if (facts.operation == Operation::Delete) return {};
  const bool updatesOnly = facts.operation == Operation::Update;
  const bool assigns = facts.has(kTraitForeignKey);
  if (updatesOnly && !assigns) return {};
  if (link.columns.empty()) return {Kind::Unknown, 0};
  std::uint64_t hash = tableHash(link.parent);
  std::size_t hidden = 0;
  std::size_t assigned = 0;
  for (const ColumnId column : link.columns) {
    if (const auto position = plan.table->keyPosition(column)) {
      hash = mixHash(hash, facts.key[*position]);
      continue;
    }
    const Assignment* assignment = assignmentOf(facts, column);
    if (assignment == nullptr) {
      ++hidden;
      continue;
    }
    ++assigned;
    if (assignment->kind == AssignmentKind::Add) return {Kind::Unknown, 0};
    if (assignment->value.isNull()) return {};
    hash = mixHash(hash, assignment->value);
  }
  if (hidden == 0) return {Kind::Named, hash};
  // A column that is not named is NULL in a new row, or its default; in an old row, what it was.
  if (link.hasDefault || (assigned > 0 && facts.operation != Operation::Insert)) {
    return {Kind::Unknown, 0};
  }
  const bool mayMerge = plan.rules.conflict == ConflictPolicy::Upsert;
  return assigned > 0 && mayMerge ? RowReference{Kind::Unknown, 0} : RowReference{};
}

}  // namespace penstock
