// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "flush/retry_policy.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr double kAlmostOne = 1.0 - 1e-12;

/// The ceiling that jitter draws below, to the millisecond.
std::int64_t ceilingMs(const RetryPolicy& policy, std::uint32_t failures) {
  return std::chrono::round<std::chrono::milliseconds>(policy.delay(failures, kAlmostOne)).count();
}

}  // namespace

class TestRetryPolicy : public QObject {
  Q_OBJECT

 private slots:
  void ceilingDoublesUpToTheMaximum_data() {
    QTest::addColumn<quint32>("failures");
    QTest::addColumn<qint64>("ceiling");
    const std::pair<quint32, qint64> table[] = {{1, 100},  {2, 200},    {3, 400},
                                                {4, 800},  {5, 1600},   {6, 3000},
                                                {7, 3000}, {100, 3000}, {4'000'000'000, 3000}};
    for (const auto& [failures, ceiling] : table) {
      QTest::addRow("%u failures", failures) << failures << ceiling;
    }
  }
  void ceilingDoublesUpToTheMaximum() {
    QFETCH(quint32, failures);
    QFETCH(qint64, ceiling);
    QCOMPARE(ceilingMs({100ms, 3000ms}, failures), ceiling);
  }

  void jitterIsFull() {
    const RetryPolicy policy{100ms, 3000ms};
    QCOMPARE(policy.delay(3, 0.0), std::chrono::microseconds(0));
    QCOMPARE(policy.delay(3, 0.25), std::chrono::microseconds(100ms));
    QCOMPARE(policy.delay(3, 0.5), std::chrono::microseconds(200ms));
    QVERIFY(policy.delay(3, kAlmostOne) < 400ms);
  }

  void maximumBelowTheFirstDelayHolds() {
    QCOMPARE(ceilingMs({500ms, 200ms}, 1), 200);
    QCOMPARE(ceilingMs({500ms, 200ms}, 9), 200);
  }

  void longestAllowedTimesDoNotOverflow() {
    QCOMPARE(ceilingMs({1h, 1h}, 4'000'000'000), qint64{3'600'000});
    QCOMPARE(ceilingMs({1ms, 1h}, 64), qint64{3'600'000});
  }
};

PENSTOCK_TEST(TestRetryPolicy)

}  // namespace penstock::test

#include "tst_retry_policy.moc"
