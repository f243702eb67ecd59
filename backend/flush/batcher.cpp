// SPDX-License-Identifier: Apache-2.0
#include "flush/batcher.h"

#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

bool isNothing(const RowEffect& effect) {
  return effect.ifAbsent == IfAbsent::Nothing && effect.ifPresent == IfPresent::Nothing;
}

}  // namespace

BuildResult Batcher::build(const CatalogPointer& catalog, std::span<const WindowEntry> entries,
                           Batch& batch) {
  CHECK(!entries.empty());
  begin(catalog, batch);
  batch.first = entries.front().sequence;
  batch.last = entries.back().sequence;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == EntryKind::CheckpointOnly) continue;
    if (entries[i].kind != EntryKind::ChangeSet) addLetter(entries[i]);
    if (entries[i].kind == EntryKind::LetterDiscard) continue;
    ++batch.changeSets;
    auto changes = entries[i].changeSet.changes();
    while (const auto change = changes.next()) {
      ++batch.changes;
      if (addChange(*change) == Step::Fails) return BuildResult{false, i, std::move(m_reason)};
    }
  }
  closeRun();
  m_batch = nullptr;
  return {};
}

void Batcher::begin(const CatalogPointer& catalog, Batch& batch) {
  if (m_plans.catalog() != catalog) m_plans = TablePlans(catalog, m_policies);
  m_rules.begin(m_plans);
  recycle(batch);
  m_batch = &batch;
  batch.catalog = catalog;
  batch.values.clear();
  batch.assignments.clear();
  batch.letters.clear();
  batch.changeSets = batch.changes = batch.effects = batch.coalesced = 0;
  startRun();
}

void Batcher::addLetter(const WindowEntry& entry) {
  const auto order = LetterOrder::parse(entry.order);
  CHECK(order.isOk());  // the window has parsed it
  m_batch->letters.push_back(
      {order->sequence, order->journal, entry.kind != EntryKind::LetterDiscard});
}

Batcher::Step Batcher::addChange(const ChangeView& change) {
  const TablePlan& plan = m_plans.plan(change.table);
  if (!plan.goesHere) return Step::Done;
  if (plan.table == nullptr) return fail(plan, "is not in the catalog");
  if (!plan.hasKey && change.operation != Operation::Insert) {
    return fail(plan, "has no primary key and takes inserts only");
  }
  ChangeFacts facts = readFacts(plan, change, m_change);
  if (plan.inForeignKeys) {
    m_key.clear();
    readKey(change.keyBytes, m_key);
    facts.key = m_key;
  }
  if (!m_rules.needsOwnRun(plan, facts)) return foldIntoRun(plan, change, facts);
  closeRun();
  const Step step = foldIntoRun(plan, change, facts);
  closeRun();
  return step;
}

Batcher::Step Batcher::foldIntoRun(const TablePlan& plan, const ChangeView& change,
                                   ChangeFacts facts) {
  const std::uint64_t hash =
      plan.hasKey ? static_cast<std::uint64_t>(change.rowHash()) : std::uint64_t{0};
  facts.row = plan.hasKey ? findRow(change, hash) : RowIndex::kNone;
  const bool exists = facts.row != RowIndex::kNone;
  facts.rowIsCertainlyPresent = exists && m_rows[facts.row].folded.isCertainlyPresent();
  FoldOutcome outcome = FoldOutcome::Cut;
  if ((!exists || plan.coalesce) && m_rules.mayJoin(plan, facts)) {
    if (!exists) facts.row = static_cast<std::uint32_t>(m_rows.size());
    Row& row = exists ? m_rows[facts.row] : addRow(plan, change, hash);
    outcome = foldInto(row, plan, change.operation);
    if (outcome == FoldOutcome::Folded) {
      m_batch->coalesced += exists ? 1 : 0;
      row.block = m_rules.join(plan, facts, facts.row);
      return Step::Done;
    }
    if (outcome == FoldOutcome::Fails)
      return fail(plan, "holds a row that earlier changes rule out");
    if (!exists) return fail(plan, "has a column that is set and added to at once");
  }
  closeRun();
  facts.row = 0;
  Row& row = addRow(plan, change, hash);
  outcome = foldInto(row, plan, change.operation);
  if (outcome != FoldOutcome::Folded) {
    return fail(plan, "has a column that is set and added to at once");
  }
  row.block = m_rules.join(plan, facts, facts.row);
  return Step::Done;
}

FoldOutcome Batcher::foldInto(Row& row, const TablePlan& plan, Operation operation) {
  Fold fold(m_batch->assignments);
  return fold.apply(row.folded, operation, m_change, plan.hasKey ? plan.rules : FoldRules{});
}

Batcher::Step Batcher::fail(const TablePlan& plan, std::string_view why) {
  m_reason = plan.table == nullptr ? std::string("the table") : "table '" + plan.table->name + "'";
  m_reason += ' ';
  m_reason += why;
  return Step::Fails;
}

std::uint32_t Batcher::findRow(const ChangeView& change, std::uint64_t hash) const {
  return m_index.find(hash, [this, &change](std::uint32_t number) {
    const Row& row = m_rows[number];
    return row.table == change.table && row.keyBytes == change.keyBytes;
  });
}

Batcher::Row& Batcher::addRow(const TablePlan& plan, const ChangeView& change, std::uint64_t hash) {
  Row& row = m_rows.emplace_back();
  row.table = change.table;
  if (!plan.hasKey) return row;
  row.keyBytes = change.keyBytes;
  row.key.begin = static_cast<std::uint32_t>(m_batch->values.size());
  readKey(change.keyBytes, m_batch->values);
  row.key.end = static_cast<std::uint32_t>(m_batch->values.size());
  m_index.insert(hash, static_cast<std::uint32_t>(m_rows.size() - 1));
  return row;
}

void Batcher::startRun() {
  m_rules.startRun();
  m_index.clear();
  m_rows.clear();
}

// Ends the run, if anything is in it, and begins the next.
void Batcher::closeRun() {
  if (m_rows.empty()) return;
  Run run;
  emitRows(run);
  if (!run.blocks.empty()) m_batch->runs.push_back(std::move(run));
  startRun();
}

void Batcher::emitRows(Run& run) {
  m_order.clear();
  for (std::uint32_t number = 0; number < m_rows.size(); ++number) {
    const Row& row = m_rows[number];
    if (!isNothing(Fold::effectOf(row.folded))) m_order.add(row.block, number, keyOf(row));
  }
  const auto items = m_order.sorted([this](std::uint32_t row) { return keyOf(m_rows[row]); });
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Row& row = m_rows[items[i].row];
    if (i == 0 || items[i].block != items[i - 1].block) {
      run.blocks.push_back(startBlock(row.table));
    }
    RowEffect effect = Fold::effectOf(row.folded);
    effect.key = row.key;
    run.blocks.back().rows.push_back(effect);
  }
  m_batch->effects += items.size();
}

TableBlock Batcher::startBlock(TableId table) {
  TableBlock block;
  block.table = table;
  if (!m_spareRows.empty()) {
    block.rows = std::move(m_spareRows.back());
    m_spareRows.pop_back();
  }
  return block;
}

std::span<const ValueView> Batcher::keyOf(const Row& row) const {
  return std::span(m_batch->values).subspan(row.key.begin, row.key.size());
}

void Batcher::recycle(Batch& batch) {
  for (Run& run : batch.runs) {
    for (TableBlock& block : run.blocks) {
      block.rows.clear();
      m_spareRows.push_back(std::move(block.rows));
    }
  }
  batch.runs.clear();
}

}  // namespace penstock
