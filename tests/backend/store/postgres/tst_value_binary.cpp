// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/value_binary.h"

#include <QTest>
#include <limits>

#include "tests/support/test_main.h"

namespace penstock::test {

using namespace postgres;

namespace {

/// As hexadecimal digits, with its length before it.
QByteArray binaryOf(BinaryForm form, ValueView value) {
  std::string bytes = "x";
  return appendBinary(bytes, form, value) ? QByteArray::fromStdString(bytes.substr(1)).toHex()
         : bytes == "x"                   ? QByteArray("none")
                                          : QByteArray("something is left");
}

ValueView number(std::int64_t value) { return ValueView::integer(value); }
ValueView text(std::string_view value) { return ValueView::text(value); }

}  // namespace

class TestValueBinary : public QObject {
  Q_OBJECT

 private slots:
  void onlyTypesThatServersShareHaveAForm() {
    QCOMPARE(binaryTypeOf("int4").oid, 23U);
    QVERIFY(binaryTypeOf("int4").form == BinaryForm::Int4);
    for (const char* name : {"numeric", "float4", "bpchar", "citext", "_int4", "oid", ""}) {
      QVERIFY2(binaryTypeOf(name).form == BinaryForm::None, name);
    }
  }

  void numbersAreInTheOrderOfTheNetwork() {
    QCOMPARE(binaryOf(BinaryForm::Int2, number(-2)), QByteArray("00000002fffe"));
    QCOMPARE(binaryOf(BinaryForm::Int4, number(258)), QByteArray("0000000400000102"));
    QCOMPARE(binaryOf(BinaryForm::Int8, number(std::numeric_limits<std::int64_t>::min())),
             QByteArray("000000088000000000000000"));
    QCOMPARE(binaryOf(BinaryForm::Float8, ValueView::real(-1.5)),
             QByteArray("00000008bff8000000000000"));
    QCOMPARE(binaryOf(BinaryForm::Boolean, ValueView::boolean(true)), QByteArray("0000000101"));
    QCOMPARE(binaryOf(BinaryForm::Boolean, ValueView::boolean(false)), QByteArray("0000000100"));
  }

  void numberThatIsTooLargeHasNone() {
    QCOMPARE(binaryOf(BinaryForm::Int2, number(32'767)), QByteArray("000000027fff"));
    QCOMPARE(binaryOf(BinaryForm::Int2, number(32'768)), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Int2, number(-32'769)), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Int4, number(2'147'483'648)), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Int4, number(-2'147'483'649)), QByteArray("none"));
  }

  void textsAndBytesStayAsTheyAre() {
    QCOMPARE(binaryOf(BinaryForm::Text, text("ä\n")), QByteArray("00000003c3a40a"));
    QCOMPARE(binaryOf(BinaryForm::Text, text("")), QByteArray("00000000"));
    QCOMPARE(binaryOf(BinaryForm::Bytes, ValueView::bytes({"\0\\", 2})),
             QByteArray("00000002005c"));
    QCOMPARE(binaryOf(BinaryForm::Json, ValueView::json("{}")), QByteArray("000000027b7d"));
    QCOMPARE(binaryOf(BinaryForm::Jsonb, ValueView::json("{}")), QByteArray("00000003017b7d"));
  }

  void valueOfAnotherKindHasNone() {
    QCOMPARE(binaryOf(BinaryForm::Int8, text("1")), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Float8, number(1)), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Text, number(1)), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Boolean, number(1)), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Bytes, text("a")), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Jsonb, text("{}")), QByteArray("none"));
    QCOMPARE(binaryOf(BinaryForm::Text, ValueView::json("{}")), QByteArray("none"));
  }

  void timesCountFromTheYear2000() {
    QCOMPARE(binaryOf(BinaryForm::Date, text("2000-01-01")), QByteArray("0000000400000000"));
    QCOMPARE(binaryOf(BinaryForm::Date, text("1999-12-31")), QByteArray("00000004ffffffff"));
    QCOMPARE(binaryOf(BinaryForm::Date, text("2024-02-29")), QByteArray("0000000400002279"));
    QCOMPARE(binaryOf(BinaryForm::Time, text("00:00:01")), QByteArray("0000000800000000000f4240"));
    QCOMPARE(binaryOf(BinaryForm::Time, text("00:00:00.05")),
             QByteArray("00000008000000000000c350"));
    QCOMPARE(binaryOf(BinaryForm::Timestamp, text("2000-01-02T00:00:00.000001Z")),
             QByteArray("00000008000000141dd76001"));
    QCOMPARE(binaryOf(BinaryForm::Timestamp, text("1999-12-31T23:59:59.999999Z")),
             QByteArray("00000008ffffffffffffffff"));
  }

  /// The server reads them then, or says what is wrong.
  void timeInOtherWordsHasNone() {
    for (const char* date : {"2023-02-29", "2000-13-01", "2000-00-01", "2000-01-00", "0000-01-01",
                             "2000-1-01", "20000-01-01", "infinity", "2000-01-01 BC", ""}) {
      QVERIFY2(binaryOf(BinaryForm::Date, text(date)) == "none", date);
    }
    for (const char* time : {"24:00:00", "23:60:00", "23:59:60", "7:05:00", "07:05", "07:05:00.",
                             "07:05:00.1234567", "07:05:00Z", "07:05:00+01"}) {
      QVERIFY2(binaryOf(BinaryForm::Time, text(time)) == "none", time);
    }
    for (const char* stamp : {"2000-01-01", "2000-01-01T00:00:00", "2000-01-01 00:00:00Z",
                              "2000-01-01T00:00:00+00", "2000-01-01T00:00:00ZZ", "-infinity"}) {
      QVERIFY2(binaryOf(BinaryForm::Timestamp, text(stamp)) == "none", stamp);
    }
  }

  void uuidIsSixteenBytes() {
    QCOMPARE(binaryOf(BinaryForm::Uuid, text("123e4567-E89B-12d3-a456-426614174000")),
             QByteArray("00000010123e4567e89b12d3a456426614174000"));
    for (const char* uuid :
         {"123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-42661417400g",
          "123e4567ee89be12d3ba456b426614174000", "{23e4567-e89b-12d3-a456-42661417400}"}) {
      QVERIFY2(binaryOf(BinaryForm::Uuid, text(uuid)) == "none", uuid);
    }
  }

  void arrayIsToldHowManyThereAre() {
    std::string array;
    beginBinaryArray(array, 20);
    QVERIFY(appendBinary(array, BinaryForm::Int8, number(7)));
    appendBinaryNull(array);
    endBinaryArray(array, 2);
    QCOMPARE(QByteArray::fromStdString(array).toHex(), QByteArray("00000001"
                                                                  "00000001"
                                                                  "00000014"
                                                                  "00000002"
                                                                  "00000001"
                                                                  "000000080000000000000007"
                                                                  "ffffffff"));
  }

  void copyIsFramed() {
    std::string rows;
    beginBinaryCopy(rows);
    beginBinaryRow(rows, 2);
    appendBinaryNull(rows);
    endBinaryCopy(rows);
    QCOMPARE(QByteArray::fromStdString(rows).toHex(), QByteArray("5047434f50590aff0d0a00"
                                                                 "0000000000000000"
                                                                 "0002"
                                                                 "ffffffff"
                                                                 "ffff"));
  }
};

PENSTOCK_TEST(TestValueBinary)

}  // namespace penstock::test

#include "tst_value_binary.moc"
