// SPDX-License-Identifier: Apache-2.0
#include "flush/flush_worker.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

/// Counts a worker as doing something for a scope.
class Doing {
 public:
  explicit Doing(std::atomic<std::uint32_t>& count) : m_count(count) { ++m_count; }
  ~Doing() { --m_count; }
  Doing(const Doing&) = delete;
  Doing& operator=(const Doing&) = delete;

 private:
  std::atomic<std::uint32_t>& m_count;
};

}  // namespace

void FlushShared::setBatchSize(const BatchSize& size) {
  MutexLock lock(mutex);
  batchSize = size;
}

void FlushShared::setBatchRowsMax(std::size_t rowsMax) {
  MutexLock lock(mutex);
  batchSize.setRowsMax(rowsMax);
}

void FlushShared::onCommitTime(std::size_t rows, std::chrono::microseconds duration) {
  MutexLock lock(mutex);
  const std::size_t before = batchSize.rows();
  batchSize.onCommit(rows, duration);
  if (batchSize.rows() != before) queue.setBatchRows(batchSize.rows());
}

void FlushShared::setTrouble(const SinkTrouble& now) {
  MutexLock lock(mutex);
  const std::int64_t since = trouble ? trouble->sinceMicros : now.sinceMicros;
  trouble = now;
  trouble->sinceMicros = since;
}

std::optional<SinkTrouble> FlushShared::currentTrouble() const {
  MutexLock lock(mutex);
  return trouble;
}

bool FlushShared::clearTrouble() {
  MutexLock lock(mutex);
  return std::exchange(trouble, std::nullopt).has_value();
}

void FlushShared::setHolds(const HoldState& now) {
  MutexLock lock(mutex);
  holds = now;
}

HoldState FlushShared::currentHolds() const {
  MutexLock lock(mutex);
  return holds;
}

void FlushShared::setPauses(std::vector<PausedTable> now) {
  MutexLock lock(mutex);
  pauses = std::move(now);
  ++pausesSaid;
}

// A worker counts itself as committing before it looks.
bool FlushShared::arePausesInEffect() const { return pausesTaken == pausesSaid || committing == 0; }

// In this order: what was taken has asked for its review before.
bool FlushShared::isReviewing() const { return pausesTaken != pausesSaid || reviewWanted; }

void FlushShared::takePauses() {
  if (pausesTaken == pausesSaid) return;
  MutexLock lock(mutex);
  if (book.setPauses(pauses)) reviewWanted = isLifted = review.isNeeded();
  pausesTaken = pausesSaid.load();
}

FlushWorker::FlushWorker(std::uint32_t index, FlushShared& shared)
    : m_index(index),
      m_shared(shared),
      m_flush(shared.policies, shared.book, shared.takes),
      m_release(shared.policies, shared.book, shared.takes),
      m_random(shared.jitterSeed + index) {}

void FlushWorker::run() {
  if (!openLane()) return;
  Chunk chunk;
  while (m_shared.queue.take(m_index, chunk) == SinkQueue::Next::Go) {
    switch (settleChunk(chunk)) {
      case Outcome::Settled:
        m_shared.queue.complete(chunk);
        break;
      case Outcome::GivenUp:
        m_shared.queue.abandon(chunk);
        break;
      case Outcome::GivenBack:
        break;
    }
  }
}

void FlushWorker::reviewFirst() {
  const Doing holding(m_shared.holding);
  const Chunk none;
  if (m_shared.reviewWanted && openLane()) (void)review(none);
  m_shared.queue.begin();
}

// False: the sink is stopped, or this worker is not wanted any more.
bool FlushWorker::openLane() {
  if (!m_shared.openLane) m_lane = m_shared.lane.get();
  std::unique_ptr<Doing> missing;
  for (std::uint32_t failures = 1; m_lane == nullptr; ++failures) {
    auto lane = m_shared.openLane();
    if (lane) {
      m_ownLane = std::move(*lane);
      m_lane = m_ownLane.get();
      if (!missing) break;
      missing.reset();
      MutexLock lock(m_shared.telling);
      noteRecovery();
      break;
    }
    if (!missing) missing = std::make_unique<Doing>(m_shared.lanesMissing);
    const SteadyTime next = m_shared.clock.steadyNow() + m_shared.retry.delay(failures, random());
    SinkTrouble trouble;
    trouble.message = lane.status().message();
    trouble.failures = failures;
    tellTrouble(trouble, next);
    if (m_shared.queue.waitRetry(next) == SinkQueue::Next::Leave) return false;
    if (m_index >= m_shared.queue.workersWanted()) return false;
  }
  return true;
}

FlushWorker::Outcome FlushWorker::settleChunk(Chunk& chunk) {
  const Doing holding(m_shared.holding);
  m_taken = &chunk;
  const bool isEmpty = chunk.entries.empty();
  if (!isEmpty) m_flush.begin(chunk, m_shared.retry, m_shared.circuit);
  if (m_shared.queue.waitTurn(chunk) == SinkQueue::Next::Leave) return Outcome::GivenUp;
  return isEmpty ? settleNothing(chunk) : settle(m_flush, chunk);
}

// A turn for what was said or put off meanwhile. With one lane alone.
FlushWorker::Outcome FlushWorker::settleNothing(const Chunk& chunk) {
  takePauses();
  const bool isOver = !m_shared.reviewWanted || review(chunk);
  return isOver ? Outcome::Settled : Outcome::GivenUp;
}

void FlushWorker::takePauses() {
  MutexLock lock(m_shared.decisions);
  m_shared.takePauses();
}

FlushAction FlushWorker::nextOf(const ChunkFlush& flush) {
  MutexLock lock(m_shared.decisions);
  return flush.next(m_shared.clock.steadyNow());
}

FlushWorker::Outcome FlushWorker::settle(ChunkFlush& flush, Chunk& chunk) {
  using Kind = FlushAction::Kind;
  for (;;) {
    const FlushAction action = nextOf(flush);
    if (action.kind == Kind::Stop) return stopSink(action.status);
    if (action.kind == Kind::Done) {
      // What the chunk's decisions free comes before whatever follows it.
      const bool isOver = !mayReview(flush, chunk) || review(chunk);
      return isOver ? Outcome::Settled : Outcome::GivenUp;
    }
    if (action.kind == Kind::GiveBack) {
      m_shared.queue.giveBack(chunk, action.range.begin, Backlog::Again::WhenFirst);
      return Outcome::GivenBack;
    }
    switch (doAction(flush, action, chunk)) {
      case SinkQueue::Next::Go:
        break;
      case SinkQueue::Next::Leave:
        return Outcome::GivenUp;
      case SinkQueue::Next::GiveBack:
        m_shared.queue.giveBack(chunk, action.range.begin, Backlog::Again::Anytime);
        return Outcome::GivenBack;
    }
  }
}

// With several lanes only while no other worker may hold a chunk, and then always. With one, what
// is not due yet is put off until nothing else is to be done.
bool FlushWorker::mayReview(const ChunkFlush& flush, const Chunk& chunk) {
  if (&flush != &m_flush || !m_shared.reviewWanted) return false;
  if (m_shared.queue.hasSeveralLanes()) return shardOf(chunk.entries.front()) == kAllShards;
  if (m_shared.review.isDue(m_shared.clock.steadyNow())) return true;
  m_shared.queue.callTurn();
  return false;
}

FlushWorker::Outcome FlushWorker::stopSink(const Status& why) {
  MutexLock lock(m_shared.telling);
  const bool isFirst = !m_shared.queue.isStopped();
  m_shared.queue.stop();
  if (isFirst || !m_shared.queue.hasSeveralLanes()) m_shared.listener.onStopped(why);
  return Outcome::GivenUp;
}

// False: the sink is stopped; the next start does it again.
bool FlushWorker::review(const Chunk& chunk) {
  m_taken = &chunk;
  do {
    takePauses();
    m_shared.isLifted = false;
    m_shared.review.begin(m_shared.clock.steadyNow());
    if (!releasePages()) return false;
    m_shared.review.end(m_shared.clock.steadyNow());
  } while (m_shared.isLifted);
  m_shared.setHolds(m_shared.book.state());
  m_shared.reviewWanted = false;
  return true;
}

bool FlushWorker::releasePages() {
  Chunk released;
  while (const auto query = m_shared.review.query()) {
    if (!readPage(*query)) return false;
    while (m_shared.review.take(m_shared.queue.settled(), released)) {
      m_release.begin(released, m_shared.retry, m_shared.circuit);
      const bool isSettled = settle(m_release, released) == Outcome::Settled;
      m_shared.review.complete(released);
      if (!isSettled) return false;
    }
  }
  return true;
}

bool FlushWorker::readPage(const LetterQuery& query) {
  for (std::uint32_t failures = 1;; ++failures) {
    auto page = m_shared.review.read(query);
    if (page) {
      MutexLock lock(m_shared.telling);
      if (failures > 1 && m_shared.clearTrouble()) m_shared.listener.onRecovered();
      m_shared.review.onPage(std::move(*page));
      return true;
    }
    const SteadyTime now = m_shared.clock.steadyNow();
    const SteadyTime next = now + m_shared.retry.delay(failures, random());
    SinkTrouble trouble;
    trouble.message = "dead letters cannot be read: " + page.status().message();
    trouble.failures = failures;
    tellTrouble(trouble, next);
    if (m_shared.queue.waitRetry(next) == SinkQueue::Next::Leave) return false;
  }
}

SinkQueue::Next FlushWorker::doAction(ChunkFlush& flush, const FlushAction& action,
                                      const Chunk& chunk) {
  using Kind = FlushAction::Kind;
  switch (action.kind) {
    case Kind::Commit:
    case Kind::Bury: {
      const SinkQueue::Next gate = passGate(flush, action, chunk);
      if (gate == SinkQueue::Next::Go) commit(flush, action);
      return gate;
    }
    case Kind::Wait:
      if (flush.failures() == 0) noteBurst(action.until);
      if (m_shared.queue.waitRetry(action.until) == SinkQueue::Next::Leave) break;
      wait(flush, action);
      return SinkQueue::Next::Go;
    case Kind::Reopen: {
      const Status status = m_lane->reopen();
      {
        MutexLock lock(m_shared.decisions);
        flush.onReopened(status, m_shared.clock.steadyNow(), random());
      }
      noteTrouble(flush);
      return SinkQueue::Next::Go;
    }
    case Kind::ReadCheckpoint: {
      const auto checkpoints = m_lane->readCheckpoints();
      std::optional<SettledPart> part;
      {
        MutexLock lock(m_shared.decisions);
        part = flush.onCheckpoints(checkpoints, m_shared.clock.steadyNow(), random());
      }
      report(flush, part);
      return SinkQueue::Next::Go;
    }
    case Kind::GiveBack:
    case Kind::Done:
    case Kind::Stop:
      break;
  }
  return SinkQueue::Next::Leave;
}

SinkQueue::Next FlushWorker::passGate(const ChunkFlush& flush, const FlushAction& action,
                                      const Chunk& chunk) {
  // Of what a review releases the place in the journal is settled already.
  const Sequence unsettled{toNumber(m_shared.queue.settled()) + 1};
  const Sequence first = std::max(chunk.entries[action.range.begin].sequence, unsettled);
  const bool isOwn = &flush == &m_flush;
  return isOwn ? m_shared.queue.passGate(first) : m_shared.queue.waitGate(first);
}

void FlushWorker::wait(ChunkFlush& flush, const FlushAction& action) {
  MutexLock lock(m_shared.decisions);
  if (m_shared.clock.steadyNow() < action.until) m_shared.circuit.probeNow();
  flush.onWaited();
}

void FlushWorker::commit(ChunkFlush& flush, const FlushAction& action) {
  const Doing committing(m_shared.committing);
  CommitPlan plan = m_shared.queue.planFor(*m_taken, flush.entriesOf(action.range));
  std::optional<CommitRequest> request;
  {
    MutexLock lock(m_shared.decisions);
    m_shared.takePauses();
    request = flush.request(action, std::move(plan), m_shared.clock.wallNow());
  }
  if (!request) return;
  const CommitResult result = send(*request);
  std::optional<SettledPart> part;
  {
    MutexLock lock(m_shared.decisions);
    part = flush.onCommit(result, m_shared.clock.steadyNow(), random());
  }
  const bool applied = part && part->how == SettledPart::How::Committed && flush.changes() > 0;
  if (applied) {
    m_shared.onCommitTime(flush.changes(), m_commitTime);
  }
  report(flush, part);
}

CommitResult FlushWorker::send(const CommitRequest& request) {
  const SteadyTime before = m_shared.clock.steadyNow();
  CommitResult result = m_lane->commit(request);
  m_commitTime =
      std::chrono::duration_cast<std::chrono::microseconds>(m_shared.clock.steadyNow() - before);
  return result;
}

// The listener hears first, so that who waits for the queue to pass finds everything counted; and
// of one settling after the other.
void FlushWorker::report(ChunkFlush& flush, const std::optional<SettledPart>& part) {
  noteTrouble(flush);
  if (!part) return;
  MutexLock lock(m_shared.telling);
  noteRecovery();
  SettledNews news = flush.newsOf(*part);
  news.commitTime = m_commitTime;
  const auto entries = flush.entriesOf(part->range);
  news.settled = m_shared.queue.settledWith(entries);
  for (std::size_t i = 0; i < flush.letters().size(); ++i) {
    m_shared.listener.onDeadLetter(flush.letters()[i], flush.letterOrigin(i));
  }
  noteHolds(flush, news);
  m_shared.listener.onSettled(news);
  m_shared.queue.settle(*m_taken, entries, flush.steps());
}

// Not by the commits of some lanes while others cannot be opened.
void FlushWorker::noteRecovery() {
  if (m_shared.lanesMissing > 0) return;
  if (m_shared.clearTrouble()) m_shared.listener.onRecovered();
}

void FlushWorker::noteHolds(const ChunkFlush& flush, const SettledNews& news) {
  MutexLock lock(m_shared.decisions);
  if (!flush.letters().empty()) m_shared.setHolds(m_shared.book.state());
  if (&flush == &m_flush && news.lettersSettled > 0 && !m_shared.book.isEmpty()) {
    m_shared.reviewWanted = m_shared.review.isNeeded();
  }
}

void FlushWorker::noteTrouble(ChunkFlush& flush) {
  if (flush.failures() == 0) return;
  const FlushAction next = nextOf(flush);
  if (next.kind != FlushAction::Kind::Wait) return;  // nothing new went wrong
  const CommitResult& result = flush.lastAnswer();
  SinkTrouble trouble;
  trouble.message = result.message;
  trouble.code = result.code;
  trouble.failures = flush.failures();
  tellTrouble(trouble, next.until);
}

void FlushWorker::tellTrouble(SinkTrouble trouble, SteadyTime nextTry) {
  ++m_shared.retries;
  trouble.sinceMicros = m_shared.clock.wallNow().time_since_epoch().count();
  {
    MutexLock lock(m_shared.decisions);
    trouble.circuit = m_shared.circuit.state(m_shared.clock.steadyNow());
  }
  MutexLock lock(m_shared.telling);
  m_shared.setTrouble(trouble);
  m_shared.listener.onTrouble(TroubleNews{Status(StatusCode::Unavailable, trouble.message),
                                          trouble.code, trouble.failures, nextTry});
}

// The circuit is open though nothing failed: too many dead letters at once.
void FlushWorker::noteBurst(SteadyTime until) {
  SinkTrouble trouble;
  trouble.message = "many dead letters in a short time; going on slowly (see Dead letters)";
  trouble.sinceMicros = m_shared.clock.wallNow().time_since_epoch().count();
  trouble.circuit = CircuitState::Open;
  MutexLock lock(m_shared.telling);
  m_shared.setTrouble(trouble);
  m_shared.listener.onTrouble(
      TroubleNews{Status(StatusCode::Unavailable, trouble.message), "", 0, until});
}

double FlushWorker::random() { return std::uniform_real_distribution<double>(0.0, 1.0)(m_random); }

}  // namespace penstock
