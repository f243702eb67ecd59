// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>

#include "model/varint.h"
#include "tests/support/test_main.h"

using namespace penstock;

class TestVarint : public QObject {
  Q_OBJECT
 private slots:
  void everyLengthReadsBack();
  void overflowAndLongFormsAreRefused_data();
  void overflowAndLongFormsAreRefused();
  void cutBytesAreRefused();
  void zigzagKeepsTheExtremes();
};

void TestVarint::everyLengthReadsBack() {
  for (unsigned bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t value : {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) - 1}) {
      std::string bytes;
      appendVarint(bytes, value);
      ByteReader reader(bytes);
      std::uint64_t read = 0;
      QVERIFY(reader.takeVarint(read));
      QCOMPARE(read, value);
      QVERIFY(reader.atEnd());
    }
  }
}

void TestVarint::overflowAndLongFormsAreRefused_data() {
  QTest::addColumn<QByteArray>("bytes");
  QTest::newRow("65 bits") << QByteArray::fromHex("ffffffffffffffffff02");
  QTest::newRow("eleven bytes") << QByteArray::fromHex("8080808080808080808001");
  QTest::newRow("zero in two bytes") << QByteArray::fromHex("8000");
  QTest::newRow("one in two bytes") << QByteArray::fromHex("8100");
}

void TestVarint::overflowAndLongFormsAreRefused() {
  QFETCH(QByteArray, bytes);
  ByteReader reader(std::string_view(bytes.constData(), std::size_t(bytes.size())));
  std::uint64_t value = 7;
  QVERIFY(!reader.takeVarint(value));
  QCOMPARE(value, std::uint64_t{7});
}

void TestVarint::cutBytesAreRefused() {
  std::string bytes;
  appendVarint(bytes, std::numeric_limits<std::uint64_t>::max());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader reader(std::string_view(bytes).substr(0, size));
    std::uint64_t value = 0;
    QVERIFY(!reader.takeVarint(value));
  }
  ByteReader lengthed(
      "\x05"
      "abcd");
  std::string_view text;
  QVERIFY(!lengthed.takeLengthed(text));
}

void TestVarint::zigzagKeepsTheExtremes() {
  const std::int64_t low = std::numeric_limits<std::int64_t>::min();
  const std::int64_t high = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t value : {low, low + 1, std::int64_t{-1}, std::int64_t{0}, high}) {
    QCOMPARE(unzigzag(zigzag(value)), value);
  }
  QCOMPARE(zigzag(-1), std::uint64_t{1});
}

PENSTOCK_TEST(TestVarint)
#include "tst_varint.moc"
