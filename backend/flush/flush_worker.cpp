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

FlushWorker::FlushWorker(std::uint32_t index, FlushShared& shared)
    : m_index(index),
      m_shared(shared),
      m_flush(shared.policies, shared.book),
      m_release(shared.policies, shared.book),
      m_random(shared.jitterSeed + index) {}

void FlushWorker::run() {
  Chunk chunk;
  while (m_shared.queue.take(m_index, chunk) == SinkQueue::Next::Go) {
    if (settleChunk(chunk) == Outcome::Settled) {
      m_shared.queue.complete(chunk);
    } else {
      m_shared.queue.abandon(chunk);
    }
  }
}

void FlushWorker::reviewFirst() {
  const Doing holding(m_shared.holding);
  if (m_shared.reviewWanted) (void)review();
  m_shared.queue.begin();
}

FlushWorker::Outcome FlushWorker::settleChunk(const Chunk& chunk) {
  const Doing holding(m_shared.holding);
  m_flush.begin(chunk, m_shared.retry, m_shared.circuit);
  if (m_shared.queue.waitTurn(chunk) == SinkQueue::Next::Leave) return Outcome::GivenUp;
  return settle(m_flush, chunk) ? Outcome::Settled : Outcome::GivenUp;
}

// False: the sink is stopped.
bool FlushWorker::settle(ChunkFlush& flush, const Chunk& chunk) {
  for (;;) {
    const FlushAction action = flush.next(m_shared.clock.steadyNow());
    // What the chunk's decisions free comes before whatever follows it.
    const bool mayReview = &flush == &m_flush && m_shared.reviewWanted;
    if (action.kind == FlushAction::Kind::Done) return !mayReview || review();
    if (action.kind == FlushAction::Kind::Stop) {
      m_shared.queue.stop();
      m_shared.listener.onStopped(action.status);
      return false;
    }
    if (!doAction(flush, action, chunk)) return false;
  }
}

// False: the sink is stopped; the next start does it again.
bool FlushWorker::review() {
  m_shared.review.begin();
  Chunk chunk;
  while (const auto query = m_shared.review.query()) {
    if (!readPage(*query)) return false;
    while (m_shared.review.take(m_shared.queue.settled(), chunk)) {
      m_release.begin(chunk, m_shared.retry, m_shared.circuit);
      const bool isSettled = settle(m_release, chunk);
      m_shared.review.complete(chunk);
      if (!isSettled) return false;
    }
  }
  m_shared.setHolds(m_shared.book.state());
  m_shared.reviewWanted = false;
  return true;
}

bool FlushWorker::readPage(const LetterQuery& query) {
  for (std::uint32_t failures = 1;; ++failures) {
    auto page = m_shared.review.read(query);
    if (page) {
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

// False: the sink is stopped.
bool FlushWorker::doAction(ChunkFlush& flush, const FlushAction& action, const Chunk& chunk) {
  using Kind = FlushAction::Kind;
  switch (action.kind) {
    case Kind::Commit:
    case Kind::Bury: {
      // Of what a review releases the place in the journal is settled already.
      const Sequence unsettled{toNumber(m_shared.queue.settled()) + 1};
      const Sequence first = std::max(chunk.entries[action.range.begin].sequence, unsettled);
      if (m_shared.queue.waitGate(first) == SinkQueue::Next::Leave) return false;
      commit(flush, action);
      return true;
    }
    case Kind::Wait:
      if (flush.failures() == 0) noteBurst(action.until);
      if (m_shared.queue.waitRetry(action.until) == SinkQueue::Next::Leave) return false;
      if (m_shared.clock.steadyNow() < action.until) m_shared.circuit.probeNow();
      flush.onWaited();
      return true;
    case Kind::Reopen:
      flush.onReopened(m_shared.lane->reopen(), m_shared.clock.steadyNow(), random());
      noteTrouble(flush);
      return true;
    case Kind::ReadCheckpoint:
      report(flush, flush.onCheckpoints(m_shared.lane->readCheckpoints(),
                                        m_shared.clock.steadyNow(), random()));
      return true;
    case Kind::GiveBack:  // never with one lane
    case Kind::Done:
    case Kind::Stop:
      break;
  }
  return false;
}

void FlushWorker::commit(ChunkFlush& flush, const FlushAction& action) {
  const auto request = flush.request(action, {m_shared.queue.stepsTo(flush.lastOf(action))},
                                     m_shared.clock.wallNow());
  if (!request) return;
  const CommitResult result = send(*request);
  const auto part = flush.onCommit(result, m_shared.clock.steadyNow(), random());
  const bool applied = part && part->how == SettledPart::How::Committed && flush.changes() > 0;
  if (applied) {
    m_shared.onCommitTime(flush.changes(), m_commitTime);
  }
  report(flush, part);
}

CommitResult FlushWorker::send(const CommitRequest& request) {
  const Doing committing(m_shared.committing);
  const SteadyTime before = m_shared.clock.steadyNow();
  CommitResult result = m_shared.lane->commit(request);
  m_commitTime =
      std::chrono::duration_cast<std::chrono::microseconds>(m_shared.clock.steadyNow() - before);
  return result;
}

// The listener hears first, so that who waits for the queue to pass finds everything counted.
void FlushWorker::report(ChunkFlush& flush, const std::optional<SettledPart>& part) {
  noteTrouble(flush);
  if (!part) return;
  if (m_shared.clearTrouble()) m_shared.listener.onRecovered();
  SettledNews news = flush.newsOf(*part);
  news.commitTime = m_commitTime;
  for (const DeadLetter& letter : flush.letters()) {
    m_shared.listener.onDeadLetter(letter, flush.letterOrigin());
  }
  if (!flush.letters().empty()) m_shared.setHolds(m_shared.book.state());
  if (&flush == &m_flush && news.lettersSettled > 0 && !m_shared.book.isEmpty()) {
    m_shared.reviewWanted = m_shared.review.isNeeded();
  }
  m_shared.listener.onSettled(news);
  m_shared.queue.settle(flush.steps());
}

void FlushWorker::noteTrouble(ChunkFlush& flush) {
  if (flush.failures() == 0) return;
  const SteadyTime now = m_shared.clock.steadyNow();
  const FlushAction next = flush.next(now);
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
  trouble.circuit = m_shared.circuit.state(m_shared.clock.steadyNow());
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
  m_shared.setTrouble(trouble);
  m_shared.listener.onTrouble(
      TroubleNews{Status(StatusCode::Unavailable, trouble.message), "", 0, until});
}

double FlushWorker::random() { return std::uniform_real_distribution<double>(0.0, 1.0)(m_random); }

}  // namespace penstock
