// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>

#include "base/log.h"
#include "tests/simulation/history.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr std::uint64_t kSeedsMax = 300;

}  // namespace

/// The test of the test: each of these mistakes makes some history fail.
class TestPlantedBugs : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { setLogLevel(LogLevel::Silence); }
  void cleanupTestCase() { setLogLevel(LogLevel::Info); }

  void isFound_data() {
    QTest::addColumn<int>("bug");
    const auto row = [](const char* name, PlantedBug bug) { QTest::newRow(name) << int(bug); };
    row("journaled is told before the sync", PlantedBug::SyncForgotten);
    row("a failed sync is tried again", PlantedBug::SyncRetried);
    row("a good tail is cut off", PlantedBug::GoodTailCutOff);
    row("a torn tail is taken as good", PlantedBug::TornTailTakenAsGood);
    row("the checkpoint is outside the transaction", PlantedBug::CheckpointOutside);
    row("a dead letter is outside the transaction", PlantedBug::DeadLetterOutside);
    row("an older flush clears a value", PlantedBug::OlderFlushWins);
    row("insert and delete fold to nothing", PlantedBug::FoldedToNothing);
    row("the checkpoint is read without the lock", PlantedBug::ReadWithoutLock);
    row("a sequence is used twice", PlantedBug::SequenceUsedTwice);
    row("known ids are not recovered", PlantedBug::KnownIdsNotRecovered);
    row("what was lost stays known", PlantedBug::LostStaysKnown);
    row("persisted is told too early", PlantedBug::PersistedTooEarly);
    row("bisection skips what follows", PlantedBug::SuffixSkipped);
    row("unknown is taken for committed", PlantedBug::UnknownIsCommitted);
    row("unknown is taken for not committed", PlantedBug::UnknownIsNot);
    row("an outage makes a dead letter", PlantedBug::OutageBuries);
    row("retries do not wait", PlantedBug::BusyRetries);
    row("the window has no bound", PlantedBug::WindowUnbounded);
    row("segments are retired that a sink needs", PlantedBug::RetiredTooFar);
    row("what is held is forgotten", PlantedBug::HeldForgotten);
    row("what is held stays so for nothing", PlantedBug::HeldForGoneLetter);
    row("what a pause held stays held", PlantedBug::ResumeReleasesNothing);
    row("a row in two shards is in no order", PlantedBug::DependencyIgnored);
    row("a shard's checkpoint passes a pending entry", PlantedBug::ShardPastPending);
    row("the checkpoint of all shards does", PlantedBug::AllPastPending);
    row("a restart skips by the lowest checkpoint", PlantedBug::SkipByMinimum);
    row("a database that went back is not noticed", PlantedBug::WentBackUnseen);
  }
  void isFound() {
    QFETCH(int, bug);
    for (std::uint64_t seed = 1; seed <= kSeedsMax; ++seed) {
      const auto planted = static_cast<PlantedBug>(bug);
      const HistoryResult result = History(planOf(seed), planted, World::Trace::Off).run();
      if (result.failure.empty()) continue;
      const std::string first = result.failure.substr(0, result.failure.find('\n'));
      qInfo("at seed %d: %s", static_cast<int>(seed), first.c_str());
      return;
    }
    QFAIL("no history noticed");
  }

  /// A long story becomes a short one that fails too.
  void failingHistoryIsShortened() {
    constexpr auto kBug = PlantedBug::UnknownIsCommitted;
    Plan plan = planOf(1);
    for (std::uint64_t seed = 2; History(plan, kBug, World::Trace::Off).run().failure.empty();) {
      plan = planOf(seed++);
    }
    const Plan shortest = shorten(plan, kBug);
    QVERIFY(shortest.operations.size() * 4 < plan.operations.size());
    const HistoryResult result = History(shortest, kBug, World::Trace::On).run();
    QVERIFY(!result.failure.empty());
    const std::string text = describe(shortest, result);
    QVERIFY(text.find("storm") != std::string::npos);
    QVERIFY(text.find("FAILED") != std::string::npos);
  }
};

PENSTOCK_TEST(TestPlantedBugs)

}  // namespace penstock::test

#include "tst_planted_bugs.moc"
