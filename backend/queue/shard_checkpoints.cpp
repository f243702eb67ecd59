// SPDX-License-Identifier: Apache-2.0
#include "queue/shard_checkpoints.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {

Shard shardOf(const WindowEntry& entry) {
  switch (entry.kind) {
    case EntryKind::ChangeSet:
      return shardOf(entry.changeSet.groupHash());
    case EntryKind::CheckpointOnly:
      return shardOf(GroupHash{toNumber(entry.sequence)});
    case EntryKind::LetterRetry:
    case EntryKind::LetterDiscard:
    case EntryKind::LetterRelease:
      break;
  }
  return kAllShards;
}

ShardCheckpoints::ShardCheckpoints(std::span<const ShardMark> held) {
  for (const ShardMark& mark : held) {
    CHECK(toIndex(mark.shard) < m_settled.size());
    m_settled[toIndex(mark.shard)] = mark.settled;
  }
}

Sequence ShardCheckpoints::start() const {
  const Sequence all = m_settled[toIndex(kAllShards)];
  return std::max(all, *std::min_element(m_settled.begin() + 1, m_settled.end()));
}

bool ShardCheckpoints::isSettled(Shard shard, Sequence sequence) const {
  return sequence <= std::max(m_settled[toIndex(shard)], m_settled[toIndex(kAllShards)]);
}

std::vector<ShardStep> ShardCheckpoints::stepsFor(Ticket chunk,
                                                  std::span<const WindowEntry> entries,
                                                  Sequence all) {
  std::array<Sequence, kShardCount + 1> next{};
  for (const WindowEntry& entry : entries) next[toIndex(shardOf(entry))] = entry.sequence;
  const bool mustCarry = next[toIndex(kAllShards)] != kNoSequence;
  const bool mayCarry = !m_carrier || *m_carrier == chunk;
  CHECK(mayCarry || !mustCarry);
  std::vector<ShardStep> steps;
  const Sequence before = m_settled[toIndex(kAllShards)];
  if (mustCarry || (mayCarry && all > before)) {
    steps.push_back({kAllShards, before, std::max(before, all)});
    m_carrier = chunk;
  }
  for (std::uint32_t i = 1; i <= kShardCount; ++i) {
    if (next[i] == kNoSequence) continue;
    CHECK(next[i] > m_settled[i]);
    steps.push_back({Shard{i}, m_settled[i], next[i]});
  }
  return steps;
}

void ShardCheckpoints::carry(Ticket chunk) {
  CHECK(!m_carrier);
  m_carrier = chunk;
}

std::vector<ShardMark> ShardCheckpoints::othersThan(std::span<const ShardStep> steps) const {
  std::vector<ShardMark> others;
  auto step = steps.begin();
  for (std::uint32_t i = 0; i <= kShardCount; ++i) {
    if (step != steps.end() && step->shard == Shard{i}) {
      ++step;
    } else if (m_settled[i] != kNoSequence) {
      others.push_back({Shard{i}, m_settled[i]});
    }
  }
  return others;
}

void ShardCheckpoints::settle(Ticket chunk, std::span<const ShardStep> steps) {
  for (const ShardStep& step : steps) {
    if (step.shard == kReviewCount) continue;
    CHECK(step.expected == m_settled[toIndex(step.shard)]);
    m_settled[toIndex(step.shard)] = step.next;
  }
  release(chunk);
}

void ShardCheckpoints::release(Ticket chunk) {
  if (m_carrier == chunk) m_carrier.reset();
}

}  // namespace penstock
