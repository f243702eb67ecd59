// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/own_thread.h"

#include <QTest>
#include <thread>

#include "tests/support/test_main.h"

namespace penstock::test {

class TestOwnThread : public QObject {
  Q_OBJECT

 private slots:
  void everyCallRunsOnTheSameThread() {
    qtsql::OwnThread thread("own");
    std::thread::id first;
    thread.run([&] { first = std::this_thread::get_id(); });
    QVERIFY(first != std::this_thread::get_id());
    int calls = 0;
    for (int i = 0; i < 100; ++i) {
      Worker worker("caller", ThreadPriority::Normal, [&] {
        thread.run([&] { calls += std::this_thread::get_id() == first ? 1 : 0; });
      });
    }
    QCOMPARE(calls, 100);
  }

  void endsWithoutACall() { const qtsql::OwnThread thread("own"); }
};

PENSTOCK_TEST(TestOwnThread)

}  // namespace penstock::test

#include "tst_own_thread.moc"
