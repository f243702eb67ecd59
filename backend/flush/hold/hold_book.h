// SPDX-License-Identifier: Apache-2.0
// What later change sets have to wait behind in a sink: the rows and groups of dead letters of
// tables that say `after_dead_letter = "hold"`, of all that is held behind those, parked tables,
// and tables that an operator paused. But for those it is derived from the sink's letters alone
// (hold_review.h), so a restart loses nothing.
#pragma once

#include <cstdint>
#include <memory>
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

/// A table for which nothing goes to the store until an operator says so.
struct PausedTable {
  std::string table;
  std::string reason;  ///< for people: who, since when, why; the reason of what is held by it
  bool operator==(const PausedTable&) const = default;
};

/// Why something waits: for a letter or, if there is a pause, for that.
struct Blocker {
  Sequence letter = kNoSequence;
  std::shared_ptr<const PausedTable> pause;

  /// `waits behind dead letter 70`, or the reason of the pause.
  std::string reason() const;
  bool operator==(const Blocker&) const = default;
};

/// What an operator sees of it.
struct HoldState {
  struct ByPause {
    std::string table;
    std::uint64_t held = 0;
  };

  std::uint64_t held = 0;       ///< letters that wait, for whatever reason
  Sequence firstBlocker{};      ///< the letter to be decided; kNoSequence: nothing is held
  std::string parked;           ///< `table 'players' is parked: …`; empty: none is
  std::size_t parkedMore = 0;   ///< further tables
  std::vector<ByPause> pauses;  ///< of `held`, by the pause for which they wait; none with 0

  /// So many more wait for the pause of `table`. Not in `held`.
  void count(const std::string& table, std::uint64_t letters);
};

/// Rows and groups are only added: what a decision frees is found by a review, which begins anew.
/// Threads: one at a time (the worker that has the turn).
/// Limits: beyond `keysMax` rows and groups every change set waits, until decisions make room. Rows
/// of tables that wait as a whole do not count.
class HoldBook {
 public:
  explicit HoldBook(std::vector<TablePolicy> policies, std::size_t keysMax = limits::kHeldKeysMax);

  /// Whether any table holds at all.
  bool mayHold() const;
  /// Forgets all but the pauses; those that were lifted end here.
  void clear();
  bool isEmpty() const { return m_blockers.empty() && m_pauses.empty(); }
  /// All that is paused from now on. What is lifted goes on holding until clear(), so that nothing
  /// passes what it held; true: there is such, and a review should begin.
  bool setPauses(const std::vector<PausedTable>& pauses);
  /// For what the change set has to wait, or nothing.
  std::optional<Blocker> blockerOf(const ChangeSetView& changeSet, const CatalogPointer& catalog);
  /// The same, of pauses alone: of its tables, and of those that its referential actions may reach.
  std::optional<Blocker> pauseOf(const ChangeSetView& changeSet, const CatalogPointer& catalog);
  /// Of a change set that the store refused: the pause that may be why, because foreign keys join
  /// its tables with the paused one, by way of others too. Nothing: it is refused for good.
  std::optional<Blocker> pauseBehindRefusal(const ChangeSetView& changeSet,
                                            const CatalogPointer& catalog);
  /// Whether later ones are to be held behind it when it becomes a letter: a table of it says so.
  bool isHolder(const ChangeSetView& changeSet, const CatalogPointer& catalog);
  /// Its rows and its group wait from now on for `blocker`; but for rows of tables that wait as a
  /// whole in this book or in `whole`.
  void hold(const ChangeSetView& changeSet, const CatalogPointer& catalog, const Blocker& blocker,
            const HoldBook* whole = nullptr);
  /// All of the table waits. `reason`: for people.
  void park(std::string_view table, const CatalogPointer& catalog, Sequence blocker,
            const std::string& reason);
  /// Of a letter that no longer fits the catalog, all tables that its JSON names; of a refused one,
  /// if one of them holds what comes behind it.
  void holdTables(const DeadLetter& letter, const CatalogPointer& catalog);
  /// One more letter waits.
  void countHeld(const Blocker& blocker);
  /// Takes all that waits in `later` over, as if it had been told here. Its pauses are not.
  void add(const HoldBook& later);

  std::size_t keyCount() const { return m_keyCount; }
  const HoldState& state() const { return m_state; }

 private:
  using PausePointer = std::shared_ptr<const PausedTable>;

  const TablePlans& plansOf(const CatalogPointer& catalog);
  void insertKey(std::uint64_t key, std::uint32_t blocker);
  std::uint32_t numberOf(const Blocker& blocker);
  void holdTable(TableId table, std::uint32_t blocker);
  const std::uint32_t* blockerOfTable(TableId table) const;
  const PausePointer* pauseOfTable(TableId table) const;
  const PausePointer* pauseReachedBy(const ChangeView& change) const;
  void findPausedTables(const CatalogPointer& catalog);
  void findJoinedTables(const CatalogPointer& catalog);
  bool waitsAsAWhole(TableId table) const { return blockerOfTable(table) || pauseOfTable(table); }

  const std::vector<TablePolicy> m_policies;
  const std::size_t m_keysMax;
  TablePlans m_plans;
  std::vector<PausePointer> m_pauses;         // with those that were lifted
  std::vector<PausedTable> m_wantedPauses;    // without
  CatalogPointer m_pausesCatalog;             // of m_pauseByTable; null: to be found anew
  std::vector<PausePointer> m_pauseByTable;   // by TableId; null: not paused
  std::vector<PausePointer> m_pauseByJoined;  // likewise, with what foreign keys join to those
  RowIndex m_keys;                            // to numbers of blockers
  std::size_t m_keyCount = 0;
  std::vector<Blocker> m_blockers;      // no more than keys and tables
  std::vector<std::uint32_t> m_tables;  // by TableId: the number of the blocker, or kNone
  bool m_isFull = false;
  HoldState m_state;
};

}  // namespace penstock
