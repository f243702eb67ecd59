// SPDX-License-Identifier: Apache-2.0
#include "flush/flush_worker.h"

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

FlushWorker::FlushWorker(std::uint32_t index, FlushShared& shared)
    : m_index(index),
      m_shared(shared),
      m_flush(shared.policies),
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

FlushWorker::Outcome FlushWorker::settleChunk(const Chunk& chunk) {
  const Doing holding(m_shared.holding);
  m_flush.begin(chunk, m_shared.retry, m_shared.circuit);
  if (m_shared.queue.waitTurn(chunk) == SinkQueue::Next::Leave) return Outcome::GivenUp;
  for (;;) {
    const FlushAction action = m_flush.next(m_shared.clock.steadyNow());
    if (action.kind == FlushAction::Kind::Done) return Outcome::Settled;
    if (action.kind == FlushAction::Kind::Stop) {
      m_shared.queue.stop();
      m_shared.listener.onStopped(action.status);
      return Outcome::GivenUp;
    }
    if (!doAction(action, chunk)) return Outcome::GivenUp;
  }
}

// False: the sink is stopped.
bool FlushWorker::doAction(const FlushAction& action, const Chunk& chunk) {
  using Kind = FlushAction::Kind;
  switch (action.kind) {
    case Kind::Commit:
    case Kind::Bury: {
      const Sequence first = chunk.entries[action.range.begin].sequence;
      if (m_shared.queue.waitGate(first) == SinkQueue::Next::Leave) return false;
      commit(action);
      return true;
    }
    case Kind::Wait:
      if (m_flush.failures() == 0) noteBurst(action.until);
      if (m_shared.queue.waitRetry(action.until) == SinkQueue::Next::Leave) return false;
      if (m_shared.clock.steadyNow() < action.until) m_shared.circuit.probeNow();
      m_flush.onWaited();
      return true;
    case Kind::Reopen:
      m_flush.onReopened(m_shared.lane->reopen(), m_shared.clock.steadyNow(), random());
      noteTrouble();
      return true;
    case Kind::ReadCheckpoint:
      report(m_flush.onCheckpoints(m_shared.lane->readCheckpoints(), m_shared.clock.steadyNow(),
                                   random()));
      return true;
    case Kind::Done:
    case Kind::Stop:
      break;
  }
  return false;
}

void FlushWorker::commit(const FlushAction& action) {
  const auto request = m_flush.request(action, m_shared.queue.stepsTo(m_flush.lastOf(action)),
                                       m_shared.clock.wallNow());
  if (!request) return;
  const CommitResult result = send(*request);
  const auto part = m_flush.onCommit(result, m_shared.clock.steadyNow(), random());
  if (part && part->how == SettledPart::How::Committed) {
    m_shared.onCommitTime(m_flush.changes(), m_commitTime);
  }
  report(part);
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
void FlushWorker::report(const std::optional<SettledPart>& part) {
  noteTrouble();
  if (!part) return;
  if (m_shared.clearTrouble()) m_shared.listener.onRecovered();
  SettledNews news = m_flush.newsOf(*part);
  news.commitTime = m_commitTime;
  if (part->how == SettledPart::How::Buried && m_flush.letter()) {
    m_shared.listener.onDeadLetter(*m_flush.letter());
  }
  m_shared.listener.onSettled(news);
  m_shared.queue.settle(m_flush.steps());
}

void FlushWorker::noteTrouble() {
  if (m_flush.failures() == 0) return;
  const SteadyTime now = m_shared.clock.steadyNow();
  const FlushAction next = m_flush.next(now);
  if (next.kind != FlushAction::Kind::Wait) return;  // nothing new went wrong
  const CommitResult& result = m_flush.lastAnswer();
  ++m_shared.retries;
  SinkTrouble trouble;
  trouble.message = result.message;
  trouble.code = result.code;
  trouble.sinceMicros = m_shared.clock.wallNow().time_since_epoch().count();
  trouble.failures = m_flush.failures();
  trouble.circuit = m_shared.circuit.state(now);
  m_shared.setTrouble(trouble);
  m_shared.listener.onTrouble(TroubleNews{Status(StatusCode::Unavailable, result.message),
                                          result.code, m_flush.failures(), next.until});
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
