// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <chrono>

#include "base/worker.h"
#include "tests/support/test_main.h"
#include "workload/pacer.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

SteadyTime now() { return systemClock().steadyNow(); }

}  // namespace

class TestPacer : public QObject {
  Q_OBJECT

 private slots:
  void withoutARateNobodyWaits() {
    StopSignal stop;
    Pacer pacer(0, now());
    const SteadyTime began = now();
    for (int i = 0; i < 1000; ++i) QVERIFY(pacer.wait(systemClock(), stop));
    QVERIFY(now() - began < 1s);
  }

  void submissionsAreSpacedByTheRate() {
    StopSignal stop;
    const SteadyTime began = now();
    Pacer pacer(200, began);
    for (int i = 0; i < 21; ++i) QVERIFY(pacer.wait(systemClock(), stop));
    QVERIFY(now() - began >= 20 * 5ms - 2ms);
  }

  void pauseIsNotFollowedByABurst() {
    StopSignal stop;
    const SteadyTime began = now();
    Pacer pacer(1000, began - 1h);  // as if it had waited for an hour
    for (int i = 0; i < 200; ++i) QVERIFY(pacer.wait(systemClock(), stop));
    // A tenth of a second may be made up for.
    QVERIFY(now() - began >= 95ms);
  }

  void stopEndsTheWait() {
    StopSignal stop;
    Pacer pacer(0.001, now() + 1h);
    Worker stopper("stopper", ThreadPriority::Normal, [&stop] { stop.request(); });
    QVERIFY(!pacer.wait(systemClock(), stop));
    Pacer fast(0, now());
    QVERIFY(!fast.wait(systemClock(), stop));
    Pacer due(1000, now() - 1s);
    QVERIFY(!due.wait(systemClock(), stop));
  }
};

PENSTOCK_TEST(TestPacer)

}  // namespace penstock::test

#include "tst_pacer.moc"
