// SPDX-License-Identifier: Apache-2.0
// The part of the backlog that is in memory, for a sink with several lanes: what window is for one.
// It decides what may be committed at the same time: a shard is in one chunk at a time, what
// touches one row follows journal order whatever the shards, and what concerns everything (a
// decision about a letter, another catalog) waits for everything before it, and is waited for.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/status.h"
#include "queue/dependencies.h"
#include "queue/shard_checkpoints.h"
#include "queue/shard_load.h"
#include "queue/window.h"

namespace penstock {

/// Appends what a change set touches. Called with the queue's lock held.
using TouchedBy =
    std::function<void(const ChangeSetView&, const CatalogPointer&, std::vector<Touch>& to)>;

/// Threads: one at a time; the caller locks. The bytes of a taken chunk may be read meanwhile.
class ShardWindow {
 public:
  /// `atStart`: of the store; what is settled by them is skipped.
  ShardWindow(std::uint64_t bytesMax, ShardCheckpoints atStart, TouchedBy touchedBy);

  bool hasRoom() const { return m_memory.hasRoom(); }
  /// Copies the record. Errors: as ChangeSetView::parse; nothing was pushed then.
  Status push(const QueuedRecord& record);

  /// Fills `chunk` anew with what may be committed now, whatever else is under way. False: nothing
  /// may, before something is settled or pushed. `lanes`: that share the work, from 1.
  bool take(const TakeLimits& limits, std::uint32_t lanes, Chunk& chunk);
  /// These, of a taken chunk, are in the store; what waited for them may be taken.
  void settle(std::span<const WindowEntry> entries);
  /// What of the chunk begins at `from` is taken again later.
  enum class Again : std::uint8_t {
    Anytime,
    WhenFirst,  ///< its first one alone, when everything before it is settled: it was refused
  };
  void giveBack(Chunk& chunk, std::size_t from, Again again);
  /// Frees what take() gave. Clears the chunk. Expects: all of it is settled, or nothing is wanted
  /// of this window any more.
  void complete(Chunk& chunk);

  /// Everything up to here is settled, in all shards.
  Sequence settled() const { return m_settled; }
  /// Nothing waits, and nothing is under way.
  bool isIdle() const { return m_nodes.empty(); }
  /// What comes next is a decision of an operator, which moves the checkpoint for all shards.
  bool isDecisionNext() const { return !isIdle() && m_nodes.front().shard == kAllShards; }
  /// Of the last record that was pushed; null: none was.
  const CatalogPointer& newestCatalog() const { return m_newest; }
  /// The same, as if these were settled too. Expects: in order.
  Sequence settledWith(std::span<const WindowEntry> entries) const;
  /// Everything that came before it is settled.
  bool isFirst(Sequence sequence) const;
  Waiting waiting() const { return {m_waitingRecords, m_waitingChanges, m_waitingBytes}; }
  WindowLoad load() const;
  /// Of every shard, by its number, without checkpoints.
  /// Limits: what is behind the oldest 20,000 records is not looked for.
  std::vector<ShardLoad> shards() const;
  void checkInvariants() const;

 private:
  /// Entries are numbered as they come: their places in m_nodes, and those that are gone.
  using Number = std::uint64_t;
  struct Node {
    WindowEntry entry;
    Shard shard{};
    enum class State : std::uint8_t { Waiting, Taken, Settled } state = State::Waiting;
    bool opensCatalog = false;   // another one than that of those before
    bool onlyWhenFirst = false;  // and alone
    Dependencies::Claim claim;
  };
  struct Line {
    std::deque<Number> waiting;
    std::uint64_t taken = 0;
  };
  /// Lines whose first one may be picked next.
  using Heads = std::vector<std::pair<Number, std::uint32_t>>;

  Node& at(Number number) { return m_nodes[number - m_first]; }
  const Node& at(Number number) const { return m_nodes[number - m_first]; }
  Node& at(const WindowEntry& entry);
  Number passBarriers();
  Number firstBarrier() const;
  void judgeWaiting(ShardLoad& load, Number end) const;
  void findInNodes(std::vector<ShardLoad>& loads) const;
  bool takeAlone(const TakeLimits& limits, Chunk& chunk);
  void takeLines(Number end, const TakeLimits& limits, std::uint32_t lanes, Chunk& chunk);
  using Lines = std::bitset<kShardCount + 1>;
  Heads openLines(Number end, std::size_t most) const;
  Heads allLines(Number end, const Lines& own) const;
  bool mayPick(Number number, Number end, const TakeLimits& limits) const;
  void pickFrom(Heads& heads, Number end, const TakeLimits& limits, Chunk& chunk);
  void pick(Number number, Chunk& chunk);
  void startChunk(Chunk& chunk);
  void dropSettled();

  WindowMemory m_memory;
  const ShardCheckpoints m_atStart;
  const TouchedBy m_touchedBy;
  Sequence m_settled;
  std::deque<Node> m_nodes;  // from the oldest that is not settled
  Number m_first = 0;        // number of the first of them
  CatalogPointer m_newest;   // of the last pushed
  std::array<Line, kShardCount + 1> m_lines;
  std::deque<Number> m_barriers;
  Dependencies m_dependencies;
  std::vector<Touch> m_touches;  // of the record at hand
  std::uint64_t m_waitingRecords = 0;
  std::uint64_t m_waitingChanges = 0;
  std::uint64_t m_waitingBytes = 0;
  std::uint64_t m_tickets = 0;
  std::uint64_t m_takenChunks = 0;
  std::optional<Ticket> m_decision;  // of an operator, in this chunk: until it is completed
};

}  // namespace penstock
