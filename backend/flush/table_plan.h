// SPDX-License-Identifier: Apache-2.0
// What the batcher must know of a table, worked out once per catalog: how its rows fold, which of
// its columns others depend on, and which tables stand before and behind it by foreign keys.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "flush/fold.h"
#include "model/catalog.h"
#include "model/table_policy.h"

namespace penstock {

/// What touching a column can mean for other rows. Bits.
enum ColumnTrait : std::uint8_t {
  kTraitUnique = 1,      ///< part of a unique constraint beside the key
  kTraitReferenced = 2,  ///< named by a foreign key, and no key column
  kTraitForeignKey = 4,  ///< part of a foreign key
};

/// Equal values of such a type have equal canonical bytes, in all tables.
bool comparesByBytes(ColumnType type);

/// A foreign key, seen from the table that has it.
struct ParentLink {
  TableId parent{};
  /// Our columns in the order of the parent's key; empty: it cannot be compared with parent keys
  /// (it names other columns, or types whose equal values may differ in bytes).
  std::vector<ColumnId> columns;
  bool hasDefault = false;  ///< a row that does not name them may reference something
};

struct TablePlan {
  const Table* table = nullptr;
  FoldRules rules;
  bool known = false;     ///< false: dropped, or not in the catalog
  bool hasKey = false;    ///< false: inserts only
  bool goesHere = true;   ///< false: not to this sink
  bool coalesce = true;   ///< false: every version is applied
  bool ordered = false;   ///< each change in a run of its own
  bool asOneRow = false;  ///< its order is that of one row: which rows are the same is not known
  bool holds = false;     ///< behind a dead letter of it, later change sets are held
  bool hasUniques = false;
  bool uniqueOnExpression = false;   ///< touching any column may touch a unique value
  bool inForeignKeys = false;        ///< has parents or children
  bool hasDeleteActions = false;     ///< deleting a row changes rows of other tables
  bool hasUpdateActions = false;     ///< so does changing a referenced column
  std::vector<std::uint8_t> traits;  ///< by column
  std::vector<ParentLink> parents;
  std::vector<TableId> children;

  /// Changes of other rows and tables can pass those of this one freely.
  bool isFree() const { return !hasUniques && !inForeignKeys; }
};

/// Threads: immutable once made, any.
class TablePlans {
 public:
  TablePlans() = default;
  TablePlans(CatalogPointer catalog, std::span<const TablePolicy> policies);

  const TablePlan& plan(TableId table) const;
  const CatalogPointer& catalog() const { return m_catalog; }

 private:
  void addForeignKeys(const Table& table);

  CatalogPointer m_catalog;
  std::vector<TablePlan> m_plans;  // by TableId
  TablePlan m_unknown;
};

}  // namespace penstock
