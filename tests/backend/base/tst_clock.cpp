// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <chrono>

#include "base/clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestClock : public QObject {
  Q_OBJECT

 private slots:
  void utcHasMilliseconds_data() {
    QTest::addColumn<qint64>("micros");
    QTest::addColumn<QString>("text");
    QTest::newRow("epoch") << qint64{0} << "1970-01-01T00:00:00.000Z";
    QTest::newRow("cut, not rounded") << qint64{1'999'999} << "1970-01-01T00:00:01.999Z";
    QTest::newRow("before the epoch") << qint64{-1} << "1969-12-31T23:59:59.999Z";
    QTest::newRow("leap day") << qint64{1'709'164'800'000'000} << "2024-02-29T00:00:00.000Z";
    QTest::newRow("after 2038") << qint64{4'102'444'800'250'000} << "2100-01-01T00:00:00.250Z";
  }
  void utcHasMilliseconds() {
    QFETCH(qint64, micros);
    QTEST(QString::fromStdString(formatUtc(WallTime(std::chrono::microseconds(micros)))), "text");
  }

  void systemClockIsNearTheMachinesClock() {
    const auto before = std::chrono::steady_clock::now();
    const auto now = systemClock().steadyNow();
    QVERIFY(now >= before);
    QVERIFY(now <= std::chrono::steady_clock::now());
    const auto wall = std::chrono::system_clock::now() - systemClock().wallNow();
    QVERIFY(std::chrono::abs(wall) < std::chrono::minutes(1));
  }
};

PENSTOCK_TEST(TestClock)

}  // namespace penstock::test

#include "tst_clock.moc"
