// SPDX-License-Identifier: Apache-2.0
#include "flush/hold/hold_book.h"

#include <algorithm>
#include <utility>

#include "model/codec_json.h"

namespace penstock {
namespace {

/// Keeps the hash of a group apart from that of a row.
constexpr std::uint64_t kGroupSalt = 0x9e37'79b9'7f4a'7c15u;

/// Calls `visit` with each key by which the change set is ordered, but for rows of tables that
/// `skip` says; ends when that returns true. A table without a key has no rows that could be told
/// apart, and only inserts, in any order.
template <typename Visit, typename Skip>
bool anyKey(const ChangeSetView& changeSet, const TablePlans& plans, const Visit& visit,
            const Skip& skip) {
  if (!changeSet.group().empty() &&
      visit(static_cast<std::uint64_t>(changeSet.groupHash()) ^ kGroupSalt)) {
    return true;
  }
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    const TablePlan& plan = plans.plan(change->table);
    if (!plan.hasKey && !plan.asOneRow) continue;
    if (skip(change->table)) continue;
    const RowHash row = plan.asOneRow ? hashRow(change->table, {}) : change->rowHash();
    if (visit(static_cast<std::uint64_t>(row))) return true;
  }
  return false;
}

}  // namespace

std::string Blocker::reason() const {
  return pause ? pause->reason : "waits behind dead letter " + std::to_string(toNumber(letter));
}

void HoldState::count(const std::string& table, std::uint64_t letters) {
  const auto found = std::ranges::find(pauses, table, &ByPause::table);
  if (found == pauses.end()) {
    pauses.push_back({table, letters});
  } else {
    found->held += letters;
  }
}

HoldBook::HoldBook(std::vector<TablePolicy> policies, std::size_t keysMax)
    : m_policies(std::move(policies)), m_keysMax(keysMax) {}

bool HoldBook::mayHold() const {
  return std::ranges::any_of(m_policies, [](const TablePolicy& policy) {
    return policy.afterDeadLetter == AfterDeadLetter::Hold;
  });
}

void HoldBook::clear() {
  m_keys.clear();
  m_keyCount = 0;
  m_blockers.clear();
  m_tables.clear();
  m_isFull = false;
  m_state = {};
  m_pauses.clear();
  (void)setPauses(std::vector(m_wantedPauses));
}

bool HoldBook::setPauses(const std::vector<PausedTable>& pauses) {
  m_wantedPauses = pauses;
  m_pausesCatalog.reset();
  for (const PausedTable& wanted : m_wantedPauses) {
    const auto before = std::ranges::find(m_pauses, wanted.table,
                                          [](const PausePointer& each) { return each->table; });
    auto pause = std::make_shared<const PausedTable>(wanted);
    if (before == m_pauses.end()) {
      m_pauses.push_back(std::move(pause));
    } else if (**before != wanted) {
      *before = std::move(pause);
    }
  }
  return m_pauses.size() > m_wantedPauses.size();
}

const TablePlans& HoldBook::plansOf(const CatalogPointer& catalog) {
  if (m_plans.catalog() != catalog) m_plans = TablePlans(catalog, m_policies);
  return m_plans;
}

void HoldBook::findPausedTables(const CatalogPointer& catalog) {
  if (m_pausesCatalog == catalog) return;
  m_pausesCatalog = catalog;
  m_pauseByTable.clear();
  m_pauseByJoined.clear();
  if (m_pauses.empty()) return;
  for (const Table& table : catalog->tables()) {
    const auto pause = std::ranges::find(m_pauses, table.name,
                                         [](const PausePointer& each) { return each->table; });
    if (pause == m_pauses.end()) continue;
    if (toIndex(table.id) >= m_pauseByTable.size()) m_pauseByTable.resize(toIndex(table.id) + 1);
    m_pauseByTable[toIndex(table.id)] = *pause;
  }
  findJoinedTables(catalog);
}

void HoldBook::findJoinedTables(const CatalogPointer& catalog) {
  const TablePlans& plans = plansOf(catalog);
  m_pauseByJoined = m_pauseByTable;
  std::vector<TableId> open;
  for (std::size_t i = 0; i < m_pauseByTable.size(); ++i) {
    if (m_pauseByTable[i]) open.push_back(TableId{static_cast<std::uint32_t>(i)});
  }
  while (!open.empty()) {
    const TableId from = open.back();
    open.pop_back();
    const auto visit = [&](TableId to) {
      if (toIndex(to) >= m_pauseByJoined.size()) m_pauseByJoined.resize(toIndex(to) + 1);
      if (m_pauseByJoined[toIndex(to)]) return;
      m_pauseByJoined[toIndex(to)] = m_pauseByJoined[toIndex(from)];
      open.push_back(to);
    };
    for (const ParentLink& link : plans.plan(from).parents) visit(link.parent);
    for (const TableId child : plans.plan(from).children) visit(child);
  }
}

std::optional<Blocker> HoldBook::pauseBehindRefusal(const ChangeSetView& changeSet,
                                                    const CatalogPointer& catalog) {
  findPausedTables(catalog);
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    const std::size_t at = toIndex(change->table);
    if (at < m_pauseByJoined.size() && m_pauseByJoined[at]) {
      return Blocker{kNoSequence, m_pauseByJoined[at]};
    }
  }
  return std::nullopt;
}

std::optional<Blocker> HoldBook::pauseOf(const ChangeSetView& changeSet,
                                         const CatalogPointer& catalog) {
  findPausedTables(catalog);
  if (m_pauseByTable.empty()) return std::nullopt;
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    if (const auto* pause = pauseOfTable(change->table)) return Blocker{kNoSequence, *pause};
    if (const auto* pause = pauseReachedBy(*change)) return Blocker{kNoSequence, *pause};
  }
  return std::nullopt;
}

// By referential actions, which would change rows of the paused table.
const HoldBook::PausePointer* HoldBook::pauseReachedBy(const ChangeView& change) const {
  const std::size_t at = toIndex(change.table);
  if (at >= m_pauseByJoined.size() || !m_pauseByJoined[at]) return nullptr;
  const TablePlan& plan = m_plans.plan(change.table);
  const bool acts =
      plan.hasUpdateActions || (plan.hasDeleteActions && change.operation == Operation::Delete);
  return acts ? &m_pauseByJoined[at] : nullptr;
}

std::optional<Blocker> HoldBook::blockerOf(const ChangeSetView& changeSet,
                                           const CatalogPointer& catalog) {
  if (auto pause = pauseOf(changeSet, catalog)) return pause;
  if (m_blockers.empty()) return std::nullopt;
  if (m_isFull) return m_blockers.front();
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    if (const auto* number = blockerOfTable(change->table)) return m_blockers[*number];
  }
  std::uint32_t found = RowIndex::kNone;
  const auto isFound = [&](std::uint64_t key) {
    found = m_keys.find(key, [](std::uint32_t) { return true; });
    return found != RowIndex::kNone;
  };
  anyKey(changeSet, plansOf(catalog), isFound, [](TableId) { return false; });
  return found == RowIndex::kNone ? std::nullopt : std::optional(m_blockers[found]);
}

bool HoldBook::isHolder(const ChangeSetView& changeSet, const CatalogPointer& catalog) {
  const TablePlans& plans = plansOf(catalog);
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    if (plans.plan(change->table).holds) return true;
  }
  return false;
}

void HoldBook::hold(const ChangeSetView& changeSet, const CatalogPointer& catalog,
                    const Blocker& blocker, const HoldBook* whole) {
  findPausedTables(catalog);
  const auto insert = [&](std::uint64_t key) {
    insertKey(key, numberOf(blocker));
    return m_isFull;
  };
  anyKey(changeSet, plansOf(catalog), insert, [&](TableId table) {
    return waitsAsAWhole(table) || (whole != nullptr && whole->waitsAsAWhole(table));
  });
}

void HoldBook::insertKey(std::uint64_t key, std::uint32_t blocker) {
  if (m_keys.find(key, [](std::uint32_t) { return true; }) != RowIndex::kNone) return;
  m_keys.insert(key, blocker);
  ++m_keyCount;
  m_isFull = m_keyCount >= m_keysMax;
}

void HoldBook::park(std::string_view table, const CatalogPointer& catalog, Sequence blocker,
                    const std::string& reason) {
  const Table* found = catalog->find(table);
  if (found == nullptr || blockerOfTable(found->id) != nullptr) return;
  holdTable(found->id, numberOf({blocker, nullptr}));
  m_state.parkedMore += m_state.parked.empty() ? 0 : 1;
  if (m_state.parked.empty()) m_state.parked = reason;
}

// The JSON is our own, so a table is named in one way; a text that looks the same holds too much.
void HoldBook::holdTables(const DeadLetter& letter, const CatalogPointer& catalog) {
  std::vector<TableId> named;
  bool holds = letter.kind != kLetterRefused;
  for (const Table& table : catalog->tables()) {
    std::string text = "\"table\":";
    appendJsonString(text, table.name);
    if (letter.changeSet.find(text) == std::string::npos) continue;
    named.push_back(table.id);
    holds = holds || plansOf(catalog).plan(table.id).holds;
  }
  for (const TableId table : named) {
    if (holds) holdTable(table, numberOf({letter.sequence, nullptr}));
  }
}

void HoldBook::countHeld(const Blocker& blocker) {
  ++m_state.held;
  if (blocker.pause) m_state.count(blocker.pause->table, 1);
}

void HoldBook::add(const HoldBook& later) {
  const HoldState& state = later.m_state;
  if (m_state.firstBlocker == kNoSequence) m_state.firstBlocker = state.firstBlocker;
  const auto before = static_cast<std::uint32_t>(m_blockers.size());
  m_blockers.insert(m_blockers.end(), later.m_blockers.begin(), later.m_blockers.end());
  later.m_keys.forEach(
      [&](std::uint64_t key, std::uint32_t number) { insertKey(key, before + number); });
  for (std::size_t i = 0; i < later.m_tables.size(); ++i) {
    const std::uint32_t number = later.m_tables[i];
    if (number != RowIndex::kNone)
      holdTable(TableId{static_cast<std::uint32_t>(i)}, before + number);
  }
  if (!state.parked.empty()) {
    m_state.parkedMore += state.parkedMore + (m_state.parked.empty() ? 0 : 1);
    if (m_state.parked.empty()) m_state.parked = state.parked;
  }
  m_state.held += state.held;
  for (const HoldState::ByPause& each : state.pauses) m_state.count(each.table, each.held);
}

// Neighbours have the same blocker, mostly.
std::uint32_t HoldBook::numberOf(const Blocker& blocker) {
  if (m_blockers.empty() || m_blockers.back() != blocker) m_blockers.push_back(blocker);
  if (m_state.firstBlocker == kNoSequence) m_state.firstBlocker = blocker.letter;
  return static_cast<std::uint32_t>(m_blockers.size() - 1);
}

void HoldBook::holdTable(TableId table, std::uint32_t blocker) {
  if (toIndex(table) >= m_tables.size()) m_tables.resize(toIndex(table) + 1, RowIndex::kNone);
  if (m_tables[toIndex(table)] == RowIndex::kNone) m_tables[toIndex(table)] = blocker;
}

const std::uint32_t* HoldBook::blockerOfTable(TableId table) const {
  const bool isHeld =
      toIndex(table) < m_tables.size() && m_tables[toIndex(table)] != RowIndex::kNone;
  return isHeld ? &m_tables[toIndex(table)] : nullptr;
}

const HoldBook::PausePointer* HoldBook::pauseOfTable(TableId table) const {
  const bool isPaused = toIndex(table) < m_pauseByTable.size() && m_pauseByTable[toIndex(table)];
  return isPaused ? &m_pauseByTable[toIndex(table)] : nullptr;
}

}  // namespace penstock
