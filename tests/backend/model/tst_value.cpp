// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "model/ids.h"
#include "model/value.h"
#include "tests/support/test_main.h"

using namespace penstock;

class TestValue : public QObject {
  Q_OBJECT
 private slots:
  void copiesOwnTheirText();
  void kindsAreToldApart();
  void realsAreComparedByBits();
  void displayTextIsOneShortLine_data();
  void displayTextIsOneShortLine();
  void longTextIsCutBetweenLetters();
  void sequencesAreSegmentAndIndex();
  void journalIdsAreHexadecimal();
};

void TestValue::copiesOwnTheirText() {
  Value copy;
  {
    std::string text(100, 'x');
    const Value value = Value::text(text);
    copy = value;
    text.assign(100, 'y');
  }
  QCOMPARE(std::string(copy.view().asText()), std::string(100, 'x'));
  const Value moved = std::move(copy);
  QCOMPARE(std::string(moved.view().asText()), std::string(100, 'x'));
}

void TestValue::kindsAreToldApart() {
  QVERIFY(Value::text("1") != Value::bytes("1"));
  QVERIFY(Value::text("1") != Value::json("1"));
  QVERIFY(Value::integer(1) != Value::real(1));
  QVERIFY(Value::boolean(true) != Value::boolean(false));
  QVERIFY(Value::null() == Value());
}

void TestValue::realsAreComparedByBits() {
  QVERIFY(ValueView::real(0.0) != ValueView::real(-0.0));
  QVERIFY(ValueView::real(0.1) == ValueView::real(0.1));
}

void TestValue::displayTextIsOneShortLine_data() {
  QTest::addColumn<QString>("shown");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* name, const Value& value, const char* expected) {
    QTest::newRow(name) << QString::fromStdString(toDisplayText(value.view()))
                        << QString::fromUtf8(expected);
  };
  row("null", Value::null(), "NULL");
  row("integer", Value::integer(42), "42");
  row("real", Value::real(1.5), "1.5");
  row("boolean", Value::boolean(true), "true");
  row("text", Value::text("text"), "'text'");
  row("bytes", Value::bytes(std::string_view("\0\xff", 2)), "x'00ff'");
  row("json", Value::json(R"({"a":1})"), R"({"a":1})");
}

void TestValue::displayTextIsOneShortLine() {
  QFETCH(QString, shown);
  QFETCH(QString, expected);
  QCOMPARE(shown, expected);
  const std::string hostile = toDisplayText(ValueView::text("a\nb\x1b[31m"));
  QVERIFY(hostile.find('\n') == std::string::npos && hostile.find('\x1b') == std::string::npos);
}

void TestValue::longTextIsCutBetweenLetters() {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ü";
  for (std::size_t bytesMax = 4; bytesMax < 40; ++bytesMax) {
    const std::string shown = toDisplayText(ValueView::text(umlauts), bytesMax);
    QVERIFY(shown.size() <= bytesMax);
    QVERIFY(shown.ends_with("…"));
    QVERIFY(!QString::fromStdString(shown).contains(QChar(QChar::ReplacementCharacter)));
  }
}

void TestValue::sequencesAreSegmentAndIndex() {
  const Sequence sequence = makeSequence(7, 42);
  QCOMPARE(segmentOf(sequence), 7u);
  QCOMPARE(indexOf(sequence), 42u);
  QVERIFY(makeSequence(8, 0) > makeSequence(7, (1u << kSequenceIndexBits) - 1));
}

void TestValue::journalIdsAreHexadecimal() {
  JournalId id;
  id.bytes[0] = std::byte{0xab};
  id.bytes[15] = std::byte{0x01};
  QCOMPARE(toText(id), std::string("ab000000000000000000000000000001"));
}

PENSTOCK_TEST(TestValue)
#include "tst_value.moc"
