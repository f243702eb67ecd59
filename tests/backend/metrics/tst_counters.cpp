// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <vector>

#include "base/worker.h"
#include "metrics/counters.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestCounters : public QObject {
  Q_OBJECT

 private slots:
  void incrementsOfManyThreadsAddUp() {
    constexpr std::uint64_t kEach = 20'000;
    Counter counter;
    {
      std::vector<Worker> workers;
      for (int i = 0; i < 4; ++i) {
        workers.emplace_back("counts", ThreadPriority::Normal, [&counter] {
          for (std::uint64_t n = 0; n < kEach; ++n) counter.increment();
        });
      }
    }
    QCOMPARE(counter.total(), 4 * kEach);
  }

  void neighboursDoNotShareACacheLine() {
    const IntakeCounters counters;
    const auto first = reinterpret_cast<std::uintptr_t>(&counters.acceptedSets);
    const auto second = reinterpret_cast<std::uintptr_t>(&counters.acceptedChanges);
    QVERIFY(second - first >= kCacheLineBytes);
    QCOMPARE(first % kCacheLineBytes, std::uintptr_t{0});
  }

  void everyIntakeTotalIsCopiedToItsField() {
    IntakeCounters counters;
    counters.acceptedSets.add(1);
    counters.acceptedChanges.add(2);
    counters.journaledSets.add(3);
    counters.knownSets.add(4);
    counters.rejectedSets.add(5);
    counters.shedSets.add(6);
    counters.waitedSets.add(7);
    counters.pressureEvents.add(8);
    counters.journalSyncs.add(9);
    Snapshot snapshot;
    copyTotals(counters, snapshot);
    const std::vector<std::uint64_t> copied{
        snapshot.acceptedSets, snapshot.acceptedChanges, snapshot.journaledSets,
        snapshot.knownSets,    snapshot.rejectedSets,    snapshot.shedSets,
        snapshot.waitedSets,   snapshot.pressureEvents,  snapshot.journalSyncs};
    QCOMPARE(copied, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  }

  void everySinkTotalIsCopiedToItsField() {
    SinkCounters counters;
    counters.persistedSets.add(1);
    counters.persistedChanges.add(2);
    counters.coalescedChanges.add(3);
    counters.rowsTouched.add(4);
    counters.commits.add(5);
    counters.retries.add(6);
    counters.deadLettersTotal.add(7);
    SinkSnapshot sink;
    copyTotals(counters, sink);
    const std::vector<std::uint64_t> copied{
        sink.persistedSets, sink.persistedChanges, sink.coalescedChanges, sink.rowsTouched,
        sink.commits,       sink.retries,          sink.deadLettersTotal};
    QCOMPARE(copied, (std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6, 7}));
  }
};

PENSTOCK_TEST(TestCounters)

}  // namespace penstock::test

#include "tst_counters.moc"
