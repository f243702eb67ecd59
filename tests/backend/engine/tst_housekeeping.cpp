// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>

#include "base/mutex.h"
#include "base/worker.h"
#include "engine/housekeeping.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestHousekeeping : public QObject {
  Q_OBJECT

 private slots:
  void eachChoreComesInItsOwnTime() {
    std::atomic<int> often{0};
    std::atomic<int> seldom{0};
    Housekeeping housekeeping(
        {{"often", 1ms, [&often] { ++often; }}, {"seldom", 1h, [&seldom] { ++seldom; }}});
    housekeeping.start();
    QTRY_VERIFY(often >= 20);
    housekeeping.stop();
    QCOMPARE(seldom.load(), 1);
  }

  void stopWaitsForTheChoreThatRuns() {
    Mutex mutex;
    CondVar changed;
    bool begun = false;
    bool released = false;
    std::atomic<bool> ended{false};
    Housekeeping housekeeping({{"slow", 1h, [&] {
                                  MutexLock lock(mutex);
                                  begun = true;
                                  changed.notifyAll();
                                  while (!released) changed.wait(mutex);
                                  ended = true;
                                }}});
    housekeeping.start();
    {
      MutexLock lock(mutex);
      while (!begun) changed.wait(mutex);
    }
    Worker releaser("releaser", ThreadPriority::Normal, [&] {
      MutexLock lock(mutex);
      released = true;
      changed.notifyAll();
    });
    housekeeping.stop();
    QVERIFY(ended);
    housekeeping.stop();
  }

  void stopIsQuickWhateverIsDueLater() {
    Housekeeping housekeeping({{"daily", 24h, [] {}}});
    housekeeping.start();
    housekeeping.stop();
    Housekeeping never({{"never started", 1ms, [] { qFatal("not started"); }}});
    never.stop();
  }
};

PENSTOCK_TEST(TestHousekeeping)

}  // namespace penstock::test

#include "tst_housekeeping.moc"
