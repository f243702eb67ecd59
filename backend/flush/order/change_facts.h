// SPDX-License-Identifier: Apache-2.0
// A change as those see it who decide about order: what it assigns, what that can mean for other
// rows, and which parent it makes its row name, as far as the change shows it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flush/row_index.h"
#include "flush/table_plan.h"
#include "model/batch.h"
#include "model/change_set.h"
#include "model/codec.h"

namespace penstock {

/// Borrows.
struct ChangeFacts {
  TableId table{};
  Operation operation = Operation::Insert;
  std::uint8_t traits = 0;               ///< of all columns that it assigns
  std::span<const ValueView> key;        ///< in key order; empty: table without a key
  std::span<const Assignment> assigned;  ///< what it sets, then what it adds
  std::uint32_t row = RowIndex::kNone;   ///< its row's number, if that is in the run already
  bool rowIsCertainlyPresent = false;    ///< after the changes of that row in this run

  bool has(ColumnTrait trait) const { return (traits & trait) != 0; }
};

/// Without key and row. `assigned` is filled anew, and borrowed.
ChangeFacts readFacts(const TablePlan& plan, const ChangeView& change,
                      std::vector<Assignment>& assigned);
/// Appends the values of a key.
void readKey(std::string_view keyBytes, std::vector<ValueView>& to);

/// Of the row that a change is about, as those hash it who name it.
std::uint64_t namedRowHash(const ChangeFacts& facts);

/// What a change makes its row name by a foreign key.
struct RowReference {
  enum class Kind : std::uint8_t { None, Named, Unknown } kind = Kind::None;
  std::uint64_t parent = 0;  ///< namedRowHash() of that row, when named
};
RowReference referenceOf(const TablePlan& plan, const ChangeFacts& facts, const ParentLink& link);

/// The column's assignment, or null.
const Assignment* assignmentOf(const ChangeFacts& facts, ColumnId column);

/// For hashes of values within one process.
std::uint64_t mixHash(std::uint64_t hash, std::uint64_t with);
std::uint64_t mixHash(std::uint64_t hash, ValueView value);

}  // namespace penstock
