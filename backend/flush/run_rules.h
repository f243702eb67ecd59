// SPDX-License-Identifier: Apache-2.0
// Decides whether a change may still join the run that is being built. A run applies its changes
// table by table, so a change that joins passes all changes that stand in later blocks, and other
// rows of its own block: it may, only if a run that succeeds so would have succeeded one by one,
// with the same end. run_rules.cpp says why each rule is enough.
#pragma once

#include <cstdint>
#include <vector>

#include "flush/order/change_facts.h"
#include "flush/row_index.h"
#include "flush/table_plan.h"

namespace penstock {

/// One run being built. Usage: mayJoin(); if not, startRun() with an empty run; then join().
/// Threads: one.
class RunRules {
 public:
  /// Expects: `plans` outlives the use.
  void begin(const TablePlans& plans);
  void startRun();

  /// The change must be alone in a run.
  bool needsOwnRun(const TablePlan& plan, const ChangeFacts& facts) const;
  bool mayJoin(const TablePlan& plan, const ChangeFacts& facts);
  /// Notes the change, as row number `row` of the run, and returns the block it goes to.
  std::uint32_t join(const TablePlan& plan, const ChangeFacts& facts, std::uint32_t row);
  /// Blocks of the run, including reserved ones that nothing has joined.
  std::uint32_t blockCount() const { return m_blockCount; }

 private:
  /// How a block may touch unique values beside the key.
  enum class UniqueUse : std::uint8_t {
    None,       ///< touches none
    Takes,      ///< inserts: new values are taken, none given back
    GivesBack,  ///< deletes
    Changes,    ///< one row does both
  };
  struct Block {
    std::uint32_t run = 0;  // of startRun(); another one: not in this run
    std::uint32_t position = 0;
    bool hasRows = false;
    bool losesReferenced = false;    // rows deleted, or referenced columns assigned
    bool unknownReferences = false;  // children whose parents cannot be told
    UniqueUse uniqueUse = UniqueUse::None;
    std::uint32_t uniqueRow = 0;  // with Changes
  };

  Block& reserve(TableId table);
  Block* laterRows(TableId table, const Block& than);
  bool uniquesAllow(const TablePlan& plan, const ChangeFacts& facts, const Block& block) const;
  bool childrenAllow(const TablePlan& plan, const ChangeFacts& facts, const Block& block);
  bool parentsAllow(const TablePlan& plan, const ChangeFacts& facts, const Block& block);
  static UniqueUse uniqueUseOf(const TablePlan& plan, const ChangeFacts& facts);

  const TablePlans* m_plans = nullptr;
  std::vector<Block> m_blocks;  // by table
  HashSet m_references;         // parents that children of this run name
  HashSet m_parents;            // parents that changes of this run touch
  std::uint32_t m_run = 0;
  std::uint32_t m_blockCount = 0;
};

}  // namespace penstock
