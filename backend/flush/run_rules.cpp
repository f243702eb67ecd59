// SPDX-License-Identifier: Apache-2.0
// Why the rules are enough. Changes are applied table by table in the order of the blocks, and
// within a block by key. Constraints are checked per statement (a constraint that the database
// defers to the end of the transaction only allows more). What a change can do to another row is:
//
//  1. nothing, when their tables share no foreign key and the row itself is another one;
//  2. through a unique value beside the key: take it, or give it back. A block whose changes only
//     take (inserts) fails in every order or in none, and so does one that only gives back. One
//     row that does both (an update or upsert of a unique column) passes rows that do neither.
//     Everything else ends the run;
//  3. as a parent: its coming lets children name it, its going (or another referenced value)
//     forbids it. A parent that joins passes the children in later blocks. It may when it only
//     comes, and none of those children names it: then they are checked against the same parents
//     as before. It may too when its existence and its referenced columns stay as they are;
//  4. as a child: it needs its parent to be there, and keeps it from going. A child that joins
//     passes later blocks of its parents. It may when none of their rows went, and it names none
//     that they touch: then it finds its parent as it would have later;
//  5. through referential actions and triggers: anything. Such a change runs alone.
//
// Where it cannot be seen what a child names (a default, part of a key, types that compare in
// their own way), it counts as naming everything. Hashes stand for the named rows; two rows with
// one hash only end a run early. Blocks of parents are reserved before those of their children, so
// that parents and children that come in turns share a run.
#include "flush/run_rules.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {
namespace {

bool mayCreate(const ChangeFacts& facts) {
  return (facts.operation == Operation::Insert || facts.operation == Operation::Upsert) &&
         !facts.rowIsCertainlyPresent;
}

}  // namespace

void RunRules::begin(const TablePlans& plans) {
  m_plans = &plans;
  m_blocks.resize(plans.catalog()->tables().size());
  startRun();
}

void RunRules::startRun() {
  if (++m_run == 0) {
    std::ranges::fill(m_blocks, Block{});
    m_run = 1;
  }
  m_blockCount = 0;
  m_references.clear();
  m_parents.clear();
}

bool RunRules::needsOwnRun(const TablePlan& plan, const ChangeFacts& facts) const {
  if (plan.ordered) return true;
  if (plan.hasDeleteActions && facts.operation == Operation::Delete) return true;
  return plan.hasUpdateActions && facts.has(kTraitReferenced);
}

bool RunRules::mayJoin(const TablePlan& plan, const ChangeFacts& facts) {
  if (plan.isFree()) return true;
  Block& block = reserve(facts.table);
  if (plan.hasUniques && !uniquesAllow(plan, facts, block)) return false;
  if (!plan.inForeignKeys) return true;
  if (childrenAllow(plan, facts, block) && parentsAllow(plan, facts, block)) return true;
  if (block.hasRows) return false;
  block.position = m_blockCount++;  // only reserved: it may as well stand at the end
  return true;
}

std::uint32_t RunRules::join(const TablePlan& plan, const ChangeFacts& facts, std::uint32_t row) {
  Block& block = reserve(facts.table);
  block.hasRows = true;
  if (plan.isFree()) return block.position;
  const UniqueUse use = uniqueUseOf(plan, facts);
  if (use != UniqueUse::None) {
    block.uniqueUse = use;
    block.uniqueRow = row;
  }
  if (facts.operation == Operation::Delete || facts.has(kTraitReferenced)) {
    block.losesReferenced = true;
  }
  if (!plan.children.empty()) m_parents.insert(namedRowHash(facts));
  for (const ParentLink& link : plan.parents) {
    const RowReference reference = referenceOf(plan, facts, link);
    if (reference.kind == RowReference::Kind::Unknown) block.unknownReferences = true;
    if (reference.kind == RowReference::Kind::Named) m_references.insert(reference.parent);
  }
  return block.position;
}

RunRules::Block& RunRules::reserve(TableId table) {
  CHECK(toIndex(table) < m_blocks.size());
  Block& block = m_blocks[toIndex(table)];
  if (block.run == m_run) return block;
  block = Block{};
  block.run = m_run;  // before its parents: two tables may name each other
  for (const ParentLink& link : m_plans->plan(table).parents) reserve(link.parent);
  block.position = m_blockCount++;
  return block;
}

// The block of `table` if it has rows and is applied after `than`.
RunRules::Block* RunRules::laterRows(TableId table, const Block& than) {
  Block& block = m_blocks[toIndex(table)];
  const bool later = block.run == m_run && block.hasRows && block.position > than.position;
  return later ? &block : nullptr;
}

RunRules::UniqueUse RunRules::uniqueUseOf(const TablePlan& plan, const ChangeFacts& facts) {
  if (!plan.hasUniques) return UniqueUse::None;
  const bool assigns = facts.has(kTraitUnique) || plan.uniqueOnExpression;
  switch (facts.operation) {
    case Operation::Delete:
      return UniqueUse::GivesBack;
    case Operation::Update:
      return assigns ? UniqueUse::Changes : UniqueUse::None;
    case Operation::Upsert:
      return assigns ? UniqueUse::Changes : UniqueUse::Takes;
    case Operation::Insert:
      break;
  }
  const bool updates = plan.rules.conflict == ConflictPolicy::Upsert;
  return updates && assigns ? UniqueUse::Changes : UniqueUse::Takes;
}

bool RunRules::uniquesAllow(const TablePlan& plan, const ChangeFacts& facts,
                            const Block& block) const {
  const UniqueUse use = uniqueUseOf(plan, facts);
  if (use == UniqueUse::None || block.uniqueUse == UniqueUse::None) return true;
  if (use != block.uniqueUse) return false;
  return use != UniqueUse::Changes || facts.row == block.uniqueRow;
}

bool RunRules::childrenAllow(const TablePlan& plan, const ChangeFacts& facts, const Block& block) {
  for (const TableId child : plan.children) {
    const Block* rows = laterRows(child, block);
    if (rows == nullptr) continue;
    if (facts.operation == Operation::Delete || facts.has(kTraitReferenced)) return false;
    if (!mayCreate(facts)) continue;
    if (rows->unknownReferences || m_references.contains(namedRowHash(facts))) return false;
  }
  return true;
}

bool RunRules::parentsAllow(const TablePlan& plan, const ChangeFacts& facts, const Block& block) {
  for (const ParentLink& link : plan.parents) {
    const Block* rows = laterRows(link.parent, block);
    if (rows == nullptr) continue;
    if (rows->losesReferenced) return false;
    const RowReference reference = referenceOf(plan, facts, link);
    if (reference.kind == RowReference::Kind::Unknown) return false;
    if (reference.kind == RowReference::Kind::Named && m_parents.contains(reference.parent)) {
      return false;
    }
  }
  return true;
}

}  // namespace penstock
