// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <map>
#include <random>

#include "flush/row_index.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestRowIndex : public QObject {
  Q_OBJECT

 private slots:
  void emptyOneFindsNothing() {
    RowIndex index;
    QCOMPARE(index.find(7, [](std::uint32_t) { return true; }), RowIndex::kNone);
  }

  void rowsOfOneHashAreToldApart() {
    RowIndex index;
    for (std::uint32_t row = 0; row < 100; ++row) index.insert(42, row);
    for (std::uint32_t row = 0; row < 100; ++row) {
      QCOMPARE(index.find(42, [row](std::uint32_t each) { return each == row; }), row);
    }
    QCOMPARE(index.find(42, [](std::uint32_t) { return false; }), RowIndex::kNone);
    QCOMPARE(index.find(43, [](std::uint32_t) { return true; }), RowIndex::kNone);
  }

  void behavesAsAMapAlsoAcrossClears() {
    RowIndex index;
    std::mt19937_64 random(11);
    for (int round = 0; round < 30; ++round) {
      std::map<std::uint64_t, std::uint32_t> model;
      const std::uint32_t count = 1 + static_cast<std::uint32_t>(random() % 3000);
      for (std::uint32_t i = 0; i < count; ++i) {
        // Hashes of few low bits, so that the search runs on past neighbours.
        const std::uint64_t hash = (random() << 32) | (random() % 64);
        if (model.emplace(hash, i).second) index.insert(hash, i);
      }
      for (const auto& [hash, row] : model) {
        QCOMPARE(index.find(hash, [](std::uint32_t) { return true; }), row);
      }
      index.clear();
      QCOMPARE(index.find(model.begin()->first, [](std::uint32_t) { return true; }),
               RowIndex::kNone);
    }
  }

  void setHoldsWhatWasPutIn() {
    HashSet set;
    QVERIFY(!set.contains(0));
    set.insert(0);
    set.insert(0);
    set.insert(~std::uint64_t{0});
    QVERIFY(set.contains(0) && set.contains(~std::uint64_t{0}) && !set.contains(1));
    set.clear();
    QVERIFY(!set.contains(0));
    for (std::uint64_t i = 0; i < 1000; ++i) set.insert(i << 40);
    for (std::uint64_t i = 0; i < 1000; ++i) QVERIFY(set.contains(i << 40));
    QVERIFY(!set.contains(5));
  }
};

PENSTOCK_TEST(TestRowIndex)

}  // namespace penstock::test

#include "tst_row_index.moc"
