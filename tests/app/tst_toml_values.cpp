// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>

#include "app/application/toml_values.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestTomlValues : public QObject {
  Q_OBJECT

 private slots:
  void sizesAreUnderstood_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<quint64>("bytes");
    const std::pair<const char*, quint64> table[] = {{"0", 0},
                                                     {"100", 100},
                                                     {"100 B", 100},
                                                     {"512 KiB", 512 * 1024},
                                                     {"64 MiB", 64ull << 20},
                                                     {"64MiB", 64ull << 20},
                                                     {"64   MiB", 64ull << 20},
                                                     {"1.5 GiB", 3ull << 29},
                                                     {"8 GiB", 8ull << 30},
                                                     {"2 TiB", 2ull << 40}};
    for (const auto& [text, bytes] : table) QTest::newRow(text) << text << bytes;
  }
  void sizesAreUnderstood() {
    QFETCH(QString, text);
    QFETCH(quint64, bytes);
    const auto size = app::parseSize(text.toStdString());
    QVERIFY(size.isOk());
    QCOMPARE(quint64{*size}, bytes);
  }

  void durationsAreUnderstood_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("millis");
    const std::pair<const char*, qint64> table[] = {
        {"0 ms", 0},     {"250 ms", 250},    {"250ms", 250},     {"30 s", 30'000},
        {"1.5 s", 1500}, {"5 min", 300'000}, {"1 h", 3'600'000}, {"7 d", 604'800'000}};
    for (const auto& [text, millis] : table) QTest::newRow(text) << text << millis;
  }
  void durationsAreUnderstood() {
    QFETCH(QString, text);
    QFETCH(qint64, millis);
    const auto duration = app::parseDuration(text.toStdString());
    QVERIFY(duration.isOk());
    QCOMPARE(qint64{duration->count()}, millis);
  }

  void whatIsNoAmountIsRefusedWithAnExample_data() {
    QTest::addColumn<QString>("text");
    for (const char* text : {"", " ", "MiB", "s", "64 MB", "64 mib", "1 week", "-1 MiB", "-1 s",
                             "nan", "inf s", "1e400 s", "1 s s", "0x10 MiB", "64 MiB!", " 1 s",
                             "99999999999999999999 TiB", "99999999999999999999 d"}) {
      QTest::newRow(text) << text;
    }
  }
  void whatIsNoAmountIsRefusedWithAnExample() {
    QFETCH(QString, text);
    const auto size = app::parseSize(text.toStdString());
    QVERIFY(!size.isOk() && size.status().code() == StatusCode::Invalid);
    QVERIFY(size.status().message().find("64 MiB") != std::string::npos);
    const auto duration = app::parseDuration(text.toStdString());
    QVERIFY(!duration.isOk() && duration.status().code() == StatusCode::Invalid);
    QVERIFY(duration.status().message().find("250 ms") != std::string::npos);
  }

  void durationNeedsAUnit() { QVERIFY(!app::parseDuration("50").isOk()); }

  void ruleIsAppliedOnlyToGoodValues() {
    int applied = 0;
    const auto read = [&](const std::string& line, app::KeyReader reader) {
      const toml::table table = toml::parse(line);
      return app::readKeys(table, "[s]", {{"key", std::move(reader)}});
    };
    const auto count = [&applied](auto) { ++applied; };
    QVERIFY(read("key = 3", app::readNumber({1, 3}, count)).isOk());
    QVERIFY(read("key = 1", app::readNumber({1, 3}, count)).isOk());
    QVERIFY(read("key = \"1 s\"", app::readDuration({0, 1000}, count)).isOk());
    QVERIFY(read("key = 1", app::readReal(count)).isOk());
    QVERIFY(read("key = true", app::readSwitch(count)).isOk());
    QCOMPARE(applied, 5);
    QVERIFY(!read("key = 4", app::readNumber({1, 3}, count)).isOk());
    QVERIFY(!read("key = true", app::readNumber({0, 3}, count)).isOk());
    QVERIFY(!read("key = 1", app::readSwitch(count)).isOk());
    QVERIFY(!read("key = nan", app::readReal(count)).isOk());
    QVERIFY(!read("key = inf", app::readReal(count)).isOk());
    QVERIFY(!read("key = \"2 s\"", app::readDuration({0, 1000}, count)).isOk());
    QVERIFY(!read("key = {}", app::readSize({0, 1000}, count)).isOk());
    QCOMPARE(applied, 5);
  }

  void choiceNamesAllWords() {
    std::string chosen;
    const app::KeyReader reader = app::readChoice(
        {{"wait", [&] { chosen = "wait"; }}, {"reject", [&] { chosen = "reject"; }}, {"shed", {}}});
    const toml::table good = toml::parse("key = \"reject\"");
    QVERIFY(reader(*good.get("key")).isOk());
    QCOMPARE(chosen, std::string("reject"));
    const toml::table bad = toml::parse("key = \"drop\"");
    const Status refused = reader(*bad.get("key"));
    for (const char* word : {"wait", "reject", "shed"}) {
      QVERIFY(refused.message().find(word) != std::string::npos);
    }
    const toml::table later = toml::parse("key = \"shed\"");
    QVERIFY(reader(*later.get("key")).code() == StatusCode::Unsupported);
  }

  void listOfTextsTakesTextsAlone() {
    std::vector<std::string> texts;
    const app::KeyReader reader = app::readTexts(texts);
    const toml::table good = toml::parse("key = [\"a\", \"b\"]");
    QVERIFY(reader(*good.get("key")).isOk());
    QCOMPARE(texts, (std::vector<std::string>{"a", "b"}));
    const toml::table bad = toml::parse("key = [\"a\", 1]");
    QVERIFY(!reader(*bad.get("key")).isOk());
  }
};

PENSTOCK_TEST(TestTomlValues)

}  // namespace penstock::test

#include "tst_toml_values.moc"
