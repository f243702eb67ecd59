// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>
#include <vector>

#include "intake/fair_shares.h"
#include "tests/support/jain_index.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{1h};
constexpr SteadyTime kLater = kStart + 1s;
constexpr ClientKey kAda{11};
constexpr ClientKey kBob{12};
constexpr ClientKey kEve{13};

/// What a client wants: so many sets of so many bytes each millisecond.
struct Demand {
  std::uint64_t sets = 1;
  std::uint64_t bytes = 100;
  int everyMs = 1;
};

/// Bytes that each got in ten seconds, in which 1,000 bytes a millisecond are freed.
std::vector<double> tenSeconds(const std::vector<Demand>& demands) {
  FairShares shares;
  std::vector<double> got(demands.size());
  std::int64_t used = 0;
  for (int ms = 0; ms < 10'000; ++ms) {
    const SteadyTime now = kStart + std::chrono::milliseconds(ms);
    used = std::max<std::int64_t>(0, used - 1000);
    shares.deal({100'000 - used, 50'000}, now);
    for (std::size_t i = 0; i < demands.size(); ++i) {
      for (std::uint64_t n = 0; ms % demands[i].everyMs == 0 && n < demands[i].sets; ++n) {
        if (!shares.spend(ClientKey{i + 1}, demands[i].bytes, now + 500ms)) {
          shares.claim(ClientKey{i + 1}, now + 500ms);
          continue;
        }
        got[i] += static_cast<double>(demands[i].bytes);
        used += static_cast<std::int64_t>(demands[i].bytes);
      }
    }
  }
  return got;
}

}  // namespace

class TestFairShares : public QObject {
  Q_OBJECT

 private slots:
  void nobodyPassesBeforeADeal() {
    FairShares shares;
    QVERIFY(!shares.spend(kAda, 0, kLater));
    shares.claim(kAda, kLater);
    QVERIFY(!shares.spend(kAda, 0, kLater));
    QCOMPARE(shares.promised(), 0);
  }

  void allWhoAskGetTheSame() {
    FairShares shares;
    for (const ClientKey client : {kAda, kBob}) shares.claim(client, kLater);
    for (int i = 0; i < 100; ++i) shares.claim(kEve, kLater);
    QVERIFY(shares.deal({300, 3000}, kStart));
    for (const ClientKey client : {kAda, kBob, kEve}) {
      QVERIFY(shares.spend(client, 100, kLater));
      QVERIFY(!shares.spend(client, 1, kLater));
    }
    QCOMPARE(shares.promised(), 0);
  }

  void whatIsPromisedIsNotDealtAgain() {
    FairShares shares;
    shares.claim(kAda, kLater);
    QVERIFY(shares.deal({100, 1000}, kStart));
    QCOMPARE(shares.promised(), 100);
    QVERIFY(!shares.deal({100, 1000}, kStart));
    QVERIFY(shares.spend(kAda, 60, kLater));
    QVERIFY(!shares.deal({40, 1000}, kStart));
    QVERIFY(shares.deal({41, 1000}, kStart));
    QCOMPARE(shares.promised(), 41);
  }

  void savingsAreBoundedAndTheRestGoesToOthers() {
    FairShares shares;
    for (const ClientKey client : {kAda, kBob}) shares.claim(client, kLater);
    QVERIFY(shares.deal({150, 200}, kStart));
    QVERIFY(shares.spend(kBob, 75, kLater));
    QVERIFY(shares.deal({250, 200}, kStart));
    QCOMPARE(shares.promised(), 200);
    QVERIFY(!shares.deal({1'000'000, 200}, kStart));
    QVERIFY(shares.spend(kAda, 100, kLater));
    QVERIFY(shares.spend(kBob, 100, kLater));
  }

  void aSetLargerThanTheSavingsPassesAndIsPaidFor() {
    FairShares shares;
    for (const ClientKey client : {kAda, kBob}) shares.claim(client, kLater);
    QVERIFY(shares.deal({150, 200}, kStart));
    QVERIFY(!shares.spend(kAda, 1000, kLater));
    QVERIFY(shares.deal({200, 200}, kStart));
    QVERIFY(shares.spend(kAda, 1000, kLater));
    QCOMPARE(shares.promised(), 100 - 900);
    QVERIFY(shares.deal({0, 200}, kStart));
    QVERIFY(!shares.spend(kAda, 1, kLater));
    QVERIFY(shares.spend(kBob, 100, kLater));
  }

  void whoNoLongerAsksGetsAndKeepsNothing() {
    FairShares shares;
    shares.claim(kAda, kStart + 10ms);
    shares.claim(kBob, kLater);
    QVERIFY(shares.deal({200, 2000}, kStart));
    QVERIFY(!shares.deal({200, 2000}, kStart + 9ms));
    QCOMPARE(shares.claimants(), 2u);
    QVERIFY(shares.deal({200, 2000}, kStart + 10ms));
    QCOMPARE(shares.claimants(), 1u);
    QVERIFY(!shares.spend(kAda, 1, kLater));
    QVERIFY(shares.spend(kBob, 200, kLater));
  }

  void passingKeepsThePart() {
    FairShares shares;
    shares.claim(kAda, kStart + 10ms);
    QVERIFY(shares.deal({100, 1000}, kStart));
    QVERIFY(shares.spend(kAda, 10, kStart + 20ms));
    shares.deal({0, 1000}, kStart + 15ms);
    QCOMPARE(shares.claimants(), 1u);
  }

  void clientsBeyondTheLimitShareOnePart() {
    FairShares shares(2);
    for (const ClientKey client : {kAda, kBob, kEve, ClientKey{14}}) shares.claim(client, kLater);
    QCOMPARE(shares.claimants(), 3u);
    QVERIFY(shares.deal({300, 3000}, kStart));
    QVERIFY(shares.spend(kEve, 50, kLater));
    QVERIFY(shares.spend(ClientKey{14}, 50, kLater));
    QVERIFY(!shares.spend(kEve, 50, kLater));
    QVERIFY(shares.spend(kAda, 100, kLater));
  }

  void clearForgetsAll() {
    FairShares shares;
    shares.claim(kAda, kLater);
    QVERIFY(shares.deal({100, 1000}, kStart));
    shares.clear();
    QCOMPARE(shares.promised(), 0);
    QVERIFY(!shares.spend(kAda, 1, kLater));
  }

  void oneAtAHundredTimesTheOthersGetsNoMore_data() {
    QTest::addColumn<std::uint64_t>("sets");
    QTest::addColumn<std::uint64_t>("bytes");
    QTest::addColumn<int>("othersEveryMs");
    QTest::newRow("a hundred times as often") << std::uint64_t{200} << std::uint64_t{100} << 1;
    QTest::newRow("sets a hundred times as large")
        << std::uint64_t{2} << std::uint64_t{10'000} << 1;
    QTest::newRow("others come every 40 ms") << std::uint64_t{200} << std::uint64_t{100} << 40;
  }
  void oneAtAHundredTimesTheOthersGetsNoMore() {
    QFETCH(std::uint64_t, sets);
    QFETCH(std::uint64_t, bytes);
    QFETCH(int, othersEveryMs);
    const auto each = static_cast<std::uint64_t>(othersEveryMs) * 2;
    std::vector<Demand> demands(10, Demand{each, 100, othersEveryMs});
    demands[0] = {sets, bytes, 1};
    const std::vector<double> got = tenSeconds(demands);
    double sum = 0;
    for (const double one : got) sum += one;
    qInfo("Jain's index %.4f, %.0f bytes in all", jainIndex(got), sum);
    QVERIFY(jainIndex(got) > 0.99);
    QVERIFY(sum > 0.98 * 1000 * 10'000);
  }

  void whatTheModestLeaveGoesToTheGreedy() {
    std::vector<Demand> demands(10, Demand{1, 10, 1});
    demands[0] = {200, 100, 1};
    const std::vector<double> got = tenSeconds(demands);
    for (std::size_t i = 1; i < got.size(); ++i) QVERIFY(got[i] > 0.99 * 10 * 10'000);
    QVERIFY(got[0] > 0.97 * 910 * 10'000);
  }
};

PENSTOCK_TEST(TestFairShares)

}  // namespace penstock::test

#include "tst_fair_shares.moc"
