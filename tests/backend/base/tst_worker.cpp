// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QTest>
#include <array>
#include <atomic>
#include <string>
#include <utility>

#include "base/worker.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestWorker : public QObject {
  Q_OBJECT

 private slots:
  void bodyRunsOnANamedThread() {
    std::string name;
    Worker worker("a name longer than fifteen", ThreadPriority::Normal, [&name] {
      std::array<char, 32> text{};
      pthread_getname_np(pthread_self(), text.data(), text.size());
      name = text.data();
    });
    worker.join();
    QCOMPARE(QString::fromStdString(name), QString("a name longer t"));
    QVERIFY(!worker.isRunning());
  }

  void backgroundThreadIsNicerThanOthers() {
    const int usual = getpriority(PRIO_PROCESS, 0);
    int nice = -100;
    Worker worker("background", ThreadPriority::Background,
                  [&nice] { nice = getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); });
    worker.join();
    QCOMPARE(nice, static_cast<int>(ThreadPriority::Background));
    QCOMPARE(getpriority(PRIO_PROCESS, 0), usual);
  }

  void destructionWaitsForTheBody() {
    std::atomic<bool> stop{false};
    std::atomic<bool> ended{false};
    {
      Worker worker("waits", ThreadPriority::Normal, [&stop, &ended] {
        stop.wait(false);
        ended = true;
      });
      stop = true;
      stop.notify_all();
    }
    QVERIFY(ended);
  }

  void assignmentJoinsTheOldThread() {
    std::atomic<int> ended{0};
    Worker worker("first", ThreadPriority::Normal, [&ended] { ++ended; });
    worker = Worker("second", ThreadPriority::Normal, [&ended] { ++ended; });
    QVERIFY(ended >= 1);
    worker.join();
    QCOMPARE(ended.load(), 2);
  }
};

PENSTOCK_TEST(TestWorker)

}  // namespace penstock::test

#include "tst_worker.moc"
