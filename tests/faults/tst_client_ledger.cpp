// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/faults/client_ledger.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// The judge itself: it must notice each thing that a kill could do wrong.
class TestClientLedger : public QObject {
  Q_OBJECT

 private slots:
  void unacknowledgedComeAgainBeforeNewOnes() {
    ClientLedger ledger;
    QCOMPARE(ledger.nextRound(3), (std::vector<int>{1, 2, 3}));
    ledger.acknowledge(2);
    QCOMPARE(ledger.nextRound(3), (std::vector<int>{1, 3, 4}));
    QCOMPARE(ledger.made(), 4);
    QVERIFY(!ledger.allAcknowledged());
  }

  void noticesWhatIsWrong_data() {
    QTest::addColumn<QStringList>("numbers");
    QTest::addColumn<QStringList>("sums");
    QTest::addColumn<QStringList>("letters");
    QTest::addColumn<QString>("wrong");
    const QStringList numbers = QString("1 2 3 4 5 6 7 8 9").split(' ');
    const QStringList sums{"12", "15", "18"};
    QTest::newRow("nothing") << numbers << sums << QStringList{"10"} << "";
    QTest::newRow("missing") << numbers.mid(0, 8) << sums << QStringList{"10"} << "versions: ";
    QTest::newRow("twice") << numbers + QStringList{"9"} << sums << QStringList{"10"}
                           << "versions: ";
    QTest::newRow("out of order") << QString("1 3 2 4 5 6 7 8 9").split(' ') << sums
                                  << QStringList{"10"} << "versions: ";
    QTest::newRow("added twice") << numbers << QStringList{"12", "15", "22"} << QStringList{"10"}
                                 << "sums: ";
    QTest::newRow("no dead letter") << numbers << sums << QStringList{} << "dead letters: ";
    QTest::newRow("two dead letters")
        << numbers << sums << QStringList{"10", "10"} << "dead letters: ";
  }
  void noticesWhatIsWrong() {
    QFETCH(QStringList, numbers);
    QFETCH(QStringList, sums);
    QFETCH(QStringList, letters);
    QFETCH(QString, wrong);
    ClientLedger ledger;
    for (const int number : ledger.nextRound(10)) ledger.acknowledge(number);
    const QString said = ledger.compare({numbers, sums, letters});
    QVERIFY2(wrong.isEmpty() ? said.isEmpty() : said.startsWith(wrong), qPrintable(said));
  }
};

PENSTOCK_TEST(TestClientLedger)

}  // namespace penstock::test

#include "tst_client_ledger.moc"
