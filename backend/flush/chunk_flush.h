// SPDX-License-Identifier: Apache-2.0
// One chunk on its way into the store: turns what FlushAttempt decides into requests, and the
// store's answers into what is settled by them. It neither waits nor calls the store: a flush
// worker does both, and a simulation lets time pass between the two.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "flush/batcher.h"
#include "flush/flush_attempt.h"
#include "flush/flush_listener.h"
#include "flush/hold/hold_book.h"
#include "queue/commit_plan.h"
#include "queue/window.h"
#include "store/store.h"

namespace penstock {

/// Threads: one; each worker has its own. Owns: the batch, whose memory later ones use again. The
/// book is the sink's, outlives this, and is touched by the worker that has the turn alone.
class ChunkFlush {
 public:
  /// `events`: whether the store has a table of them.
  enum class Events : std::uint8_t { None, Kept };
  ChunkFlush(const std::vector<TablePolicy>& policies, HoldBook& book,
             StoreTakes takes = StoreTakes::Rows, Events events = Events::None)
      : m_takes(takes),
        m_keepsEvents(events == Events::Kept),
        m_batcher(policies),
        m_book(book),
        m_ahead(policies) {}

  /// Prepares the batch of the whole chunk, before its turn has come. Both outlive what follows.
  void begin(const Chunk& chunk, const RetryPolicy& retry, Circuit& circuit);

  FlushAction next(SteadyTime now) const { return m_attempt->next(now); }
  /// The last sequence that a Commit or Bury settles.
  Sequence lastOf(const FlushAction& action) const;
  /// What it is about.
  std::span<const WindowEntry> entriesOf(IndexRange range) const {
    return std::span(m_chunk->entries).subspan(range.begin, range.size());
  }
  /// What to ask of the store for a Commit or Bury, with the plan for its entries.
  /// What has to wait behind letters goes with a Commit as letters of its own, not as rows. Nothing
  /// when no batch can be built of it: then the next action is another one. Borrows from the chunk
  /// and from this, until the next call.
  std::optional<CommitRequest> request(const FlushAction& action, CommitPlan plan, WallTime now);
  /// The store's answer to it.
  std::optional<SettledPart> onCommit(const CommitResult& result, SteadyTime now, double random);
  void onWaited() { m_attempt->onWaited(); }
  void onReopened(const Status& status, SteadyTime now, double random);
  std::optional<SettledPart> onCheckpoints(const Result<std::vector<Checkpoint>>& checkpoints,
                                           SteadyTime now, double random);

  /// Of what the last answer settled; without the commit time.
  SettledNews newsOf(const SettledPart& part) const;
  /// What the last request keeps: the buried one, unless it was a retried letter that is gone, or
  /// those that are held.
  const std::vector<DeadLetter>& letters() const { return m_letters; }
  /// What became the letter at this place of letters().
  EntryKind letterOrigin(std::size_t letter) const { return m_origins[letter]; }
  const std::vector<ShardStep>& steps() const { return m_steps; }  ///< of the last request
  std::uint64_t changes() const { return m_batch.changes; }        ///< of the last batch
  const CommitResult& lastAnswer() const { return m_result; }
  /// Failures in a row; 0: the last answer was no transient failure.
  std::uint32_t failures() const { return m_attempt->failures(); }

 private:
  /// An entry that has to wait, and for what.
  struct Held {
    std::size_t at = 0;
    Blocker blocker;
  };

  void prepare(IndexRange range);
  void collect(IndexRange range);
  void prepareFree(IndexRange range);
  void collectEvents(std::span<const WindowEntry> entries);
  void findHeld(IndexRange range);
  std::optional<Blocker> blockerOf(const WindowEntry& entry);
  std::size_t firstOfTable(std::string_view table) const;
  void noteSettled(const std::optional<SettledPart>& part);
  void noteBuried(const WindowEntry& entry);
  DeadLetter letterOf(const WindowEntry& entry, WallTime now) const;
  DeadLetter refusedLetter(const WindowEntry& entry, WallTime now);
  DeadLetter heldLetter(const Held& held, WallTime now) const;

  const StoreTakes m_takes;
  const bool m_keepsEvents;
  Batcher m_batcher;
  HoldBook& m_book;
  HoldBook m_ahead;                // what those in m_held hold in their turn, once they are settled
  Batch m_batch;                   // for a store that takes change sets: only their counts
  ChangeSetRange m_range;          // for such a store
  std::vector<EventRow> m_events;  // of what m_batch applies
  BuildResult m_built;
  IndexRange m_prepared;              // what m_batch and m_built are of; empty: of m_free
  IndexRange m_tried;                 // of the last request
  std::vector<Held> m_held;           // in it
  std::vector<WindowEntry> m_free;    // all others of it, when some are held
  std::vector<std::size_t> m_freeAt;  // where those stand
  const Chunk* m_chunk = nullptr;
  std::optional<FlushAttempt> m_attempt;
  std::vector<ShardStep> m_steps;
  std::vector<DeadLetter> m_letters;
  std::vector<EntryKind> m_origins;  // of m_letters
  std::optional<Blocker> m_behind;   // why the buried one is held; nothing: it is refused for good
  CommitResult m_result;
};

/// Where `checkpoints`, read after an unknown commit of `steps`, stand.
CheckpointPlace placeOf(const std::vector<Checkpoint>& checkpoints,
                        const std::vector<ShardStep>& steps);

}  // namespace penstock
