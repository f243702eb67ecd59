// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>
#include <QTest>
#include <cmath>
#include <limits>
#include <locale>
#include <string>
#include <vector>

#include "metrics/csv.h"
#include "metrics/history_point.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// Cells of the first row of an RFC 4180 text, by its grammar alone; empty when it breaks it.
std::vector<std::string> readRow(const std::string& row) {
  std::vector<std::string> cells(1);
  std::size_t i = 0;
  while (i < row.size()) {
    if (row[i] == '"') {
      for (++i; i < row.size() && (row[i] != '"' || (i + 1 < row.size() && row[i + 1] == '"'));
           ++i) {
        if (row[i] == '"') ++i;
        cells.back() += row[i];
      }
      ++i;
    } else {
      for (; i < row.size() && row[i] != ',' && row[i] != '\r'; ++i) cells.back() += row[i];
    }
    if (row.compare(i, std::string::npos, "\r\n") == 0) return cells;
    if (i >= row.size() || row[i] != ',') return {};
    cells.emplace_back();
    ++i;
  }
  return {};
}

std::string rowOf(const std::string& text) {
  const CsvCell cell{text};
  return csvRow({&cell, 1});
}

}  // namespace

class TestCsv : public QObject {
  Q_OBJECT

 private slots:
  void hostileCellIsMadeHarmless_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("row");
    const auto row = [](const char* name, QByteArray text, QByteArray written) {
      QTest::newRow(name) << text << written;
    };
    row("plain", "abc", "abc");
    row("empty text", "", "\"\"");
    row("comma", "a,b", "\"a,b\"");
    row("quote", "say \"x\"", "\"say \"\"x\"\"\"");
    row("line end", "a\r\nb", "\"a\r\nb\"");
    row("bare line feed", "a\nb", "\"a\nb\"");
    row("blank at an end", " a", "\" a\"");
    row("formula", "=1+1", "\"'=1+1\"");
    row("command", "=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\"");
    row("link", "=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    row("plus", "+1+cmd", "\"'+1+cmd\"");
    row("minus", "-1+cmd", "\"'-1+cmd\"");
    row("at", "@SUM(A1)", "\"'@SUM(A1)\"");
    row("tab first", "\t=1", "\"'\t=1\"");
    row("carriage return first", "\r=1", "\"'\r=1\"");
    row("line feed first", "\n=1", "\"'\n=1\"");
    row("blanks first", "  =1", "\"'  =1\"");
    row("full width",
        "\xEF\xBC\x9D"
        "1",
        "\"'\xEF\xBC\x9D"
        "1\"");
    row("a negative number is none", "-5.25", "-5.25");
    row("a signed number is none", "+49", "+49");
    row("an exponent is none", "-1e-7", "-1e-7");
    row("a sign alone", "-", "\"'-\"");
    row("two signs", "+-1", "\"'+-1\"");
    row("two plus signs", "++1", "\"'++1\"");
    row("infinity by name", "-inf", "\"'-inf\"");
    row("a formula inside", "a=1", "a=1");
    row("letters beyond ASCII", "Zoë 漢 😀", "Zoë 漢 😀");
    row("no UTF-8", "a\xFF\xC3", "a\xEF\xBF\xBD\xEF\xBF\xBD");
    row("overlong", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");
    row("surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    row("nul", QByteArray("a\0b", 3),
        "a\xEF\xBF\xBD"
        "b");
  }

  void hostileCellIsMadeHarmless() {
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, row);
    QCOMPARE(QByteArray::fromStdString(rowOf(text.toStdString())), row + "\r\n");
  }

  void everyTextComesBackFromItsRow() {
    const bool holds = rc::check([](const std::vector<std::string>& texts) {
      RC_PRE(!texts.empty());
      std::vector<CsvCell> cells;
      for (const std::string& text : texts) cells.push_back({text});
      const std::vector<std::string> read = readRow(csvRow(cells));
      RC_ASSERT(read.size() == texts.size());
      for (std::size_t i = 0; i < read.size(); ++i) {
        const bool isAscii =
            std::all_of(texts[i].begin(), texts[i].end(), [](char letter) { return letter > 0; });
        if (isAscii) RC_ASSERT(read[i] == texts[i] || read[i] == "'" + texts[i]);
        RC_ASSERT(read[i].empty() || std::string("=@\t\r\n").find(read[i][0]) == std::string::npos);
      }
    });
    QVERIFY(holds);
  }

  void nothingAndEmptyTextDiffer() {
    const std::vector<CsvCell> cells{CsvCell::none(), {""}, CsvCell::none()};
    QCOMPARE(csvRow(cells), std::string(",\"\",\r\n"));
  }

  void numbersAreTheSameInEveryLocale_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
    QTest::newRow("zero") << 0.0 << "0";
    QTest::newRow("minus zero") << -0.0001 << "0";
    QTest::newRow("whole") << 1'200.0 << "1200";
    QTest::newRow("three decimals") << 0.123456 << "0.123";
    QTest::newRow("no trailing zeros") << 2.5 << "2.5";
    QTest::newRow("negative") << -7.25 << "-7.25";
    QTest::newRow("large") << 9'007'199'254'740'992.0 << "9007199254740992";
    QTest::newRow("not a number") << std::numeric_limits<double>::quiet_NaN() << "";
    QTest::newRow("infinite") << std::numeric_limits<double>::infinity() << "";
  }

  void numbersAreTheSameInEveryLocale() {
    QFETCH(double, value);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(CsvCell::ofNumber(value).text), text);
    QCOMPARE(CsvCell::ofNumber(value).kind == CsvCell::Kind::Null, text.isEmpty());
  }

  void snapshotHeaderIsThatOfTheContract() {
    QCOMPARE(csvSnapshotHeader(),
             std::string("time,sink,state,queue_depth,queue_bytes,oldest_age_ms,accepted_per_s,"
                         "journaled_per_s,persisted_per_s,coalesced_per_s,workers_committing,"
                         "workers_preparing,workers_idle,memory_bytes,journal_bytes,"
                         "journal_full_in_s,pressure,ack_p50_us,ack_p99_us,commit_p50_ms,"
                         "commit_p99_ms,waited_total,rejected_total,shed_total,retries_total,"
                         "dead_letters,tick_late_ms\r\n"));
  }

  void snapshotRowHoldsEveryColumnInItsPlace() {
    Snapshot now = before();
    fill(now);
    const Snapshot earlier = before();
    QCOMPARE(csvSnapshotRow(now, &earlier, ""),
             std::string("2023-11-14T22:13:20.250Z,main,retrying,1,2,3.5,10,20,30,40,4,5,6,7,8,"
                         "9.5,1,11,12,1.3,1.4,15,16,17,18,19,2.1\r\n"));
  }

  void firstRowAndRowAfterARestartHaveNoRates() {
    Snapshot now = before();
    fill(now);
    Snapshot otherRun = before();
    otherRun.runId = 99;
    const std::string row = csvSnapshotRow(now, nullptr, "main");
    QVERIFY(row.find("3.5,,,,,4,5,6") != std::string::npos);
    QCOMPARE(csvSnapshotRow(now, &otherRun, "main"), row);
  }

  void latencyOfNothingAndNoFillingAreEmpty() {
    Snapshot now = before();
    const std::vector<std::string> cells = readRow(csvSnapshotRow(now, nullptr, ""));
    QCOMPARE(cells.size(), std::size_t{27});
    for (const std::size_t column : {15, 17, 18, 19, 20}) QVERIFY(cells[column].empty());
  }

  void rowOfAnUnknownSinkIsWhole() {
    const std::vector<std::string> cells = readRow(csvSnapshotRow(before(), nullptr, "=evil"));
    QCOMPARE(cells.size(), std::size_t{27});
    QCOMPARE(cells[1], std::string("'=evil"));
    QVERIFY(cells[2].empty());
  }

  void historyKeepsTheColumnsFirst() {
    QVERIFY(csvSnapshotHeader().find(",state," + historyMetricNames().front()) !=
            std::string::npos);
    QCOMPARE(historyMetricNames()[kCsvMetricCount - 1], std::string("tick_late_ms"));
    QCOMPARE(historyMetricValues(before(), nullptr).size(), historyMetricNames().size());
    QCOMPARE(historyMetricValues(Snapshot(), nullptr).size(), historyMetricNames().size());
  }

 private:
  static Snapshot before() {
    Snapshot snapshot;
    snapshot.runId = 1;
    snapshot.wallMicros = 1'700'000'000'250'000;
    snapshot.sinks.resize(1);
    snapshot.sinks[0].name = "main";
    return snapshot;
  }

  /// Distinct values, half a second later, so that each rate is ten times its number.
  static void fill(Snapshot& now) {
    now.steadyMicros = 500'000;
    now.acceptedSets = 5;
    now.journaledSets = 10;
    SinkSnapshot& sink = now.sinks[0];
    sink.state = SinkState::Retrying;
    sink.queueDepth = 1;
    sink.queueBytes = 2;
    sink.oldestAgeMicros = 3'500;
    sink.persistedSets = 15;
    sink.coalescedChanges = 20;
    sink.workersCommitting = 4;
    sink.workersPreparing = 5;
    sink.workersIdle = 6;
    now.memoryBytes = 7;
    now.journalBytes = 8;
    now.journalFullInSeconds = 9.5;
    now.budgets = {{"memory", 1, 2, 90, 70, 0}, {"journal", 1, 2, 90, 70, 1}};
    now.ackMicros = {11, 0, 12, 1};
    sink.commitMicros = {1'300, 0, 1'400, 1};
    now.waitedSets = 15;
    now.rejectedSets = 16;
    now.shedSets = 17;
    sink.retries = 18;
    sink.deadLettersWaiting = 19;
    now.tickLateMicros = 2'100;
  }
};

PENSTOCK_TEST(TestCsv)

}  // namespace penstock::test

#include "tst_csv.moc"
