// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "engine/roles/lag_watch.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestLagWatch : public QObject {
  Q_OBJECT

 private slots:
  void withoutALimitNobodyIsLetGo() {
    LagWatch watch(LagLimit{});
    QVERIFY(!watch.limit().isSet());
    for (int i = 0; i < 3; ++i) QVERIFY(!watch.look({std::uint64_t{1} << 50, 1000h}));
  }

  void whoFallsFurtherBehindIsLetGoAtTheSecondLook_data() {
    QTest::addColumn<bool>("byAge");
    QTest::newRow("bytes") << false;
    QTest::newRow("age") << true;
  }
  void whoFallsFurtherBehindIsLetGoAtTheSecondLook() {
    QFETCH(bool, byAge);
    LagWatch watch(byAge ? LagLimit{0, 60s} : LagLimit{1000, 0ms});
    QVERIFY(!watch.look({1000, 60s}));  // not over it
    QVERIFY(!watch.look({1001, 61s}));  // may be catching up
    QVERIFY(watch.look({1001, 61s}));
    QVERIFY(watch.look({5000, 90s}));
  }

  void whoCatchesUpIsLeftAlone() {
    LagWatch watch(LagLimit{1000, 60s});
    QVERIFY(!watch.look({9000, 300s}));
    QVERIFY(!watch.look({8000, 310s}));  // less to do, though older
    QVERIFY(!watch.look({8500, 200s}));
    QVERIFY(watch.look({8500, 200s}));
  }

  void onceWithinTheLimitAllIsForgotten() {
    LagWatch watch(LagLimit{1000, 0ms});
    QVERIFY(!watch.look({2000, 0ms}));
    QVERIFY(!watch.look({10, 0ms}));
    QVERIFY(!watch.look({3000, 0ms}));
  }
};

PENSTOCK_TEST(TestLagWatch)

}  // namespace penstock::test

#include "tst_lag_watch.moc"
