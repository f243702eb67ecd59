// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/worker.h"
#include "metrics/histogram.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr std::uint64_t kLargest = (std::uint64_t{1} << HistogramBuckets::kValueBits) - 1;

double exactQuantile(std::vector<std::int64_t> values, double share) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(
      std::max(1.0, std::ceil(share * static_cast<double>(values.size()))));
  return static_cast<double>(values[rank - 1]);
}

bool isWithinBound(double found, double exact) {
  return std::abs(found - exact) <= exact * 0.03 + 1e-9;
}

}  // namespace

class TestHistogram : public QObject {
  Q_OBJECT

 private slots:
  void bucketsTileTheWholeRangeWithoutHoles() {
    std::uint64_t next = 0;
    for (std::size_t i = 0; i < HistogramBuckets::kCount; ++i) {
      QCOMPARE(HistogramBuckets::lowest(i), next);
      QVERIFY(HistogramBuckets::highest(i) >= next);
      QCOMPARE(HistogramBuckets::indexOf(HistogramBuckets::lowest(i)), i);
      QCOMPARE(HistogramBuckets::indexOf(HistogramBuckets::highest(i)), i);
      next = HistogramBuckets::highest(i) + 1;
    }
    QCOMPARE(next, kLargest + 1);
  }

  void midpointIsNearEveryValueOfItsBucket() {
    for (std::size_t i = 1; i < HistogramBuckets::kCount; ++i) {
      const auto low = static_cast<double>(HistogramBuckets::lowest(i));
      QVERIFY((HistogramBuckets::midpoint(i) - low) / low <= 1.0 / 64);
    }
  }

  void quantilesAreWithinThreePercentOfExactOnes() {
    const bool holds = rc::check([] {
      const auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::int64_t>>(
          rc::gen::map(rc::gen::pair(rc::gen::inRange(0, 39), rc::gen::inRange(0, 1 << 20)),
                       [](const std::pair<int, int>& part) {
                         return (std::int64_t{1} << part.first) +
                                (std::int64_t{part.second} << part.first >> 20);
                       })));
      Histogram histogram;
      for (const std::int64_t value : values) histogram.record(value);
      const Quantiles found = histogram.copy().since(HistogramCopy());
      RC_ASSERT(found.count == values.size());
      RC_ASSERT(isWithinBound(found.p50, exactQuantile(values, 0.50)));
      RC_ASSERT(isWithinBound(found.p95, exactQuantile(values, 0.95)));
      RC_ASSERT(isWithinBound(found.p99, exactQuantile(values, 0.99)));
    });
    QVERIFY(holds);
  }

  void quantilesAreOfWhatCameSinceTheCopyBefore() {
    Histogram histogram;
    QuantilesBetweenSamples between(histogram);
    histogram.record(10, 100);
    QCOMPARE(between.take().p99, 10.0);
    histogram.record(50, 7);
    const Quantiles second = between.take();
    QCOMPARE(second.count, std::uint64_t{7});
    QCOMPARE(second.p50, 50.0);
    const Quantiles nothing = between.take();
    QCOMPARE(nothing.count, std::uint64_t{0});
    QCOMPARE(nothing.p99, 0.0);
  }

  void oneSlowValueInAHundredShowsAtP99Only() {
    Histogram histogram;
    histogram.record(10, 98);
    histogram.record(40, 2);
    const Quantiles found = histogram.copy().since(HistogramCopy());
    QCOMPARE(found.p50, 10.0);
    QCOMPARE(found.p95, 10.0);
    QCOMPARE(found.p99, 40.0);
  }

  void valuesOutsideTheRangeAreCountedAtItsEnds() {
    Histogram histogram;
    histogram.record(-5);
    histogram.record(std::numeric_limits<std::int64_t>::max());
    const HistogramCopy copy = histogram.copy();
    QCOMPARE(copy.count(), std::uint64_t{2});
    QCOMPARE(copy.countUpTo(0), std::uint64_t{1});
    QCOMPARE(copy.countUpTo(kLargest), std::uint64_t{2});
  }

  void cumulativeCountsAndSumServeAScrape() {
    Histogram histogram;
    histogram.record(1, 3);
    histogram.record(20, 2);
    const HistogramCopy copy = histogram.copy();
    QCOMPARE(copy.countUpTo(1), std::uint64_t{3});
    QCOMPARE(copy.countUpTo(19), std::uint64_t{3});
    QCOMPARE(copy.countUpTo(20), std::uint64_t{5});
    QCOMPARE(copy.sumMicros(), std::uint64_t{43});
  }

  void nothingIsLostBetweenThreads() {
    Histogram histogram;
    std::uint64_t seen = 0;
    {
      std::vector<Worker> workers;
      for (int i = 0; i < 3; ++i) {
        workers.emplace_back("records", ThreadPriority::Normal, [&histogram, i] {
          for (int n = 0; n < 5'000; ++n) histogram.record(n * (i + 1));
        });
      }
      QuantilesBetweenSamples between(histogram);
      for (int n = 0; n < 50; ++n) seen += between.take().count;
      workers.clear();
      seen += between.take().count;
    }
    QCOMPARE(seen, std::uint64_t{15'000});
  }
};

PENSTOCK_TEST(TestHistogram)

}  // namespace penstock::test

#include "tst_histogram.moc"
