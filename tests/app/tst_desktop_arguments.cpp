// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "app/desktop/desktop_arguments.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

Result<app::DesktopArguments> parse(QStringList words) {
  words.prepend("penstock");
  return app::parseDesktopArguments(words);
}

}  // namespace

class TestDesktopArguments : public QObject {
  Q_OBJECT

 private slots:
  void callWithoutArgumentsIsTheOrdinaryOne() {
    const auto arguments = parse({});
    QVERIFY(arguments.isOk());
    QVERIFY(arguments->configFile.isEmpty() && arguments->dataDirectory.isEmpty());
    QVERIFY(arguments->workload.isEmpty() && arguments->replayFile.isEmpty());
    QVERIFY(arguments->screenshotFile.isEmpty() && arguments->exportDirectory.isEmpty());
    QVERIFY(!arguments->readOnly && !arguments->fullScreen && !arguments->resetLayout);
    QVERIFY(arguments->answer.isEmpty() && !arguments->range);
  }

  void everyOptionIsTaken() {
    const auto arguments =
        parse({"--config", "c.toml", "--data-dir", "d", "--workload", "game", "--replay",
               "r.ndjson", "--screenshot", "s.png", "--after", "9", "--export", "e", "--range",
               "15m", "--read-only", "--fullscreen", "--reset-layout"});
    QVERIFY2(arguments.isOk(), arguments.status().message().c_str());
    QCOMPARE(arguments->configFile, QString("c.toml"));
    QCOMPARE(arguments->dataDirectory, QString("d"));
    QCOMPARE(arguments->workload, QString("game"));
    QCOMPARE(arguments->replayFile, QString("r.ndjson"));
    QCOMPARE(arguments->screenshotFile, QString("s.png"));
    QCOMPARE(arguments->after.value(), 9s);
    QCOMPARE(arguments->exportDirectory, QString("e"));
    QCOMPARE(arguments->range.value(), std::chrono::seconds(15min));
    QVERIFY(arguments->readOnly && arguments->fullScreen && arguments->resetLayout);
  }

  void timesAreUnderstood_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("seconds");
    QTest::newRow("seconds") << "90" << 90;
    QTest::newRow("with a unit") << "90s" << 90;
    QTest::newRow("minutes") << "5m" << 300;
    QTest::newRow("minutes in full") << "5min" << 300;
    QTest::newRow("an hour") << "1h" << 3600;
    QTest::newRow("with a blank") << "1 h" << 3600;
  }
  void timesAreUnderstood() {
    QFETCH(QString, text);
    QFETCH(int, seconds);
    QCOMPARE(parse({"--range", text})->range.value(), std::chrono::seconds(seconds));
  }

  void timeOfNoughtIsNotNoTime() {
    QVERIFY(!parse({"--screenshot", "s.png"})->after);
    QCOMPARE(parse({"--screenshot", "s.png", "--after", "0"})->after.value(), 0s);
  }

  void wrongUsageIsNamed_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("names");
    QTest::newRow("unknown") << QStringList{"--frobnicate"} << "frobnicate";
    QTest::newRow("without a value") << QStringList{"--config"} << "config";
    QTest::newRow("a file") << QStringList{"file.ndjson"} << "file.ndjson";
    QTest::newRow("no time") << QStringList{"--after", "soon"} << "--after";
    QTest::newRow("no such workload") << QStringList{"--workload", "chat"} << "--workload";
    QTest::newRow("no range") << QStringList{"--range", "all"} << "--range";
    QTest::newRow("negative") << QStringList{"--after", "-1"} << "--after";
    QTest::newRow("not built yet") << QStringList{"--attach", "ws://x"} << "--attach";
  }
  void wrongUsageIsNamed() {
    QFETCH(QStringList, words);
    QFETCH(QString, names);
    const auto arguments = parse(words);
    QVERIFY(!arguments.isOk());
    QVERIFY(arguments.status().code() == StatusCode::Invalid ||
            arguments.status().code() == StatusCode::Unsupported);
    QVERIFY2(QString::fromStdString(arguments.status().message()).contains(names),
             arguments.status().message().c_str());
  }

  void helpAndVersionAreAnswers() {
    QVERIFY(parse({"--help"})->answer.contains("--read-only"));
    QVERIFY(parse({"--version"})->answer.startsWith("penstock "));
  }
};

PENSTOCK_TEST(TestDesktopArguments)

}  // namespace penstock::test

#include "tst_desktop_arguments.moc"
