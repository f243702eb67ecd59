// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

#include "metrics/history/history_aggregator.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kSecond = 1'000'000;

HistorySample sampleAt(std::int64_t wallMicros, std::vector<double> values,
                       std::uint64_t runId = 1) {
  return {wallMicros, runId, std::move(values)};
}

HistoryPoint pointAt(std::int64_t wallMicros, double value, std::uint64_t runId = 1) {
  return {wallMicros, wallMicros + kSecond / 2, runId, {{value, value, value}}};
}

}  // namespace

class TestHistoryAggregator : public QObject {
  Q_OBJECT

 private slots:
  void spikeOfOneSampleStays() {
    HistoryAggregator aggregator(1s);
    for (int i = 0; i < 10; ++i) {
      QVERIFY(!aggregator.add(sampleAt(i * kSecond / 10, {i == 4 ? 900.0 : 5.0})));
    }
    const auto point = aggregator.add(sampleAt(kSecond, {5}));
    QVERIFY(point.has_value());
    QCOMPARE(point->metrics[0].minimum, 5.0);
    QCOMPARE(point->metrics[0].maximum, 900.0);
    QCOMPARE(point->metrics[0].last, 5.0);
    QCOMPARE(point->fromMicros, std::int64_t{0});
    QCOMPARE(point->toMicros, 9 * kSecond / 10);
  }

  void restartEndsThePointWithinItsInterval() {
    HistoryAggregator aggregator(10s);
    QVERIFY(!aggregator.add(sampleAt(0, {1}, 1)));
    const auto point = aggregator.add(sampleAt(kSecond, {2}, 2));
    QVERIFY(point.has_value());
    QCOMPARE(point->runId, std::uint64_t{1});
    QCOMPARE(aggregator.current()->runId, std::uint64_t{2});
    QCOMPARE(aggregator.current()->metrics[0].minimum, 2.0);
  }

  void wallClockSetBackEndsThePoint() {
    HistoryAggregator aggregator(10s);
    QVERIFY(!aggregator.add(sampleAt(5 * kSecond, {1})));
    QVERIFY(aggregator.add(sampleAt(4 * kSecond, {2})).has_value());
    QVERIFY(aggregator.add(sampleAt(-7 * kSecond, {3})).has_value());
    QVERIFY(!aggregator.add(sampleAt(-6 * kSecond, {4})).has_value());
    QVERIFY(aggregator.add(sampleAt(1, {5})).has_value());
  }

  void missingValuesArePassedOver() {
    HistoryAggregator aggregator(1s);
    aggregator.add(sampleAt(0, {kNone, kNone, 1}));
    aggregator.add(sampleAt(1, {7, kNone, kNone}));
    aggregator.add(sampleAt(2, {3, kNone, kNone}));
    const auto point = aggregator.take();
    QCOMPARE(point->metrics[0].minimum, 3.0);
    QCOMPARE(point->metrics[0].maximum, 7.0);
    QCOMPARE(point->metrics[0].last, 3.0);
    QVERIFY(std::isnan(point->metrics[1].minimum) && std::isnan(point->metrics[1].maximum) &&
            std::isnan(point->metrics[1].last));
    QCOMPARE(point->metrics[2].last, 1.0);
    QVERIFY(!aggregator.take().has_value());
  }

  void thinningKeepsEverySpike() {
    std::vector<HistoryPoint> points;
    for (int i = 0; i < 1'000; ++i) points.push_back(pointAt(i * kSecond, i == 617 ? 99 : 1));
    const auto thin = thinHistory(points, 50);
    QVERIFY(thin.size() <= 50 && thin.size() > 25);
    int spikes = 0;
    for (std::size_t i = 0; i < thin.size(); ++i) {
      if (thin[i].metrics[0].maximum == 99) ++spikes;
      if (i > 0) QVERIFY(thin[i].fromMicros > thin[i - 1].toMicros);
    }
    QCOMPARE(spikes, 1);
    QCOMPARE(thin.front().fromMicros, points.front().fromMicros);
    QCOMPARE(thin.back().toMicros, points.back().toMicros);
  }

  void thinningNeverJoinsTwoRuns() {
    std::vector<HistoryPoint> points;
    for (int i = 0; i < 100; ++i) points.push_back(pointAt(i * kSecond, i < 50 ? 1 : 2, i / 50));
    for (const HistoryPoint& point : thinHistory(points, 5)) {
      QCOMPARE(point.metrics[0].minimum, point.metrics[0].maximum);
    }
  }

  void answerIsNeverLongerThanAskedFor() {
    std::vector<HistoryPoint> points;
    for (int i = 0; i < 100; ++i) points.push_back(pointAt(i * kSecond, i, i));
    const auto thin = thinHistory(points, 10);
    QCOMPARE(thin.size(), std::size_t{10});
    QCOMPARE(thin.back().metrics[0].last, 99.0);
    QCOMPARE(thinHistory(points, 1).size(), std::size_t{1});
    QCOMPARE(thinHistory(points, 100).size(), std::size_t{100});
    QVERIFY(thinHistory({}, 10).empty());
  }
};

PENSTOCK_TEST(TestHistoryAggregator)

}  // namespace penstock::test

#include "tst_history_aggregator.moc"
