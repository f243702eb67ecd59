// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/value_text.h"

#include <QTest>
#include <limits>

#include "tests/support/test_main.h"

namespace penstock::test {

using namespace postgres;

class TestValueText : public QObject {
  Q_OBJECT

 private slots:
  void valuesLoseNothing() {
    const auto textOf = [](ValueView value) {
      std::string scratch;
      return std::string(plainText(value, false, scratch));
    };
    QCOMPARE(textOf(ValueView::boolean(true)), "t");
    QCOMPARE(textOf(ValueView::boolean(false)), "f");
    QCOMPARE(textOf(ValueView::integer(std::numeric_limits<std::int64_t>::min())),
             "-9223372036854775808");
    QCOMPARE(textOf(ValueView::real(0.1)), "0.1");
    QCOMPARE(textOf(ValueView::real(5e-324)), "5e-324");
    QCOMPARE(textOf(ValueView::text("a\tb")), "a\tb");
    QCOMPARE(textOf(ValueView::bytes(std::string_view("\0\xff", 2))), "\\x00ff");
    QCOMPARE(textOf(ValueView::bytes({})), "\\x");
    QCOMPARE(textOf(ValueView::json("[1,2]")), "[1,2]");
  }

  void elementsAreQuoted() {
    std::string array;
    appendElement(array, "a\"b\\c,{}");
    appendNullElement(array);
    appendElement(array, "NULL");
    appendElement(array, "");
    endArray(array);
    QCOMPARE(array, "{\"a\\\"b\\\\c,{}\",NULL,\"NULL\",\"\"}");
    std::string empty;
    endArray(empty);
    QCOMPARE(empty, "{}");
    std::string nothing;
    appendNullElement(nothing);
    endArray(nothing);
    QCOMPARE(nothing, "{NULL}");
  }

  void copyFieldsAreEscaped() {
    std::string row;
    appendCopyField(row, "a\tb\nc\rd\\e\\.");
    row += '\t';
    appendNullCopyField(row);
    QCOMPARE(row, "a\\tb\\nc\\rd\\\\e\\\\.\t\\N");
  }

  void arraysOfJson_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QByteArray>("array");
    QTest::newRow("empty") << QByteArray("[]") << QByteArray("{}");
    QTest::newRow("numbers") << QByteArray("[1,-2.5e3]") << QByteArray("{1,-2.5e3}");
    QTest::newRow("words") << QByteArray("[true,false,null]") << QByteArray("{true,false,NULL}");
    QTest::newRow("word that is no word") << QByteArray("[\"null\"]") << QByteArray("{\"null\"}");
    QTest::newRow("arrays") << QByteArray("[[1,2],[3,null]]") << QByteArray("{{1,2},{3,NULL}}");
    QTest::newRow("texts") << QByteArray("[\"a,b\",\"\\\"c\\\"\",\"{d}\",\"\\\\\"]")
                           << QByteArray("{\"a,b\",\"\\\"c\\\"\",\"{d}\",\"\\\\\"}");
    QTest::newRow("controls") << QByteArray("[\"\\b\\f\\n\\r\\t\\/\"]")
                              << QByteArray("{\"\b\f\n\r\t/\"}");
    QTest::newRow("codes") << QByteArray("[\"\\u0041\\u00e4\\u20ac\\ud83d\\ude00\"]")
                           << QByteArray("{\"Aä€😀\"}");
    QTest::newRow("objects")
        << QByteArray("[{\"a\":\"]}\\\"\",\"b\":{\"c\":[1]}},1]")
        << QByteArray("{\"{\\\"a\\\":\\\"]}\\\\\\\"\\\",\\\"b\\\":{\\\"c\\\":[1]}}\",1}");
  }
  void arraysOfJson() {
    QFETCH(QByteArray, json);
    QFETCH(QByteArray, array);
    std::string scratch;
    const std::string text = json.toStdString();
    QCOMPARE(std::string(plainText(ValueView::json(text), true, scratch)), array.toStdString());
  }
};

PENSTOCK_TEST(TestValueText)

}  // namespace penstock::test

#include "tst_value_text.moc"
