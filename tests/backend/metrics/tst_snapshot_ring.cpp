// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <memory>
#include <vector>

#include "base/worker.h"
#include "metrics/snapshot_ring.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Numbers = std::vector<std::uint64_t>;

SnapshotPointer numbered(std::uint64_t number) {
  auto snapshot = std::make_shared<Snapshot>();
  snapshot->number = number;
  return snapshot;
}

Numbers numbersOf(const std::vector<SnapshotPointer>& snapshots) {
  Numbers numbers;
  for (const SnapshotPointer& snapshot : snapshots) numbers.push_back(snapshot->number);
  return numbers;
}

}  // namespace

class TestSnapshotRing : public QObject {
  Q_OBJECT

 private slots:
  void nothingIsThereBeforeTheFirst() {
    const SnapshotRing ring(4);
    QVERIFY(ring.newest() == nullptr);
    QVERIFY(ring.since(0, 10).empty());
  }

  void newestOnesAreReturnedOldestFirst() {
    SnapshotRing ring(4);
    for (std::uint64_t n = 1; n <= 3; ++n) ring.publish(numbered(n));
    QCOMPARE(ring.newest()->number, std::uint64_t{3});
    QCOMPARE(numbersOf(ring.since(0, 10)), (Numbers{1, 2, 3}));
    QCOMPARE(numbersOf(ring.since(0, 2)), (Numbers{2, 3}));
    QCOMPARE(numbersOf(ring.since(2, 10)), (Numbers{3}));
    QVERIFY(ring.since(3, 10).empty());
    QVERIFY(ring.since(99, 10).empty());
    QVERIFY(ring.since(0, 0).empty());
  }

  void oldestOnesMakeRoom() {
    SnapshotRing ring(4);
    for (std::uint64_t n = 1; n <= 10; ++n) ring.publish(numbered(n));
    QCOMPARE(numbersOf(ring.since(0, 100)), (Numbers{7, 8, 9, 10}));
    QCOMPARE(numbersOf(ring.since(8, 100)), (Numbers{9, 10}));
  }

  void firstNumberNeedNotBeOne() {
    SnapshotRing ring(4);
    ring.publish(numbered(41));
    ring.publish(numbered(42));
    QCOMPARE(numbersOf(ring.since(0, 100)), (Numbers{41, 42}));
  }

  void overwrittenSnapshotIsGivenBack() {
    SnapshotRing ring(2);
    std::weak_ptr<const Snapshot> first;
    {
      const SnapshotPointer snapshot = numbered(1);
      first = snapshot;
      ring.publish(snapshot);
    }
    ring.publish(numbered(2));
    QVERIFY(!first.expired());
    ring.publish(numbered(3));
    QVERIFY(first.expired());
  }

  void readersSeeAnUnbrokenRunWhileTheSamplerGoesOn() {
    SnapshotRing ring(300);
    std::atomic<bool> isDone{false};
    Worker sampler("publishes", ThreadPriority::Normal, [&ring, &isDone] {
      for (std::uint64_t n = 1; n <= 5'000; ++n) ring.publish(numbered(n));
      isDone = true;
    });
    bool isUnbroken = true;
    while (!isDone) {
      const Numbers numbers = numbersOf(ring.since(0, 1'000));
      for (std::size_t i = 1; i < numbers.size(); ++i) {
        // A reader that was overtaken may lack some between two chunks, never out of order.
        isUnbroken = isUnbroken && numbers[i] > numbers[i - 1];
      }
    }
    sampler.join();
    QVERIFY(isUnbroken);
    QCOMPARE(ring.since(0, 1'000).size(), std::size_t{300});
  }
};

PENSTOCK_TEST(TestSnapshotRing)

}  // namespace penstock::test

#include "tst_snapshot_ring.moc"
