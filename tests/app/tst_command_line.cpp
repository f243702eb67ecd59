// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <string>
#include <vector>

#include "app/daemon/command_line.h"
#include "base/file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using app::CallArguments;

Result<CallArguments> parse(const std::vector<std::string>& words) {
  return CallArguments::parse(words, {"--config", "--data-dir", "--rate", "--producers"},
                              {"--json", "--quiet"});
}

}  // namespace

class TestCommandLine : public QObject {
  Q_OBJECT

 private slots:
  void optionsSwitchesAndFilesAreTakenApart() {
    const auto arguments =
        parse({"a.ndjson", "--rate", "100", "--json", "--config=c.toml", "-", "b.ndjson"});
    QVERIFY(arguments.isOk());
    QCOMPARE(arguments->positional(), (std::vector<std::string>{"a.ndjson", "-", "b.ndjson"}));
    QCOMPARE(arguments->value("--rate").value(), std::string("100"));
    QCOMPARE(arguments->value("--config").value(), std::string("c.toml"));
    QVERIFY(arguments->has("--json") && !arguments->has("--quiet"));
    QVERIFY(!arguments->value("--data-dir"));
  }

  void valuesMayHoldAnything() {
    const auto arguments = parse({"--config=a=b=c", "--data-dir", "-d", "--rate="});
    QVERIFY(arguments.isOk());
    QCOMPARE(arguments->value("--config").value(), std::string("a=b=c"));
    QCOMPARE(arguments->value("--data-dir").value(), std::string("-d"));
    QCOMPARE(arguments->value("--rate").value(), std::string());
  }

  void lastOneOfARepeatedOptionCounts() {
    QCOMPARE(parse({"--rate", "1", "--rate", "2"})->value("--rate").value(), std::string("2"));
  }

  void whatIsBehindTwoDashesIsAFile() {
    const auto arguments = parse({"--json", "--", "--config", "-x.ndjson"});
    QVERIFY2(arguments.isOk(), arguments.status().message().c_str());
    QCOMPARE(arguments->positional(), (std::vector<std::string>{"--config", "-x.ndjson"}));
  }

  void wrongUsageIsNamed_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("names");
    QTest::newRow("unknown") << QStringList{"--frobnicate"} << "--frobnicate";
    QTest::newRow("misspelt") << QStringList{"--produces", "4"} << "--producers";
    QTest::newRow("without a value") << QStringList{"--config"} << "--config";
    QTest::newRow("short") << QStringList{"-x"} << "-x";
    QTest::newRow("switch with a value") << QStringList{"--json=yes"} << "--json";
  }
  void wrongUsageIsNamed() {
    QFETCH(QStringList, words);
    QFETCH(QString, names);
    std::vector<std::string> given;
    for (const QString& word : words) given.push_back(word.toStdString());
    const auto arguments = parse(given);
    QVERIFY(!arguments.isOk() && arguments.status().code() == StatusCode::Invalid);
    QVERIFY2(QString::fromStdString(arguments.status().message()).contains(names),
             arguments.status().message().c_str());
  }

  void numbersAreWholeAndLargeEnough() {
    const auto number = [](const std::string& text, std::uint64_t minimum) {
      return parse({"--rate", text})->number("--rate", minimum, 7);
    };
    QCOMPARE(*number("100", 0), std::uint64_t{100});
    QCOMPARE(*number("0", 0), std::uint64_t{0});
    QCOMPARE(*number("18446744073709551615", 1), ~std::uint64_t{0});
    QCOMPARE(*parse({})->number("--rate", 1, 7), std::uint64_t{7});
    for (const char* text : {"", "-1", "1.5", "1e3", "10 ", "ten", "18446744073709551616"}) {
      const auto refused = number(text, 0);
      QVERIFY2(!refused.isOk() && refused.status().code() == StatusCode::Invalid, text);
      QVERIFY(refused.status().message().find("--rate") != std::string::npos);
    }
    QVERIFY(!number("0", 1).isOk());
  }

  void dataDirectoryOfTheCallGoesBeforeThatOfTheFile() {
    const QTemporaryDir directory;
    const std::string config = directory.filePath("c.toml").toStdString();
    QVERIFY(
        replaceFile(posixFileSystem(), config, "[engine]\ndata_dir = \"/of/the/file\"\n").isOk());
    QCOMPARE(app::optionsFrom(*parse({"--config", config}))->dataDirectory,
             std::string("/of/the/file"));
    QCOMPARE(
        app::optionsFrom(*parse({"--config", config, "--data-dir", "/of/the/call"}))->dataDirectory,
        std::string("/of/the/call"));
    QVERIFY(!app::optionsFrom(*parse({}))->dataDirectory.empty());
  }

  void missingConfigurationIsWrongUsage() {
    const auto options = app::optionsFrom(*parse({"--config", "/no/such/file.toml"}));
    QVERIFY(!options.isOk() && options.status().code() == StatusCode::Invalid);
    QVERIFY(options.status().message().find("/no/such/file.toml") != std::string::npos);
  }

  void exitCodesTellUsageFromFailure() {
    QVERIFY(app::fail({StatusCode::Invalid, "of a test"}) == app::ExitCode::Usage);
    QVERIFY(app::fail({StatusCode::Unsupported, "of a test"}) == app::ExitCode::Usage);
    QVERIFY(app::fail({StatusCode::Unavailable, "of a test"}) == app::ExitCode::Failed);
    QVERIFY(app::fail({StatusCode::Corrupt, "of a test"}) == app::ExitCode::Failed);
  }
};

PENSTOCK_TEST(TestCommandLine)

}  // namespace penstock::test

#include "tst_command_line.moc"
