// SPDX-License-Identifier: Apache-2.0
#include "flush/fold.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace penstock {
namespace {

bool assigns(BranchState state) {
  return state == BranchState::Merged || state == BranchState::Fresh;
}

BranchState afterMerge(BranchState state) {
  return state == BranchState::Untouched ? BranchState::Merged : state;
}

// The state after the change; assignments are handled where `takesAssignments` says so.
BranchState nextState(BranchState state, Operation operation, const FoldRules& rules) {
  if (state == BranchState::Error) return state;
  const bool absent = state == BranchState::Absent;
  switch (operation) {
    case Operation::Insert:
      if (absent) return BranchState::Fresh;
      if (rules.conflict == ConflictPolicy::Error) return BranchState::Error;
      return rules.conflict == ConflictPolicy::Upsert ? afterMerge(state) : state;
    case Operation::Upsert:
      return absent ? BranchState::Fresh : afterMerge(state);
    case Operation::Update:
      if (!absent) return afterMerge(state);
      return rules.missing == MissingPolicy::Error ? BranchState::Error : state;
    case Operation::Delete:
      if (!absent) return BranchState::Absent;
      return rules.missing == MissingPolicy::Error ? BranchState::Error : state;
  }
  return BranchState::Error;
}

// An insert that is ignored because the row is there leaves its list alone.
bool takesAssignments(BranchState before, BranchState after, Operation operation,
                      const FoldRules& rules) {
  if (!assigns(after)) return false;
  return before == BranchState::Absent || operation != Operation::Insert ||
         rules.conflict == ConflictPolicy::Upsert;
}

bool sameSlice(Slice a, Slice b) { return a.begin == b.begin && a.end == b.end; }

}  // namespace

bool FoldedRow::fails() const {
  return ifAbsent.state == BranchState::Error && ifPresent.state == BranchState::Error;
}

bool FoldedRow::isCertainlyPresent() const {
  return ifAbsent.state != BranchState::Absent && ifPresent.state != BranchState::Absent;
}

std::optional<ValueView> addExactly(ValueView current, ValueView delta) {
  if (delta.kind() == ValueKind::Integer) {
    if (current.isNull()) return delta;
    std::int64_t sum = 0;
    if (current.kind() != ValueKind::Integer ||
        __builtin_add_overflow(current.asInteger(), delta.asInteger(), &sum)) {
      return std::nullopt;
    }
    return ValueView::integer(sum);
  }
  if (delta.kind() != ValueKind::Real) return std::nullopt;
  if (!current.isNull() && current.kind() != ValueKind::Real) return std::nullopt;
  const double sum = (current.isNull() ? 0.0 : current.asReal()) + delta.asReal();
  if (!std::isfinite(sum)) return std::nullopt;
  return ValueView::real(sum);
}

FoldOutcome Fold::apply(FoldedRow& row, Operation operation, std::span<const Assignment> change,
                        const FoldRules& rules) {
  const BranchState absent = nextState(row.ifAbsent.state, operation, rules);
  const BranchState present = nextState(row.ifPresent.state, operation, rules);
  const bool absentTakes = takesAssignments(row.ifAbsent.state, absent, operation, rules);
  const bool presentTakes = takesAssignments(row.ifPresent.state, present, operation, rules);

  m_ifAbsent.clear();
  m_ifPresent.clear();
  const bool shared =
      absentTakes && presentTakes && sameSlice(row.ifAbsent.assignments, row.ifPresent.assignments);
  if (absentTakes && !merge(row.ifAbsent.assignments, change, m_ifAbsent)) return FoldOutcome::Cut;
  if (presentTakes && !shared && !merge(row.ifPresent.assignments, change, m_ifPresent)) {
    return FoldOutcome::Cut;
  }
  if (absentTakes) row.ifAbsent.assignments = store(row.ifAbsent.assignments, m_ifAbsent);
  if (shared) {
    row.ifPresent.assignments = row.ifAbsent.assignments;
  } else if (presentTakes) {
    row.ifPresent.assignments = store(row.ifPresent.assignments, m_ifPresent);
  }
  row.ifAbsent.state = absent;
  row.ifPresent.state = present;
  if (!assigns(absent)) row.ifAbsent.assignments = {};
  if (!assigns(present)) row.ifPresent.assignments = {};
  return row.fails() ? FoldOutcome::Fails : FoldOutcome::Folded;
}

// Changes of one row tend to name the same columns in the same order, so the search for a column
// begins behind the one found last.
bool Fold::merge(Slice base, std::span<const Assignment> change, List& merged) const {
  merged.assign(m_arena->begin() + base.begin, m_arena->begin() + base.end);
  std::size_t hint = 0;
  for (const Assignment& assignment : change) {
    std::size_t tried = 0;
    const std::size_t count = merged.size();
    while (tried < count && merged[hint < count ? hint : 0].column != assignment.column) {
      hint = hint + 1 < count ? hint + 1 : 0;
      ++tried;
    }
    if (tried == count) {
      merged.push_back(assignment);
      continue;
    }
    if (hint >= count) hint = 0;
    Assignment& found = merged[hint];
    if (assignment.kind == AssignmentKind::Set) {
      found = assignment;
    } else {
      const std::optional<ValueView> sum = addExactly(found.value, assignment.value);
      // An Add of NULL is nothing that folds; NULL as zero is meant for values that are set.
      if (!sum || (found.kind == AssignmentKind::Add && found.value.isNull())) return false;
      found.value = *sum;
    }
    ++hint;
  }
  return true;
}

// The two cases of a row share a list only while every change does the same to both, so a list
// may be written where it stands.
Slice Fold::store(Slice old, const List& merged) {
  if (old.size() != merged.size()) return append(merged);
  std::copy(merged.begin(), merged.end(), m_arena->begin() + old.begin);
  return old;
}

Slice Fold::append(std::span<const Assignment> list) {
  Slice slice;
  slice.begin = static_cast<std::uint32_t>(m_arena->size());
  m_arena->insert(m_arena->end(), list.begin(), list.end());
  slice.end = static_cast<std::uint32_t>(m_arena->size());
  return slice;
}

RowEffect Fold::effectOf(const FoldedRow& row) {
  RowEffect effect;
  switch (row.ifAbsent.state) {
    case BranchState::Error:
      effect.ifAbsent = IfAbsent::Error;
      break;
    case BranchState::Fresh:
      effect.ifAbsent = IfAbsent::Insert;
      effect.insert = row.ifAbsent.assignments;
      break;
    default:
      effect.ifAbsent = IfAbsent::Nothing;
  }
  const Branch& present = row.ifPresent;
  switch (present.state) {
    case BranchState::Error:
      effect.ifPresent = IfPresent::Error;
      break;
    case BranchState::Absent:
      effect.ifPresent = IfPresent::Delete;
      break;
    case BranchState::Merged:
      effect.ifPresent = present.assignments.size() > 0 ? IfPresent::Update : IfPresent::Nothing;
      effect.update = present.assignments;
      break;
    case BranchState::Fresh:
      // The delete before it left both cases equal (or the other one an error), so one list does.
      CHECK(effect.ifAbsent != IfAbsent::Insert || sameSlice(effect.insert, present.assignments));
      effect.ifPresent = IfPresent::Replace;
      effect.insert = present.assignments;
      break;
    case BranchState::Untouched:
      effect.ifPresent = IfPresent::Nothing;
  }
  return effect;
}

}  // namespace penstock
