// SPDX-License-Identifier: Apache-2.0
#include "flush/chunk_flush.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "model/codec_json.h"

namespace penstock {
namespace {

std::vector<FenceStep> fenceOf(const std::vector<ShardStep>& steps) {
  std::vector<FenceStep> fence;
  fence.reserve(steps.size());
  for (const ShardStep& step : steps) {
    fence.push_back(FenceStep{step.shard, step.expected, step.next});
  }
  return fence;
}

}  // namespace

CheckpointPlace placeOf(const std::vector<Checkpoint>& checkpoints,
                        const std::vector<ShardStep>& steps) {
  std::size_t before = 0;
  std::size_t after = 0;
  bool isBehind = false;
  for (const ShardStep& step : steps) {
    Sequence held = kNoSequence;
    for (const Checkpoint& checkpoint : checkpoints) {
      if (checkpoint.shard == step.shard) held = checkpoint.settled;
    }
    before += held == step.expected ? 1 : 0;
    after += held == step.next ? 1 : 0;
    isBehind = isBehind || held < step.expected;
  }
  if (isBehind) return CheckpointPlace::WentBack;
  if (before == steps.size()) return CheckpointPlace::BeforeCommit;
  return after == steps.size() ? CheckpointPlace::AfterCommit : CheckpointPlace::Elsewhere;
}

void ChunkFlush::begin(const Chunk& chunk, const RetryPolicy& retry, Circuit& circuit) {
  m_chunk = &chunk;
  m_attempt.emplace(chunk.entries.size(), retry, circuit);
  prepare(IndexRange{0, chunk.entries.size()});
}

void ChunkFlush::prepare(IndexRange range) {
  if (m_takes == StoreTakes::ChangeSets) {
    collect(range);
  } else {
    m_built = m_batcher.build(m_chunk->catalog, entriesOf(range), m_batch);
  }
  m_prepared = range;
}

// As they were journaled: there is no rule that one of them could break. What was decided about
// letters means nothing to a store that keeps none.
void ChunkFlush::collect(IndexRange range) {
  m_range.catalog = m_chunk->catalog;
  m_range.changeSets.clear();
  m_batch.changes = 0;
  for (const WindowEntry& entry : entriesOf(range)) {
    if (entry.kind != EntryKind::ChangeSet) continue;
    m_range.changeSets.push_back({entry.sequence, &entry.changeSet});
    m_batch.changes += entry.changes;
  }
  m_batch.changeSets = m_range.changeSets.size();
  m_batch.effects = m_batch.changes;
}

void ChunkFlush::prepareFree(IndexRange range) {
  m_free.clear();
  m_freeAt.clear();
  auto held = m_held.begin();
  for (std::size_t i = range.begin; i < range.end; ++i) {
    if (held != m_held.end() && held->at == i) {
      ++held;
      continue;
    }
    m_free.push_back(m_chunk->entries[i]);
    m_freeAt.push_back(i);
  }
  m_prepared = {};
  m_built = {};
  if (m_free.empty()) {
    m_batch = Batch();
  } else {
    m_built = m_batcher.build(m_chunk->catalog, m_free, m_batch);
  }
}

void ChunkFlush::findHeld(IndexRange range) {
  m_held.clear();
  if (m_book.isEmpty() || m_takes == StoreTakes::ChangeSets) return;
  m_ahead.clear();
  for (std::size_t i = range.begin; i < range.end; ++i) {
    const WindowEntry& entry = m_chunk->entries[i];
    auto blocker = blockerOf(entry);
    if (!blocker) continue;
    m_ahead.hold(entry.changeSet, m_chunk->catalog, *blocker, &m_book);
    m_held.push_back({i, std::move(*blocker)});
  }
}

// What an operator decided about a letter is done, whatever waits for that letter; but nothing goes
// to a table that is paused.
std::optional<Blocker> ChunkFlush::blockerOf(const WindowEntry& entry) {
  if (entry.kind == EntryKind::LetterRetry) {
    return m_book.pauseOf(entry.changeSet, m_chunk->catalog);
  }
  const bool mayWait = entry.kind == EntryKind::ChangeSet || entry.kind == EntryKind::LetterRelease;
  if (!mayWait) return std::nullopt;
  auto blocker = m_book.blockerOf(entry.changeSet, m_chunk->catalog);
  return blocker ? blocker : m_ahead.blockerOf(entry.changeSet, m_chunk->catalog);
}

Sequence ChunkFlush::lastOf(const FlushAction& action) const {
  return m_chunk->entries[action.range.end - 1].sequence;
}

std::optional<CommitRequest> ChunkFlush::request(const FlushAction& action, CommitPlan plan,
                                                 WallTime now) {
  m_steps = std::move(plan.steps);
  m_attempt->onRequest(plan.earlier);
  m_tried = action.range;
  m_letters.clear();
  m_origins.clear();
  CommitRequest request;
  request.fence = fenceOf(m_steps);
  m_behind.reset();
  for (const ShardMark& other : plan.others) {
    request.others.push_back({other.shard, other.settled});
  }
  if (action.kind == FlushAction::Kind::Bury) {
    const WindowEntry& entry = m_chunk->entries[action.range.begin];
    m_held.clear();
    if (m_attempt->refusal().code != kLetterGone) {
      m_letters.push_back(refusedLetter(entry, now));
      m_origins.push_back(entry.kind);
    }
    request.deadLetters = m_letters;
    return request;
  }
  findHeld(action.range);
  if (!m_held.empty()) {
    prepareFree(action.range);
  } else if (m_prepared != action.range) {
    prepare(action.range);
  }
  if (!m_built.built) {
    m_attempt->onCannotBuild(
        m_held.empty() ? action.range.begin + m_built.guilty : m_freeAt[m_built.guilty],
        m_built.reason);
    return std::nullopt;
  }
  for (const Held& held : m_held) {
    m_letters.push_back(heldLetter(held, now));
    m_origins.push_back(m_chunk->entries[held.at].kind);
  }
  request.deadLetters = m_letters;
  const bool hasWork = !m_batch.runs.empty() || !m_batch.letters.empty();
  request.batch = hasWork ? &m_batch : nullptr;
  request.changeSets = m_range.changeSets.empty() ? nullptr : &m_range;
  return request;
}

DeadLetter ChunkFlush::letterOf(const WindowEntry& entry, WallTime now) const {
  DeadLetter letter;
  letter.sequence = entry.sequence;
  letter.atMicros = now.time_since_epoch().count();
  letter.changeSet = toJson(entry.changeSet, *m_chunk->catalog);
  if (entry.kind != EntryKind::ChangeSet) {
    const auto order = LetterOrder::parse(entry.order);
    CHECK(order.isOk());  // the window has parsed it
    letter.sequence = order->sequence;
    letter.journal = order->journal;
    letter.again = true;
  }
  return letter;
}

// What a paused table holds back may be what the database misses: then nothing is known for good
// before that has followed.
DeadLetter ChunkFlush::refusedLetter(const WindowEntry& entry, WallTime now) {
  const Refusal& refusal = m_attempt->refusal();
  const bool isParked = !refusal.parkedTable.empty();
  const bool mayFollow = !isParked && !refusal.code.empty() && entry.kind != EntryKind::LetterRetry;
  m_behind.reset();
  if (mayFollow) m_behind = m_book.pauseBehindRefusal(entry.changeSet, m_chunk->catalog);
  DeadLetter letter = letterOf(entry, now);
  letter.kind = isParked ? kLetterParked : m_behind ? kLetterHeld : kLetterRefused;
  letter.reason = isParked ? parkedReason(refusal.parkedTable, refusal.reason) : refusal.reason;
  if (m_behind) letter.reason = m_behind->reason() + "; meanwhile refused: " + refusal.reason;
  letter.code = refusal.code;
  letter.attempts = refusal.attempts;
  return letter;
}

DeadLetter ChunkFlush::heldLetter(const Held& held, WallTime now) const {
  DeadLetter letter = letterOf(m_chunk->entries[held.at], now);
  letter.kind = kLetterHeld;
  letter.reason = held.blocker.reason();
  letter.attempts = 0;
  return letter;
}

std::optional<SettledPart> ChunkFlush::onCommit(const CommitResult& result, SteadyTime now,
                                                double random) {
  m_result = result;
  if (result.outcome == CommitOutcome::Drifted) {
    m_attempt->onDrifted(firstOfTable(result.table), result);
    return std::nullopt;
  }
  const auto part = m_attempt->onCommit(result, now, random);
  noteSettled(part);
  return part;
}

// Among what was just tried; its first, when none names the table (a trigger's may do so).
std::size_t ChunkFlush::firstOfTable(std::string_view table) const {
  const Table* const drifted = m_chunk->catalog->find(table);
  auto held = m_held.begin();
  for (std::size_t i = m_tried.begin; i < m_tried.end; ++i) {
    if (held != m_held.end() && held->at == i) {
      ++held;
      continue;
    }
    auto changes = m_chunk->entries[i].changeSet.changes();
    while (const auto change = changes.next()) {
      if (drifted != nullptr && change->table == drifted->id) return i;
    }
  }
  return m_tried.begin;
}

void ChunkFlush::noteSettled(const std::optional<SettledPart>& part) {
  if (!part) return;
  if (part->how == SettledPart::How::Buried) {
    return noteBuried(m_chunk->entries[part->range.begin]);
  }
  for (const Held& held : m_held) {
    m_book.hold(m_chunk->entries[held.at].changeSet, m_chunk->catalog, held.blocker);
    m_book.countHeld(held.blocker);
  }
}

void ChunkFlush::noteBuried(const WindowEntry& entry) {
  if (m_letters.empty()) return;
  const DeadLetter& letter = m_letters.front();
  if (m_behind) {
    m_book.hold(entry.changeSet, m_chunk->catalog, *m_behind);
    return m_book.countHeld(*m_behind);
  }
  const std::string_view parked = parkedTable(letter);
  if (!parked.empty()) m_book.park(parked, m_chunk->catalog, letter.sequence, letter.reason);
  if (!parked.empty() || m_book.isHolder(entry.changeSet, m_chunk->catalog)) {
    m_book.hold(entry.changeSet, m_chunk->catalog, {letter.sequence, nullptr});
  }
}

void ChunkFlush::onReopened(const Status& status, SteadyTime now, double random) {
  if (!status.isOk()) m_result.message = status.message();
  m_attempt->onReopened(status, now, random);
}

std::optional<SettledPart> ChunkFlush::onCheckpoints(
    const Result<std::vector<Checkpoint>>& checkpoints, SteadyTime now, double random) {
  if (!checkpoints) return m_attempt->onCheckpoint(checkpoints.status(), now, random);
  const auto part = m_attempt->onCheckpoint(placeOf(*checkpoints, m_steps), now, random);
  noteSettled(part);
  return part;
}

SettledNews ChunkFlush::newsOf(const SettledPart& part) const {
  const WindowEntry& first = m_chunk->entries[part.range.begin];
  SettledNews news;
  news.first = first.sequence;
  news.last = m_chunk->entries[part.range.end - 1].sequence;
  news.settled = news.last;
  news.oldestArrived = first.arrived;
  for (std::size_t i = part.range.begin; i < part.range.end; ++i) {
    news.bytes += m_chunk->entries[i].changeSet.bytes().size();
  }
  news.deadLetters =
      static_cast<std::uint64_t>(std::ranges::count(m_origins, EntryKind::ChangeSet));
  if (part.how == SettledPart::How::Buried) return news;
  news.changeSets = m_batch.changeSets;
  news.changes = m_batch.changes;
  news.coalesced = m_batch.coalesced;
  news.lettersSettled = m_batch.letters.size();
  news.rows = m_result.outcome == CommitOutcome::Committed ? m_result.rows : m_batch.effects;
  return news;
}

}  // namespace penstock
