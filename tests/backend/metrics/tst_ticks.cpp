// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <chrono>
#include <vector>

#include "base/worker.h"
#include "metrics/ticks.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestTicks : public QObject {
  Q_OBJECT

 private slots:
  void wakingTellsLatenessAndMovesToTheNextDeadline_data() {
    QTest::addColumn<int>("wakesAtMs");
    QTest::addColumn<int>("lateMs");
    QTest::addColumn<int>("missed");
    QTest::addColumn<int>("nextMs");
    QTest::newRow("on time") << 100 << 0 << 0 << 200;
    QTest::newRow("a little late") << 104 << 4 << 0 << 200;
    QTest::newRow("just before the next") << 199 << 99 << 0 << 200;
    QTest::newRow("at the next") << 200 << 100 << 1 << 300;
    QTest::newRow("past the next") << 204 << 104 << 1 << 300;
    QTest::newRow("after a suspend") << 3'600'050 << 3'599'950 << 35'999 << 3'600'100;
  }

  void wakingTellsLatenessAndMovesToTheNextDeadline() {
    QFETCH(int, wakesAtMs);
    QFETCH(int, lateMs);
    QFETCH(int, missed);
    QFETCH(int, nextMs);
    const SteadyTime start{1h};
    TickSchedule schedule(start, 100ms);
    const Tick tick = schedule.wake(start + std::chrono::milliseconds{wakesAtMs});
    QCOMPARE(tick.late.count(), lateMs * std::int64_t{1'000});
    QCOMPARE(tick.missed, static_cast<std::uint64_t>(missed));
    QVERIFY(schedule.deadline() == start + std::chrono::milliseconds{nextMs});
  }

  void latenessDoesNotAddUp() {
    const SteadyTime start{1h};
    TickSchedule schedule(start, 100ms);
    for (int i = 1; i <= 1'000; ++i) {
      QVERIFY(schedule.deadline() == start + i * 100ms);
      schedule.wake(schedule.deadline() + 7ms);
    }
  }

  void deadlineThatPassedEndsTheWaitAtOnce() {
    SystemTickWaiter waiter;
    QVERIFY(waiter.waitUntil(systemClock().steadyNow() - 1s));
    const SteadyTime soon = systemClock().steadyNow() + 20ms;
    QVERIFY(waiter.waitUntil(soon));
    QVERIFY(systemClock().steadyNow() >= soon);
  }

  void stopEndsALongWaitAndAllLaterOnes() {
    SystemTickWaiter waiter;
    bool reached = true;
    {
      Worker worker("waits", ThreadPriority::Normal, [&waiter, &reached] {
        reached = waiter.waitUntil(systemClock().steadyNow() + 1h);
      });
      waiter.stop();
    }
    QVERIFY(!reached);
    QVERIFY(!waiter.waitUntil(systemClock().steadyNow() - 1s));
  }
};

PENSTOCK_TEST(TestTicks)

}  // namespace penstock::test

#include "tst_ticks.moc"
