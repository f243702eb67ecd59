// SPDX-License-Identifier: Apache-2.0
#include "queue/sink_queue.h"

#include <algorithm>

#include "base/check.h"

namespace penstock {

namespace {

/// For what may be taken while something older is blocked, with several lanes.
constexpr std::chrono::milliseconds kLookAgain{2};

std::unique_ptr<Backlog> backlogOf(const SinkQueue::Options& options) {
  if (!options.sharding) return makeBacklog(options.windowBytes, options.settled);
  return makeShardedBacklog(options.windowBytes, options.sharding->held,
                            options.sharding->touchedBy);
}

}  // namespace

SinkQueue::SinkQueue(const Options& options, const Clock& clock)
    : m_clock(clock),
      m_hasSeveralLanes(options.sharding.has_value()),
      m_settledNow(0),
      m_backlog(backlogOf(options)),
      m_settings(options.take),
      m_taking(options.taking),
      m_wanted(options.workers) {
  m_settledNow.store(toNumber(m_backlog->settled()), std::memory_order_release);
}

Status SinkQueue::push(const QueuedRecord& record) {
  MutexLock lock(m_mutex);
  while (!m_backlog->hasRoom() && !isStopped()) m_room.wait(m_mutex);
  if (isStopped()) return Status(StatusCode::Cancelled, "the sink stops");
  const Waiting before = m_backlog->waiting();
  RETURN_IF_ERROR(m_backlog->push(record));
  if (m_idle == 0) return Status::ok();
  // Workers wake by themselves when the oldest entry is due; here, for the first one and for full.
  const bool first = before.records == 0;
  const bool wanted = record.sequence <= m_flushUpTo || m_gate == SinkGate::Draining;
  const Waiting now = m_backlog->waiting();
  const bool full =
      (before.changes < m_settings.batchRows && now.changes >= m_settings.batchRows) ||
      (before.bytes < m_settings.batchBytes && now.bytes >= m_settings.batchBytes);
  if (first || wanted || full) m_work.notifyOne();
  return Status::ok();
}

void SinkQueue::begin() {
  MutexLock lock(m_mutex);
  m_taking = Options::Taking::AtOnce;
  m_work.notifyAll();
}

SinkQueue::Next SinkQueue::take(std::uint32_t worker, Chunk& chunk) {
  MutexLock lock(m_mutex);
  for (;;) {
    if (isStopped() || worker >= m_wanted) return Next::Leave;
    TakeDecision decision;
    if (m_taking == Options::Taking::AtOnce) {
      decision = decideTake(m_backlog->load(), m_settings, situation(), m_clock.steadyNow());
    }
    const bool isTaken = decision.kind == TakeDecision::Kind::Take &&
                         m_backlog->take(decision.limits, m_wanted, chunk);
    if (isTaken) {
      if (!m_hasSeveralLanes) ++m_ready;
      // There may be more to take.
      if (m_idle > 0 && m_backlog->waiting().records > 0) m_work.notifyOne();
      return Next::Go;
    }
    if (m_turnIsCalled && m_taking == Options::Taking::AtOnce) {
      m_turnIsCalled = false;
      m_backlog->takeNothing(chunk);
      ++m_ready;
      return Next::Go;
    }
    // What waits cannot go now; but what comes may.
    const bool isBlocked = decision.kind == TakeDecision::Kind::Take;
    if (isBlocked) decision.until = m_clock.steadyNow() + std::max(m_settings.linger, kLookAgain);
    ++m_idle;
    if (decision.until) {
      m_work.waitUntil(m_mutex, *decision.until);
    } else {
      m_work.wait(m_mutex);
    }
    --m_idle;
  }
}

SinkQueue::Next SinkQueue::waitTurn(const Chunk& chunk) {
  if (m_hasSeveralLanes) return isStopped() ? Next::Leave : Next::Go;
  MutexLock lock(m_mutex);
  // A chunk that the gate holds stays in the waiting line, so that no smaller ones pile up behind.
  const bool isGated = !chunk.entries.empty();
  while (!isStopped() &&
         !(m_backlog->mayCommit(chunk) && (!isGated || gateAllows(situation(), chunk.first())))) {
    m_turn.wait(m_mutex);
  }
  if (isStopped()) return Next::Leave;
  --m_ready;
  m_work.notifyOne();  // its place in the line is free
  return Next::Go;
}

SinkQueue::Next SinkQueue::waitGate(Sequence first) {
  MutexLock lock(m_mutex);
  while (!isStopped() && !gateAllows(situation(), first)) m_turn.wait(m_mutex);
  return isStopped() ? Next::Leave : Next::Go;
}

SinkQueue::Next SinkQueue::passGate(Sequence first) {
  if (!m_hasSeveralLanes) return waitGate(first);
  MutexLock lock(m_mutex);
  if (isStopped()) return Next::Leave;
  return gateAllows(situation(), first) ? Next::Go : Next::GiveBack;
}

SinkQueue::Next SinkQueue::waitRetry(SteadyTime until) {
  MutexLock lock(m_mutex);
  const std::uint64_t before = m_tryNow;
  while (!isStopped() && m_tryNow == before && m_clock.steadyNow() < until) {
    m_turn.waitUntil(m_mutex, until);
  }
  return isStopped() ? Next::Leave : Next::Go;
}

CommitPlan SinkQueue::planFor(const Chunk& chunk, std::span<const WindowEntry> entries) {
  MutexLock lock(m_mutex);
  return m_backlog->planFor(chunk, entries);
}

Sequence SinkQueue::settledWith(std::span<const WindowEntry> entries) const {
  MutexLock lock(m_mutex);
  return m_backlog->settledWith(entries);
}

void SinkQueue::settle(const Chunk& chunk, std::span<const WindowEntry> entries,
                       std::span<const ShardStep> steps) {
  MutexLock lock(m_mutex);
  m_backlog->settle(chunk, entries, steps);
  m_settledNow.store(toNumber(m_backlog->settled()), std::memory_order_release);
  m_passed.notifyAll();
  if (m_hasSeveralLanes) m_work.notifyAll();  // what waited for these, or for their shards
}

void SinkQueue::complete(Chunk& chunk) {
  MutexLock lock(m_mutex);
  m_backlog->complete(chunk);
  m_room.notifyOne();
  m_turn.notifyAll();
  if (m_hasSeveralLanes) {
    m_work.notifyAll();
  } else {
    m_work.notifyOne();
  }
}

void SinkQueue::giveBack(Chunk& chunk, std::size_t from, Backlog::Again again) {
  MutexLock lock(m_mutex);
  m_backlog->giveBack(chunk, from, again);
  m_room.notifyOne();
  m_work.notifyAll();
}

void SinkQueue::abandon(Chunk& chunk) {
  MutexLock lock(m_mutex);
  m_backlog->abandon(chunk);
}

Sequence SinkQueue::start() const {
  MutexLock lock(m_mutex);
  return m_backlog->start();
}

void SinkQueue::callTurn() {
  CHECK(!m_hasSeveralLanes);
  MutexLock lock(m_mutex);
  m_turnIsCalled = true;
  m_work.notifyOne();
}

void SinkQueue::setGate(SinkGate gate) {
  MutexLock lock(m_mutex);
  m_gate = gate;
  m_work.notifyAll();
  m_turn.notifyAll();
}

void SinkQueue::flush(Sequence upTo) {
  MutexLock lock(m_mutex);
  m_flushUpTo = std::max(m_flushUpTo, upTo);
  ++m_tryNow;
  m_work.notifyAll();
  m_turn.notifyAll();
}

void SinkQueue::configure(const TakeSettings& settings) {
  MutexLock lock(m_mutex);
  m_settings = settings;
  m_work.notifyAll();
}

void SinkQueue::setBatchRows(std::size_t rows) {
  MutexLock lock(m_mutex);
  m_settings.batchRows = rows;
  m_work.notifyOne();
}

void SinkQueue::setWorkersWanted(std::uint32_t workers) {
  MutexLock lock(m_mutex);
  m_wanted = workers;
  m_work.notifyAll();
}

void SinkQueue::stop() {
  MutexLock lock(m_mutex);
  m_stopped.store(true, std::memory_order_release);
  m_room.notifyAll();
  m_work.notifyAll();
  m_turn.notifyAll();
  m_passed.notifyAll();
}

Status SinkQueue::waitSettled(Sequence sequence, SteadyTime deadline) {
  MutexLock lock(m_mutex);
  while (m_backlog->settled() < sequence) {
    if (isStopped()) return Status(StatusCode::Cancelled, "the sink stopped first");
    if (m_clock.steadyNow() >= deadline) {
      return Status(StatusCode::Deadline, "not everything was persisted in time");
    }
    m_passed.waitUntil(m_mutex, deadline);
  }
  return Status::ok();
}

SinkGate SinkQueue::gate() const {
  MutexLock lock(m_mutex);
  return m_gate;
}

TakeSettings SinkQueue::settings() const {
  MutexLock lock(m_mutex);
  return m_settings;
}

std::uint32_t SinkQueue::workersWanted() const {
  MutexLock lock(m_mutex);
  return m_wanted;
}

WindowLoad SinkQueue::load() const {
  MutexLock lock(m_mutex);
  return m_backlog->load();
}

std::vector<ShardLoad> SinkQueue::shards() const {
  MutexLock lock(m_mutex);
  return m_backlog->shards();
}

TakeSituation SinkQueue::situation() const { return {m_gate, m_flushUpTo, m_ready}; }

}  // namespace penstock
