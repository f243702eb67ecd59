// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "queue/take_rule.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestTakeRule : public QObject {
  Q_OBJECT

 private slots:
  void chunkIsTakenWhenItIsWorthIt_data() {
    QTest::addColumn<int>("waiting");
    QTest::addColumn<int>("ageMs");
    QTest::addColumn<int>("gate");
    QTest::addColumn<int>("flushUpTo");
    QTest::addColumn<int>("ready");
    QTest::addColumn<bool>("taken");
    const int open = int(SinkGate::Open);
    const int paused = int(SinkGate::Paused);
    const int draining = int(SinkGate::Draining);
    QTest::newRow("nothing waits") << 0 << 0 << open << 99 << 0 << false;
    QTest::newRow("young and few") << 5 << 10 << open << 0 << 0 << false;
    QTest::newRow("due") << 5 << 50 << open << 0 << 0 << true;
    QTest::newRow("due, but another waits for its turn") << 5 << 50 << open << 0 << 1 << false;
    QTest::newRow("full") << 100 << 0 << open << 0 << 0 << true;
    QTest::newRow("full, while others wait") << 100 << 0 << open << 0 << 3 << true;
    QTest::newRow("flush") << 5 << 0 << open << 1 << 0 << true;
    QTest::newRow("flush of what has passed") << 5 << 0 << open << 0 << 0 << false;
    QTest::newRow("draining") << 5 << 0 << draining << 0 << 0 << true;
    QTest::newRow("paused") << 100 << 500 << paused << 0 << 0 << false;
    QTest::newRow("paused, flush") << 5 << 0 << paused << 1 << 0 << true;
  }
  void chunkIsTakenWhenItIsWorthIt() {
    QFETCH(int, waiting);
    QFETCH(int, ageMs);
    QFETCH(int, gate);
    QFETCH(int, flushUpTo);
    QFETCH(int, ready);
    const SteadyTime now = SteadyTime{} + 1h;
    WindowLoad load;
    load.waitingRecords = load.waitingChanges = static_cast<std::uint64_t>(waiting);
    if (waiting > 0) {
      load.firstWaiting = Sequence{1};
      load.oldestWaiting = now - std::chrono::milliseconds(ageMs);
    }
    const TakeSituation situation{SinkGate(gate), Sequence{static_cast<std::uint64_t>(flushUpTo)},
                                  static_cast<std::uint64_t>(ready)};
    const auto decision = decideTake(load, {100, 1 << 20, 50ms}, situation, now);
    QTEST(decision.kind == TakeDecision::Kind::Take, "taken");
    const bool pausedTake = gate == int(SinkGate::Paused) && flushUpTo > 0;
    QCOMPARE(decision.limits.upTo.has_value(), pausedTake);
  }

  void waitingEndsWhenTheOldestIsDue() {
    const SteadyTime now = SteadyTime{} + 1h;
    WindowLoad load;
    load.waitingRecords = 1;
    load.firstWaiting = Sequence{1};
    load.oldestWaiting = now - 20ms;
    const auto decision = decideTake(load, {100, 1 << 20, 50ms}, {}, now);
    QVERIFY(decision.until == now + 30ms);
  }

  void fullWindowIsAFullBatch() {
    WindowLoad load;
    load.waitingRecords = 1;
    load.hasRoom = false;
    QVERIFY(isFull(load, {100, 1 << 20, 50ms}));
    load.takenChunks = 1;  // its memory comes back soon
    QVERIFY(!isFull(load, {100, 1 << 20, 50ms}));
  }
};

PENSTOCK_TEST(TestTakeRule)

}  // namespace penstock::test

#include "tst_take_rule.moc"
