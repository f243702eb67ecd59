// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "intake/decimal_text.h"
#include "model/limits.h"
#include "tests/support/test_main.h"

using namespace penstock;

class TestDecimalText : public QObject {
  Q_OBJECT
 private slots:
  void oneFormForOneNumber_data();
  void oneFormForOneNumber();
  void noNumberIsRefused_data();
  void noNumberIsRefused();
  void digitsAreLimited();
};

void TestDecimalText::oneFormForOneNumber_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("canonical");
  const char* const rows[][2] = {{"0", "0"},
                                 {"-0", "0"},
                                 {"-0.00", "0"},
                                 {"0e99", "0"},
                                 {"12.50", "12.5"},
                                 {"+12.5", "12.5"},
                                 {"0012.5000", "12.5"},
                                 {"12.", "12"},
                                 {".5", "0.5"},
                                 {"-.5", "-0.5"},
                                 {"1e3", "1000"},
                                 {"1.5E3", "1500"},
                                 {"1.5e+3", "1500"},
                                 {"1234e-2", "12.34"},
                                 {"5e-3", "0.005"},
                                 {"100", "100"},
                                 {"1e-0", "1"},
                                 {"0.1000", "0.1"},
                                 {"1200e-2", "12"},
                                 {"123456789012345678901234567890.123456789012345678901",
                                  "123456789012345678901234567890.123456789012345678901"}};
  for (const auto& row : rows) QTest::newRow(row[0]) << QString(row[0]) << QString(row[1]);
}

void TestDecimalText::oneFormForOneNumber() {
  QFETCH(QString, text);
  QFETCH(QString, canonical);
  std::string result;
  QVERIFY(canonicalDecimal(text.toStdString(), result));
  QCOMPARE(QString::fromStdString(result), canonical);
  std::string again;
  QVERIFY(canonicalDecimal(result, again));
  QCOMPARE(again, result);
}

void TestDecimalText::noNumberIsRefused_data() {
  QTest::addColumn<QString>("text");
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "e5",
                           "1e",
                           "1e+",
                           "1e+-5",
                           "1.2.3",
                           "1 ",
                           " 1",
                           "0x1",
                           "NaN",
                           "inf",
                           "1,5",
                           "--1",
                           "1e99999999999999999999",
                           "1e5.5",
                           "1e9223372036854775807",
                           "1e-9223372036854775808"}) {
    QTest::newRow(text) << QString(text);
  }
}

void TestDecimalText::noNumberIsRefused() {
  QFETCH(QString, text);
  std::string result;
  QVERIFY(!canonicalDecimal(text.toStdString(), result));
}

void TestDecimalText::digitsAreLimited() {
  std::string result;
  QVERIFY(canonicalDecimal("1e999", result));
  QCOMPARE(result.size(), limits::kDecimalDigitsMax);
  QVERIFY(!canonicalDecimal("1e1000", result));
  QVERIFY(canonicalDecimal("1e-1000", result));
  QVERIFY(!canonicalDecimal("1e-1001", result));
  QVERIFY(!canonicalDecimal("1e999999999", result));
  QVERIFY(!canonicalDecimal("1e-999999999", result));
}

PENSTOCK_TEST(TestDecimalText)
#include "tst_decimal_text.moc"
