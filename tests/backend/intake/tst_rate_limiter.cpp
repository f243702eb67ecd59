// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "intake/rate_limiter.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace std::chrono_literals;

namespace {
constexpr SteadyTime kStart{1h};
}

class TestRateLimiter : public QObject {
  Q_OBJECT
 private slots:
  void oneSecondsWorthAtOnceThenTheRate();
  void refusalSaysWhenThereIsAToken();
  void rateIsKeptOverTime();
  void slowRatesHoldOneToken();
  void clientsAndTablesHaveTheirOwn();
  void timeThatGoesBackGivesNothing();
  void bucketsAreBounded();
};

void TestRateLimiter::oneSecondsWorthAtOnceThenTheRate() {
  RateLimiter limiter;
  const RateLimiter::Rate rate{TableId{1}, 10};
  for (int i = 0; i < 10; ++i) QVERIFY(limiter.take("a", rate, kStart) == 0ms);
  QVERIFY(limiter.take("a", rate, kStart) == 100ms);
  QVERIFY(limiter.take("a", rate, kStart + 100ms) == 0ms);
  QVERIFY(limiter.take("a", rate, kStart + 100ms) > 0ms);
}

void TestRateLimiter::refusalSaysWhenThereIsAToken() {
  RateLimiter limiter;
  const RateLimiter::Rate rate{TableId{1}, 3};
  SteadyTime now = kStart;
  for (int i = 0; i < 100; ++i) {
    const auto wait = limiter.take("a", rate, now);
    now += wait;
    if (wait > 0ms) QVERIFY(limiter.take("a", rate, now) == 0ms);
  }
}

void TestRateLimiter::rateIsKeptOverTime() {
  RateLimiter limiter;
  const RateLimiter::Rate rate{TableId{1}, 25};
  int taken = 0;
  for (int ms = 0; ms < 10'000; ++ms) taken += limiter.take("a", rate, kStart + ms * 1ms) == 0ms;
  QVERIFY(taken >= 25 + 248 && taken <= 25 + 250);
}

void TestRateLimiter::slowRatesHoldOneToken() {
  RateLimiter limiter;
  const RateLimiter::Rate rate{TableId{1}, 0.1};
  QVERIFY(limiter.take("a", rate, kStart) == 0ms);
  QVERIFY(limiter.take("a", rate, kStart) == 10s);
  QVERIFY(limiter.take("a", rate, kStart + 1h) == 0ms);
  QVERIFY(limiter.take("a", rate, kStart + 1h) > 0ms);
}

void TestRateLimiter::clientsAndTablesHaveTheirOwn() {
  RateLimiter limiter;
  QVERIFY(limiter.take("a", {TableId{1}, 1}, kStart) == 0ms);
  QVERIFY(limiter.take("b", {TableId{1}, 1}, kStart) == 0ms);
  QVERIFY(limiter.take("a", {TableId{2}, 1}, kStart) == 0ms);
  QVERIFY(limiter.take("a", {TableId{1}, 1}, kStart) > 0ms);
  QCOMPARE(limiter.bucketCount(), std::size_t{3});
}

void TestRateLimiter::timeThatGoesBackGivesNothing() {
  RateLimiter limiter;
  QVERIFY(limiter.take("a", {TableId{1}, 1}, kStart) == 0ms);
  QVERIFY(limiter.take("a", {TableId{1}, 1}, kStart - 10s) > 0ms);
  QVERIFY(limiter.take("a", {TableId{1}, 1}, kStart + 500ms) > 0ms);
}

void TestRateLimiter::bucketsAreBounded() {
  RateLimiter limiter(3);
  const auto take = [&](const std::string& client) {
    return limiter.take(client, {TableId{1}, 1}, kStart);
  };
  for (const char* client : {"a", "b", "c"}) QVERIFY(take(client) == 0ms);
  QVERIFY(take("a") > 0ms);  // seen again: b is now the one seen longest ago
  QVERIFY(take("d") == 0ms);
  QCOMPARE(limiter.bucketCount(), std::size_t{3});
  QVERIFY(take("a") > 0ms);
  QVERIFY(take("b") == 0ms);
}

PENSTOCK_TEST(TestRateLimiter)
#include "tst_rate_limiter.moc"
