// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/backend/workload/fake_port.h"
#include "tests/support/test_main.h"
#include "workload/replay_dealer.h"

namespace penstock::test {
namespace {

constexpr std::uint64_t kSource = 77;

Ack failed(StatusCode code, std::uint32_t retryAfterMs = 0) {
  Ack ack;
  ack.status = Status(code, "as the test says");
  ack.retryAfterMs = retryAfterMs;
  return ack;
}

struct Report {
  std::string file;
  std::uint64_t line = 0;
  Status status;
};

/// A dealer over a port, fed with texts as the lines of a file.
class Dealing {
 public:
  explicit Dealing(std::uint32_t producers, std::uint64_t source = kSource)
      : dealer(port, stop, {"changes.ndjson", source, producers},
               [this](const std::string& file, std::uint64_t line, const Status& status) {
                 reports.push_back({file, line, status});
               }) {}

  Status deal(const std::string& text, Line::Length length = Line::Length::Whole) {
    Line line;
    line.text = text;
    line.number = ++m_number;
    line.physical = 2 * m_number;
    line.chainHash = 1000 + m_number;
    line.length = length;
    return dealer.deal(line);
  }

  FakePort port;
  StopSignal stop;
  std::vector<Report> reports;
  ReplayDealer dealer;

 private:
  std::uint64_t m_number = 0;
};

}  // namespace

class TestReplayDealer : public QObject {
  Q_OBJECT

 private slots:
  void everyLineIsHandedInOnceAndGroupsKeepTheirOrder_data() {
    QTest::addColumn<quint32>("producers");
    for (const quint32 producers : {1u, 2u, 8u}) {
      QTest::addRow("%u producers", producers) << producers;
    }
  }
  void everyLineIsHandedInOnceAndGroupsKeepTheirOrder() {
    QFETCH(quint32, producers);
    Dealing dealing(producers);
    constexpr std::uint64_t kLines = 4000;
    for (std::uint64_t i = 1; i <= kLines; ++i) {
      QVERIFY(dealing.deal(plainLine(static_cast<std::int64_t>(i), std::to_string(i % 13))).isOk());
    }
    QVERIFY(dealing.dealer.finish().isOk());
    std::map<std::string, std::uint64_t> last;
    std::set<std::uint64_t> seen;
    for (const Submitted& each : dealing.port.submitted()) {
      QVERIFY(last[each.group] < each.line);
      last[each.group] = each.line;
      seen.insert(each.line);
    }
    QCOMPARE(seen.size(), kLines);
    QCOMPARE(dealing.port.submitted().size(), kLines);
    const ReplayCounts counts = dealing.dealer.counts();
    QCOMPARE(counts.accepted, kLines);
    QCOMPARE(counts.changes, kLines);
    QCOMPARE(counts.known + counts.rejected + counts.shed, 0u);
  }

  void knownLinesAreCountedApart() {
    Dealing dealing(1);
    dealing.port.answer = [](std::uint64_t number) {
      Ack ack;
      ack.known = number % 2 == 0;
      return ack;
    };
    for (std::int64_t i = 0; i < 10; ++i) QVERIFY(dealing.deal(plainLine(i)).isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QCOMPARE(dealing.dealer.counts().accepted, 5u);
    QCOMPARE(dealing.dealer.counts().known, 5u);
    QCOMPARE(dealing.dealer.counts().changes, 5u);
  }

  void badLineIsReportedAndNotedAndTheRestGoesOn() {
    Dealing dealing(2);
    QVERIFY(dealing.deal(plainLine(1)).isOk());
    QVERIFY(dealing.deal(R"({"table":"plain","op":"upsert","key":{"id":"x"}})").isOk());
    QVERIFY(dealing.deal("", Line::Length::TooLong).isOk());
    QVERIFY(dealing.deal("no JSON").isOk());
    QVERIFY(dealing.deal(plainLine(2)).isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QCOMPARE(dealing.reports.size(), 3u);
    QCOMPARE(dealing.reports[0].file, std::string("changes.ndjson"));
    QCOMPARE(dealing.reports[0].line, 4u);  // as an editor counts
    QVERIFY(dealing.reports[0].status.message().find("key.id") != std::string::npos);
    QVERIFY(dealing.reports[1].status.message().find("1.0 MiB") != std::string::npos);
    QCOMPARE(dealing.dealer.counts().rejected, 3u);
    QCOMPARE(dealing.dealer.counts().accepted, 2u);
    const std::vector<SourceLine> marked = dealing.port.marked();
    QCOMPARE(marked.size(), 3u);
    for (std::uint64_t i = 0; i < 3; ++i) {
      QCOMPARE(marked[i].source, kSource);
      QCOMPARE(marked[i].line, i + 2);
      QCOMPARE(marked[i].chainHash, 1002 + i);
    }
  }

  void idUsedForOtherContentIsABadLineToo() {
    Dealing dealing(1);
    dealing.port.answer = [](std::uint64_t) { return failed(StatusCode::Invalid); };
    QVERIFY(dealing.deal(plainLine(1)).isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QCOMPARE(dealing.reports.size(), 1u);
    QCOMPARE(dealing.port.marked().size(), 1u);
    QCOMPARE(dealing.dealer.counts().rejected, 1u);
  }

  void linesOfNoSourceAreNotNoted() {
    Dealing dealing(1, 0);
    QVERIFY(dealing.deal("no JSON").isOk());
    QVERIFY(dealing.deal(plainLine(1)).isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QVERIFY(dealing.port.marked().empty());
    QCOMPARE(dealing.port.submitted()[0].line, 0u);
  }

  void overloadIsWaitedFor() {
    Dealing dealing(1);
    dealing.port.answer = [](std::uint64_t number) {
      if (number <= 3) return failed(StatusCode::Overloaded, 1);
      return number <= 5 ? failed(StatusCode::Deadline) : Ack();
    };
    QVERIFY(dealing.deal(plainLine(1)).isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QCOMPARE(dealing.port.attempts(), 6u);
    QCOMPARE(dealing.dealer.counts().accepted, 1u);
    QVERIFY(dealing.reports.empty());
  }

  void shedLineIsReportedAndNotedAndNotTriedAgain_data() {
    QTest::addColumn<quint32>("producers");
    QTest::newRow("1 producer") << 1u;
    QTest::newRow("4 producers") << 4u;
  }
  void shedLineIsReportedAndNotedAndNotTriedAgain() {
    QFETCH(quint32, producers);
    Dealing dealing(producers);
    dealing.port.answer = [](std::uint64_t number) {
      Ack ack = number % 2 == 0 ? failed(StatusCode::Overloaded) : Ack();
      ack.shed = number % 2 == 0;
      return ack;
    };
    for (std::int64_t i = 0; i < 10; ++i) QVERIFY(dealing.deal(plainLine(i)).isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QCOMPARE(dealing.port.attempts(), 10u);
    const ReplayCounts counts = dealing.dealer.counts();
    QCOMPARE(counts.accepted, 5u);
    QCOMPARE(counts.shed, 5u);
    QCOMPARE(counts.rejected, 0u);
    QCOMPARE(dealing.reports.size(), 5u);
    QVERIFY(dealing.port.marked().empty());
    std::set<std::uint64_t> told;
    for (const Report& report : dealing.reports) told.insert(report.line);
    for (const Submitted& each : dealing.port.submitted()) QVERIFY(told.count(2 * each.line) == 0);
    std::set<std::uint64_t> noted;
    for (const SourceLine& line : dealing.port.markedShed()) noted.insert(2 * line.line);
    QVERIFY(noted == told);
  }

  // Its line is too far ahead of those that another producer still holds.
  void refusalThatCannotBeNotedYetIsNotedLater() {
    Dealing dealing(2);
    dealing.port.mark = [](std::uint64_t number) {
      return number <= 3 ? Status(StatusCode::Overloaded, "the earlier lines first") : Status::ok();
    };
    QVERIFY(dealing.deal("no JSON").isOk());
    QVERIFY(dealing.dealer.finish().isOk());
    QCOMPARE(dealing.port.marked().size(), 1u);
    QCOMPARE(dealing.reports.size(), 1u);
    QCOMPARE(dealing.dealer.counts().rejected, 1u);
  }

  void closedEngineEndsItWithoutAHang_data() {
    everyLineIsHandedInOnceAndGroupsKeepTheirOrder_data();
  }
  void closedEngineEndsItWithoutAHang() {
    QFETCH(quint32, producers);
    Dealing dealing(producers);
    dealing.port.answer = [](std::uint64_t number) {
      return number > 100 ? failed(StatusCode::Unavailable) : Ack();
    };
    // More than all queues hold.
    const std::string group(200, 'g');
    Status dealt;
    for (std::int64_t i = 0; i < 100'000 && dealt.isOk(); ++i) {
      dealt = dealing.deal(plainLine(i, group + std::to_string(i % 50)));
    }
    QVERIFY(dealt.code() == StatusCode::Unavailable);
    QVERIFY(producers == 1 || dealing.dealer.finish().code() == StatusCode::Unavailable);
    QCOMPARE(dealing.dealer.counts().accepted, 100u);
  }

  void stopEndsTheWaitForRoom() {
    for (const std::uint32_t producers : {1u, 4u}) {
      Dealing dealing(producers);
      dealing.port.answer = [&dealing](std::uint64_t number) {
        if (number == 3) dealing.stop.request();
        return failed(StatusCode::Overloaded, 1);
      };
      dealing.port.mark = [](std::uint64_t) { return Status(StatusCode::Overloaded, "later"); };
      for (std::int64_t i = 0; i < 20; ++i) QVERIFY(dealing.deal(plainLine(i)).isOk());
      QVERIFY(dealing.deal("no JSON").isOk());
      QVERIFY(dealing.dealer.finish().isOk());
      QCOMPARE(dealing.dealer.counts().accepted, 0u);
    }
  }

  void linesThatDidNotReachTheJournalAreTold() {
    Dealing dealing(2);
    dealing.port.acknowledge = [](std::uint64_t number) {
      return number % 10 == 0 ? failed(StatusCode::IoError) : Ack();
    };
    for (std::int64_t i = 0; i < 100; ++i) QVERIFY(dealing.deal(plainLine(i)).isOk());
    const Status finished = dealing.dealer.finish();
    QVERIFY(finished.code() == StatusCode::IoError);
    QVERIFY2(finished.message().find("10 ") != std::string::npos, finished.message().c_str());
  }
};

PENSTOCK_TEST(TestReplayDealer)

}  // namespace penstock::test

#include "tst_replay_dealer.moc"
