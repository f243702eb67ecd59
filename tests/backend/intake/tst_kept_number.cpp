// SPDX-License-Identifier: Apache-2.0
#include "intake/kept_number.h"

#include <QTest>
#include <charconv>

#include "intake/json_literal.h"
#include "intake/row_identity.h"
#include "tests/backend/model/model_samples.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

Column numericColumn(ColumnType type) {
  Column column = sampleColumn("price", type);
  column.declaredType = "DECIMAL(30,10)";
  column.numericAffinity = true;
  return column;
}

bool takesText(ColumnType type, const std::string& text) {
  std::string scratch;
  return canonicalValue(numericColumn(type), ValueView::text(text), scratch).isOk();
}

bool takesNumber(ColumnType type, const std::string& number) {
  const Column column = numericColumn(type);
  std::string literal;
  std::string scratch;
  const auto value = readLiteral(column, ValueForm::Number, number, literal);
  return value.isOk() && canonicalValue(column, *value, scratch).isOk();
}

}  // namespace

/// What a database that keeps doubles would round is refused; what it keeps is not.
class TestKeptNumber : public QObject {
  Q_OBJECT

 private slots:
  void decimalIsTakenWhenItReadsBackTheSame_data() {
    QTest::addColumn<QByteArray>("decimal");
    QTest::addColumn<bool>("kept");
    const auto row = [](const char* decimal, bool kept) {
      QTest::newRow(decimal) << QByteArray(decimal) << kept;
    };
    row("0", true);
    row("-12.50", true);
    row("123456789012.345", true);
    row("0.000000000000000000000000012345", true);
    row("9223372036854775807", true);
    row("-9223372036854775808", true);
    row("9007199254740993", true);
    row("10000000000000000000000", true);
    row("1180591620717411303424", true);  // two to the power of 70
    row("0.30000000000000004", true);
    row("0.1000000000000000055511151231257827021181583404541015625", true);
    row("9223372036854775808.5", false);
    row("12345678901234567890", false);
    row("1234567890.12345678", false);
    row("9007199254740993.5", false);
    row("0.10000000000000001", false);
    row("0.10000000000000000000000000001", false);
    row("3.14159265358979323846", false);
  }
  void decimalIsTakenWhenItReadsBackTheSame() {
    QFETCH(QByteArray, decimal);
    QFETCH(bool, kept);
    QCOMPARE(takesText(ColumnType::Decimal, decimal.toStdString()), kept);
    QCOMPARE(takesNumber(ColumnType::Decimal, decimal.toStdString()), kept);
    QCOMPARE(takesNumber(ColumnType::Json, decimal.toStdString()), kept);
  }

  void realIsTakenHoweverItIsWritten_data() {
    QTest::addColumn<QByteArray>("number");
    QTest::addColumn<bool>("kept");
    const auto row = [](const char* number, bool kept) {
      QTest::newRow(number) << QByteArray(number) << kept;
    };
    row("0.1", true);
    row("0.10000000000000001", true);
    row("0.1000000000000000055511151231257827021181583404541015625", true);
    row("1.7976931348623157e308", true);
    row("5e-324", true);
    row("4.9406564584124654e-324", true);
    row("9007199254740992", true);
    row("9007199254740993", false);
    row("0.1234567890123456789", false);
    row("123456789012345678901234567890", false);
  }
  void realIsTakenHoweverItIsWritten() {
    QFETCH(QByteArray, number);
    QFETCH(bool, kept);
    QCOMPARE(takesText(ColumnType::Real, number.toStdString()), kept);
    QCOMPARE(takesNumber(ColumnType::Real, number.toStdString()), kept);
    const bool isInteger = !number.contains('.') && !number.contains('e');
    if (!isInteger) QCOMPARE(takesNumber(ColumnType::Any, number.toStdString()), kept);
  }

  void textThatWouldBecomeAnotherTextIsRefused() {
    for (const char* text : {"", "x", "7", "-7", "12.5", "0.25", "1e5x", "2026-11-21", "0x10",
                             "inf", "1.2.3", "e5", "."}) {
      QVERIFY2(takesText(ColumnType::Any, text), text);
    }
    for (const char* text : {"007", "12.50", "7.0", "+7", " 7", "7 ", "1e5", "70e-1", ".5", "5.",
                             "-0", "3.14159265358979323846"}) {
      QVERIFY2(!takesText(ColumnType::Any, text), text);
    }
  }

  void refusalSaysWhatItWouldBecome() {
    std::string scratch;
    const auto refused = canonicalValue(numericColumn(ColumnType::Decimal),
                                        ValueView::text("1234567890.12345678"), scratch);
    QCOMPARE(refused.status().message(),
             std::string("1234567890.12345678 does not fit the decimal column (DECIMAL(30,10)) "
                         "without loss: it would become 1234567890.1234567 (round it, or declare "
                         "the column TEXT and give a string)"));
    const auto code =
        canonicalValue(numericColumn(ColumnType::Any), ValueView::text("007"), scratch);
    QCOMPARE(code.status().message(),
             std::string("'007' would become the number 7 in the any column (DECIMAL(30,10)) "
                         "(give the number, or declare the column TEXT)"));
  }

  void otherDatabasesKeepWhatTheyDeclare() {
    std::string scratch;
    const std::string many = "0.10000000000000000000000000001";
    QVERIFY(canonicalValue(sampleColumn("d", ColumnType::Decimal), ValueView::text(many), scratch)
                .isOk());
    QVERIFY(
        canonicalValue(sampleColumn("a", ColumnType::Any), ValueView::text("007"), scratch).isOk());
  }
};

PENSTOCK_TEST(TestKeptNumber)

}  // namespace penstock::test

#include "tst_kept_number.moc"
