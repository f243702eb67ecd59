// SPDX-License-Identifier: Apache-2.0
// How the net effect on rows is carried out: by one statement where one does it, by asking first
// which rows are there where none does.
#pragma once

#include <cstdint>
#include <span>

#include "model/batch.h"
#include "store/postgres/statement_text.h"

namespace penstock::postgres {

/// What one statement does is quick, but where it fails, or touches too few rows, it does not tell
/// whether it should: PostgreSQL checks NOT NULL and CHECK of the row to be inserted before it
/// looks whether the key is there. Then all is done again, exactly.
enum class Care : std::uint8_t { Quick, Exact };

enum class RowStrategy : std::uint8_t {
  Nothing,
  OneStatement,
  AskFirst,  ///< existence query, then what the branch says
};

struct RowPlan {
  RowStrategy strategy = RowStrategy::AskFirst;
  StatementKind kind = StatementKind::Exists;  ///< of OneStatement
  /// OneStatement: a row that it does not touch is missing (or a trigger left it out).
  bool mustTouch = false;
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

RowPlan planRow(const TableForm& form, const RowShape& shape, Care care);

/// Whether one plan and one statement serve both (values do not count).
bool haveSamePlan(const RowShape& one, const RowShape& other);

/// An Add that counts the column's default, and so has to wait until the row is there.
bool isLateAdd(const Table& table, const Assignment& assignment);

}  // namespace penstock::postgres
