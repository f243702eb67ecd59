// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/result_codes.h"

#include <QTest>

#include "tests/support/test_main.h"

namespace penstock::test {

class TestResultCodes : public QObject {
  Q_OBJECT

 private slots:
  void numbersDecide_data() {
    QTest::addColumn<int>("number");
    QTest::addColumn<int>("outcome");
    const auto rows = [](CommitOutcome outcome, std::initializer_list<int> numbers) {
      for (const int number : numbers) {
        QTest::addRow("%d", number) << number << static_cast<int>(outcome);
      }
    };
    rows(CommitOutcome::Transient,
         {0,    1020, 1021, 1040, 1045, 1047, 1049, 1053, 1114, 1129, 1203, 1205, 1213, 1290,
          1317, 1461, 1615, 1792, 1836, 1927, 1969, 2002, 2003, 2006, 2013, 2055, 2099, 5001});
    rows(CommitOutcome::Refused, {1048, 1062, 1153, 1264, 1292, 1364, 1366, 1406, 1451, 1452, 1644,
                                  1690, 3819, 4025, 4711});
    rows(CommitOutcome::Drifted, {1054, 1136, 1142, 1143, 1146});
    rows(CommitOutcome::Broken, {1034, 1194, 1712, 1877, 1932});
  }
  void numbersDecide() {
    QFETCH(int, number);
    QFETCH(int, outcome);
    QCOMPARE(qtsql::outcomeOf(number), static_cast<CommitOutcome>(outcome));
  }

  void namesAreTheDatabases() {
    QCOMPARE(qtsql::errorName(1062), "ER_DUP_ENTRY");
    QCOMPARE(qtsql::errorName(2013), "CR_SERVER_LOST");
    QCOMPARE(qtsql::errorName(4711), "ER_4711");
    QCOMPARE(qtsql::errorName(2099), "CR_2099");
  }

  void failedCommitIsUnknownButForADeadlock() {
    for (const int number : {2006, 2013, 1053, 1180, 1927, 1290, 4711}) {
      const CommitResult failure{qtsql::outcomeOf(number), qtsql::errorName(number), {}, 0};
      QCOMPARE(qtsql::ofCommit(failure).outcome, CommitOutcome::Unknown);
    }
    const CommitResult deadlock{CommitOutcome::Transient, qtsql::errorName(1213), {}, 0};
    QCOMPARE(qtsql::ofCommit(deadlock).outcome, CommitOutcome::Transient);
  }

  void statusesSayTheSame() {
    const auto code = [](CommitOutcome outcome) {
      return qtsql::toStatus({outcome, "C", "why", 0}).code();
    };
    QCOMPARE(code(CommitOutcome::Transient), StatusCode::Unavailable);
    QCOMPARE(code(CommitOutcome::Refused), StatusCode::Invalid);
    QCOMPARE(code(CommitOutcome::Broken), StatusCode::Corrupt);
    QCOMPARE(code(CommitOutcome::FenceLost), StatusCode::Conflict);
    QCOMPARE(code(CommitOutcome::Unknown), StatusCode::Unknown);
    QCOMPARE(qtsql::toStatus({CommitOutcome::Refused, "C", "why", 0}).message(), "why (C)");
  }
};

PENSTOCK_TEST(TestResultCodes)

}  // namespace penstock::test

#include "tst_result_codes.moc"
