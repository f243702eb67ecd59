// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cstring>
#include <random>

#include "intake/change_reader.h"
#include "model/codec_json.h"
#include "model/limits.h"
#include "tests/backend/intake/intake_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

namespace {

const CatalogPointer kCatalog = intakeCatalog();

Result<std::string> readText(std::string_view text, ChangeReader& reader) {
  const auto bytes = reader.read({text, text.size()}, kCatalog, {});
  if (!bytes.isOk()) return bytes.status();
  return std::string(*bytes);
}

/// What was read, as JSON again; or the refusal.
std::string readAsJson(std::string_view text) {
  ChangeReader reader;
  const auto bytes = readText(text, reader);
  if (!bytes.isOk()) return bytes.status().message();
  const auto view = ChangeSetView::parse(*bytes);
  return view.isOk() ? toJson(*view, *kCatalog) : view.status().message();
}

std::string inSet(std::string_view change) { return "{\"changes\":[" + std::string(change) + "]}"; }

constexpr const char* kExample =
    R"({"id":"01JD","group":"player:42","changes":[)"
    R"({"table":"players","op":"update","key":{"id":42},"set":{"status":"playing",)"
    R"("slot":7},"add":{"moves":1}},{"table":"pairs","op":"upsert",)"
    R"("key":{"left":"a","right":7},"set":{"amount":42}},)"
    R"({"table":"log","op":"insert","set":{"line":"hello"}}]})";

void line(const char* text, const char* place, const char* reason) {
  QTest::newRow(text) << QString::fromUtf8(text) << QString(place) << QString::fromUtf8(reason);
}

void change(const char* text, const char* place, const char* reason) {
  QTest::newRow(text) << QString::fromStdString(inSet(text))
                      << QString("changes[0]") + (*place ? "." : "") + place
                      << QString::fromUtf8(reason);
}

void addWrongLines() {
  line("", "", "empty");
  line("   ", "", "empty");
  line("null", "", "object");
  line("[]", "", "object");
  line("{}", "", "neither");
  line("{\"a\":1}", "a", "unknown member 'a'");
  line("{\"changes\":[]}", "changes", "empty");
  line("{\"changes\":{}}", "changes", "not an array");
  line("{\"changes\":[1]}", "changes[0]", "object");
  line("{\"chnges\":[]}", "chnges", "did you mean 'changes'?");
  line("{\"id\":1,\"changes\":[]}", "id", "not a string");
  line("{\"id\":\"\",\"changes\":[]}", "id", "empty");
  line("{\"group\":null,\"changes\":[]}", "group", "not a string");
  line("{\"id\":\"a\",\"id\":\"a\",\"changes\":[]}", "id", "twice");
  line("{\"changes\":[],\"changes\":[]}", "changes", "twice");
  line("{\"id\":\"a\",\"table\":\"players\"}", "table", "in one object");
  line("{\"table\":\"players\",\"id\":\"a\"}", "id", "in one object");
  line("{\"table\":\"players\"} x", "", "malformed");
}

void addWrongKeys() {
  change(R"({"op":"insert","key":{"id":1}})", "table", "missing");
  change(R"({"table":"players","key":{"id":1}})", "op", "missing");
  change(R"({"table":1,"op":"insert"})", "table", "not a string");
  change(R"({"table":"players","op":1})", "op", "not a string");
  change(R"({"table":"players","op":"replace"})", "op", "unknown operation 'replace'");
  change(R"({"table":"player","op":"delete","key":{"id":1}})", "table", "did you mean 'players'?");
  change(R"({"table":"old","op":"delete","key":{"id":1}})", "table", "unknown table 'old'");
  change(R"({"table":"players","op":"delete","kye":{"id":1}})", "kye", "unknown member 'kye': did");
  change(R"({"table":"players","op":"delete","id":"x"})", "id", "unknown member");
  change(R"({"table":"players","op":"delete","group":"x"})", "group",
         "unknown member 'group' of a change (it belongs to the change set");
  change(R"({"table":"players","op":"delete","groop":"x"})", "groop", "unknown member 'groop'");
  change(R"({"table":"players","table":"players"})", "table", "twice");
  change(R"({"table":"players","op":"delete"})", "key", "'id' is missing");
  change(R"({"table":"players","op":"delete","key":{}})", "key", "'id' is missing");
  change(R"({"table":"players","op":"delete","key":7})", "key", "not an object");
  change(R"({"table":"players","op":"delete","key":"old"})", "key", "not an object");
  change(R"({"table":"players","op":"delete","key":{"id":null}})", "key.id", "never null");
  change(R"({"table":"players","op":"delete","key":{"id":1.5}})", "key.id", "1.5 does not fit");
  change(R"({"table":"players","op":"delete","key":{"id":42.0}})", "key.id", "does not fit");
  change(R"({"table":"players","op":"delete","key":{"id":true}})", "key.id", "does not fit");
  change(R"({"table":"players","op":"delete","key":{"id":9223372036854775808}})", "key.id",
         "64 bits");
  change(R"({"table":"players","op":"delete","key":{"id":1,"id":1}})", "key.id", "twice");
  change(R"({"table":"players","op":"delete","key":{"id":1,"slot":1}})", "key.slot", "not part of");
  change(R"({"table":"players","op":"delete","key":{"id":1,"x":1}})", "key.x",
         "unknown column 'x'");
  change(R"({"table":"pairs","op":"delete","key":{"left":"a"}})", "key", "'right' is missing");
  change(R"({"table":"log","op":"update","set":{"line":"a"}})", "op", "only inserts");
  change(R"({"table":"log","op":"insert","key":{"line":"a"}})", "key", "no primary key");
  change(R"({"table":"players","op":"update","key":{"id":1}})", "set", "changes nothing");
}

void addWrongAssignments() {
  change(R"({"table":"players","op":"delete","key":{"id":1},"set":{"slot":1}})", "set",
         "only a key");
  change(R"({"table":"players","op":"delete","key":{"id":1},"set":{}})", "set", "only a key");
  change(R"({"table":"players","op":"delete","key":{"id":1},"add":{"slot":1}})", "add",
         "only a key");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":[]})", "set", "not an object");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":null})", "set", "not an object");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"id":1}})", "set.id",
         "key column");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"gone":"a"}})", "set.gone",
         "unknown");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"score":1}})", "set.score",
         "computed");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slto":1}})", "set.slto",
         "did you mean 'slot'?");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":1,"slot":2}})",
         "set.slot", "twice");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":1,"\u0073lot":2}})",
         "set.slot", "twice");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":1},"add":{"slot":2}})",
         "add.slot", "twice");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"status":7}})", "set.status",
         "7 does not fit the text column");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"status":{"a":1}}})",
         "set.status", "does not fit");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"status":[]}})", "set.status",
         "does not fit");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":nul}})", "set.slot",
         "malformed");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":01}})", "set.slot",
         "malformed");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":-}})", "set.slot",
         "malformed");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"status":"\x"}})", "set.status",
         "escape");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"status":"\ud800"}})",
         "set.status", "escape");
  change(R"({"table":"players","op":"update","key":{"id":1},"add":{"status":1}})", "add.status",
         "only a number");
  change(R"({"table":"players","op":"update","key":{"id":1},"add":{"slot":null}})", "add.slot",
         "only a number");
  change(R"({"table":"players","op":"update","key":{"id":1},"add":{"slot":0.5}})", "add.slot",
         "does not fit");
  change(R"({"table":"players","op":"update","key":{"id":1},"add":{"id":1}})", "add.id",
         "key column");
  change(R"({"table":"players","op":"insert","key":{"id":1},"set":{"a\nb":1}})", "set.a\\x0ab",
         "unknown column");
}

void addWrongLiterals() {
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"add":{"any":"1"}})", "add.any",
         "only a number");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"real":1e999}})", "set.real",
         "larger");
  change(
      R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"any":18446744073709551616}})",
      "set.any", "64 bits");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"bytes":{"$bytes":"A"}}})",
         "set.bytes", "base64");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"bytes":{"$bytes":1}}})",
         "set.bytes", "base64");
  change(
      R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"bytes":{"$bytes":"","a":1}}})",
      "set.bytes", "base64");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"text":{"$bytes":"AP8="}}})",
         "set.text", "does not fit");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"json":{"a":1,"a":2}}})",
         "set.json", "'a' stands twice");
  change(
      R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"json":[{"a":{"b":1,"b":1}}]}})",
      "set.json", "'b' stands twice");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"any":{"a":1,"a":2}}})",
         "set.any", "'a' stands twice");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"json":[1 2]}})", "set.json",
         "malformed");
  change(R"({"table":"kinds","op":"update","key":{"integer":1},"set":{"uuid":"x"}})", "set.uuid",
         "123e4567");
  change(R"({"table":"wide","op":"update","key":{"c0":1},"set":{"c99":1,"c98":1,"c99":2}})",
         "set.c99", "twice");
  change(R"({"table":"wide","op":"update","key":{"c0":1},"set":{"c100":1}})", "set.c100",
         "unknown column");
}

}  // namespace

class TestChangeReader : public QObject {
  Q_OBJECT
 private slots:
  void exampleReadsBackAsWritten();
  void orderOfMembersDoesNotMatter();
  void bareChangeIsASetOfOne();
  void originStandsInTheHeader();
  void oneRowHasOneIdentity();
  void valuesAreTakenWithoutLoss_data();
  void valuesAreTakenWithoutLoss();
  void everyRuleIsChecked_data();
  void everyRuleIsChecked();
  void placesOfBareChangesHaveNoIndex();
  void notAvailableYetIsUnsupported();
  void limitsAreKept();
  void invalidUtf8IsRefused();
  void refusalLeavesNothingBehind();
  void textIsReadInPlaceWhenPadded();
  void anotherCatalogIsUsedAtOnce();
  void mutationsAreRefusedOrReadable();
  void everyTruncationIsRefused();
};

void TestChangeReader::exampleReadsBackAsWritten() {
  QCOMPARE(readAsJson(kExample), std::string(kExample));
}

void TestChangeReader::orderOfMembersDoesNotMatter() {
  QCOMPARE(readAsJson(R"( { "changes" : [ { "add":{"moves":1}, "set":{"slot":7},
                         "key":{"id":42}, "op":"update", "table":"players" } ] ,
                         "group":"g", "id":"i" } )"),
           std::string(R"({"id":"i","group":"g","changes":[{"table":"players","op":"update",)"
                       R"("key":{"id":42},"set":{"slot":7},"add":{"moves":1}}]})"));
}

void TestChangeReader::bareChangeIsASetOfOne() {
  const char* const change = R"({"table":"players","op":"delete","key":{"id":42}})";
  QCOMPARE(readAsJson(change), inSet(change));
  QCOMPARE(readAsJson(R"({"\u0074able":"players","op":"delete","key":{"id":42}})"), inSet(change));
}

void TestChangeReader::originStandsInTheHeader() {
  ChangeReader reader;
  const std::string_view text = kExample;
  const auto bytes = reader.read({text, text.size()}, kCatalog, {"client", {5, 6, 7}});
  QVERIFY(bytes.isOk());
  const auto view = ChangeSetView::parse(*bytes);
  QCOMPARE(view->client(), std::string_view("client"));
  QCOMPARE(view->source().line, std::uint64_t{6});
}

void TestChangeReader::oneRowHasOneIdentity() {
  ChangeReader reader;
  const auto keyOf = [&](const char* key) {
    const std::string text =
        std::string(R"({"table":"players","op":"delete","key":{"id":)") + key + "}}";
    const auto bytes = readText(text, reader);
    return bytes.isOk() ? std::string(ChangeSetView::parse(*bytes)->changes().next()->keyBytes)
                        : std::string();
  };
  QVERIFY(!keyOf("42").empty());
  QCOMPARE(keyOf("\"42\""), keyOf("42"));
  QCOMPARE(keyOf("\"+042\""), keyOf("42"));
  QVERIFY(keyOf("43") != keyOf("42"));
}

void TestChangeReader::valuesAreTakenWithoutLoss_data() {
  QTest::addColumn<QString>("column");
  QTest::addColumn<QString>("value");
  QTest::addColumn<QString>("canonical");
  const char* const rows[][3] = {
      {"integer2", "9223372036854775807", "\"9223372036854775807\""},
      {"integer2", "\"-9223372036854775808\"", "\"-9223372036854775808\""},
      {"real", "1", "1.0"},
      {"real", "0.1", "0.1"},
      {"real", "1e-400", "0.0"},
      {"real", "123456789012345678901234567890", "1.2345678901234568e+29"},
      {"decimal", "0.10000000000000000000000000001", "\"0.10000000000000000000000000001\""},
      {"decimal", "123456789012345678901234567890", "\"123456789012345678901234567890\""},
      {"decimal", "\"1.50\"", "\"1.5\""},
      {"text", R"("\u0000\ud83d\ude00 \"")", "\"\\u0000😀 \\\"\""},
      {"bytes", R"({"$bytes":"AP8="})", R"({"$bytes":"AP8="})"},
      {"bytes", R"( { "$bytes" : "\/\/8=" } )", R"({"$bytes":"//8="})"},
      {"bytes", R"({"$bytes":""})", R"({"$bytes":""})"},
      {"boolean", "1", "true"},
      {"json", R"({"a": [1.50, {"$bytes": 1}]})", R"({"a":[1.50,{"$bytes":1}]})"},
      {"json", "\"text\"", "\"text\""},
      {"json", "1.50", "1.50"},
      {"json", "false", "false"},
      {"json", "null", "null"},
      {"timestamp", "\"2026-11-21T14:02:11+01:00\"", "\"2026-11-21T13:02:11Z\""},
      {"any", "9223372036854775807", "9223372036854775807"},
      {"any", "1.0", "1.0"},
      {"any", "[1, 2]", "[1,2]"},
      {"any", R"({"$bytes":"AP8="})", R"({"$bytes":"AP8="})"},
      {"any", "\"x\"", "\"x\""},
  };
  int number = 0;
  for (const auto& row : rows) {
    QTest::addRow("%d %s", number++, row[0])
        << QString(row[0]) << QString::fromUtf8(row[1]) << QString::fromUtf8(row[2]);
  }
}

void TestChangeReader::valuesAreTakenWithoutLoss() {
  QFETCH(QString, column);
  QFETCH(QString, value);
  QFETCH(QString, canonical);
  const bool other = column == "integer2";  // an integer column that is not the key
  const QString form =
      other
          ? R"({"table":"players","op":"upsert","key":{"id":1},"set":{"slot":%1}})"
          : R"({"table":"kinds","op":"upsert","key":{"integer":1},"set":{")" + column + R"(":%1}})";
  const std::string once = readAsJson(form.arg(value).toStdString());
  QCOMPARE(QString::fromStdString(once),
           QString::fromStdString(inSet(form.arg(canonical).toStdString())));
  QCOMPARE(readAsJson(once), once);
}

void TestChangeReader::everyRuleIsChecked_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("place");
  QTest::addColumn<QString>("reason");
  addWrongLines();
  addWrongKeys();
  addWrongAssignments();
  addWrongLiterals();
}

void TestChangeReader::everyRuleIsChecked() {
  QFETCH(QString, text);
  QFETCH(QString, place);
  QFETCH(QString, reason);
  ChangeReader reader;
  const auto bytes = readText(text.toStdString(), reader);
  QVERIFY(!bytes.isOk());
  QVERIFY(bytes.status().code() == StatusCode::Invalid);
  QVERIFY2(QString::fromStdString(reader.error().reason).contains(reason),
           reader.error().reason.c_str());
  QCOMPARE(QString::fromStdString(reader.error().place), place);
}

void TestChangeReader::placesOfBareChangesHaveNoIndex() {
  ChangeReader reader;
  QVERIFY(!readText(R"({"table":"players","op":"insert","key":{"id":1},"set":{"x":1}})", reader)
               .isOk());
  QCOMPARE(reader.error().place, std::string("set.x"));
  const std::string second =
      R"({"changes":[{"table":"log","op":"insert"},{"table":"log","op":"insert","set":{"x":1}}]})";
  QVERIFY(!readText(second, reader).isOk());
  QCOMPARE(reader.error().place, std::string("changes[1].set.x"));
  QVERIFY(reader.error().toStatus().message().starts_with("changes[1].set.x: unknown column"));
}

void TestChangeReader::notAvailableYetIsUnsupported() {
  ChangeReader reader;
  for (const char* change :
       {R"({"table":"players","op":"insert","key":"new"})",
        R"({"table":"players","op":"update","key":{"id":{"$key":0}},"set":{"slot":1}})",
        R"({"table":"players","op":"update","key":{"id":1},"set":{"slot":{"$key":2}}})",
        R"({"table":"players","op":"update","key":{"id":1},"expect":{"slot":null}})"}) {
    const auto bytes = readText(change, reader);
    QVERIFY(bytes.status().code() == StatusCode::Unsupported);
    QVERIFY(bytes.status().message().find("not available yet") != std::string::npos);
  }
}

void TestChangeReader::limitsAreKept() {
  ChangeReader reader;
  const std::string change = R"({"table":"players","op":"delete","key":{"id":1}})";
  const auto named = [&](const char* member, std::size_t bytes) {
    return "{\"" + std::string(member) + "\":\"" + std::string(bytes, 'x') + "\",\"changes\":[" +
           change + "]}";
  };
  QVERIFY(readText(named("id", limits::kIdBytesMax), reader).isOk());
  QVERIFY(!readText(named("id", limits::kIdBytesMax + 1), reader).isOk());
  QVERIFY(readText(named("group", limits::kGroupBytesMax), reader).isOk());
  QVERIFY(!readText(named("group", limits::kGroupBytesMax + 1), reader).isOk());
  std::string many = "{\"changes\":[" + change;
  for (std::size_t i = 1; i < limits::kChangesPerSetMax; ++i) many += "," + change;
  QVERIFY(readText(many + "]}", reader).isOk());
  QVERIFY(!readText(many + "," + change + "]}", reader).isOk());
  const std::string large(limits::kChangeSetBytesMax + 1, ' ');
  QVERIFY(!readText(large, reader).isOk());
  QVERIFY(reader.error().reason.find("too large") != std::string::npos);
  for (const char* before : {"[", "{\"changes\":", R"({"changes":[{"set":{"a":)"}) {
    std::string deep = before;
    deep.append(500'000, '[');
    QVERIFY(!readText(deep, reader).isOk());
  }
  const std::string nested = std::string(65, '[') + std::string(65, ']');
  QVERIFY(!readText(R"({"table":"kinds","op":"insert","key":{"integer":1},"set":{"json":)" +
                        nested + "}}",
                    reader)
               .isOk());
  QVERIFY(reader.error().reason.find("nested deeper than 64") != std::string::npos);
}

void TestChangeReader::invalidUtf8IsRefused() {
  ChangeReader reader;
  for (const char* wrong : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80"}) {
    const std::string text =
        std::string(R"({"table":"log","op":"insert","set":{"line":")") + wrong + "\"}}";
    QVERIFY(!readText(text, reader).isOk());
    QCOMPARE(reader.error().reason, std::string("invalid UTF-8"));
  }
}

void TestChangeReader::refusalLeavesNothingBehind() {
  ChangeReader reader;
  QVERIFY(!readText(R"({"id":"i","group":"g","changes":[{"table":"players","op":"insert",)"
                    R"("key":{"id":1},"set":{"slot":1,"x":1}}]})",
                    reader)
               .isOk());
  const std::string good = R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":2}})";
  const auto bytes = readText(good, reader);
  QVERIFY(bytes.isOk());
  QCOMPARE(toJson(*ChangeSetView::parse(*bytes), *kCatalog), inSet(good));
}

void TestChangeReader::textIsReadInPlaceWhenPadded() {
  const std::string first = R"({"table":"log","op":"insert","set":{"line":"one"}})";
  const std::string second = R"({"table":"log","op":"insert","set":{"line":"two"}})";
  std::string file = first + "\n" + second + "\n";
  const std::size_t size = file.size();
  file.append(JsonLine::kPaddingBytes, '"');  // whatever stands behind the text
  ChangeReader reader;
  const std::string_view all = file;
  const auto one = reader.read({all.substr(0, first.size()), all.size()}, kCatalog, {});
  QVERIFY(one.isOk());
  QCOMPARE(toJson(*ChangeSetView::parse(*one), *kCatalog), inSet(first));
  const std::size_t at = first.size() + 1;
  const auto two = reader.read({all.substr(at, size - 1 - at), all.size() - at}, kCatalog, {});
  QVERIFY(two.isOk());
  QCOMPARE(toJson(*ChangeSetView::parse(*two), *kCatalog), inSet(second));
}

void TestChangeReader::anotherCatalogIsUsedAtOnce() {
  ChangeReader reader;
  const std::string text = R"({"table":"players","op":"insert","key":{"id":1},"set":{"slot":1}})";
  QVERIFY(reader.read({text, text.size()}, kCatalog, {}).isOk());
  std::vector<Table> tables(kCatalog->tables().begin(), kCatalog->tables().end());
  tables[3].columns[2].dropped = true;
  const auto changed = std::make_shared<const Catalog>(tables);
  QVERIFY(!reader.read({text, text.size()}, changed, {}).isOk());
  QVERIFY(reader.read({text, text.size()}, kCatalog, {}).isOk());
}

void TestChangeReader::mutationsAreRefusedOrReadable() {
  const std::string good = kExample;
  const std::string letters = "{}[]\",:\\ u0e-.nt1\xff\x80";
  std::mt19937 random(4);
  ChangeReader reader;
  int readable = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string text = good;
    for (unsigned k = 1 + random() % 3; k > 0; --k) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = letters[random() % letters.size()];
          break;
        case 1:
          text.erase(at, 1 + random() % 5);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 9));
      }
    }
    const auto bytes = readText(text, reader);
    if (!bytes.isOk()) continue;
    ++readable;
    const auto view = ChangeSetView::parse(*bytes);
    QVERIFY(view.isOk());
    const auto again = readText(toJson(*view, *kCatalog), reader);
    QVERIFY(again.isOk());
    QCOMPARE(*again, *bytes);
  }
  QVERIFY(readable > 1'000);
}

void TestChangeReader::everyTruncationIsRefused() {
  const std::string good = kExample;
  ChangeReader reader;
  for (std::size_t size = 0; size < good.size(); ++size) {
    const std::unique_ptr<char[]> cut(new char[size]);  // so that a sanitizer sees its end
    std::memcpy(cut.get(), good.data(), size);
    QVERIFY(!readText({cut.get(), size}, reader).isOk());
  }
}

PENSTOCK_TEST(TestChangeReader)
#include "tst_change_reader.moc"
