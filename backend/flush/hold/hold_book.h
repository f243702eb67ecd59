// SPDX-License-Identifier: Apache-2.0
// What later change sets have to wait behind in a sink: the rows and groups of dead letters of
// tables that say `after_dead_letter = "hold"`, of all that is held behind those, and parked
// tables. It is derived from the sink's letters alone (hold_review.h), so a restart loses nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "flush/row_index.h"
#include "flush/table_plan.h"
#include "model/codec.h"
#include "model/dead_letter.h"
#include "model/limits.h"
#include "model/table_policy.h"

namespace penstock {

/// What an operator sees of it.
struct HoldState {
  std::uint64_t held = 0;      ///< letters that wait for others
  Sequence firstBlocker{};     ///< the letter to be decided; kNoSequence: nothing is held
  std::string parked;          ///< `table 'players' is parked: …`; empty: none is
  std::size_t parkedMore = 0;  ///< further tables
};

/// Rows and groups are only added: what a decision frees is found by a review, which begins anew.
/// Threads: one at a time (the worker that has the turn).
/// Limits: beyond `keysMax` rows and groups every change set waits, until decisions make room.
class HoldBook {
 public:
  explicit HoldBook(std::vector<TablePolicy> policies, std::size_t keysMax = limits::kHeldKeysMax);

  /// Whether any table holds at all.
  bool mayHold() const;
  void clear();
  bool isEmpty() const { return m_blockers.empty(); }
  /// The letter behind which the change set has to wait, or nothing.
  std::optional<Sequence> blockerOf(const ChangeSetView& changeSet, const CatalogPointer& catalog);
  /// Whether later ones are to be held behind it when it becomes a letter: a table of it says so.
  bool isHolder(const ChangeSetView& changeSet, const CatalogPointer& catalog);
  /// Its rows and its group wait from now on behind `blocker`.
  void hold(const ChangeSetView& changeSet, const CatalogPointer& catalog, Sequence blocker);
  /// All of the table waits. `reason`: for people.
  void park(std::string_view table, const CatalogPointer& catalog, Sequence blocker,
            const std::string& reason);
  /// Of a letter that no longer fits the catalog, all tables that its JSON names; of a refused one,
  /// if one of them holds what comes behind it.
  void holdTables(const DeadLetter& letter, const CatalogPointer& catalog);
  /// So many letters wait, more than before.
  void countHeld(std::uint64_t letters) { m_state.held += letters; }

  const HoldState& state() const { return m_state; }

 private:
  const TablePlans& plansOf(const CatalogPointer& catalog);
  std::uint32_t numberOf(Sequence blocker);
  void holdTable(TableId table, std::uint32_t blocker);
  const std::uint32_t* blockerOfTable(TableId table) const;

  const std::vector<TablePolicy> m_policies;
  const std::size_t m_keysMax;
  TablePlans m_plans;
  RowIndex m_keys;  // to numbers of blockers
  std::size_t m_keyCount = 0;
  std::vector<Sequence> m_blockers;     // no more than keys and tables
  std::vector<std::uint32_t> m_tables;  // by TableId: the number of the blocker, or kNone
  bool m_isFull = false;
  HoldState m_state;
};

}  // namespace penstock
