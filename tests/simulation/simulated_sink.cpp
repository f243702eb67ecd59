// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_sink.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

}  // namespace

struct SimulatedSink::Flusher {
  enum class State : std::uint8_t {
    Idle,
    Holding,  ///< a chunk, until it is its turn
    Acting,
    Calling,  ///< the store, which has not answered
    Waiting,  ///< until a retry
  };
  Flusher(std::uint32_t itsIndex, const std::vector<TablePolicy>& policies, HoldBook& book)
      : index(itsIndex), own(policies, book), release(policies, book) {}

  ChunkFlush& flush() { return isReleasing ? release : own; }
  const Chunk& chunk() const { return isReleasing ? released : taken; }

  const std::uint32_t index;
  std::unique_ptr<StoreLane> lane;  // with several
  State state = State::Idle;
  ChunkFlush own;
  Chunk taken;
  ChunkFlush release;  // of what a review hands out, before it goes on with its own
  Chunk released;
  bool isReleasing = false;
  SteadyTime until{};
  std::uint64_t sleeps = 0;  // counts them: of an older one, nothing is wanted
  bool isWoken = false;
};

SimulatedSink::SimulatedSink(Parts parts, SinkSetting setting)
    : m_parts(std::move(parts)),
      m_setting(std::move(setting)),
      m_touched(m_setting.policies),
      m_batchSize(m_setting.take.batchRows, limits::kTargetCommitDefault),
      m_book(m_setting.policies),
      m_review(m_book, m_setting.policies, m_parts.letters) {
  if (m_parts.bug == PlantedBug::BusyRetries) m_setting.retry = {0ms, 0ms};
}

SimulatedSink::~SimulatedSink() = default;

Status SimulatedSink::tryStart(const std::string& owner) {
  if (isRunning() || !m_stopped.isOk()) return Status::ok();
  auto checkpoints = m_parts.store.attach(owner);
  if (!checkpoints) return checkpoints.status();
  m_review.setCount(takeReviewCount(*checkpoints));
  auto backlog = makeBacklogOf(*checkpoints);
  auto reader = m_parts.journal.openReader(backlog->start());
  if (!reader) {
    const bool isGap = reader.status().code() == StatusCode::NotFound;
    standStill(isGap ? Status(StatusCode::Corrupt, "gap") : reader.status());
    return m_stopped;
  }
  m_backlog = std::move(backlog);
  m_settled = m_backlog->settled();
  m_reader = std::move(reader).value();
  if (!hasLanes()) m_lane = m_parts.store.openLane();
  m_reviewIsWanted = m_parts.bug != PlantedBug::HeldForgotten;
  resize(m_setting.workers);
  m_flushers.front()->state = Flusher::State::Acting;
  wakeDispatcher();
  return Status::ok();
}

std::unique_ptr<Backlog> SimulatedSink::makeBacklogOf(const std::vector<Checkpoint>& checkpoints) {
  std::vector<ShardMark> held;
  for (const Checkpoint& each : checkpoints) held.push_back({each.shard, each.settled});
  if (!hasLanes()) {
    const Sequence settled = held.empty() ? kNoSequence : held.front().settled;
    return makeBacklog(m_setting.windowBytes, settled);
  }
  if (m_parts.bug == PlantedBug::SkipByMinimum) {
    const Sequence least = ShardCheckpoints(held).start();
    for (ShardMark& mark : held) mark.settled = std::min(mark.settled, least);
  }
  return makeShardedBacklog(m_setting.windowBytes, held,
                            [this](const ChangeSetView& changeSet, const CatalogPointer& catalog,
                                   std::vector<Touch>& touches) {
                              if (m_parts.bug == PlantedBug::DependencyIgnored) return;
                              m_touched.find(changeSet, catalog, touches);
                            });
}

StoreLane& SimulatedSink::laneOf(Flusher& flusher) { return hasLanes() ? *flusher.lane : *m_lane; }

void SimulatedSink::standStill(const Status& why) {
  if (!m_stopped.isOk()) return;
  m_stopped = why;
  m_parts.world.note([&] { return "sink: stands still: " + why.message(); });
  m_parts.listener.onStopped(why);
}

// --- the operator --------------------------------------------------------------------------------

void SimulatedSink::setGate(SinkGate gate) {
  m_gate = gate;
  wakeAll();
}

/// As FlushPool: with several lanes there are none.
void SimulatedSink::setPauses(const std::vector<PausedTable>& pauses) {
  if (hasLanes()) return CHECK(pauses.empty());
  m_pauses = pauses;
  m_pausesAreNew = true;
  callTurn();
}

void SimulatedSink::callTurn() {
  m_turnIsCalled = true;
  wakeAll();
}

/// By who has the turn, as FlushShared does it.
void SimulatedSink::takePauses() {
  if (!std::exchange(m_pausesAreNew, false)) return;
  if (!m_book.setPauses(m_pauses) || m_parts.bug == PlantedBug::ResumeReleasesNothing) return;
  m_reviewIsWanted = m_isLifted = true;
}

/// Ends a backoff, too.
void SimulatedSink::flush(Sequence upTo) {
  m_flushUpTo = std::max(m_flushUpTo, upTo);
  for (const auto& flusher : m_flushers) {
    if (flusher->state != Flusher::State::Waiting) continue;
    if (m_parts.world.now() < flusher->until) m_circuit.probeNow();
    flusher->flush().onWaited();
    flusher->state = Flusher::State::Acting;
  }
  wakeAll();
}

void SimulatedSink::resize(std::uint32_t workers) {
  m_setting.workers = workers;
  if (!isRunning()) return;
  while (m_flushers.size() < workers) {
    const auto index = static_cast<std::uint32_t>(m_flushers.size());
    m_flushers.push_back(std::make_unique<Flusher>(index, m_setting.policies, m_book));
    if (hasLanes()) m_flushers.back()->lane = m_parts.store.openLane();
  }
  wakeAll();
}

void SimulatedSink::configure(const TakeSettings& take) {
  m_setting.take = take;
  m_batchSize.setRowsMax(take.batchRows);
  wakeAll();
}

// --- workers -------------------------------------------------------------------------------------

void SimulatedSink::wakeAll() {
  for (const auto& flusher : m_flushers) wake(*flusher);
}

void SimulatedSink::wake(Flusher& flusher) {
  if (flusher.isWoken) return;
  flusher.isWoken = true;
  m_parts.world.after(m_parts.world.random().time(0us, 300us), m_parts.life, [this, &flusher] {
    flusher.isWoken = false;
    run(flusher);
  });
}

void SimulatedSink::sleepUntil(Flusher& flusher, SteadyTime until) {
  flusher.until = until;
  m_parts.world.at(until, m_parts.life, [this, &flusher, number = ++flusher.sleeps] {
    if (flusher.sleeps == number) run(flusher);
  });
}

void SimulatedSink::run(Flusher& flusher) {
  if (!m_stopped.isOk()) return;
  switch (flusher.state) {
    case Flusher::State::Idle:
      return tryTake(flusher);
    case Flusher::State::Holding:
      return tryTurn(flusher);
    case Flusher::State::Acting:
      return act(flusher);
    case Flusher::State::Calling:
      return;
    case Flusher::State::Waiting:
      if (m_parts.world.now() < flusher.until) return;
      flusher.flush().onWaited();
      flusher.state = Flusher::State::Acting;
      return act(flusher);
  }
}

void SimulatedSink::tryTake(Flusher& flusher) {
  if (!m_hasBegun || flusher.index >= m_setting.workers) return;
  const TakeDecision decision =
      decideTake(m_backlog->load(), m_setting.take, situation(), m_parts.world.now());
  if (decision.kind == TakeDecision::Kind::Wait && std::exchange(m_turnIsCalled, false)) {
    m_backlog->takeNothing(flusher.taken);
    ++m_ready;
    flusher.state = Flusher::State::Holding;
    return wakeAll();
  }
  if (decision.kind == TakeDecision::Kind::Wait) {
    if (decision.until) sleepUntil(flusher, *decision.until);
    return;
  }
  if (!m_backlog->take(decision.limits, m_setting.workers, flusher.taken)) return;
  if (!hasLanes()) ++m_ready;
  flusher.own.begin(flusher.taken, m_setting.retry, m_circuit);
  flusher.state = hasLanes() ? Flusher::State::Acting : Flusher::State::Holding;
  wakeAll();
}

void SimulatedSink::tryTurn(Flusher& flusher) {
  if (!m_backlog->mayCommit(flusher.taken)) return;
  const bool isEmpty = flusher.taken.entries.empty();
  if (!isEmpty && !gateAllows(situation(), flusher.taken.first())) return;
  --m_ready;
  flusher.state = Flusher::State::Acting;
  wakeAll();
}

void SimulatedSink::act(Flusher& flusher) {
  using Kind = FlushAction::Kind;
  World& world = m_parts.world;
  const bool isOver =
      !flusher.isReleasing && (flusher.taken.entries.empty() ||
                               flusher.own.next(world.now()).kind == FlushAction::Kind::Done);
  if (isOver && isReviewDue(flusher) && !findReleased(flusher)) return;
  if (flusher.chunk().entries.empty()) {
    if (m_hasBegun) return complete(flusher);
    flusher.state = Flusher::State::Idle;
    m_hasBegun = true;
    return wakeAll();
  }
  const FlushAction action = flusher.flush().next(world.now());
  switch (action.kind) {
    case Kind::Done:
      return complete(flusher);
    case Kind::Stop:
      return standStill(action.status);
    case Kind::Commit:
    case Kind::Bury:
      return send(flusher, action);
    case Kind::Wait:
      flusher.state = Flusher::State::Waiting;
      return sleepUntil(flusher, action.until);
    case Kind::GiveBack:
      return giveBack(flusher, action.range.begin, Backlog::Again::WhenFirst);
    case Kind::Reopen: {
      const Status status = laneOf(flusher).reopen();
      flusher.state = Flusher::State::Calling;
      return world.after(m_parts.store.lastLatency(), m_parts.life, [this, &flusher, status] {
        flusher.flush().onReopened(status, m_parts.world.now(), m_parts.world.random().real());
        noteFailure(!status.isOk());
        flusher.state = Flusher::State::Acting;
        run(flusher);
      });
    }
    case Kind::ReadCheckpoint:
      return readCheckpoint(flusher);
  }
}

/// One that is not is put off until nothing else is to be done; with several lanes it is always, as
/// it is wanted only while no other worker may hold a chunk.
bool SimulatedSink::isReviewDue(const Flusher& flusher) {
  const bool isEmpty = flusher.taken.entries.empty();
  if (isEmpty) takePauses();
  if (!m_reviewIsWanted || m_isReviewing || isEmpty) return m_reviewIsWanted;
  if (hasLanes() || m_review.isDue(m_parts.world.now())) return true;
  callTurn();
  return false;
}

/// Looks for held letters that may go. False: the store does not answer, and is asked again.
bool SimulatedSink::findReleased(Flusher& flusher) {
  if (!std::exchange(m_isReviewing, true)) {
    takePauses();
    m_isLifted = false;
    m_review.begin(m_parts.world.now());
    m_hasPage = false;
  }
  for (;;) {
    if (m_hasPage && m_review.take(m_settled, flusher.released)) {
      flusher.release.begin(flusher.released, m_setting.retry, m_circuit);
      return flusher.isReleasing = true;
    }
    m_hasPage = false;
    const auto query = m_review.query();
    if (!query) {
      m_review.end(m_parts.world.now());
      m_isReviewing = false;
      m_reviewIsWanted = m_isLifted;
      return !m_isLifted || findReleased(flusher);
    }
    auto page = m_review.read(*query);
    if (!page) {
      m_parts.world.after(m_parts.world.random().time(50ms, 500ms), m_parts.life,
                          [this, &flusher] { wake(flusher); });
      return false;
    }
    m_review.onPage(std::move(page).value());
    m_hasPage = true;
  }
}

void SimulatedSink::readCheckpoint(Flusher& flusher) {
  const auto checkpoints = laneOf(flusher).readCheckpoints();
  flusher.state = Flusher::State::Calling;
  m_parts.world.after(m_parts.store.lastLatency(), m_parts.life, [this, &flusher, checkpoints] {
    const auto part = flusher.flush().onCheckpoints(checkpoints, m_parts.world.now(),
                                                    m_parts.world.random().real());
    noteFailure(!checkpoints.isOk());
    report(flusher, part);
  });
}

void SimulatedSink::send(Flusher& flusher, const FlushAction& action) {
  const Sequence unsettled{toNumber(m_settled) + 1};
  const Sequence first = flusher.chunk().entries[action.range.begin].sequence;
  if (!gateAllows(situation(), std::max(first, unsettled))) {
    // Others may be let through that wait for this worker, or for its shards.
    const bool mayGiveBack = hasLanes() && !flusher.isReleasing;
    if (mayGiveBack) giveBack(flusher, action.range.begin, Backlog::Again::Anytime);
    return;
  }
  takePauses();
  const Sequence last = flusher.flush().lastOf(action);
  CommitPlan plan = m_backlog->planFor(flusher.taken, flusher.flush().entriesOf(action.range));
  plant(flusher, plan);
  m_review.countIn(plan, flusher.isReleasing ? HoldReview::CommitOf::Review
                         : hasLanes()        ? HoldReview::CommitOf::SeveralLanes
                                             : HoldReview::CommitOf::OneLane);
  const auto request =
      flusher.flush().request(action, std::move(plan), m_parts.world.clock().wallNow());
  if (!request) return wake(flusher);
  if (last > m_parts.journal.syncedHead()) m_parts.world.fail("a commit ahead of the journal");
  if (m_parts.bug == PlantedBug::PersistedTooEarly) {
    SettledNews news;
    news.settled = last;
    m_parts.listener.onSettled(news);
  }
  checkPauses(*request);
  flusher.state = Flusher::State::Calling;
  if (!hasLanes()) return commit(flusher, *request);
  // Others may be faster.
  m_parts.world.after(m_parts.world.random().time(0us, 2ms), m_parts.life,
                      [this, &flusher, sent = *request] { commit(flusher, sent); });
}

void SimulatedSink::commit(Flusher& flusher, const CommitRequest& request) {
  const CommitResult result = ask(flusher, request);
  m_parts.world.after(
      m_parts.store.lastLatency(), m_parts.life,
      [this, &flusher, result, asked = m_parts.world.now()] { onAnswer(flusher, result, asked); });
}

void SimulatedSink::plant(const Flusher& flusher, CommitPlan& plan) const {
  if (!hasLanes() || m_parts.bug != PlantedBug::AllPastPending) return;
  ShardStep& first = plan.steps.front();
  if (first.shard == kAllShards) first.next = std::max(first.next, flusher.chunk().last());
}

void SimulatedSink::giveBack(Flusher& flusher, std::size_t from, Backlog::Again again) {
  m_backlog->giveBack(flusher.taken, from, again);
  m_backlog->checkInvariants();
  flusher.state = Flusher::State::Idle;
  wakeAll();
  wakeDispatcher();
}

/// Nothing goes to a table that is paused.
void SimulatedSink::checkPauses(const CommitRequest& request) {
  if (request.batch == nullptr) return;
  for (const Run& run : request.batch->runs) {
    for (const TableBlock& block : run.blocks) {
      const std::string& table = request.batch->catalog->table(block.table).name;
      if (std::ranges::count(m_pauses, table, &PausedTable::table) == 0) continue;
      m_parts.world.fail("a row goes to table " + table + ", which is paused");
    }
  }
}

CommitResult SimulatedSink::ask(Flusher& flusher, const CommitRequest& request) {
  CommitResult result = laneOf(flusher).commit(request);
  const CommitOutcome outcome = result.outcome;
  if (m_parts.bug == PlantedBug::UnknownIsCommitted && outcome == CommitOutcome::Unknown) {
    result.outcome = CommitOutcome::Committed;
  }
  if (m_parts.bug == PlantedBug::UnknownIsNot && outcome == CommitOutcome::Unknown) {
    result.outcome = CommitOutcome::Transient;
  }
  if (m_parts.bug == PlantedBug::OutageBuries && outcome == CommitOutcome::Transient) {
    result.outcome = CommitOutcome::Refused;
  }
  const bool isHidden = result.outcome != outcome && result.outcome != CommitOutcome::Transient;
  if (isHidden) (hasLanes() ? flusher.lane : m_lane) = m_parts.store.openLane();
  return result;
}

void SimulatedSink::onAnswer(Flusher& flusher, const CommitResult& result, SteadyTime asked) {
  World& world = m_parts.world;
  const auto part = flusher.flush().onCommit(result, world.now(), world.random().real());
  noteFailure(result.outcome == CommitOutcome::Transient ||
              result.outcome == CommitOutcome::Unknown);
  if (part && part->how == SettledPart::How::Committed) {
    m_batchSize.onCommit(
        flusher.flush().changes(),
        std::chrono::duration_cast<std::chrono::microseconds>(world.now() - asked));
    m_setting.take.batchRows = m_batchSize.rows();
  }
  report(flusher, part);
}

/// Whatever the engine counts, so many failures in a row must have opened the circuit.
void SimulatedSink::noteFailure(bool failed) {
  if (!failed) return;
  ++m_failures;
  if (m_failures >= limits::kCircuitFailures &&
      m_circuit.state(m_parts.world.now()) == CircuitState::Closed) {
    m_parts.world.fail("the circuit is closed after " + std::to_string(m_failures) +
                       " failures in a row");
  }
}

void SimulatedSink::report(Flusher& flusher, const std::optional<SettledPart>& part) {
  flusher.state = Flusher::State::Acting;
  if (part) {
    m_failures = 0;
    const bool isBuried = part->how == SettledPart::How::Buried;
    SettledNews news = flusher.flush().newsOf(*part);
    for (std::size_t i = 0; i < flusher.flush().letters().size(); ++i) {
      m_parts.listener.onDeadLetter(flusher.flush().letters()[i], flusher.flush().letterOrigin(i));
    }
    if (!flusher.isReleasing && news.lettersSettled > 0 && !m_book.isEmpty()) {
      m_reviewIsWanted = m_parts.bug != PlantedBug::HeldForGoneLetter;
    }
    if (flusher.isReleasing) m_review.onSettled();
    m_backlog->settle(flusher.taken, flusher.flush().entriesOf(part->range),
                      flusher.flush().steps());
    m_settled = m_backlog->settled();
    if (hasLanes()) news.settled = m_settled;
    m_parts.listener.onSettled(news);
    if (hasLanes()) wakeAll();
    if (isBuried && m_parts.bug == PlantedBug::SuffixSkipped) return complete(flusher);
  }
  run(flusher);
}

void SimulatedSink::complete(Flusher& flusher) {
  if (std::exchange(flusher.isReleasing, false)) {
    m_review.complete(flusher.released);
    return run(flusher);
  }
  m_backlog->complete(flusher.taken);
  m_backlog->checkInvariants();
  flusher.state = Flusher::State::Idle;
  wakeAll();
  wakeDispatcher();
}

}  // namespace penstock::test
