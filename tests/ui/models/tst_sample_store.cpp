// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <cmath>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/models/history_rows.h"
#include "ui/models/sample_store.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

bool hasGapBetween(const SampleStore& store, double from, double to) {
  return std::any_of(store.rows().begin(), store.rows().end(), [&](const SampleRow& row) {
    return row.time > from && row.time < to && isGapRow(row);
  });
}

double highest(const SampleStore& store, Series series) {
  double most = 0;
  for (const SampleRow& row : store.rows()) most = std::fmax(most, row[series]);
  return most;
}

HistoryPoint pointAt(std::int64_t fromMicros, double depth) {
  HistoryPoint point;
  point.fromMicros = fromMicros;
  point.toMicros = fromMicros + 1'000'000;
  point.runId = 7;
  point.metrics.resize(historyMetricNames().size(), {1, 3, 2});
  point.metrics[0] = {depth, depth * 2, depth};  // queue_depth comes first
  return point;
}

}  // namespace

class TestSampleStore : public QObject {
  Q_OBJECT

 private slots:
  void samplesBecomeRowsInOrderOfTime() {
    FakeEngineLink link;
    SampleStore store;
    QCOMPARE(store.poll(link), std::size_t{0});
    link.publishEvenly(30);
    QCOMPARE(store.poll(link), std::size_t{30});
    QCOMPARE(store.poll(link), std::size_t{0});
    link.publishEvenly(2);
    QCOMPARE(store.poll(link), std::size_t{2});
    QCOMPARE(store.rows().size(), std::size_t{32});
    QVERIFY(std::is_sorted(
        store.rows().begin(), store.rows().end(),
        [](const SampleRow& left, const SampleRow& right) { return left.time < right.time; }));
    QCOMPARE(store.rows().back()[Series::QueueDepth], 310.0);
  }

  void ratesArePerSecond() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(30);
    store.poll(link);
    QVERIFY(std::isnan(store.rows().front()[Series::Accepted]));
    QVERIFY(std::abs(store.rows().back()[Series::Accepted] - 1000) < 1e-6);
    QVERIFY(std::abs(store.rows().back()[Series::Persisted] - 900) < 1e-6);
  }

  void anotherRunIsAGap() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(20);
    store.poll(link);
    const double before = store.rows().back().time;
    Snapshot restarted = link.next();
    restarted.runId = 8;
    restarted.number = 1;
    restarted.acceptedSets = 0;
    restarted.steadyMicros = 100;
    restarted.wallMicros += 60'000'000;
    link.publish(restarted);
    QCOMPARE(store.poll(link), std::size_t{1});
    QVERIFY(hasGapBetween(store, before, store.rows().back().time));
    QVERIFY(std::isnan(store.rows().back()[Series::Accepted]));
    QVERIFY(store.bands().back().kind == BandKind::NoData);
    QVERIFY(std::abs(store.bands().back().span.length() - 60.1) < 0.01);
  }

  void missingSamplesAreAGapOnlyWhenMoreThanThree_data() {
    QTest::addColumn<int>("missing");
    QTest::addColumn<bool>("isGap");
    QTest::newRow("one late") << 1 << false;
    QTest::newRow("two missing") << 2 << false;
    QTest::newRow("three missing") << 3 << true;
    QTest::newRow("many missing") << 300 << true;
  }
  void missingSamplesAreAGapOnlyWhenMoreThanThree() {
    QFETCH(int, missing);
    QFETCH(bool, isGap);
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(20);
    store.poll(link);
    const double before = store.rows().back().time;
    Snapshot late = link.next();
    late.number += static_cast<std::uint64_t>(missing);
    late.wallMicros += missing * 100'000;
    late.steadyMicros += missing * 100'000;
    link.publish(late);
    store.poll(link);
    QCOMPARE(hasGapBetween(store, before, store.rows().back().time), isGap);
    QCOMPARE(store.samplesLost(), static_cast<std::uint64_t>(missing));
  }

  void aSpikeOfOneSampleSurvivesThinning() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(100);
    Snapshot spike = link.next();
    const std::uint64_t usual = spike.sinks[0].queueDepth;
    spike.sinks[0].queueDepth = 5'000'000;
    link.publish(spike);
    Snapshot after = link.next();
    after.sinks[0].queueDepth = usual;
    link.publish(after);
    for (int minute = 0; minute < 15; ++minute) {
      link.publishEvenly(600);
      store.poll(link);
    }
    QVERIFY(store.rows().size() < 9102 * 3 / 4);
    QCOMPARE(highest(store, Series::QueueDepth), 5e6);
    const double now = store.rows().back().time;
    const auto recent = std::count_if(store.rows().begin(), store.rows().end(),
                                      [now](const SampleRow& row) { return now - row.time < 595; });
    QVERIFY(recent >= 5949);  // ten minutes stay at the full rate
  }

  void thinningKeepsGaps() {
    std::vector<SampleRow> rows;
    for (int at = 0; at < 40; ++at) {
      SampleRow row;
      row.time = 100 + at * 0.1;
      row.values.fill(at);
      rows.push_back(at == 15 ? gapRow(row.time) : row);
    }
    const std::vector<SampleRow> thinned = thinnedRows(rows);
    QCOMPARE(thinned.size(), std::size_t{11});  // two a second, and the second with the gap thrice
    QCOMPARE(std::count_if(thinned.begin(), thinned.end(), isGapRow), std::ptrdiff_t{1});
    QCOMPARE(thinned.back()[Series::QueueDepth], 39.0);
  }

  void aClockSetBackDoesNotFoldTheLine() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(100);
    store.poll(link);
    Snapshot back = link.next();
    back.wallMicros -= 5'000'000;
    link.publish(back);
    store.poll(link);
    QVERIFY(std::is_sorted(
        store.rows().begin(), store.rows().end(),
        [](const SampleRow& left, const SampleRow& right) { return left.time < right.time; }));
    QVERIFY(store.rows().size() < 60);
  }

  void pausesAndPressureAreBands() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(10);
    for (int at = 0; at < 20; ++at) {
      Snapshot sample = link.next();
      sample.sinks[0].state = SinkState::Paused;
      sample.budgets[0].pressure = at >= 10 ? 1 : 0;
      link.publish(sample);
    }
    Snapshot resumed = link.next();
    resumed.sinks[0].state = SinkState::Running;
    resumed.budgets[0].pressure = 0;
    link.publish(resumed);
    link.publishEvenly(10);
    store.poll(link);
    QCOMPARE(store.bands().size(), std::size_t{2});
    QVERIFY(store.bands()[0].kind == BandKind::Paused);
    QVERIFY(std::abs(store.bands()[0].span.length() - 2.0) < 1e-6);
    QVERIFY(store.bands()[1].kind == BandKind::Backpressure);
    QVERIFY(std::abs(store.bands()[1].span.length() - 1.0) < 1e-6);
  }

  void historyIsAskedForOnceAndComesBeforeTheSamples() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(50);
    store.poll(link);
    store.poll(link);
    QCOMPARE(link.histories().size(), std::size_t{1});
    const HistoryRequest& request = link.histories().front();
    QVERIFY(request.toMicros <= kEvenStartMicros);
    HistoryPage page;
    page.request = link.lastRequest();
    for (int second = 300; second > 1; --second) {
      const double depth = second == 150 ? 1e6 : 10;
      page.points.push_back(pointAt(kEvenStartMicros - second * 1'000'000, depth));
    }
    page.points.erase(page.points.begin() + 100, page.points.begin() + 120);
    const std::uint64_t generation = store.generation();
    QVERIFY(store.addHistory(page) == SampleStore::Taken::Yes);
    QVERIFY(store.generation() != generation);
    QCOMPARE(highest(store, Series::QueueDepth), 2e6);  // the maximum, not the average
    const auto gap = std::find_if(store.bands().begin(), store.bands().end(),
                                  [](const Band& band) { return band.kind == BandKind::NoData; });
    QVERIFY(gap != store.bands().end());
    QCOMPARE(gap->span.length(), 20.0);
    QVERIFY(store.addHistory(page) == SampleStore::Taken::NotMine);
  }

  void anotherSinkBeginsAnew() {
    FakeEngineLink link;
    SampleStore store;
    link.publishEvenly(50);
    store.poll(link);
    store.setSink("archive");
    QVERIFY(store.rows().empty());
    store.poll(link);
    QCOMPARE(store.rows().size(), std::size_t{50});
    QVERIFY(std::isnan(store.rows().back()[Series::QueueDepth]));
    QVERIFY(!std::isnan(store.rows().back()[Series::MemoryBytes]));
  }

  void eventsBecomeMarkersOnce() {
    SampleStore store;
    Event command;
    command.number = 3;
    command.wallMicros = kEvenStartMicros;
    command.kind = EventKind::Command;
    command.who = "anna";
    command.what = "pause";
    Event retry = command;
    retry.number = 4;
    retry.kind = EventKind::Retry;
    store.addEvents({command, retry});
    store.addEvents({command, retry});
    QCOMPARE(store.markers().size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(store.markers().front().text), QString("anna: pause"));
  }

  void anHourIsKept() {
    FakeEngineLink link;
    SampleStore store;
    for (int minute = 0; minute < 65; ++minute) {
      link.keepNewest(1);
      link.publishEvenly(600);
      store.poll(link);
    }
    QVERIFY(store.rows().back().time - store.rows().front().time <= 3600);
    QVERIFY(store.rows().back().time - store.rows().front().time > 3590);
    QVERIFY(store.rows().size() < 14'000);
  }
};
PENSTOCK_TEST(TestSampleStore)

}  // namespace penstock::test
#include "tst_sample_store.moc"
