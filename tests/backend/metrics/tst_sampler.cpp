// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <chrono>
#include <string>
#include <vector>

#include "metrics/sampler.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestSampler : public QObject {
  Q_OBJECT

 private slots:
  void eachTickPublishesOneNumberedSample() {
    runWith({0us, 0us, 0us});
    QCOMPARE(m_samples.size(), std::size_t{4});  // and the first at once
    for (std::size_t i = 0; i < m_samples.size(); ++i) {
      QCOMPARE(m_samples[i]->number, i + 1);
      QCOMPARE(m_samples[i]->runId, std::uint64_t{77});
      QCOMPARE(m_samples[i]->steadyMicros, static_cast<std::int64_t>(1'000'000'000 + 100'000 * i));
      QCOMPARE(m_samples[i]->wallMicros,
               static_cast<std::int64_t>(1'700'000'000'000'000 + 100'000 * i));
      QCOMPARE(m_samples[i]->node, std::string("collected"));
    }
  }

  void latenessIsRecordedAndDoesNotMoveTheNextTick() {
    runWith({30ms, 0us, 99ms, 1ms});
    QCOMPARE(lateMicros(), (std::vector<std::uint64_t>{0, 30'000, 0, 99'000, 1'000}));
    QCOMPARE(deadlinesMs(), (std::vector<std::int64_t>{100, 200, 300, 400, 500}));
    QCOMPARE(m_missed, std::uint64_t{0});
  }

  void missedTicksAreCountedAndNotMadeUpFor() {
    runWith({350ms, 5ms});
    QCOMPARE(lateMicros(), (std::vector<std::uint64_t>{0, 350'000, 5'000}));
    QCOMPARE(deadlinesMs(), (std::vector<std::int64_t>{100, 500, 600}));
    QCOMPARE(m_missed, std::uint64_t{3});
  }

  void hooksSeeASampleAfterItWasPublished() {
    FakeClock clock;
    ScriptedWaiter waiter(clock, {0us, 0us});
    SnapshotRing ring(8);
    Sampler sampler(clock, waiter, ring, {});
    std::vector<std::string> calls;
    const auto hook = [&ring, &calls](const std::string& name) {
      return [&ring, &calls, name](const SnapshotPointer& sample) {
        calls.push_back(name + (ring.newest() == sample ? " published" : " too early"));
      };
    };
    sampler.start([](Snapshot&) {}, {hook("a"), hook("b")});
    sampler.stop();
    QCOMPARE(calls, (std::vector<std::string>{"a published", "b published", "a published",
                                              "b published", "a published", "b published"}));
  }

  void stopEndsARealSamplerBetweenTwoTicks() {
    SystemTickWaiter waiter;
    SnapshotRing ring(8);
    Sampler sampler(systemClock(), waiter, ring, {1h, 1});
    sampler.start([](Snapshot&) {}, {});
    QTRY_VERIFY(ring.newest() != nullptr);
    sampler.stop();
    sampler.stop();
    QCOMPARE(ring.newest()->number, std::uint64_t{1});
  }

  void realSamplerGoesOnByItself() {
    SystemTickWaiter waiter;
    SnapshotRing ring(8);
    Sampler sampler(systemClock(), waiter, ring, {1ms, 1});
    sampler.start([](Snapshot&) {}, {});
    QTRY_VERIFY(ring.newest() != nullptr && ring.newest()->number > 20);
    sampler.stop();
    const auto samples = ring.since(0, 8);
    QVERIFY(samples.front()->steadyMicros < samples.back()->steadyMicros);
  }

 private:
  void runWith(std::vector<std::chrono::microseconds> lateness) {
    FakeClock clock;
    const SteadyTime start = clock.steadyNow();
    ScriptedWaiter waiter(clock, std::move(lateness));
    SnapshotRing ring(100);
    Sampler sampler(clock, waiter, ring, {100ms, 77});
    sampler.start([](Snapshot& snapshot) { snapshot.node = "collected"; }, {});
    sampler.stop();
    m_samples = ring.since(0, 100);
    m_missed = sampler.missedTicks();
    m_deadlinesMs.clear();
    for (const SteadyTime deadline : waiter.deadlines) {
      m_deadlinesMs.push_back((deadline - start) / 1ms);
    }
  }

  std::vector<std::uint64_t> lateMicros() const {
    std::vector<std::uint64_t> late;
    for (const SnapshotPointer& sample : m_samples) late.push_back(sample->tickLateMicros);
    return late;
  }
  std::vector<std::int64_t> deadlinesMs() const { return m_deadlinesMs; }

  std::vector<SnapshotPointer> m_samples;
  std::uint64_t m_missed = 0;
  std::vector<std::int64_t> m_deadlinesMs;
};

PENSTOCK_TEST(TestSampler)

}  // namespace penstock::test

#include "tst_sampler.moc"
