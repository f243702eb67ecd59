// SPDX-License-Identifier: Apache-2.0
#include <QJsonDocument>
#include <QTest>
#include <limits>

#include "model/codec_json.h"
#include "tests/backend/model/model_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

class TestCodecJson : public QObject {
  Q_OBJECT
 private slots:
  void changeSetIsOneLineOfTheDocumentedForm();
  void valuesKeepEveryBit_data();
  void valuesKeepEveryBit();
  void textIsEscaped();
  void unknownNamesAreNumbers();
  void keysAreAsPeopleTypeThem();
};

void TestCodecJson::changeSetIsOneLineOfTheDocumentedForm() {
  const std::string bytes = sampleChangeSet();
  const std::string json = toJson(*ChangeSetView::parse(bytes), sampleCatalog());
  QCOMPARE(json,
           std::string(R"({"id":"id-1","group":"player:42","changes":[)"
                       R"({"table":"kinds","op":"update","key":{"integer":42},)"
                       R"("set":{"text":"hello","real":1.5,"boolean":true},"add":{"any":-1}},)"
                       R"({"table":"pairs","op":"delete","key":{"left":"left","right":1}}]})"));
}

void TestCodecJson::keysAreAsPeopleTypeThem() {
  const std::string bytes = sampleChangeSet();
  const auto set = ChangeSetView::parse(bytes);
  std::vector<std::string> keys;
  for (auto changes = set->changes(); const auto change = changes.next();) {
    keys.push_back(plainKey(*change));
  }
  QCOMPARE(keys, (std::vector<std::string>{"42", "left,1"}));
}

void TestCodecJson::valuesKeepEveryBit_data() {
  QTest::addColumn<QString>("json");
  QTest::addColumn<QString>("expected");
  const auto row = [](const char* name, const Value& value, ColumnType type, const char* expected) {
    std::string json;
    appendJsonValue(json, value.view(), type);
    QTest::newRow(name) << QString::fromStdString(json) << QString::fromUtf8(expected);
  };
  const std::int64_t exact = std::int64_t{1} << 53;
  row("exact integer", Value::integer(exact), ColumnType::Integer, "9007199254740992");
  row("inexact integer", Value::integer(exact + 1), ColumnType::Integer, "\"9007199254740993\"");
  row("least integer", Value::integer(std::numeric_limits<std::int64_t>::min()),
      ColumnType::Integer, "\"-9223372036854775808\"");
  row("integer without type", Value::integer(exact + 1), ColumnType::Any, "9007199254740993");
  row("whole real", Value::real(3), ColumnType::Real, "3.0");
  row("shortest real", Value::real(0.1), ColumnType::Real, "0.1");
  row("large real", Value::real(1e300), ColumnType::Real, "1e+300");
  row("bytes", Value::bytes("hi\n"), ColumnType::Bytes, R"({"$bytes":"aGkK"})");
  row("json", Value::json(R"([1,{"a":null}])"), ColumnType::Json, R"([1,{"a":null}])");
  row("null", Value::null(), ColumnType::Text, "null");
  row("false", Value::boolean(false), ColumnType::Boolean, "false");
}

void TestCodecJson::valuesKeepEveryBit() {
  QFETCH(QString, json);
  QFETCH(QString, expected);
  QCOMPARE(json, expected);
}

void TestCodecJson::textIsEscaped() {
  std::string hostile;
  for (int letter = 0; letter < 128; ++letter) hostile.push_back(char(letter));
  hostile += "ü€😀";
  std::string json = "[";
  appendJsonString(json, hostile);
  json += "]";
  QVERIFY(json.find('\n') == std::string::npos);
  const auto parsed = QJsonDocument::fromJson(QByteArray::fromStdString(json));
  QCOMPARE(parsed[0].toString(), QString::fromStdString(hostile));
}

void TestCodecJson::unknownNamesAreNumbers() {
  const std::string bytes = sampleChangeSet();
  const std::string json = toJson(*ChangeSetView::parse(bytes), Catalog());
  QVERIFY(json.find(R"("table":"#0")") != std::string::npos);
  QVERIFY(json.find(R"("#4":"hello")") != std::string::npos);
}

PENSTOCK_TEST(TestCodecJson)
#include "tst_codec_json.moc"
