// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/bench/statistics.h"
#include "tests/support/test_main.h"

namespace penstock::bench {

class TestStatistics : public QObject {
  Q_OBJECT

 private slots:
  void medianOfAnOddCountIsTheMiddleOne() {
    const Spread spread = spreadOf({5, 1, 9});
    QCOMPARE(spread.median, 5.0);
    QCOMPARE(spread.min, 1.0);
    QCOMPARE(spread.max, 9.0);
  }
  void medianOfAnEvenCountIsTheMeanOfTheMiddleTwo() {
    QCOMPARE(spreadOf({4, 1, 2, 9}).median, 3.0);
  }
  void ratioIsTakenPairByPair() {
    const Spread ratio = ratioOf({10, 40}, {10, 20}, Better::Higher);
    QCOMPARE(ratio.min, 1.0);
    QCOMPARE(ratio.max, 2.0);
    QCOMPARE(ratio.median, 1.5);
  }
  void ratioOfALatencyIsPeerByOurs() { QCOMPARE(ratioOf({100}, {80}, Better::Lower).median, 0.8); }
  void quantileIsTheNearestRank_data() {
    QTest::addColumn<double>("part");
    QTest::addColumn<double>("expected");
    QTest::newRow("least") << 0.0 << 1.0;
    QTest::newRow("half") << 0.5 << 5.0;
    QTest::newRow("just above half") << 0.51 << 6.0;
    QTest::newRow("99 of 100") << 0.99 << 10.0;
    QTest::newRow("most") << 1.0 << 10.0;
  }
  void quantileIsTheNearestRank() {
    QFETCH(double, part);
    QFETCH(double, expected);
    QCOMPARE(quantileOf({10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, part), expected);
  }
};

PENSTOCK_TEST(TestStatistics)

}  // namespace penstock::bench

#include "tst_statistics.moc"
