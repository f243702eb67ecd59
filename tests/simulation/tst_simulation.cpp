// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <csignal>
#include <cstdio>

#include "base/log.h"
#include "tests/simulation/history.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// Of the history that runs: a CHECK of the engine ends the program, and this tells where.
volatile std::uint64_t seedNow = 0;

void tellSeed(int) {
  std::fprintf(stderr, "in the history of seed %llu (see tests/simulation/README.md)\n",
               static_cast<unsigned long long>(seedNow));
  std::signal(SIGABRT, SIG_DFL);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kHistories = 1'000;  // the release run does all of them
#else
constexpr std::uint64_t kHistories = 10'000;
#endif

}  // namespace

class TestSimulation : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    setLogLevel(LogLevel::Silence);
    std::signal(SIGABRT, tellSeed);
  }
  void cleanupTestCase() { setLogLevel(LogLevel::Info); }

  /// --seed N or PENSTOCK_SEED=N: that one alone, with its whole story. PENSTOCK_HISTORIES=N: so
  /// many.
  void everyHistoryEndsAsTheLedgerSays() {
    if (const std::uint64_t seed = numberFrom("PENSTOCK_SEED", 0); seed != 0) {
      seedNow = seed;
      const Plan plan = planOf(seed);
      const HistoryResult result = History(plan, PlantedBug::None, World::Trace::On).run();
      std::fputs(describe(plan, result).c_str(), stdout);
      QVERIFY(result.failure.empty());
      return;
    }
    const std::uint64_t first = numberFrom("PENSTOCK_FIRST_SEED", 1);
    const std::uint64_t count = numberFrom("PENSTOCK_HISTORIES", kHistories);
    HistoryResult sum;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
      seedNow = seed;
      const HistoryResult result = History(planOf(seed), PlantedBug::None, World::Trace::Off).run();
      if (!result.failure.empty()) return tellFailure(seed);
      sum.steps += result.steps;
      sum.lives += result.lives;
      sum.orders += result.orders;
      sum.letters += result.letters;
    }
    std::printf("%llu histories: %zu change sets, %u lives, %zu dead letters, %llu steps\n",
                static_cast<unsigned long long>(count), sum.orders, sum.lives, sum.letters,
                static_cast<unsigned long long>(sum.steps));
  }

  void aSeedHasOneHistory() {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const Plan plan = planOf(seed);
      const HistoryResult one = History(plan, PlantedBug::None, World::Trace::On).run();
      const HistoryResult other = History(plan, PlantedBug::None, World::Trace::On).run();
      QVERIFY(!one.notes.empty() && one.notes == other.notes);
      QCOMPARE(one.steps, other.steps);
    }
  }

 private:
  static void tellFailure(std::uint64_t seed) {
    const Plan plan = shorten(planOf(seed), PlantedBug::None);
    const HistoryResult result = History(plan, PlantedBug::None, World::Trace::On).run();
    std::fputs(describe(plan, result).c_str(), stdout);
    QFAIL(("replay it by --seed " + std::to_string(seed)).c_str());
  }
};

PENSTOCK_TEST(TestSimulation)

}  // namespace penstock::test

#include "tst_simulation.moc"
