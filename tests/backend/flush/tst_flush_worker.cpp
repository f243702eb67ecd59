// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <vector>

#include "flush/flush_worker.h"
#include "tests/support/change_set_source.h"
#include "tests/support/fake_store.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using T = TestTable;

/// Keeps all news; ends the work when the test says so.
class News final : public FlushListener {
 public:
  void onSettled(const SettledNews& news) override {
    settled.push_back(news);
    if (endWhenSettled && news.last == endWhenSettled) queue->stop();
  }
  void onDeadLetter(const DeadLetter& letter, EntryKind) override { letters.push_back(letter); }
  void onTrouble(const TroubleNews& news) override {
    troubles.push_back(news);
    if (endAfterTroubles != 0 && troubles.size() == endAfterTroubles) queue->stop();
  }
  void onRecovered(const RecoveryNews& news) override { recoveries.push_back(news); }
  void onStopped(const Status& status) override { stopped = status; }

  SinkQueue* queue = nullptr;
  std::optional<Sequence> endWhenSettled;
  std::size_t endAfterTroubles = 0;
  std::vector<SettledNews> settled;
  std::vector<DeadLetter> letters;
  std::vector<TroubleNews> troubles;
  std::vector<RecoveryNews> recoveries;
  Status stopped;
};

/// One worker, run on the thread of the test until everything pushed is settled or it stops.
class Bench {
 public:
  explicit Bench(std::uint64_t jitterSeed = 0, LetterAccess letters = {})
      : database(schemaOfEverything()),
        m_queue(optionsOf(), systemClock()),
        shared(m_queue, news, systemClock(), {}, std::move(letters)) {
    news.queue = &m_queue;
    shared.retry = {1ms, 2ms};
    shared.jitterSeed = jitterSeed;
    shared.lane = database.openLane();
    TakeSettings take;
    take.linger = 0ms;
    m_queue.configure(take);
  }
  void push(const std::vector<TestChange>& changes) { m_entries.push(changes); }
  Sequence sequence(std::size_t index) const { return m_entries.entries()[index].sequence; }
  void run(std::uint32_t index = 0) {
    for (const WindowEntry& entry : m_entries.entries()) {
      QueuedRecord record;
      record.sequence = entry.sequence;
      record.payload = entry.changeSet.bytes();
      record.catalog = schemaOfEverything();
      record.arrived = systemClock().steadyNow();
      const Status pushed = m_queue.push(record);
      QVERIFY2(pushed.isOk(), pushed.message().c_str());
      news.endWhenSettled = entry.sequence;
    }
    FlushWorker(index, shared).run();
  }
  void failOnce(FakeFault fault) {
    database.setFaults(
        [fault](std::uint64_t commit) { return commit == 1 ? fault : FakeFault::None; });
  }
  std::int64_t sum() const {
    std::int64_t sum = 0;
    const FakeRows rows = database.rows();
    for (const auto& [key, row] : rows.table(TableId{3})) sum += row.at(1).view().asInteger();
    return sum;
  }
  SinkQueue& queue() { return m_queue; }

  FakeDatabase database;
  News news;

 private:
  static SinkQueue::Options optionsOf() {
    SinkQueue::Options options;
    options.windowBytes = 1 << 20;
    return options;
  }
  SinkQueue m_queue;
  TestEntries m_entries;

 public:
  FlushShared shared;
};

TestChange increment(std::int64_t key) {
  return TestChange{T::Plain, Operation::Upsert, {Value::integer(key)}, {}, {{1, 1}}};
}
TestChange slotOfNobody(std::int64_t key) {
  return TestChange{
      T::Slots, Operation::Insert, {Value::integer(key)}, {{1, Value::integer(99)}}, {}};
}

/// The delays before the first retries of a worker.
std::vector<std::int64_t> delays(std::uint64_t seed, std::uint32_t index) {
  Bench bench(seed);
  bench.shared.retry = {1h, 1h};
  bench.push({increment(1)});
  bench.database.setFaults([](std::uint64_t) { return FakeFault::Transient; });
  bench.news.endAfterTroubles = 1;
  bench.queue().setWorkersWanted(8);
  const SteadyTime before = systemClock().steadyNow();
  bench.run(index);
  std::vector<std::int64_t> seconds;
  for (const TroubleNews& news : bench.news.troubles) {
    seconds.push_back(std::chrono::round<std::chrono::seconds>(news.nextTry - before).count());
  }
  return seconds;
}

}  // namespace

class TestFlushWorker : public QObject {
  Q_OBJECT

 private slots:
  void committedBatchIsToldOnceWithAllItHolds() {
    Bench bench;
    for (int i = 0; i < 5; ++i) bench.push({increment(1), increment(2)});
    bench.run();
    QCOMPARE(bench.news.settled.size(), 1u);
    const SettledNews& news = bench.news.settled[0];
    QVERIFY(news.first == bench.sequence(0) && news.last == bench.sequence(4));
    QCOMPARE(news.changeSets, 5u);
    QCOMPARE(news.changes, 10u);
    QCOMPARE(news.coalesced, 8u);
    QCOMPARE(news.deadLetters, 0u);
    QVERIFY(news.bytes > 0);
    QCOMPARE(bench.sum(), std::int64_t{10});
    QVERIFY(bench.database.checkpoint() == bench.sequence(4));
    QVERIFY(bench.queue().settled() == bench.sequence(4));
    QVERIFY(bench.news.recoveries.empty());
  }

  void unknownCommitThatHappenedIsNotRepeated() {
    Bench bench;
    bench.failOnce(FakeFault::AppliedUnknown);
    bench.push({increment(1)});
    bench.run();
    QCOMPARE(bench.sum(), std::int64_t{1});
    QCOMPARE(bench.database.commits(), 1u);
    QVERIFY(bench.database.reopens() > 0);
    QCOMPARE(bench.news.settled.size(), 1u);
    QCOMPARE(bench.news.settled[0].changeSets, 1u);
    QCOMPARE(bench.news.recoveries.size(), 1u);
  }

  void unknownCommitThatDidNotHappenIsRepeated() {
    Bench bench;
    bench.failOnce(FakeFault::Unknown);
    bench.push({increment(1)});
    bench.run();
    QCOMPARE(bench.sum(), std::int64_t{1});
    QCOMPARE(bench.database.commits(), 2u);
    QCOMPARE(bench.news.settled.size(), 1u);
  }

  void unknownBurialIsNotRepeatedEither() {
    Bench bench;
    bench.push({slotOfNobody(1)});
    // The first commit is refused, the second one keeps the dead letter.
    bench.database.setFaults([](std::uint64_t commit) {
      return commit == 2 ? FakeFault::AppliedUnknown : FakeFault::None;
    });
    bench.run();
    QCOMPARE(bench.database.deadLetters().size(), 1u);
    QCOMPARE(bench.news.letters.size(), 1u);
    QCOMPARE(bench.news.settled.size(), 1u);
    QCOMPARE(bench.news.settled[0].deadLetters, 1u);
  }

  /// What it released is held once more, and nothing must pass that; its commits move no
  /// checkpoint.
  void databaseTakenBackToBeforeAReleaseIsNoticed() {
    DeadLetter held;
    held.sequence = Sequence{1};
    held.journal = "ours";
    held.kind = kLetterHeld;
    held.changeSet = encode({increment(1)});
    Bench bench(0, {[&](const LetterQuery&) { return std::vector{held}; },
                    [](const DeadLetter& letter, std::string& to) {
                      to = letter.changeSet;
                      return Status::ok();
                    },
                    [] { return schemaOfEverything(); }, "ours"});
    bench.push({increment(1)});
    bench.database.setFaults([&](std::uint64_t commit) {
      if (commit == 2) bench.database.setCheckpoint(kReviewCount, kNoSequence);
      return FakeFault::None;
    });
    FlushWorker(0, bench.shared).reviewFirst();
    QVERIFY2(bench.news.stopped.isOk(), bench.news.stopped.message().c_str());
    QCOMPARE(bench.database.commits(), 1u);  // the release
    bench.run();
    QVERIFY(!bench.news.stopped.isOk());
    QVERIFY(bench.queue().settled() == kNoSequence);
  }

  void outageMakesNoDeadLetters() {
    Bench bench;
    bench.database.setFaults(
        [](std::uint64_t commit) { return commit <= 12 ? FakeFault::Transient : FakeFault::None; });
    for (int i = 0; i < 3; ++i) bench.push({increment(1)});
    bench.run();
    QCOMPARE(bench.sum(), std::int64_t{3});
    QVERIFY(bench.news.letters.empty());
    QCOMPARE(bench.news.troubles.size(), 12u);
    QCOMPARE(bench.news.troubles.back().failures, 12u);
    QCOMPARE(bench.news.recoveries.size(), 1u);
    QCOMPARE(bench.news.recoveries[0].failures, 12u);
    QVERIFY(bench.news.recoveries[0].lasted > 0us);
    const auto opened = [](const TroubleNews& news) { return news.isCircuitOpened; };
    QCOMPARE(std::ranges::count_if(bench.news.troubles, opened), 1);
    QVERIFY(bench.news.troubles[limits::kCircuitFailures - 1].isCircuitOpened);
    QCOMPARE(bench.shared.retries.load(), 12u);
    QVERIFY(!bench.shared.currentTrouble());
  }

  /// Who waits for a review to end must not take one for ended that has not begun.
  void whatIsSaidOfPausesIsReviewedUntilItIsTaken() {
    Bench bench;
    QVERIFY(!bench.shared.isReviewing() && bench.shared.arePausesInEffect());
    bench.shared.setPauses({{"plain", "paused"}});
    QVERIFY(bench.shared.isReviewing());
    QVERIFY(bench.shared.arePausesInEffect());  // no commit runs
    bench.shared.committing = 1;
    QVERIFY(!bench.shared.arePausesInEffect());
    bench.shared.takePauses();
    QVERIFY(!bench.shared.isReviewing() && bench.shared.arePausesInEffect());
    bench.shared.committing = 0;
  }

  void deadLetterSaysWhatWhyAndHowOften() {
    Bench bench;
    bench.push({increment(1)});
    bench.push({increment(1), slotOfNobody(5)});
    bench.push({increment(1)});
    bench.run();
    QCOMPARE(bench.sum(), std::int64_t{2});
    QCOMPARE(bench.news.letters.size(), 1u);
    const DeadLetter& letter = bench.news.letters[0];
    QVERIFY(letter.sequence == bench.sequence(1));
    QCOMPARE(letter.kind, std::string("refused"));
    QVERIFY(!letter.reason.empty());
    QVERIFY(letter.attempts >= 1 && letter.atMicros > 0);
    QVERIFY(letter.changeSet.find("\"slots\"") != std::string::npos);
    std::uint64_t told = 0;
    for (const SettledNews& news : bench.news.settled) told += news.changeSets + news.deadLetters;
    QCOMPARE(told, 3u);
  }

  void brokenDatabaseStopsEverythingAndSettlesNothing() {
    for (const FakeFault fault : {FakeFault::Broken, FakeFault::FenceLost}) {
      Bench bench;
      bench.failOnce(fault);
      bench.push({increment(1)});
      bench.run();
      QVERIFY(!bench.news.stopped.isOk());
      QVERIFY(bench.queue().isStopped());
      QVERIFY(bench.news.settled.empty() && bench.news.letters.empty());
      QVERIFY(bench.queue().settled() == kNoSequence);
      QCOMPARE(bench.database.commits(), 1u);
    }
  }

  void workerThatIsNotWantedTakesNothing() {
    Bench bench;
    bench.push({increment(1)});
    bench.queue().setWorkersWanted(3);
    bench.run(3);
    QCOMPARE(bench.database.commits(), 0u);
    QCOMPARE(bench.queue().load().waitingRecords, 1u);
  }

  void retriesOfSeveralNodesAndWorkersDoNotComeInStep() {
    QCOMPARE(delays(1, 0), delays(1, 0));
    std::set<std::vector<std::int64_t>> all;
    for (const std::uint64_t seed : {1'000u, 2'000u, 3'000u}) {
      for (const std::uint32_t index : {0u, 1u, 7u}) all.insert(delays(seed, index));
    }
    QCOMPARE(all.size(), 9u);
  }
};

PENSTOCK_TEST(TestFlushWorker)

}  // namespace penstock::test

#include "tst_flush_worker.moc"
