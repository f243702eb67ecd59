// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <random>
#include <vector>

#include "queue/dependencies.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Touches = std::vector<Touch>;
constexpr auto kAlone = TouchMode::Alone;
constexpr auto kReads = TouchMode::Reads;
constexpr auto kChanges = TouchMode::Changes;

Dependencies::Claim add(Dependencies& dependencies, Touches touches) {
  return dependencies.add(touches);
}

bool isAtOdds(const Touches& one, const Touches& other) {
  return std::ranges::any_of(one, [&](const Touch& left) {
    return std::ranges::any_of(other, [&](const Touch& right) {
      return left.key == right.key && (left.mode != right.mode || left.mode == kAlone);
    });
  });
}

}  // namespace

class TestDependencies : public QObject {
  Q_OBJECT

 private slots:
  void whoTouchesTheSameWaits() {
    Dependencies dependencies;
    auto first = add(dependencies, {{1, kAlone}});
    auto other = add(dependencies, {{2, kAlone}});
    auto second = add(dependencies, {{2, kAlone}, {1, kAlone}});
    QVERIFY(dependencies.isFree(first) && dependencies.isFree(other));
    QVERIFY(!dependencies.isFree(second));
    dependencies.remove(first);
    QVERIFY(!dependencies.isFree(second));
    dependencies.remove(other);
    QVERIFY(dependencies.isFree(second));
    dependencies.remove(second);
    QVERIFY(dependencies.isEmpty());
    dependencies.checkInvariants();
  }

  void thoseOfOneModeGoInAnyOrder() {
    Dependencies dependencies;
    auto one = add(dependencies, {{1, kReads}});
    auto other = add(dependencies, {{1, kReads}});
    auto changes = add(dependencies, {{1, kChanges}});
    auto alsoChanges = add(dependencies, {{1, kChanges}});
    QVERIFY(dependencies.isFree(one) && dependencies.isFree(other));
    dependencies.remove(other);
    QVERIFY(!dependencies.isFree(changes));
    dependencies.remove(one);
    QVERIFY(dependencies.isFree(changes) && dependencies.isFree(alsoChanges));
    dependencies.remove(changes);
    dependencies.remove(alsoChanges);
    QVERIFY(dependencies.isEmpty());
    dependencies.checkInvariants();
  }

  void touchedInTwoWaysIsTouchedAlone() {
    Dependencies dependencies;
    auto both = add(dependencies, {{1, kReads}, {1, kChanges}});
    const auto reads = add(dependencies, {{1, kReads}});
    QVERIFY(!dependencies.isFree(reads));
    dependencies.remove(both);
    QVERIFY(dependencies.isFree(reads));
  }

  void whoIsPickedNeedNotBeWaitedFor() {
    Dependencies dependencies;
    const auto first = add(dependencies, {{1, kReads}});
    const auto second = add(dependencies, {{1, kReads}});
    const auto third = add(dependencies, {{1, kAlone}});
    dependencies.pick(first);
    QVERIFY(!dependencies.isFree(third));
    dependencies.pick(second);
    QVERIFY(dependencies.isFree(third));
    dependencies.unpick(first);
    dependencies.unpick(second);
    QVERIFY(!dependencies.isFree(third));
    dependencies.checkInvariants();
  }

  /// Free is exactly who is at odds with no older one; somebody always is.
  void everybodyWaitsForThoseBeforeAndNobodyElse() {
    struct Entry {
      Touches touches;
      Dependencies::Claim claim;
    };
    std::mt19937 random(newSeed());
    for (int run = 0; run < 200; ++run) {
      Dependencies dependencies;
      std::vector<Entry> entries;
      for (int step = 0; step < 200; ++step) {
        if (random() % 2 == 0) {
          Touches touches(1 + random() % 3);
          for (Touch& each : touches) each = {random() % 5, TouchMode(random() % 3)};
          Touches given = touches;
          entries.push_back({std::move(touches), dependencies.add(given)});
          entries.back().touches = given;  // joined by key
        }
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < entries.size(); ++i) {
          const bool waits = std::any_of(
              entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i),
              [&](const Entry& older) { return isAtOdds(older.touches, entries[i].touches); });
          QCOMPARE(dependencies.isFree(entries[i].claim), !waits);
          if (!waits) free.push_back(i);
        }
        if (entries.empty() || random() % 3 == 0) continue;
        QVERIFY(!free.empty());
        const std::size_t settled = free[random() % free.size()];
        dependencies.remove(entries[settled].claim);
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(settled));
        dependencies.checkInvariants();
      }
    }
  }
};

PENSTOCK_TEST(TestDependencies)

}  // namespace penstock::test

#include "tst_dependencies.moc"
