// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>

#include "metrics/error_advice.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestErrorAdvice : public QObject {
  Q_OBJECT

 private slots:
  void codesLeadToWhatIsToBeDone_data() {
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("word");
    const char* kCases[][2] = {
        {"08006", "host and port"},
        {"28P01", "password_file"},
        {"3D000", "make it, or correct the name"},
        {"53300", "max_connections"},
        {"53100", "disk of the database is full"},
        {"53200", "lacks memory"},
        {"42501", "lacks a right"},
        {"42P01", "kind parked"},
        {"25006", "replica"},
        {"23505", "conflict = \"upsert\""},
        {"23503", "bring that row in first"},
        {"23514", "rule of the table"},
        {"22001", "does not fit its column"},
        {"40P01", "tried again by itself"},
        {"57014", "took too long"},
        {"57P01", "stopped or started"},
        {"XX001", "restore it from a backup"},
        {"SQLITE_BUSY_SNAPSHOT", "Another program writes"},
        {"SQLITE_FULL", "free space"},
        {"SQLITE_READONLY_DBMOVED", "put it back"},
        {"SQLITE_READONLY", "check their rights"},
        {"SQLITE_CONSTRAINT_UNIQUE", "conflict = \"upsert\""},
        {"SQLITE_CONSTRAINT_NOTNULL", "rule of the table"},
        {"ER_CON_COUNT_ERROR", "max_connections"},
        {"ER_ACCESS_DENIED_ERROR", "password_file"},
        {"ER_NO_SUCH_TABLE", "kind parked"},
        {"ER_NO_SUCH_TABLE_IN_ENGINE", "restore it from a backup"},
        {"CR_SERVER_LOST", "host and port"},
        {"PENSTOCK_FENCE", "Another process"},
        {"PENSTOCK_MISSING_ROW", "missing = \"ignore\""},
    };
    for (const auto& each : kCases) QTest::newRow(each[0]) << each[0] << each[1];
  }
  void codesLeadToWhatIsToBeDone() {
    QFETCH(QString, code);
    QFETCH(QString, word);
    const std::string_view advice = adviceFor(code.toStdString());
    const QString shown = QString::fromUtf8(advice.data(), qsizetype(advice.size()));
    QVERIFY2(shown.contains(word), qPrintable(shown));
    QVERIFY(shown.endsWith('.'));
  }

  void unknownCodesStillSayWhereToLook() {
    QVERIFY(adviceFor("ER_4711").find("manual") != std::string_view::npos);
    QVERIFY(adviceFor("0A000").find("manual") != std::string_view::npos);
    QVERIFY(adviceFor("").empty());
    // Two letters are a class of SQLSTATE alone.
    QVERIFY(adviceFor("08") == adviceFor("ER_4711"));
  }

  void codeIsFoundAtTheEndOfAMessage() {
    QCOMPARE(codeIn("no right on schema public (42501)"), std::string_view("42501"));
    QCOMPARE(codeIn("disk full [SQLITE_FULL]"), std::string_view("SQLITE_FULL"));
    QCOMPARE(codeIn("Access denied (ER_ACCESS_DENIED_ERROR)"),
             std::string_view("ER_ACCESS_DENIED_ERROR"));
    QVERIFY(codeIn("port 5432 (is it running?)").empty());
    QVERIFY(codeIn("server (10.0.0.1").empty());
    QVERIFY(codeIn("").empty());
  }

  void messagesWithoutACodeAreTakenForAConnectionThatFailed() {
    QVERIFY(adviceForMessage("connection refused").find("host and port") != std::string::npos);
    QVERIFY(adviceForMessage("no (28P01)").find("password_file") != std::string::npos);
  }
};
PENSTOCK_TEST(TestErrorAdvice)

}  // namespace penstock::test
#include "tst_error_advice.moc"
