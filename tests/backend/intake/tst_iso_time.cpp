// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "intake/iso_time.h"
#include "tests/support/test_main.h"

using namespace penstock;

class TestIsoTime : public QObject {
  Q_OBJECT
 private slots:
  void oneFormForOneMoment_data();
  void oneFormForOneMoment();
  void otherTextIsRefused_data();
  void otherTextIsRefused();
  void datesAndTimesAreChecked();
};

void TestIsoTime::oneFormForOneMoment_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("canonical");
  const char* const rows[][2] = {{"2026-11-21T14:02:11Z", "2026-11-21T14:02:11Z"},
                                 {"2026-11-21T14:02:11", "2026-11-21T14:02:11Z"},
                                 {"2026-11-21 14:02:11.250", "2026-11-21T14:02:11.25Z"},
                                 {"2026-11-21T14:02Z", "2026-11-21T14:02:00Z"},
                                 {"2026-11-21T14:00:00.000000Z", "2026-11-21T14:00:00Z"},
                                 {"2026-11-21T14:02:11.000001Z", "2026-11-21T14:02:11.000001Z"},
                                 {"2026-11-21T14:02:11.123456000Z", "2026-11-21T14:02:11.123456Z"},
                                 {"2026-11-21T14:02:11+02:00", "2026-11-21T12:02:11Z"},
                                 {"2026-11-21T14:02:11-0530", "2026-11-21T19:32:11Z"},
                                 {"2026-01-01T00:30:00+01", "2025-12-31T23:30:00Z"},
                                 {"2024-02-29t12:00:00z", "2024-02-29T12:00:00Z"},
                                 {"1900-03-01T00:00:00Z", "1900-03-01T00:00:00Z"},
                                 {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"}};
  for (const auto& row : rows) QTest::newRow(row[0]) << QString(row[0]) << QString(row[1]);
}

void TestIsoTime::oneFormForOneMoment() {
  QFETCH(QString, text);
  QFETCH(QString, canonical);
  std::string result;
  QVERIFY(canonicalTimestamp(text.toStdString(), result));
  QCOMPARE(QString::fromStdString(result), canonical);
  std::string again;
  QVERIFY(canonicalTimestamp(result, again));
  QCOMPARE(again, result);
}

void TestIsoTime::otherTextIsRefused_data() {
  QTest::addColumn<QString>("text");
  for (const char* text : {"",
                           "2026",
                           "2026-11-21",
                           "2026-11-21T",
                           "2026-11-21T14",
                           "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T14:60:00Z",
                           "2026-11-21T14:02:60Z",
                           "2026-11-21T14:02:11.Z",
                           "2026-11-21T14:02:11.1234567Z",
                           "2026-11-21T14:02:11+24:00",
                           "2026-11-21T14:02:11+2",
                           "2026-11-21T14:02:11ZZ",
                           "2026-11-21T14:02:11Z ",
                           "0000-01-01T00:00:00Z",
                           "0001-01-01T00:00:00+01:00",
                           "9999-12-31T23:59:59-01:00",
                           "21.11.2026 14:02",
                           "now",
                           "2026-1-1T00:00:00Z",
                           "1790000000"}) {
    QTest::newRow(text) << QString(text);
  }
}

void TestIsoTime::otherTextIsRefused() {
  QFETCH(QString, text);
  std::string result;
  QVERIFY(!canonicalTimestamp(text.toStdString(), result));
}

void TestIsoTime::datesAndTimesAreChecked() {
  std::string result;
  QVERIFY(canonicalDate("2026-11-21", result));
  QCOMPARE(result, std::string("2026-11-21"));
  QVERIFY(!canonicalDate("2026-11-21T00:00:00Z", result));
  QVERIFY(!canonicalDate("2026-02-30", result));
  QVERIFY(canonicalTime("14:02", result));
  QCOMPARE(result, std::string("14:02:00"));
  QVERIFY(canonicalTime("14:02:11.500", result));
  QCOMPARE(result, std::string("14:02:11.5"));
  QVERIFY(!canonicalTime("14:02:11Z", result));
  QVERIFY(!canonicalTime("25:00:00", result));
}

PENSTOCK_TEST(TestIsoTime)
#include "tst_iso_time.moc"
