// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>

#include "intake/row_identity.h"
#include "tests/backend/model/model_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

namespace {
struct Case {
  ColumnType type;
  Value in;
  std::optional<Value> out;  // none: refused
};

std::vector<Case> numberCases() {
  using enum ColumnType;
  const std::int64_t least = std::numeric_limits<std::int64_t>::min();
  return {
      {Integer, Value::integer(42), Value::integer(42)},
      {Integer, Value::text("42"), Value::integer(42)},
      {Integer, Value::text("+042"), Value::integer(42)},
      {Integer, Value::text("-0"), Value::integer(0)},
      {Integer, Value::text("-9223372036854775808"), Value::integer(least)},
      {Integer, Value::text("9223372036854775808"), {}},
      {Integer, Value::text("4.2"), {}},
      {Integer, Value::text(""), {}},
      {Integer, Value::text("+-4"), {}},
      {Integer, Value::text(" 4"), {}},
      {Integer, Value::text("0x10"), {}},
      {Integer, Value::real(42.0), {}},
      {Integer, Value::boolean(true), {}},
      {Integer, Value::bytes("42"), {}},
      {Integer, Value::null(), Value::null()},
      {Real, Value::integer(2), Value::real(2)},
      {Real, Value::real(-0.0), Value::real(0.0)},
      {Real, Value::text("-0"), Value::real(0.0)},
      {Real, Value::text("1.5e3"), Value::real(1500)},
      {Real, Value::text("inf"), {}},
      {Real, Value::text("nan"), {}},
      {Real, Value::text("1e999"), {}},
      {Real, Value::text("-"), {}},
      {Real, Value::real(std::numeric_limits<double>::quiet_NaN()), {}},
      {Real, Value::real(std::numeric_limits<double>::infinity()), {}},
      {Real, Value::boolean(false), {}},
      {Decimal, Value::integer(-7), Value::text("-7")},
      {Decimal, Value::real(0.1), Value::text("0.1")},
      {Decimal, Value::real(1e21), Value::text("1000000000000000000000")},
      {Decimal, Value::text("12.50"), Value::text("12.5")},
      {Decimal, Value::text("abc"), {}},
      {Decimal, Value::boolean(true), {}},
  };
}

std::vector<Case> otherCases() {
  using enum ColumnType;
  const std::string uuid = "123e4567-e89b-12d3-a456-426614174000";
  return {
      {Text, Value::text(std::string("a\0b", 3)), Value::text(std::string("a\0b", 3))},
      {Text, Value::text(""), Value::text("")},
      {Text, Value::integer(1), {}},
      {Text, Value::json("{}"), {}},
      {Bytes, Value::bytes("\xff"), Value::bytes("\xff")},
      {Bytes, Value::text("abc"), {}},
      {Boolean, Value::boolean(true), Value::boolean(true)},
      {Boolean, Value::integer(0), Value::boolean(false)},
      {Boolean, Value::integer(2), {}},
      {Boolean, Value::text("true"), {}},
      {Json, Value::json(" { \"a\" : 1 } "), Value::json("{\"a\":1}")},
      {Json, Value::json("{"), {}},
      {Json, Value::json("null"), {}},
      {Json, Value::text("a\"b"), Value::json("\"a\\\"b\"")},
      {Json, Value::integer(5), Value::json("5")},
      {Json, Value::boolean(true), Value::json("true")},
      {Json, Value::bytes("x"), {}},
      {Timestamp, Value::text("2026-11-21 14:02+02"), Value::text("2026-11-21T12:02:00Z")},
      {Timestamp, Value::integer(5), {}},
      {Date, Value::text("2026-11-21"), Value::text("2026-11-21")},
      {Date, Value::text("2026-11-41"), {}},
      {Time, Value::text("14:02"), Value::text("14:02:00")},
      {Time, Value::text("2 pm"), {}},
      {Uuid, Value::text(uuid), Value::text(uuid)},
      {Uuid, Value::text("123E4567E89B12D3A456426614174000"), Value::text(uuid)},
      {Uuid, Value::text("123e4567-e89b-12d3-a456-42661417400"), {}},
      {Uuid, Value::text("123e4567-e89b-12d3-a456+426614174000"), {}},
      {Uuid, Value::text("123e4567-e89b-12d3-a456-42661417400g"), {}},
      {Any, Value::integer(1), Value::integer(1)},
      {Any, Value::text("1"), Value::text("1")},
      {Any, Value::real(-0.0), Value::real(0.0)},
      {Any, Value::boolean(true), Value::boolean(true)},
      {Any, Value::bytes("x"), Value::bytes("x")},
      {Any, Value::json("[ 1 ]"), Value::json("[1]")},
      {Any, Value::json("5"), {}},
      {Any, Value::json("{\"$bytes\":\"\"}"), {}},
  };
}

std::vector<Case> cases() {
  std::vector<Case> all = numberCases();
  for (Case& other : otherCases()) all.push_back(std::move(other));
  return all;
}
}  // namespace

class TestRowIdentity : public QObject {
  Q_OBJECT
 private slots:
  void valuesHaveOneFormPerType();
  void canonicalFormsStayAsTheyAre();
  void refusalsSayWhatWouldFit();
};

void TestRowIdentity::valuesHaveOneFormPerType() {
  for (const Case& row : cases()) {
    const Column column = sampleColumn("c", row.type);
    std::string scratch;
    const auto value = canonicalValue(column, row.in.view(), scratch);
    const std::string shown =
        std::string(columnTypeName(row.type)) + " " + toDisplayText(row.in.view());
    QVERIFY2(value.isOk() == row.out.has_value(), shown.c_str());
    if (row.out) QVERIFY2(*value == row.out->view(), shown.c_str());
  }
}

void TestRowIdentity::canonicalFormsStayAsTheyAre() {
  for (const Case& row : cases()) {
    if (!row.out) continue;
    std::string scratch;
    const Column column = sampleColumn("c", row.type);
    const auto value = canonicalValue(column, row.out->view(), scratch);
    QVERIFY(value.isOk());
    QVERIFY(*value == row.out->view());
  }
}

void TestRowIdentity::refusalsSayWhatWouldFit() {
  Column column = sampleColumn("c", ColumnType::Integer);
  column.declaredType = "BIGINT";
  const std::string message = doesNotFit(column, ValueView::text("many")).message();
  QCOMPARE(message, std::string("'many' does not fit the integer column (BIGINT); this would: 42 "
                                "or \"42\""));
  const std::string text(1'000'000, 'x');
  QVERIFY(doesNotFit(column, ValueView::text(text)).message().size() < 300);
}

PENSTOCK_TEST(TestRowIdentity)
#include "tst_row_identity.moc"
