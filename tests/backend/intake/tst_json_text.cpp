// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "intake/json_text.h"
#include "model/limits.h"
#include "tests/support/test_main.h"

using namespace penstock;

class TestJsonText : public QObject {
  Q_OBJECT
 private slots:
  void blanksAreTakenOut_data();
  void blanksAreTakenOut();
  void everythingElseIsRefused_data();
  void everythingElseIsRefused();
  void nestingIsLimited();
  void mutationsAreRefusedOrStable();
  void escapesAreUnderstood();
};

void TestJsonText::blanksAreTakenOut_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("minified");
  const char* const rows[][2] = {
      {" {\n} ", "{}"},
      {"[ ]", "[]"},
      {" [ 1 , 2.50 , -0 , 1e+9 ] ", "[1,2.50,-0,1e+9]"},
      {"{ \"a b\" : \" \\\" x \" }", "{\"a b\":\" \\\" x \"}"},
      {"{\"a\":{\"a\":[{\"a\":null}]}}", "{\"a\":{\"a\":[{\"a\":null}]}}"},
      {"true ", "true"},
      {"\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\""},
      {"123456789012345678901234567890", "123456789012345678901234567890"}};
  for (const auto& row : rows) QTest::newRow(row[0]) << QString(row[0]) << QString(row[1]);
}

void TestJsonText::blanksAreTakenOut() {
  QFETCH(QString, text);
  QFETCH(QString, minified);
  std::string result;
  QVERIFY(minifyJson(text.toStdString(), result).isOk());
  QCOMPARE(QString::fromStdString(result), minified);
}

void TestJsonText::everythingElseIsRefused_data() {
  QTest::addColumn<QString>("text");
  QTest::addColumn<QString>("reason");
  const char* const rows[][2] = {{"", "missing"},
                                 {"{", "missing"},
                                 {"[1,]", "no JSON value"},
                                 {"[1 2]", "missing"},
                                 {"[1}", "missing"},
                                 {"{\"a\"}", "':' is missing"},
                                 {"{\"a\":}", "no JSON value"},
                                 {"{a:1}", "key is missing"},
                                 {"{\"a\":1,}", "key is missing"},
                                 {"nulll", "after the value"},
                                 {"truth", "no JSON value"},
                                 {"01", "no JSON value"},
                                 {"+1", "no JSON value"},
                                 {"1.", "no JSON value"},
                                 {".5", "no JSON value"},
                                 {"1e", "no JSON value"},
                                 {"NaN", "no JSON value"},
                                 {"\"a", "does not end"},
                                 {"\"a\\\"", "does not end"},
                                 {"\"\\x\"", "escape"},
                                 {"\"\\u12g4\"", "escape"},
                                 {"\"\\ud83d\"", "escape"},
                                 {"\"\\ude00\"", "escape"},
                                 {"\"\t\"", "control"},
                                 {"{} {}", "after the value"},
                                 {"{\"a\":1,\"a\":2}", "'a' stands twice"},
                                 {"{\"a\":1,\"\\u0061\":2}", "'a' stands twice"},
                                 {"[[{\"b\":0,\"x\":{\"a\":1,\"a\":1}}]]", "'a' stands twice"}};
  for (const auto& row : rows) QTest::newRow(row[0]) << QString(row[0]) << QString(row[1]);
}

void TestJsonText::everythingElseIsRefused() {
  QFETCH(QString, text);
  QFETCH(QString, reason);
  std::string result;
  const Status status = minifyJson(text.toStdString(), result);
  QVERIFY(status.code() == StatusCode::Invalid);
  QVERIFY2(QString::fromStdString(status.message()).contains(reason), status.message().c_str());
}

void TestJsonText::nestingIsLimited() {
  std::string result;
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  QVERIFY(minifyJson(nested(limits::kJsonDepthMax), result).isOk());
  QVERIFY(!minifyJson(nested(limits::kJsonDepthMax + 1), result).isOk());
  QVERIFY(!minifyJson(std::string(1'000'000, '['), result).isOk());
}

void TestJsonText::mutationsAreRefusedOrStable() {
  const std::string good = R"({"a":[1,-2.5e3,"x\n\u00e9",null,true,{"b":{}}],"c":"","d":[[],{}]})";
  std::mt19937 random(3);
  const std::string letters = "{}[]\",:\\ u0e-.nt1";
  int readable = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = good;
    for (unsigned k = 1 + random() % 2; k > 0; --k) {
      text[random() % text.size()] = letters[random() % letters.size()];
    }
    std::string once;
    if (!minifyJson(text, once).isOk()) continue;
    ++readable;
    std::string twice;
    QVERIFY(minifyJson(once, twice).isOk());
    QCOMPARE(twice, once);
  }
  QVERIFY(readable > 500);
}

void TestJsonText::escapesAreUnderstood() {
  std::string text;
  QVERIFY(unescapeJson(R"(\"\\\/\b\f\n\r\t\u0000\u00fc\u20ac\ud83d\ude00)", text));
  QCOMPARE(text, std::string("\"\\/\b\f\n\r\t\0ü€😀", 18));
  QVERIFY(!unescapeJson("\\", text));
}

PENSTOCK_TEST(TestJsonText)
#include "tst_json_text.moc"
