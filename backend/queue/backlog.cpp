// SPDX-License-Identifier: Apache-2.0
#include "queue/backlog.h"

#include <chrono>
#include <utility>

#include "base/check.h"
#include "queue/lanes.h"
#include "queue/shard_checkpoints.h"

namespace penstock {
namespace {

class OneLaneBacklog final : public Backlog {
 public:
  OneLaneBacklog(std::uint64_t bytesMax, Sequence settled) : m_window(bytesMax), m_lanes(settled) {}

  bool hasRoom() const override { return m_window.hasRoom(); }
  Status push(const QueuedRecord& record) override { return m_window.push(record); }
  bool take(const TakeLimits& limits, std::uint32_t, Chunk& chunk) override {
    m_window.take(limits, chunk);
    return true;
  }
  void takeNothing(Chunk& chunk) override { m_window.takeNothing(chunk); }
  bool mayCommit(const Chunk& chunk) const override { return m_lanes.mayCommit(chunk.ticket); }
  CommitPlan planFor(const Chunk&, std::span<const WindowEntry> entries) override {
    return {m_lanes.stepsTo(entries.back().sequence)};
  }
  Sequence settledWith(std::span<const WindowEntry> entries) const override {
    return entries.back().sequence;
  }
  void settle(const Chunk&, std::span<const WindowEntry>,
              std::span<const ShardStep> steps) override {
    m_lanes.settle(steps);
  }
  void giveBack(Chunk&, std::size_t, Again) override { CHECK(false); }
  void complete(Chunk& chunk) override {
    m_lanes.release(chunk.ticket);
    m_window.complete(chunk);
  }
  void abandon(Chunk& chunk) override { m_window.complete(chunk); }

  Sequence settled() const override { return m_lanes.settled(); }
  Sequence start() const override { return m_lanes.settled(); }
  Waiting waiting() const override { return m_window.waiting(); }
  WindowLoad load() const override { return m_window.load(); }
  std::vector<ShardLoad> shards() const override { return {}; }
  void checkInvariants() const override { m_window.checkInvariants(); }

 private:
  Window m_window;
  Lanes m_lanes;
};

class ShardedBacklog final : public Backlog {
 public:
  ShardedBacklog(std::uint64_t bytesMax, std::span<const ShardMark> held, TouchedBy touchedBy)
      : m_checkpoints(held), m_window(bytesMax, m_checkpoints, std::move(touchedBy)) {}

  bool hasRoom() const override { return m_window.hasRoom(); }
  Status push(const QueuedRecord& record) override { return m_window.push(record); }
  bool take(const TakeLimits& limits, std::uint32_t workers, Chunk& chunk) override {
    if (m_isCatchingUp && m_window.isDecisionNext()) return false;
    if (!isBehind()) return m_window.take(limits, workers, chunk);
    WindowEntry entry;
    entry.sequence = m_window.settled();
    entry.kind = EntryKind::CheckpointOnly;
    chunk = Chunk{kCatchUp, m_window.newestCatalog(), {entry}, 0, 0};
    m_isCatchingUp = true;
    m_checkpoints.carry(kCatchUp);
    return true;
  }
  void takeNothing(Chunk&) override { CHECK(false); }
  bool mayCommit(const Chunk&) const override { return true; }
  CommitPlan planFor(const Chunk& chunk, std::span<const WindowEntry> entries) override {
    CommitPlan plan;
    const auto moved = chunk.ticket == kCatchUp ? entries.first(0) : entries;
    plan.steps = m_checkpoints.stepsFor(chunk.ticket, moved, m_window.settledWith(entries));
    plan.others = m_checkpoints.othersThan(plan.steps);
    const bool isFirst = m_window.isFirst(entries.front().sequence);
    plan.earlier = isFirst ? Earlier::AllSettled : Earlier::SomePending;
    return plan;
  }
  Sequence settledWith(std::span<const WindowEntry> entries) const override {
    return m_window.settledWith(entries);
  }
  void settle(const Chunk& chunk, std::span<const WindowEntry> entries,
              std::span<const ShardStep> steps) override {
    m_checkpoints.settle(chunk.ticket, steps);
    const bool isReleased = entries.front().kind == EntryKind::LetterRelease;
    if (!isReleased && chunk.ticket != kCatchUp) m_window.settle(entries);
  }
  void giveBack(Chunk& chunk, std::size_t from, Again again) override {
    if (chunk.ticket != kCatchUp) m_window.giveBack(chunk, from, again);
    complete(chunk);
  }
  void complete(Chunk& chunk) override {
    m_checkpoints.release(chunk.ticket);
    if (chunk.ticket != kCatchUp) return m_window.complete(chunk);
    m_isCatchingUp = false;
    chunk = Chunk();
  }
  void abandon(Chunk& chunk) override { complete(chunk); }

  Sequence settled() const override { return m_window.settled(); }
  Sequence start() const override { return m_checkpoints.start(); }
  Waiting waiting() const override { return m_window.waiting(); }
  WindowLoad load() const override {
    WindowLoad load = m_window.load();
    if (!isBehind()) return load;
    load.waitingRecords = 1;
    load.firstWaiting = m_window.settled();
    load.oldestWaiting = SteadyTime::min() + std::chrono::hours(1);  // long ago
    return load;
  }
  std::vector<ShardLoad> shards() const override {
    std::vector<ShardLoad> loads = m_window.shards();
    for (ShardLoad& each : loads) each.settled = m_checkpoints.settled(each.shard);
    std::erase_if(loads, [](const ShardLoad& each) {
      return each.shard != kAllShards && each.settled == kNoSequence && each.waiting == 0 &&
             each.inFlight == 0;
    });
    return loads;
  }
  void checkInvariants() const override { m_window.checkInvariants(); }

 private:
  /// Of a chunk without work, which moves the checkpoint for all shards alone.
  static constexpr Ticket kCatchUp{~std::uint64_t{0}};

  /// When commits end side by side, the last ones may not have carried that checkpoint, and with
  /// nothing more to do no other one would: it is done once more, or the journal could keep
  /// segments for ever that nobody needs, and have no room for anything new.
  bool isBehind() const {
    return !m_isCatchingUp && m_window.isIdle() && !m_checkpoints.isCarried() &&
           m_checkpoints.start() < m_window.settled();
  }

  ShardCheckpoints m_checkpoints;
  ShardWindow m_window;
  bool m_isCatchingUp = false;
};

}  // namespace

std::unique_ptr<Backlog> makeBacklog(std::uint64_t bytesMax, Sequence settled) {
  return std::make_unique<OneLaneBacklog>(bytesMax, settled);
}

std::unique_ptr<Backlog> makeShardedBacklog(std::uint64_t bytesMax, std::span<const ShardMark> held,
                                            TouchedBy touchedBy) {
  return std::make_unique<ShardedBacklog>(bytesMax, held, std::move(touchedBy));
}

}  // namespace penstock
