// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "intake/change_reader.h"
#include "intake/change_set_encoder.h"
#include "tests/backend/intake/intake_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

namespace {
const CatalogPointer kCatalog = intakeCatalog();

ChangeSet oneChange(Change change) { return {"", "", {std::move(change)}}; }
}  // namespace

class TestChangeSetEncoder : public QObject {
  Q_OBJECT
 private slots:
  void sameBytesAsFromJson();
  void sameRulesAsFromJson_data();
  void sameRulesAsFromJson();
  void invalidUtf8IsRefused();
};

void TestChangeSetEncoder::sameBytesAsFromJson() {
  ChangeSet set{"i", "g", {}};
  set.changes.push_back({"players",
                         Operation::Update,
                         {{"id", Value::text("42")}},
                         {{"slot", Value::integer(7)}, {"status", Value::null()}},
                         {{"moves", Value::integer(1)}}});
  set.changes.push_back({"pairs",
                         Operation::Delete,
                         {{"right", Value::integer(1)}, {"left", Value::text("a")}},
                         {},
                         {}});
  ChangeSetEncoder encoder;
  const auto encoded = encoder.encode(set, kCatalog, {"c", {}});
  const std::string_view json =
      R"({"id":"i","group":"g","changes":[{"table":"players","op":"update","key":{"id":42},)"
      R"("set":{"slot":7,"status":null},"add":{"moves":1}},)"
      R"({"table":"pairs","op":"delete","key":{"left":"a","right":1}}]})";
  ChangeReader reader;
  const auto read = reader.read({json, json.size()}, kCatalog, {"c", {}});
  QVERIFY(encoded.isOk() && read.isOk());
  QCOMPARE(std::string(*encoded), std::string(*read));
}

void TestChangeSetEncoder::sameRulesAsFromJson_data() {
  QTest::addColumn<int>("index");
  for (int i = 0; i < 8; ++i) QTest::addRow("%d", i) << i;
}

void TestChangeSetEncoder::sameRulesAsFromJson() {
  using V = Value;
  const std::pair<ChangeSet, const char*> cases[] = {
      {ChangeSet{}, "changes"},
      {oneChange({"nowhere", Operation::Insert, {}, {}, {}}), "changes[0].table"},
      {oneChange({"players", Operation::Delete, {}, {}, {}}), "changes[0].key"},
      {oneChange({"players", Operation::Insert, {{"id", V::integer(1)}}, {{"x", V()}}, {}}),
       "changes[0].set.x"},
      {oneChange(
           {"players", Operation::Insert, {{"id", V::integer(1)}}, {{"slot", V::real(1)}}, {}}),
       "changes[0].set.slot"},
      {oneChange({"players", Operation::Delete, {{"id", V::integer(1)}}, {{"slot", V()}}, {}}),
       "changes[0].set"},
      {oneChange({"players", Operation::Update, {{"id", V::integer(1)}}, {}, {{"status", V()}}}),
       "changes[0].add.status"},
      {ChangeSet{std::string(200, 'x'), "", {{"log", Operation::Insert, {}, {}, {}}}}, "id"},
  };
  QFETCH(int, index);
  ChangeSetEncoder encoder;
  const auto& [set, place] = cases[index];
  QVERIFY(!encoder.encode(set, kCatalog, {}).isOk());
  QCOMPARE(encoder.error().place, std::string(place));
}

void TestChangeSetEncoder::invalidUtf8IsRefused() {
  ChangeSetEncoder encoder;
  const ChangeSet text =
      oneChange({"log", Operation::Insert, {}, {{"line", Value::text("\xff")}}, {}});
  QVERIFY(!encoder.encode(text, kCatalog, {}).isOk());
  QCOMPARE(encoder.error().place, std::string("changes[0].set.line"));
  ChangeSet id = oneChange({"log", Operation::Insert, {}, {}, {}});
  id.id = "\xc3";
  QVERIFY(!encoder.encode(id, kCatalog, {}).isOk());
  QCOMPARE(encoder.error().place, std::string("id"));
}

PENSTOCK_TEST(TestChangeSetEncoder)
#include "tst_change_set_encoder.moc"
