// SPDX-License-Identifier: Apache-2.0
#include "flush/hold/hold_book.h"

#include <algorithm>
#include <utility>

#include "model/codec_json.h"

namespace penstock {
namespace {

/// Keeps the hash of a group apart from that of a row.
constexpr std::uint64_t kGroupSalt = 0x9e37'79b9'7f4a'7c15u;

/// Calls `visit` with each key by which the change set is ordered; ends when that returns true. A
/// table without a key has no rows that could be told apart, and only inserts, in any order.
template <typename Visit>
bool anyKey(const ChangeSetView& changeSet, const TablePlans& plans, const Visit& visit) {
  if (!changeSet.group().empty() &&
      visit(static_cast<std::uint64_t>(changeSet.groupHash()) ^ kGroupSalt)) {
    return true;
  }
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    const TablePlan& plan = plans.plan(change->table);
    if (!plan.hasKey && !plan.asOneRow) continue;
    const RowHash row = plan.asOneRow ? hashRow(change->table, {}) : change->rowHash();
    if (visit(static_cast<std::uint64_t>(row))) return true;
  }
  return false;
}

}  // namespace

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
}

const TablePlans& HoldBook::plansOf(const CatalogPointer& catalog) {
  if (m_plans.catalog() != catalog) m_plans = TablePlans(catalog, m_policies);
  return m_plans;
}

std::optional<Sequence> HoldBook::blockerOf(const ChangeSetView& changeSet,
                                            const CatalogPointer& catalog) {
  if (isEmpty()) return std::nullopt;
  if (m_isFull) return m_blockers.front();
  for (auto changes = changeSet.changes(); auto change = changes.next();) {
    if (const auto* number = blockerOfTable(change->table)) return m_blockers[*number];
  }
  std::uint32_t found = RowIndex::kNone;
  anyKey(changeSet, plansOf(catalog), [&](std::uint64_t key) {
    found = m_keys.find(key, [](std::uint32_t) { return true; });
    return found != RowIndex::kNone;
  });
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
                    Sequence blocker) {
  anyKey(changeSet, plansOf(catalog), [&](std::uint64_t key) {
    const bool isNew = m_keys.find(key, [](std::uint32_t) { return true; }) == RowIndex::kNone;
    if (isNew) m_keys.insert(key, numberOf(blocker));
    m_keyCount += isNew ? 1 : 0;
    m_isFull = m_keyCount >= m_keysMax;
    return m_isFull;
  });
}

void HoldBook::park(std::string_view table, const CatalogPointer& catalog, Sequence blocker,
                    const std::string& reason) {
  const Table* found = catalog->find(table);
  if (found == nullptr || blockerOfTable(found->id) != nullptr) return;
  holdTable(found->id, numberOf(blocker));
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
    if (holds) holdTable(table, numberOf(letter.sequence));
  }
}

// Neighbours have the same blocker, mostly.
std::uint32_t HoldBook::numberOf(Sequence blocker) {
  if (m_blockers.empty() || m_blockers.back() != blocker) m_blockers.push_back(blocker);
  if (m_state.firstBlocker == kNoSequence) m_state.firstBlocker = blocker;
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

}  // namespace penstock
