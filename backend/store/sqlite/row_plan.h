// SPDX-License-Identifier: Apache-2.0
// How the net effect on a row is carried out: by one statement where one does it exactly, by asking
// for the row first where none does. Decided once for all consecutive rows of one shape.
#pragma once

#include <span>
#include <vector>

#include "model/batch.h"
#include "model/catalog.h"
#include "store/sqlite/statement_text.h"

namespace penstock::sqlite {

enum class RowStrategy : std::uint8_t {
  Nothing,
  OneStatement,
  AskFirst,  ///< existence query, then what the branch says
};

struct RowPlan {
  RowStrategy strategy = RowStrategy::AskFirst;
  StatementKind kind = StatementKind::Exists;  ///< of OneStatement
  /// OneStatement: when no row was touched, ask (the row is missing, or a trigger left it out).
  bool mustTouch = false;
  /// OneStatement: a constraint error decides nothing, ask. SQLite checks NOT NULL and CHECK of the
  /// row to be inserted before it looks whether the key is there.
  bool asksOnConstraint = false;
  /// Of an insert: some Add is on a column with a default; it is added after the insert.
  bool hasLateAdds = false;
};

/// An effect with its assignments at hand.
struct RowShape {
  IfAbsent ifAbsent = IfAbsent::Nothing;
  IfPresent ifPresent = IfPresent::Nothing;
  std::span<const Assignment> insert;
  std::span<const Assignment> update;
};

RowPlan planRow(const Table& table, const RowShape& shape);

/// Whether one plan and one statement serve both (values do not count).
bool haveSamePlan(const RowShape& one, const RowShape& other);

/// An Add that counts the column's default, and so has to wait until the row is there.
bool isLateAdd(const Table& table, const Assignment& assignment);

}  // namespace penstock::sqlite
