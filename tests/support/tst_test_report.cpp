// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/support/test_report.h"

namespace penstock::test {

namespace {

QByteArray reportOf(const QByteArray& functions) {
  return "<?xml version=\"1.0\"?><TestCase name=\"TestX\">" + functions + "</TestCase>";
}

QByteArray functionOf(const QByteArray& name, const QByteArray& entries) {
  return "<TestFunction name=\"" + name + "\">" + entries + "</TestFunction>";
}

const QByteArray kPass = "<Incident type=\"pass\" file=\"\" line=\"0\"/>";

QByteArray messageOf(const QByteArray& kind, const QByteArray& text) {
  return "<Message type=\"" + kind + "\"><Description><![CDATA[" + text +
         "]]></Description></Message>";
}

}  // namespace

class TestTestReport : public QObject {
  Q_OBJECT

 private slots:
  void fixturesAreNotCounted() {
    const TestReport report =
        readTestReport(reportOf(functionOf("initTestCase", kPass) + functionOf("a", kPass) +
                                functionOf("cleanupTestCase", kPass)));
    QCOMPARE(report.passed, 1);
    QVERIFY(report.failures.empty());
  }

  void failingFixtureIsAFailure() {
    const TestReport report =
        readTestReport(reportOf(functionOf("initTestCase", "<Incident type=\"fail\"/>")));
    QCOMPARE(report.passed, 0);
    QCOMPARE(report.failures.size(), 1U);
  }

  void everyDataRowCounts() {
    const QByteArray rows =
        "<Incident type=\"pass\"><DataTag><![CDATA[one]]></DataTag></Incident>"
        "<Incident type=\"fail\"><DataTag><![CDATA[two]]></DataTag>"
        "<Description><![CDATA[broken]]></Description></Incident>";
    const TestReport report = readTestReport(reportOf(functionOf("a", rows)));
    QCOMPARE(report.passed, 1);
    QCOMPARE(report.failures.size(), 1U);
    QCOMPARE(report.failures[0].function, QStringLiteral("TestX::a(two)"));
    QCOMPARE(report.failures[0].reason, QStringLiteral("broken"));
  }

  void unannouncedWarningFailsItsFunction() {
    const TestReport report = readTestReport(reportOf(
        functionOf("a", messageOf("qwarn", "socket gone") + kPass) + functionOf("b", kPass)));
    QCOMPARE(report.passed, 1);
    QCOMPARE(report.failures.size(), 1U);
    QCOMPARE(report.failures[0].function, QStringLiteral("TestX::a"));
    QVERIFY(report.failures[0].reason.contains("socket gone"));
  }

  void platformWarningsAreAllowed() {
    const QByteArray warning =
        messageOf("qwarn", "This plugin does not support propagateSizeHints()");
    const TestReport report = readTestReport(reportOf(functionOf("a", warning + kPass)));
    QCOMPARE(report.passed, 1);
    QVERIFY(report.failures.empty());
  }

  void debugOutputIsAllowed() {
    const TestReport report =
        readTestReport(reportOf(functionOf("a", messageOf("qdebug", "hello") + kPass)));
    QCOMPARE(report.passed, 1);
  }

  void skippedFunctionFails() {
    const TestReport report =
        readTestReport(reportOf(functionOf("a", messageOf("skip", "no database") + kPass)));
    QCOMPARE(report.passed, 0);
    QCOMPARE(report.failures.size(), 1U);
  }

  void reportThatEndsEarlyIsAFailure() {
    const TestReport report = readTestReport("<TestCase name=\"TestX\"><TestFunction name=\"a\">");
    QCOMPARE(report.failures.size(), 1U);
  }

  void announcedWarningPassesInARealRun() {
    QTest::ignoreMessage(QtWarningMsg, "announced");
    qWarning("announced");
  }
};

PENSTOCK_TEST(TestTestReport)

}  // namespace penstock::test

#include "tst_test_report.moc"
