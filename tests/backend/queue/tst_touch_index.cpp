// SPDX-License-Identifier: Apache-2.0
#include "queue/touch_index.h"

#include <QTest>
#include <map>
#include <random>

#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestTouchIndex : public QObject {
  Q_OBJECT

 private slots:
  void whatWasPutIsFound() {
    TouchIndex index;
    QCOMPARE(index.find(7), TouchIndex::kNone);
    index.put(7, 1);
    index.put(0, 2);
    QCOMPARE(index.find(7), 1U);
    QCOMPARE(index.find(0), 2U);
    index.put(7, 3);
    QCOMPARE(index.find(7), 3U);
    index.erase(7);
    QCOMPARE(index.find(7), TouchIndex::kNone);
    index.erase(0);
    QVERIFY(index.isEmpty());
  }

  /// Few hashes of many, so that they meet, wrap around and leave gaps.
  void itHoldsWhatAMapHolds() {
    std::mt19937_64 random(newSeed());
    for (int round = 0; round < 20; ++round) {
      TouchIndex index;
      std::map<std::uint64_t, std::uint32_t> expected;
      const std::uint64_t hashes = 1 + random() % 300;
      const std::uint64_t stride = round % 2 == 0 ? 1 : random();
      for (int step = 0; step < 2'000; ++step) {
        const std::uint64_t hash = random() % hashes * stride;
        if (random() % 2 == 0) {
          const auto number = static_cast<std::uint32_t>(step);
          index.put(hash, number);
          expected[hash] = number;
        } else if (expected.erase(hash) == 1) {
          index.erase(hash);
        }
        const auto found = expected.find(hash);
        QCOMPARE(index.find(hash), found == expected.end() ? TouchIndex::kNone : found->second);
      }
      std::map<std::uint64_t, std::uint32_t> all;
      index.forEach([&](std::uint64_t hash, std::uint32_t number) { all.emplace(hash, number); });
      QVERIFY(all == expected);
      QCOMPARE(index.isEmpty(), expected.empty());
    }
  }
};

PENSTOCK_TEST(TestTouchIndex)

}  // namespace penstock::test

#include "tst_touch_index.moc"
