// SPDX-License-Identifier: Apache-2.0
#include "flush/flush_pool.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {

FlushPool::FlushPool(const Options& options, SinkQueue& queue, std::unique_ptr<StoreLane> lane,
                     FlushListener& listener, const Clock& clock)
    : m_sink(options.sink),
      m_workersMax(options.openLane ? options.lanesMax : limits::kWorkersMax),
      m_shared(queue, listener, clock, options.policies, options.letters, options.takes,
               options.events),
      m_slots(limits::kWorkersMax) {
  m_shared.retry = options.retry;
  m_shared.jitterSeed = options.jitterSeed;
  m_shared.review.setCount(options.reviewCount);
  m_shared.circuit = Circuit(options.circuit);
  m_shared.lane = std::move(lane);
  m_shared.openLane = options.openLane;
  CHECK(queue.hasSeveralLanes() == (options.openLane != nullptr));
  CHECK(!queue.hasSeveralLanes() || options.pauses.empty());
  m_shared.setBatchSize(BatchSize(options.take.batchRows, options.targetCommit));
  m_shared.setPauses(options.pauses);
  queue.configure(options.take);
  resize(options.workers);
}

FlushPool::~FlushPool() { stop(); }

void FlushPool::resize(std::uint32_t workers) {
  const auto wanted = std::clamp<std::uint32_t>(workers, limits::kWorkersMin, m_workersMax);
  MutexLock lock(m_mutex);
  if (m_shared.queue.isStopped()) return;
  m_shared.queue.setWorkersWanted(wanted);
  for (std::uint32_t index = 0; index < wanted; ++index) {
    if (m_slots[index].life != Slot::Life::Running) start(index);
  }
}

void FlushPool::configure(const TakeSettings& settings) {
  m_shared.setBatchRowsMax(settings.batchRows);
  m_shared.queue.configure(settings);
}

void FlushPool::setPauses(std::vector<PausedTable> pauses) {
  CHECK(!m_shared.queue.hasSeveralLanes());
  m_shared.setPauses(std::move(pauses));
  m_shared.queue.callTurn();
}

void FlushPool::stop() {
  m_shared.queue.stop();
  std::vector<Worker> threads;
  {
    MutexLock lock(m_mutex);
    for (Slot& slot : m_slots) threads.push_back(std::move(slot.thread));
  }
  for (Worker& thread : threads) thread.join();
}

FlushPoolState FlushPool::state() const {
  FlushPoolState state;
  state.workers = m_shared.queue.workersWanted();
  state.committing = m_shared.committing.load(std::memory_order_relaxed);
  const std::uint32_t holding = m_shared.holding.load(std::memory_order_relaxed);
  state.preparing = holding > state.committing ? holding - state.committing : 0;
  state.idle = state.workers > holding ? state.workers - holding : 0;
  state.batchRowsNow = m_shared.queue.settings().batchRows;
  state.retries = m_shared.retries.load(std::memory_order_relaxed);
  state.trouble = m_shared.currentTrouble();
  state.holds = m_shared.currentHolds();
  state.isReviewing = m_shared.isReviewing();
  state.arePausesInEffect = m_shared.arePausesInEffect();
  return state;
}

// A worker that has left needs nothing of ours any more, so joining it is short.
void FlushPool::start(std::uint32_t index) {
  Slot& slot = m_slots[index];
  slot.thread.join();
  slot.life = Slot::Life::Running;
  slot.thread = Worker("flush-" + m_sink + "-" + std::to_string(index), ThreadPriority::Background,
                       [this, index] { runWorker(index); });
}

void FlushPool::runWorker(std::uint32_t index) {
  FlushWorker worker(index, m_shared);
  if (index == 0) worker.reviewFirst();  // the one that is always wanted
  do {
    worker.run();
  } while (!mayLeave(index));
}

bool FlushPool::mayLeave(std::uint32_t index) {
  MutexLock lock(m_mutex);
  if (!m_shared.queue.isStopped() && index < m_shared.queue.workersWanted()) return false;
  m_slots[index].life = Slot::Life::Left;
  return true;
}

}  // namespace penstock
