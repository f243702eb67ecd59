// SPDX-License-Identifier: Apache-2.0
// What a flush worker hands to a store: the folded effects of a range of change sets, cut into runs
// that keep journal order wherever it can matter. Values are borrowed from the window's entries,
// which the worker holds until the commit is decided. A store that keeps change sets instead of
// rows gets those of the range as they were journaled.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "model/catalog.h"
#include "model/codec.h"
#include "model/dead_letter.h"
#include "model/ids.h"
#include "model/value.h"

namespace penstock {

/// What happens when the row is not there before the run.
enum class IfAbsent : std::uint8_t { Error, Nothing, Insert };
/// What happens when it is. Replace is delete, then insert: what is not named gets its default.
enum class IfPresent : std::uint8_t { Error, Nothing, Update, Delete, Replace };

enum class AssignmentKind : std::uint8_t { Set, Add };

struct Assignment {
  ColumnId column{};
  AssignmentKind kind = AssignmentKind::Set;  ///< Add: column = coalesce(column, 0) + value
  ValueView value;
};

/// A half-open range of Batch::values or Batch::assignments.
struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - begin; }
};

/// The net effect of all changes of one run to one row. A branch that says Error is a precondition:
/// the store verifies it and refuses the whole batch when it does not hold.
struct RowEffect {
  IfAbsent ifAbsent = IfAbsent::Nothing;
  IfPresent ifPresent = IfPresent::Nothing;
  Slice key;     ///< in Batch::values, key columns in key order (empty: table without a key)
  Slice insert;  ///< in Batch::assignments, for Insert and Replace; without the key columns
  Slice update;  ///< in Batch::assignments, for Update
};

/// Effects on one table; order among them is free, the worker sorts them by key.
struct TableBlock {
  TableId table{};
  std::vector<RowEffect> rows;
};

/// Blocks are applied in this order; runs likewise.
struct Run {
  std::vector<TableBlock> blocks;
};

/// A letter that the batch decides; it is removed in the batch's transaction.
struct SettledLetter {
  Sequence sequence{};
  std::string_view journal;
  /// Its change set is in the batch: refused when the letter is gone, for then it was applied.
  bool retried = false;
};

/// Threads: owned by one worker at a time.
struct Batch {
  CatalogPointer catalog;
  Sequence first{};  ///< of the first and last change set in it
  Sequence last{};
  std::vector<Run> runs;
  std::vector<ValueView> values;
  std::vector<Assignment> assignments;
  std::vector<SettledLetter> letters;
  std::uint64_t changeSets = 0;
  std::uint64_t changes = 0;
  std::uint64_t effects = 0;    ///< rows that the store will touch
  std::uint64_t coalesced = 0;  ///< changes folded into another one
};

struct JournaledChangeSet {
  Sequence sequence{};
  const ChangeSetView* changeSet = nullptr;
};

/// Every change set of a range, in journal order, whatever became of it in other sinks.
/// Threads: owned by one worker at a time.
struct ChangeSetRange {
  CatalogPointer catalog;  ///< with which all of them were encoded
  std::vector<JournaledChangeSet> changeSets;
};

}  // namespace penstock
