// SPDX-License-Identifier: Apache-2.0
#include "flush/chunk_flush.h"

#include <span>
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
  for (const ShardStep& step : steps) {
    Sequence held = kNoSequence;
    for (const Checkpoint& checkpoint : checkpoints) {
      if (checkpoint.shard == step.shard) held = checkpoint.settled;
    }
    before += held == step.expected ? 1 : 0;
    after += held == step.next ? 1 : 0;
  }
  if (before == steps.size()) return CheckpointPlace::BeforeCommit;
  return after == steps.size() ? CheckpointPlace::AfterCommit : CheckpointPlace::Elsewhere;
}

void ChunkFlush::begin(const Chunk& chunk, const RetryPolicy& retry, Circuit& circuit) {
  m_chunk = &chunk;
  m_attempt.emplace(chunk.entries.size(), retry, circuit);
  prepare(IndexRange{0, chunk.entries.size()});
}

void ChunkFlush::prepare(IndexRange range) {
  const auto entries = std::span(m_chunk->entries).subspan(range.begin, range.size());
  m_built = m_batcher.build(m_chunk->catalog, entries, m_batch);
  m_prepared = range;
}

Sequence ChunkFlush::lastOf(const FlushAction& action) const {
  return m_chunk->entries[action.range.end - 1].sequence;
}

std::optional<CommitRequest> ChunkFlush::request(const FlushAction& action,
                                                 std::vector<ShardStep> steps, WallTime now) {
  m_steps = std::move(steps);
  CommitRequest request;
  request.fence = fenceOf(m_steps);
  if (action.kind == FlushAction::Kind::Bury) {
    m_letter.reset();
    if (m_attempt->refusal().code != kLetterGone) {
      m_letter = letterOf(action, now);
      request.deadLetters.push_back(*m_letter);
    }
    return request;
  }
  if (m_prepared != action.range) prepare(action.range);
  if (!m_built.built) {
    m_attempt->onCannotBuild(action.range.begin + m_built.guilty, m_built.reason);
    return std::nullopt;
  }
  const bool hasWork = !m_batch.runs.empty() || !m_batch.letters.empty();
  request.batch = hasWork ? &m_batch : nullptr;
  return request;
}

DeadLetter ChunkFlush::letterOf(const FlushAction& action, WallTime now) const {
  const WindowEntry& entry = m_chunk->entries[action.range.begin];
  const Refusal& refusal = m_attempt->refusal();
  DeadLetter letter;
  letter.sequence = entry.sequence;
  letter.kind = "refused";
  letter.reason = refusal.reason;
  letter.code = refusal.code;
  letter.attempts = refusal.attempts;
  letter.atMicros = now.time_since_epoch().count();
  letter.changeSet = toJson(entry.changeSet, *m_chunk->catalog);
  if (entry.kind == EntryKind::LetterRetry) {
    const auto order = LetterOrder::parse(entry.order);
    CHECK(order.isOk());  // the window has parsed it
    letter.sequence = order->sequence;
    letter.journal = order->journal;
  }
  return letter;
}

std::optional<SettledPart> ChunkFlush::onCommit(const CommitResult& result, SteadyTime now,
                                                double random) {
  m_result = result;
  return m_attempt->onCommit(result, now, random);
}

void ChunkFlush::onReopened(const Status& status, SteadyTime now, double random) {
  if (!status.isOk()) m_result.message = status.message();
  m_attempt->onReopened(status, now, random);
}

std::optional<SettledPart> ChunkFlush::onCheckpoints(
    const Result<std::vector<Checkpoint>>& checkpoints, SteadyTime now, double random) {
  if (!checkpoints) return m_attempt->onCheckpoint(checkpoints.status(), now, random);
  return m_attempt->onCheckpoint(placeOf(*checkpoints, m_steps), now, random);
}

SettledNews ChunkFlush::newsOf(const SettledPart& part) const {
  const WindowEntry& first = m_chunk->entries[part.range.begin];
  SettledNews news;
  news.first = first.sequence;
  news.last = m_chunk->entries[part.range.end - 1].sequence;
  news.oldestArrived = first.arrived;
  for (std::size_t i = part.range.begin; i < part.range.end; ++i) {
    news.bytes += m_chunk->entries[i].changeSet.bytes().size();
  }
  if (part.how == SettledPart::How::Buried) {
    const bool isNew = first.kind == EntryKind::ChangeSet;
    news.deadLetters = m_letter && isNew ? 1 : 0;
    return news;
  }
  news.changeSets = m_batch.changeSets;
  news.changes = m_batch.changes;
  news.coalesced = m_batch.coalesced;
  news.lettersSettled = m_batch.letters.size();
  news.rows = m_result.outcome == CommitOutcome::Committed ? m_result.rows : m_batch.effects;
  return news;
}

}  // namespace penstock
