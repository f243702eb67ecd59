// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/sqlstate.h"

#include <QTest>

#include "tests/support/test_main.h"

namespace penstock::test {

class TestSqlstate : public QObject {
  Q_OBJECT

 private slots:
  void everyCodeHasItsOutcome_data() {
    QTest::addColumn<QByteArray>("code");
    QTest::addColumn<int>("outcome");
    const auto rows = [](CommitOutcome outcome, std::initializer_list<const char*> codes) {
      for (const char* code : codes) {
        QTest::newRow(code) << QByteArray(code) << static_cast<int>(outcome);
      }
    };
    rows(
        CommitOutcome::Transient,
        {"",      "08000", "08003", "08006", "08P01", "25006", "25P02", "25P03", "26000", "42P05",
         "28P01", "3D000", "40001", "40003", "40P01", "53100", "53200", "53300", "53400", "55006",
         "55P03", "57014", "57P01", "57P02", "57P03", "57P04", "57P05", "58030", "72000", "F0000"});
    rows(CommitOutcome::Refused,
         {"0A000", "21000", "22001", "22003", "22021", "22P02", "22P05", "23000",
          "23001", "23502", "23503", "23505", "23514", "23P01", "27000", "38000",
          "39000", "44000", "54000", "55000", "P0001", "XX000", "ABCDE", "99999"});
    rows(CommitOutcome::Drifted,
         {"3F000", "42501", "42601", "42703", "42804", "42883", "42P01", "42P10", "428C9"});
    rows(CommitOutcome::Broken, {"58P01", "58P02", "XX001", "XX002"});
  }
  void everyCodeHasItsOutcome() {
    QFETCH(QByteArray, code);
    QFETCH(int, outcome);
    QCOMPARE(static_cast<int>(postgres::outcomeOf(code.toStdString())), outcome);
  }

  void othersAreToldWhatTheyMayDo() {
    const auto codeOf = [](CommitOutcome outcome, const char* code) {
      return postgres::toStatus({outcome, code, "why", 0}).code();
    };
    QCOMPARE(codeOf(CommitOutcome::Transient, "57P01"), StatusCode::Unavailable);
    QCOMPARE(codeOf(CommitOutcome::Refused, "23505"), StatusCode::Invalid);
    QCOMPARE(codeOf(CommitOutcome::Drifted, "42P01"), StatusCode::Corrupt);
    QCOMPARE(codeOf(CommitOutcome::Drifted, "42501"), StatusCode::Forbidden);
    QCOMPARE(codeOf(CommitOutcome::Broken, "XX001"), StatusCode::Corrupt);
    QCOMPARE(codeOf(CommitOutcome::FenceLost, "PENSTOCK_FENCE"), StatusCode::Conflict);
    QCOMPARE(codeOf(CommitOutcome::Unknown, "08006"), StatusCode::Unknown);
  }

  void tableOfOursThatIsGoneBreaksTheSink() {
    const auto outcomeOf = [](CommitOutcome outcome) {
      return postgres::onOwnTable({outcome, "42P01", "why", 0}).outcome;
    };
    QCOMPARE(outcomeOf(CommitOutcome::Drifted), CommitOutcome::Broken);
    QCOMPARE(outcomeOf(CommitOutcome::Transient), CommitOutcome::Transient);
  }
};

PENSTOCK_TEST(TestSqlstate)

}  // namespace penstock::test

#include "tst_sqlstate.moc"
