// SPDX-License-Identifier: Apache-2.0
// One life of a sink: dispatcher and flush workers as small machines that do one thing at a time,
// at simulated times. What they do is decided by the engine's own classes (Backlog, TakeRule,
// ChunkFlush with FlushAttempt and Batcher, HoldBook, HoldReview, Circuit, BatchSize); only the
// waiting is done here, as sink_queue, dispatcher and flush_worker do it with threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "flush/batch_size.h"
#include "flush/chunk_flush.h"
#include "flush/circuit.h"
#include "flush/flush_listener.h"
#include "flush/hold/hold_review.h"
#include "flush/order/touched_rows.h"
#include "journal/journal.h"
#include "queue/backlog.h"
#include "queue/take_rule.h"
#include "tests/simulation/planted_bug.h"
#include "tests/simulation/simulated_store.h"
#include "tests/simulation/world.h"

namespace penstock::test {

struct SinkSetting {
  std::uint64_t windowBytes = 4096;
  TakeSettings take;
  /// Several: each worker has one of its own.
  enum class Lanes : std::uint8_t { One, Several } lanes = Lanes::One;
  std::uint32_t workers = 2;
  RetryPolicy retry;
  std::vector<TablePolicy> policies;
};

/// Threads: one. Owns: reader, backlog and lanes; the rest outlives it.
class SimulatedSink {
 public:
  struct Parts {
    World& world;
    Journal& journal;
    SimulatedStore& store;
    FlushListener& listener;
    LifeToken life;
    LetterAccess letters;
    PlantedBug bug = PlantedBug::None;
  };
  SimulatedSink(Parts parts, SinkSetting setting);
  ~SimulatedSink();

  /// Attaches where the store stands and begins. Errors: Unavailable (try again), others: it
  /// stands.
  Status tryStart(const std::string& owner);
  bool isRunning() const { return m_backlog != nullptr; }
  /// Held letters may go that have not gone yet.
  bool isReviewing() const { return m_reviewIsWanted || m_pausesAreNew; }
  /// Why it stands still for good; ok: it does not.
  const Status& stopped() const { return m_stopped; }
  void onSynced();

  void setGate(SinkGate gate);
  void setPauses(const std::vector<PausedTable>& pauses);
  void flush(Sequence upTo);
  void resize(std::uint32_t workers);
  void configure(const TakeSettings& take);

  /// Up to here everything is in the store.
  Sequence settled() const { return m_settled; }
  /// The journal must keep what follows.
  Sequence start() const { return m_backlog ? m_backlog->start() : m_settled; }

 private:
  struct Flusher;

  Result<std::optional<QueuedRecord>> nextRecord();
  void dispatch();
  void wakeDispatcher();
  void wake(Flusher& flusher);
  void wakeAll();
  void run(Flusher& flusher);
  void tryTake(Flusher& flusher);
  void tryTurn(Flusher& flusher);
  void act(Flusher& flusher);
  bool findReleased(Flusher& flusher);
  bool isReviewDue(const Flusher& flusher);
  void takePauses();
  void callTurn();
  void checkPauses(const CommitRequest& request);
  void send(Flusher& flusher, const FlushAction& action);
  void commit(Flusher& flusher, const CommitRequest& request);
  CommitResult ask(Flusher& flusher, const CommitRequest& request);
  void plant(const Flusher& flusher, CommitPlan& plan) const;
  void giveBack(Flusher& flusher, std::size_t from, Backlog::Again again);
  void onAnswer(Flusher& flusher, const CommitResult& result, SteadyTime asked);
  void readCheckpoint(Flusher& flusher);
  void report(Flusher& flusher, const std::optional<SettledPart>& part);
  void complete(Flusher& flusher);
  void sleepUntil(Flusher& flusher, SteadyTime until);
  void noteFailure(bool failed);
  void standStill(const Status& why);
  StoreLane& laneOf(Flusher& flusher);
  bool hasLanes() const { return m_setting.lanes == SinkSetting::Lanes::Several; }
  std::unique_ptr<Backlog> makeBacklogOf(const std::vector<Checkpoint>& checkpoints);
  TakeSituation situation() const { return {m_gate, m_flushUpTo, m_ready}; }

  const Parts m_parts;
  SinkSetting m_setting;
  Status m_stopped;
  Sequence m_settled{};
  std::unique_ptr<JournalReader> m_reader;
  std::unique_ptr<StoreLane> m_lane;  // with one lane
  std::unique_ptr<Backlog> m_backlog;
  TouchedRows m_touched;
  Circuit m_circuit;
  BatchSize m_batchSize;
  HoldBook m_book;
  HoldReview m_review;
  std::vector<PausedTable> m_pauses;
  bool m_pausesAreNew = false;  // the book was not told yet
  bool m_isLifted = false;      // one of them, since the last review began
  bool m_turnIsCalled = false;
  bool m_reviewIsWanted = false;
  bool m_isReviewing = false;
  bool m_hasPage = false;
  bool m_hasBegun = false;  // the first review is over
  SinkGate m_gate = SinkGate::Open;
  Sequence m_flushUpTo{};
  std::uint64_t m_ready = 0;  // chunks that wait for their turn
  bool m_dispatcherIsWoken = false;
  int m_failures = 0;  // in a row, as seen from here
  std::vector<std::unique_ptr<Flusher>> m_flushers;
};

}  // namespace penstock::test
