// SPDX-License-Identifier: Apache-2.0
// What is to be seen of a sink.
#include <algorithm>

#include "base/number_text.h"
#include "engine/sink.h"

namespace penstock {

using namespace std::chrono_literals;

void Sink::fill(SinkSnapshot& snapshot) const {
  snapshot.name = name();
  snapshot.role = m_settings.options.role;
  snapshot.target = m_store->describeTarget();
  snapshot.settledSequence = toNumber(settled());
  const JournalDistance waiting = m_parts.journal.distanceFrom(settled());
  snapshot.queueDepth = waiting.records;
  snapshot.queueBytes = waiting.bytes;
  copyTotals(m_counters, snapshot);
  snapshot.deadLettersWaiting = m_deadLettersWaiting.load(std::memory_order_relaxed);
  snapshot.lanes = static_cast<std::uint32_t>(m_store->laneCountMax());
  const SinkSettings wanted = settings();
  snapshot.workers = wanted.workers;
  snapshot.batchRows = wanted.batchRows;
  snapshot.lingerMs = wanted.lingerMs;
  const auto now = running();
  if (now) {
    const FlushPoolState pool = now->pool->state();
    snapshot.workersCommitting = pool.committing;
    snapshot.workersPreparing = pool.preparing;
    snapshot.workersIdle = pool.idle;
    snapshot.batchRowsNow = static_cast<std::uint32_t>(pool.batchRowsNow);
    snapshot.retries = pool.retries;
    snapshot.heldLetters = pool.holds.held;
    snapshot.isReleasing = pool.isReviewing && pool.holds.held > 0;
    const WindowLoad load = now->queue->load();
    snapshot.windowBytes = load.bytes;
    fillOldest(snapshot, load);
  }
  judgeState(snapshot, now.get());
}

Result<SinkShards> Sink::shards() const {
  if (!hasSeveralLanes()) {
    return Status(StatusCode::Unsupported,
                  "one lane commits here, in the order of the journal: nothing is shared out into "
                  "shards");
  }
  const auto now = running();
  if (!now) return Status(StatusCode::Unavailable, "the sink has not started");
  return SinkShards{now->queue->shards(), !now->queue->load().hasRoom};
}

void Sink::fillOldest(SinkSnapshot& snapshot, const WindowLoad& load) const {
  std::int64_t age = 0;
  if (const std::int64_t journaled = m_oldestMicros.load(); journaled != 0) {
    age = wallMicros() - journaled;
  } else if (load.oldestUnsettled) {
    age = std::chrono::duration_cast<std::chrono::microseconds>(m_parts.clock.steadyNow() -
                                                                *load.oldestUnsettled)
              .count();
  }
  snapshot.oldestAgeMicros = static_cast<std::uint64_t>(std::max<std::int64_t>(0, age));
}

/// The worst that is true of it.
void Sink::judgeState(SinkSnapshot& snapshot, const Running* running) const {
  const FlushPoolState pool = running != nullptr ? running->pool->state() : FlushPoolState{};
  MutexLock lock(m_mutex);
  fillPauses(snapshot, pool.holds);
  snapshot.lastError = m_lastError.message;
  snapshot.lastErrorCode = m_lastError.code;
  snapshot.lastErrorMicros = m_lastError.micros;
  if (m_damage) {
    snapshot.damage =
        DamageSnapshot{m_damage->segment, toNumber(m_damage->first), toNumber(m_damage->last),
                       recordsIn(*m_damage), describe(*m_damage)};
  }
  if (m_standsStill) {
    snapshot.state = SinkState::Stopped;
    snapshot.stateReason = m_problem.message();
    snapshot.stateSinceMicros = m_problemSince;
    return;
  }
  if (m_pauses.sink) {
    snapshot.state = SinkState::Paused;
    snapshot.stateReason = "by " + m_pauses.sink->who;
    if (!m_pauses.sink->why.empty()) snapshot.stateReason += " (" + m_pauses.sink->why + ")";
    snapshot.stateSinceMicros = m_pauses.sink->sinceMicros;
    return;
  }
  if (running == nullptr) {
    snapshot.state = m_problem.isOk() ? SinkState::Starting : SinkState::Down;
    snapshot.stateReason = m_problem.message();
    snapshot.stateSinceMicros = m_problemSince;
    return;
  }
  if (!m_readTrouble.isOk()) {
    snapshot.state = SinkState::Retrying;
    snapshot.stateReason = m_readTrouble.message();
    snapshot.stateSinceMicros = m_readTroubleSince;
    return;
  }
  if (const auto& trouble = pool.trouble) {
    const bool closed = trouble->circuit == CircuitState::Closed;
    snapshot.state = closed ? SinkState::Retrying : SinkState::Down;
    snapshot.stateReason = trouble->message;
    if (!trouble->code.empty()) snapshot.stateReason += " [" + trouble->code + "]";
    const auto untilTry = trouble->nextTry - m_parts.clock.steadyNow();
    if (untilTry > 1s) snapshot.stateReason += ", next try in " + durationText(untilTry);
    snapshot.stateSinceMicros = trouble->sinceMicros;
    return;
  }
  snapshot.state = snapshot.queueDepth == 0 ? SinkState::Idle : SinkState::Running;
  snapshot.stateReason = waitingText(pool.holds);
}

void Sink::findOldest() {
  bool isStopped = false;
  {
    MutexLock lock(m_mutex);
    isStopped = m_standsStill || !m_running;
  }
  std::int64_t oldest = 0;
  if (isStopped && m_parts.journal.distanceFrom(lagsFrom()).records > 0) {
    const auto reader = m_parts.journal.openReader(lagsFrom());
    const auto record = reader ? (*reader)->next() : reader.status();
    if (record && record->has_value()) oldest = (*record)->wallMicros;
    // Before damage there is none to be read: since then, at least, it waits.
    if (oldest == 0) oldest = m_oldestMicros.load();
  }
  m_oldestMicros.store(oldest);
}

void Sink::countDeadLetters() {
  if (!running()) return;
  const Result<std::uint64_t> count = m_store->countDeadLetters();
  if (count) m_deadLettersWaiting.store(*count, std::memory_order_relaxed);
}

}  // namespace penstock
