// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <QTest>

#include "intake/change_reader.h"
#include "intake/change_set_encoder.h"
#include "model/codec_json.h"
#include "tests/backend/intake/intake_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

namespace {

const CatalogPointer kCatalog = intakeCatalog();

/// Any text that is UTF-8, often with what needs an escape.
std::string anyText() {
  const auto letters = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("a", "Z", "0", "\"", "\\", "/", "\n", "\x7f", "\x01", "ü", "€",
                                    "😀", "'", "{", std::string(1, '\0')));
  std::string text;
  for (const std::string& letter : letters) text += letter;
  return text;
}

std::string digits(int low, int high) {
  std::string text = std::to_string(*rc::gen::inRange(low, high));
  return text.size() < 2 ? "0" + text : text;
}

Value anyValue(ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
      return Value::integer(*rc::gen::arbitrary<std::int64_t>());
    case ColumnType::Real:
      return Value::real(*rc::gen::arbitrary<double>());
    case ColumnType::Decimal:
      return Value::text(std::to_string(*rc::gen::arbitrary<std::int64_t>()) + "." +
                         digits(0, 999));
    case ColumnType::Text:
      return Value::text(anyText());
    case ColumnType::Bytes:
      return Value::bytes(*rc::gen::arbitrary<std::string>());
    case ColumnType::Boolean:
      return Value::boolean(*rc::gen::arbitrary<bool>());
    case ColumnType::Json: {
      std::string json = "{\"a\":[1.50,null,";
      appendJsonString(json, anyText());
      return *rc::gen::arbitrary<bool>() ? Value::json(json + "]}") : Value::text(anyText());
    }
    case ColumnType::Timestamp:
      return Value::text("2026-" + digits(1, 13) + "-" + digits(1, 29) + "T" + digits(0, 24) + ":" +
                         digits(0, 60) + ":00.5" + digits(0, 99) + "+01:00");
    case ColumnType::Date:
      return Value::text("2026-" + digits(1, 13) + "-" + digits(1, 29));
    case ColumnType::Time:
      return Value::text(digits(0, 24) + ":" + digits(0, 60));
    case ColumnType::Uuid:
      return Value::text("123E4567E89B12D3A4564266141740" + digits(0, 99));
    case ColumnType::Any:
      break;
  }
  const auto other = *rc::gen::inRange(1, 7);
  return anyValue(static_cast<ColumnType>(other));
}

Change anyChange() {
  const Table& kinds = kCatalog->table(TableId{0});
  Change change;
  change.table = kinds.name;
  change.operation = static_cast<Operation>(*rc::gen::inRange(1, 5));
  change.key = {{"integer", anyValue(ColumnType::Integer)}};
  if (change.operation == Operation::Delete) return change;
  change.add = {{"real", anyValue(ColumnType::Real)}};
  for (const Column& column : kinds.columns) {
    if (column.name == "integer" || column.name == "real") continue;
    if (*rc::gen::inRange(0, 3) == 0) continue;
    const bool isNull = *rc::gen::inRange(0, 8) == 0;
    change.set.emplace_back(column.name, isNull ? Value::null() : anyValue(column.type));
  }
  return change;
}

}  // namespace

class TestChangeRoundTrip : public QObject {
  Q_OBJECT
 private slots:
  void anyChangeSetSurvivesJson();
};

void TestChangeRoundTrip::anyChangeSetSurvivesJson() {
  ChangeSetEncoder encoder;
  ChangeReader reader;
  QVERIFY(rc::check([&] {
    ChangeSet set;
    set.id = *rc::gen::arbitrary<bool>() ? "id-\"1\"" : "";
    set.group = *rc::gen::arbitrary<bool>() ? "group ü" : "";
    for (int i = *rc::gen::inRange(1, 4); i > 0; --i) set.changes.push_back(anyChange());
    const auto encoded = encoder.encode(set, kCatalog, {});
    RC_ASSERT(encoded.isOk());
    const std::string json = toJson(*ChangeSetView::parse(*encoded), *kCatalog);
    RC_ASSERT(json.find('\n') == std::string::npos);
    const auto read = reader.read({json, json.size()}, kCatalog, {});
    if (!read.isOk()) RC_FAIL(read.status().message() + " in " + json);
    RC_ASSERT(*read == *encoded);
  }));
}

PENSTOCK_TEST(TestChangeRoundTrip)
#include "tst_change_round_trip.moc"
