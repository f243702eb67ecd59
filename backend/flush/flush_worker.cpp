// SPDX-License-Identifier: Apache-2.0
#include "flush/flush_worker.h"

#include <span>
#include <utility>

#include "model/codec_json.h"

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

std::vector<FenceStep> fenceOf(const std::vector<ShardStep>& steps) {
  std::vector<FenceStep> fence;
  fence.reserve(steps.size());
  for (const ShardStep& step : steps) {
    fence.push_back(FenceStep{step.shard, step.expected, step.next});
  }
  return fence;
}

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
      m_batcher(shared.policies),
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

FlushWorker::Outcome FlushWorker::settleChunk(Chunk& chunk) {
  const Doing holding(m_shared.holding);
  prepare(chunk, IndexRange{0, chunk.entries.size()});
  if (m_shared.queue.waitTurn(chunk) == SinkQueue::Next::Leave) return Outcome::GivenUp;
  FlushAttempt attempt(chunk.entries.size(), m_shared.retry, m_shared.circuit);
  for (;;) {
    const FlushAction action = attempt.next(m_shared.clock.steadyNow());
    if (action.kind == FlushAction::Kind::Done) return Outcome::Settled;
    if (action.kind == FlushAction::Kind::Stop) {
      m_shared.queue.stop();
      m_shared.listener.onStopped(action.status);
      return Outcome::GivenUp;
    }
    if (!doAction(action, chunk, attempt)) return Outcome::GivenUp;
  }
}

// False: the sink is stopped.
bool FlushWorker::doAction(const FlushAction& action, const Chunk& chunk, FlushAttempt& attempt) {
  using Kind = FlushAction::Kind;
  switch (action.kind) {
    case Kind::Commit:
    case Kind::Bury: {
      const Sequence first = chunk.entries[action.range.begin].sequence;
      if (m_shared.queue.waitGate(first) == SinkQueue::Next::Leave) return false;
      action.kind == Kind::Commit ? commit(action, chunk, attempt) : bury(action, chunk, attempt);
      return true;
    }
    case Kind::Wait:
      if (attempt.failures() == 0) noteBurst(action.until);
      if (m_shared.queue.waitRetry(action.until) == SinkQueue::Next::Leave) return false;
      if (m_shared.clock.steadyNow() < action.until) m_shared.circuit.probeNow();
      attempt.onWaited();
      return true;
    case Kind::Reopen:
      reopen(attempt);
      return true;
    case Kind::ReadCheckpoint:
      resolveUnknown(chunk, attempt);
      return true;
    case Kind::Done:
    case Kind::Stop:
      break;
  }
  return false;
}

void FlushWorker::prepare(const Chunk& chunk, IndexRange range) {
  const auto entries = std::span(chunk.entries).subspan(range.begin, range.size());
  m_built = m_batcher.build(chunk.catalog, entries, m_batch);
  m_prepared = range;
}

void FlushWorker::commit(const FlushAction& action, const Chunk& chunk, FlushAttempt& attempt) {
  if (m_prepared != action.range) prepare(chunk, action.range);
  if (!m_built.built) {
    attempt.onCannotBuild(action.range.begin + m_built.guilty, m_built.reason);
    return;
  }
  m_steps = m_shared.queue.stepsTo(m_batch.last);
  CommitRequest request;
  request.batch = m_batch.runs.empty() ? nullptr : &m_batch;
  request.fence = fenceOf(m_steps);
  m_result = send(request);
  const auto part = attempt.onCommit(m_result, m_shared.clock.steadyNow(), random());
  if (part) m_shared.onCommitTime(m_batch.changes, m_commitTime);
  noteTrouble(m_result, attempt);
  report(part, chunk);
}

void FlushWorker::bury(const FlushAction& action, const Chunk& chunk, FlushAttempt& attempt) {
  const WindowEntry& entry = chunk.entries[action.range.begin];
  const Refusal& refusal = attempt.refusal();
  m_letter = DeadLetter{};
  m_letter.sequence = entry.sequence;
  m_letter.kind = "refused";
  m_letter.reason = refusal.reason;
  m_letter.code = refusal.code;
  m_letter.attempts = refusal.attempts;
  m_letter.atMicros = m_shared.clock.wallNow().time_since_epoch().count();
  m_letter.changeSet = toJson(entry.changeSet, *chunk.catalog);
  m_steps = m_shared.queue.stepsTo(entry.sequence);
  CommitRequest request;
  request.fence = fenceOf(m_steps);
  request.deadLetters.push_back(m_letter);
  m_result = send(request);
  const auto part = attempt.onCommit(m_result, m_shared.clock.steadyNow(), random());
  noteTrouble(m_result, attempt);
  report(part, chunk);
}

void FlushWorker::reopen(FlushAttempt& attempt) {
  const Status status = m_shared.lane->reopen();
  if (!status.isOk()) m_result.message = status.message();
  attempt.onReopened(status, m_shared.clock.steadyNow(), random());
  noteTrouble(m_result, attempt);
}

void FlushWorker::resolveUnknown(const Chunk& chunk, FlushAttempt& attempt) {
  const auto checkpoints = m_shared.lane->readCheckpoints();
  const Result<CheckpointPlace> place = checkpoints ? Result(placeOf(*checkpoints, m_steps))
                                                    : Result<CheckpointPlace>(checkpoints.status());
  const auto part = attempt.onCheckpoint(place, m_shared.clock.steadyNow(), random());
  noteTrouble(m_result, attempt);
  report(part, chunk);
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
void FlushWorker::report(const std::optional<SettledPart>& part, const Chunk& chunk) {
  if (!part) return;
  if (m_shared.clearTrouble()) m_shared.listener.onRecovered();
  const WindowEntry& first = chunk.entries[part->range.begin];
  SettledNews news;
  news.first = first.sequence;
  news.last = chunk.entries[part->range.end - 1].sequence;
  news.commitTime = m_commitTime;
  news.oldestArrived = first.arrived;
  for (std::size_t i = part->range.begin; i < part->range.end; ++i) {
    news.bytes += chunk.entries[i].changeSet.bytes().size();
  }
  if (part->how == SettledPart::How::Buried) {
    news.deadLetters = 1;
    m_shared.listener.onDeadLetter(m_letter);
  } else {
    news.changeSets = m_batch.changeSets;
    news.changes = m_batch.changes;
    news.coalesced = m_batch.coalesced;
    news.rows = m_result.outcome == CommitOutcome::Committed ? m_result.rows : m_batch.effects;
  }
  m_shared.listener.onSettled(news);
  m_shared.queue.settle(m_steps);
}

void FlushWorker::noteTrouble(const CommitResult& result, const FlushAttempt& attempt) {
  if (attempt.failures() == 0) return;
  const SteadyTime now = m_shared.clock.steadyNow();
  const FlushAction next = attempt.next(now);
  if (next.kind != FlushAction::Kind::Wait) return;  // nothing new went wrong
  ++m_shared.retries;
  SinkTrouble trouble;
  trouble.message = result.message;
  trouble.code = result.code;
  trouble.sinceMicros = m_shared.clock.wallNow().time_since_epoch().count();
  trouble.failures = attempt.failures();
  trouble.circuit = m_shared.circuit.state(now);
  m_shared.setTrouble(trouble);
  m_shared.listener.onTrouble(TroubleNews{Status(StatusCode::Unavailable, result.message),
                                          result.code, attempt.failures(), next.until});
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
