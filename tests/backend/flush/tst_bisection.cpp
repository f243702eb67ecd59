// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "flush/bisection.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

struct Search {
  std::set<std::size_t> buried;
  std::size_t tries = 0;
  bool inOrder = true;
};

// A batch is refused exactly when a guilty one is in it.
Search search(std::size_t count, const std::set<std::size_t>& guilty, bool hints) {
  Bisection bisection(count);
  Search search;
  std::size_t settled = 0;
  while (!bisection.isDone()) {
    const IndexRange range = bisection.next();
    ++search.tries;
    search.inOrder =
        search.inOrder && range.begin == settled && range.end > range.begin && range.end <= count;
    const auto first = guilty.lower_bound(range.begin);
    const bool refused = first != guilty.end() && *first < range.end;
    if (!refused) {
      settled = range.end;
      bisection.committed();
    } else if (range.size() == 1) {
      settled = range.end;
      search.buried.insert(range.begin);
      bisection.buried();
    } else if (hints) {
      bisection.refusedAt(*first);
    } else {
      bisection.refused();
    }
  }
  return search;
}

}  // namespace

class TestBisection : public QObject {
  Q_OBJECT

 private slots:
  void exactlyTheGuiltyAreFoundInOrder() {
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
      const std::size_t count = 1 + random() % 300;
      std::set<std::size_t> guilty;
      const std::size_t wanted = random() % 4 == 0 ? random() % count : random() % 5;
      for (std::size_t i = 0; i < wanted; ++i) guilty.insert(random() % count);
      const Search found = search(count, guilty, random() % 2 == 0);
      QVERIFY(found.inOrder);
      QVERIFY(found.buried == guilty);
      const double steps = std::log2(static_cast<double>(count)) + 1;
      const double tries = 1 + static_cast<double>(guilty.size()) * (3 * steps + 3);
      QVERIFY2(
          static_cast<double>(found.tries) <= tries,
          qPrintable(
              QString("%1 tries for %2 of %3").arg(found.tries).arg(guilty.size()).arg(count)));
    }
  }

  void goodBatchTakesOneTry() { QCOMPARE(search(5000, {}, false).tries, std::size_t{1}); }

  void guiltyOnesSideBySideTakeAboutOneTryEach() {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < 1000; ++i) all.insert(i);
    QVERIFY(search(1000, all, false).tries < 1020);
  }

  void refusalWithoutAGuiltyOneEndsToo() {
    Bisection bisection(10);
    bisection.refused();
    int tries = 0;
    while (!bisection.isDone() && tries < 100) {
      bisection.committed();
      ++tries;
    }
    QVERIFY(tries <= 10);
  }
};

PENSTOCK_TEST(TestBisection)

}  // namespace penstock::test

#include "tst_bisection.moc"
