// SPDX-License-Identifier: Apache-2.0
#include "metrics/sampler.h"

#include <memory>
#include <utility>

#include "base/check.h"

namespace penstock {

Sampler::Sampler(const Clock& clock, TickWaiter& waiter, SnapshotRing& ring,
                 SamplerSettings settings)
    : m_clock(clock), m_waiter(waiter), m_ring(ring), m_settings(settings) {}

Sampler::~Sampler() { stop(); }

void Sampler::start(Collector collect, std::vector<Hook> hooks) {
  CHECK(!m_collect && collect);
  m_collect = std::move(collect);
  m_hooks = std::move(hooks);
  m_worker = Worker("sampler", ThreadPriority::Normal, [this] { run(); });
}

void Sampler::stop() {
  m_waiter.stop();
  m_worker.join();
}

void Sampler::run() {
  TickSchedule schedule(m_clock.steadyNow(), m_settings.interval);
  sample(std::chrono::microseconds{0});
  while (m_waiter.waitUntil(schedule.deadline())) {
    const Tick tick = schedule.wake(m_clock.steadyNow());
    m_missedTicks.fetch_add(tick.missed, std::memory_order_relaxed);
    sample(tick.late);
  }
}

void Sampler::sample(std::chrono::microseconds late) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->number = ++m_number;
  snapshot->runId = m_settings.runId;
  snapshot->wallMicros = m_clock.wallNow().time_since_epoch().count();
  snapshot->steadyMicros =
      std::chrono::duration_cast<std::chrono::microseconds>(m_clock.steadyNow().time_since_epoch())
          .count();
  snapshot->tickLateMicros = static_cast<std::uint64_t>(late.count());
  m_collect(*snapshot);
  const SnapshotPointer published = std::move(snapshot);
  m_ring.publish(published);
  for (const Hook& hook : m_hooks) hook(published);
}

}  // namespace penstock
