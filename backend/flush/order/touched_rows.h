// SPDX-License-Identifier: Apache-2.0
// What a change set touches: the rows that it changes, those that it names by foreign keys, the
// unique values that it takes, and whole tables where only part of that can be seen. Two change
// sets that touch nothing in common end the same in either order, and may be committed at the same
// time; touched_rows.cpp says why.
#pragma once

#include <cstdint>
#include <vector>

#include "flush/order/change_facts.h"
#include "flush/table_plan.h"
#include "model/codec.h"
#include "queue/dependencies.h"

namespace penstock {

/// Threads: one at a time.
class TouchedRows {
 public:
  explicit TouchedRows(std::vector<TablePolicy> policies) : m_policies(std::move(policies)) {}

  /// Appends to `touches`; the same thing may come more than once.
  /// Expects: `changeSet` was encoded with `catalog`.
  void find(const ChangeSetView& changeSet, const CatalogPointer& catalog,
            std::vector<Touch>& touches);

 private:
  /// Tables that change one another's rows by themselves: through referential actions, or triggers,
  /// which may reach whatever shares a foreign key with their table.
  struct Reach {
    TableId whole{};                 ///< names the tables that are reached together
    bool isOwn = false;              ///< it is one of several, or has triggers
    bool isHidden = false;           ///< a generated column names or is named: any change may do so
    std::vector<TableId> outside{};  ///< parents of any of them: what is changed may name these
  };
  enum class Thing : std::uint64_t;

  void setCatalog(const CatalogPointer& catalog);
  void joinReach(TableId one, TableId other);
  void findRow(const TablePlan& plan, const ChangeView& change);
  void findOthers(const TablePlan& plan, const ChangeFacts& facts);
  void findUniques(const TablePlan& plan, const ChangeFacts& facts);
  void takeUniqueValue(const TablePlan& plan, const ChangeFacts& facts, std::size_t constraint);
  void findChildren(const TablePlan& plan, const ChangeFacts& facts);
  void findParents(const TablePlan& plan, const ChangeFacts& facts);
  void findReach(const TablePlan& plan, const ChangeFacts& facts);
  void touch(Thing thing, std::uint64_t which, TouchMode mode);
  void touch(Thing thing, TableId table, TouchMode mode) { touch(thing, toIndex(table), mode); }

  const std::vector<TablePolicy> m_policies;
  TablePlans m_plans;
  std::vector<Reach> m_reach;  // by table
  std::vector<Touch>* m_touches = nullptr;
  std::vector<Assignment> m_assigned;
  std::vector<ValueView> m_key;
};

}  // namespace penstock
