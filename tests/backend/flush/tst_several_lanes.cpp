// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "flush/flush_pool.h"
#include "flush/order/touched_rows.h"
#include "queue/dispatcher.h"
#include "tests/support/change_set_source.h"
#include "tests/support/fake_store.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using T = TestTable;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint32_t kChangeSets = 1'000;
#else
constexpr std::uint32_t kChangeSets = 2'000;
#endif

/// Every version is applied: folded, an error that only a version in between meets may go unseen.
const std::vector<TablePolicy>& policies() {
  static const std::vector<TablePolicy> kPolicies = [] {
    std::vector<TablePolicy> made;
    for (const Table& table : schemaOfEverything()->tables()) {
      TablePolicy& policy = made.emplace_back();
      policy.name = table.name;
      policy.coalesce = false;
    }
    return made;
  }();
  return kPolicies;
}

/// Remembers what workers tell, and that it is told one after another.
class News final : public FlushListener {
 public:
  void onSettled(const SettledNews& news) override {
    const Alone alone(*this);
    wentBack = wentBack || news.settled < settled;
    settled = news.settled;
    changeSets += news.changeSets;
  }
  void onDeadLetter(const DeadLetter& letter, EntryKind) override {
    const Alone alone(*this);
    letters.push_back(letter.sequence);
  }
  void onTrouble(const TroubleNews&) override { const Alone alone(*this); }
  void onRecovered(const RecoveryNews&) override { const Alone alone(*this); }
  void onStopped(const Status& why) override {
    const Alone alone(*this);
    stopped = why;
    ++stops;
  }

  Sequence settled{};
  bool wentBack = false;
  std::uint64_t changeSets = 0;
  std::vector<Sequence> letters;
  Status stopped;
  int stops = 0;
  std::atomic<bool> sawOverlap{false};

 private:
  struct Alone {
    explicit Alone(News& theNews) : news(theNews) {
      if (news.m_inside.fetch_add(1) != 0) news.sawOverlap = true;
    }
    ~Alone() { --news.m_inside; }
    Alone(const Alone&) = delete;
    Alone& operator=(const Alone&) = delete;
    News& news;
  };
  std::atomic<int> m_inside{0};
};

/// A sink with several lanes over a journal of finished entries, from where its database stands.
class Sink {
 public:
  Sink(const std::vector<WindowEntry>& entries, FakeDatabase& database, std::uint32_t workers)
      : m_entries(entries), m_database(database) {
    SinkQueue::Options options;
    options.windowBytes = 256 << 10;
    options.sharding.emplace();
    for (const Checkpoint& each : database.checkpoints()) {
      options.sharding->held.push_back({each.shard, each.settled});
    }
    options.sharding->touchedBy = [this](const auto& changeSet, const auto& catalog, auto& to) {
      m_touched.find(changeSet, catalog, to);
    };
    m_queue = std::make_unique<SinkQueue>(options, systemClock());
    FlushPool::Options pool;
    pool.sink = "test";
    pool.workers = workers;
    pool.retry = RetryPolicy{1ms, 4ms};
    pool.take.batchRows = 50;
    pool.take.linger = 1ms;
    pool.circuit.burst = 1'000'000;
    pool.policies = policies();
    pool.openLane = [&database] { return Result<std::unique_ptr<StoreLane>>(database.openLane()); };
    m_pool = std::make_unique<FlushPool>(pool, *m_queue, nullptr, news, systemClock());
    m_queue->begin();
    m_dispatcher = std::make_unique<Dispatcher>(
        "test", *m_queue, [this] { return read(); }, [](const Status&) {});
  }
  ~Sink() { stop(); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void stop() {
    m_pool->stop();
    m_dispatcher->stop();
  }
  bool waitSettled(std::size_t count) {
    const auto until = systemClock().steadyNow() + 120s;
    return m_queue->waitSettled(m_entries[count - 1].sequence, until).isOk();
  }
  SinkQueue& queue() { return *m_queue; }
  FlushPool& pool() { return *m_pool; }

  News news;

 private:
  Result<std::optional<QueuedRecord>> read() {
    if (m_read == m_entries.size()) return std::optional<QueuedRecord>();
    const WindowEntry& entry = m_entries[m_read++];
    return std::optional<QueuedRecord>({entry.sequence, EntryKind::ChangeSet,
                                        entry.changeSet.bytes(), schemaOfEverything(),
                                        systemClock().steadyNow()});
  }

  const std::vector<WindowEntry>& m_entries;
  FakeDatabase& m_database;
  TouchedRows m_touched{policies()};
  std::size_t m_read = 0;
  std::unique_ptr<SinkQueue> m_queue;
  std::unique_ptr<FlushPool> m_pool;
  std::unique_ptr<Dispatcher> m_dispatcher;
};

/// Change sets of few groups over few rows of all tables, each with its number in `log`.
void pushMany(TestEntries& entries, std::mt19937& random, std::uint32_t count) {
  RandomOptions options;
  options.keysMax = 12;
  for (std::uint32_t i = 1; i <= count; ++i) {
    std::vector<TestChange> changes = randomChangeSet(random, options);
    std::erase_if(changes, [](const TestChange& change) { return change.table == T::Log; });
    for (TestChange& change : changes) {
      if (random() % 4 != 0) change.operation = Operation::Upsert;
    }
    changes.push_back({T::Log, Operation::Insert, {}, {{0, Value::integer(i)}}, {}});
    const std::string group = "group " + std::to_string(random() % 40);
    ChangeSetWriter::Header header;
    if (random() % 2 == 0) header.group = group;
    entries.pushBytes(encode(changes, header));
  }
}

/// Everybody's end, one by one; the sequences that are refused.
std::vector<Sequence> applyOneByOne(const TestEntries& entries, FakeRows& rows) {
  std::vector<Sequence> refused;
  for (const WindowEntry& entry : entries.entries()) {
    if (!rows.applyChangeSet(entry.changeSet, {}).isOk()) refused.push_back(entry.sequence);
  }
  return refused;
}

/// No row and no group was ever changed by an older one after a newer one.
bool isInOrder(const TestEntries& entries, const FakeRows& rows) {
  std::map<std::uint64_t, std::int64_t> newest;
  for (const auto& [key, row] : rows.table(TableId{std::uint32_t(T::Log)})) {
    const std::int64_t number = row.at(0).view().asInteger();
    const ChangeSetView& changeSet =
        entries.entries()[static_cast<std::size_t>(number - 1)].changeSet;
    std::vector<std::uint64_t> keys;
    if (!changeSet.group().empty()) {
      keys.push_back(~static_cast<std::uint64_t>(changeSet.groupHash()));
    }
    for (auto changes = changeSet.changes(); const auto change = changes.next();) {
      const bool hasKey = !change->keyBytes.empty();
      if (hasKey) keys.push_back(static_cast<std::uint64_t>(change->rowHash()));
    }
    for (const std::uint64_t each : keys) {
      if (newest[each] > number) return false;
      newest[each] = number;
    }
  }
  return true;
}

/// A database that takes its time.
void beSlow(std::chrono::microseconds duration) {
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  const SteadyTime until = systemClock().steadyNow() + duration;
  while (systemClock().steadyNow() < until) never.waitUntil(mutex, until);
}

/// Some commits are slow, so that others overtake them.
FakeFault anyFault(std::uint64_t commit) {
  if (commit % 3 == 0) beSlow(std::chrono::microseconds(commit * 7919 % 900));
  switch (commit % 23) {
    case 5:
      return FakeFault::Transient;
    case 11:
      return FakeFault::Unknown;
    case 17:
      return FakeFault::AppliedUnknown;
    default:
      return FakeFault::None;
  }
}

}  // namespace

/// The threads of several lanes, over a database that has them: what the simulation cannot see,
/// lost wake-ups and races, shows here.
class TestSeveralLanes : public QObject {
  Q_OBJECT

 private slots:
  void fourLanesEndAsOneByOneWhateverFails() {
    std::mt19937 random(newSeed());
    TestEntries entries;
    pushMany(entries, random, kChangeSets);
    FakeDatabase database(schemaOfEverything());
    database.setFaults(anyFault);
    Sink sink(entries.entries(), database, 4);
    QVERIFY(sink.waitSettled(kChangeSets));
    sink.stop();
    FakeRows judge(schemaOfEverything());
    const std::vector<Sequence> refused = applyOneByOne(entries, judge);
    QVERIFY(judge.isSameInAnyOrder(database.rows()));
    QVERIFY(sink.news.letters == refused);  // in order, too
    QVERIFY(isInOrder(entries, database.rows()));
    QVERIFY(database.sawOverlap());
    QVERIFY(!sink.news.wentBack && !sink.news.sawOverlap);
    QVERIFY(sink.news.settled == entries.entries().back().sequence);
    QCOMPARE(sink.news.changeSets, std::uint64_t{kChangeSets - refused.size()});
  }

  void workersComeAndGoPauseAndFlushWhileItRuns() {
    std::mt19937 random(newSeed());
    TestEntries entries;
    pushMany(entries, random, kChangeSets);
    FakeDatabase database(schemaOfEverything());
    Sink sink(entries.entries(), database, 1);
    for (std::size_t i = 1; i <= 20; ++i) {
      const std::size_t count = kChangeSets / 20 * i;
      sink.pool().resize(1 + random() % 64);
      const bool isPaused = random() % 2 == 0;
      if (isPaused) sink.queue().setGate(SinkGate::Paused);
      sink.queue().flush(entries.entries()[count - 1].sequence);
      QVERIFY(sink.waitSettled(count));
      sink.queue().setGate(SinkGate::Open);
    }
    QVERIFY(sink.waitSettled(kChangeSets));
    sink.stop();
    FakeRows judge(schemaOfEverything());
    (void)applyOneByOne(entries, judge);
    QVERIFY(judge.isSameInAnyOrder(database.rows()));
    QVERIFY(isInOrder(entries, database.rows()));
  }

  void restartGoesOnWhereEachShardStands() {
    std::mt19937 random(newSeed());
    TestEntries entries;
    pushMany(entries, random, kChangeSets);
    FakeDatabase database(schemaOfEverything());
    database.setFaults(anyFault);
    for (std::size_t life = 1; life <= 10; ++life) {
      Sink sink(entries.entries(), database, 1 + random() % 8);
      QVERIFY(sink.waitSettled(kChangeSets / 10 * life));
      sink.stop();  // wherever the others are
    }
    FakeRows judge(schemaOfEverything());
    (void)applyOneByOne(entries, judge);
    QVERIFY(judge.isSameInAnyOrder(database.rows()));
    QVERIFY(isInOrder(entries, database.rows()));
  }

  void lostFenceStopsAllLanesAndIsToldOnce() {
    std::mt19937 random(newSeed());
    TestEntries entries;
    pushMany(entries, random, 1'000);
    FakeDatabase database(schemaOfEverything());
    database.setFaults(
        [](std::uint64_t commit) { return commit >= 4 ? FakeFault::FenceLost : FakeFault::None; });
    Sink sink(entries.entries(), database, 8);
    QVERIFY(!sink.waitSettled(1'000));
    sink.stop();
    QCOMPARE(sink.news.stops, 1);
    QVERIFY(sink.news.stopped.code() == StatusCode::Conflict);
  }

  void laneThatCannotBeOpenedIsTriedAgain() {
    TestEntries entries;
    entries.push({{T::Plain, Operation::Upsert, {Value::integer(1)}, {}, {}}});
    FakeDatabase database(schemaOfEverything());
    std::atomic<int> asked{0};
    SinkQueue::Options options;
    options.windowBytes = 1 << 20;
    options.sharding.emplace();
    options.sharding->touchedBy = [](const auto&, const auto&, auto&) {};
    SinkQueue queue(options, systemClock());
    News news;
    FlushPool::Options pool;
    pool.sink = "test";
    pool.workers = 1;
    pool.retry = RetryPolicy{1ms, 4ms};
    pool.openLane = [&]() -> Result<std::unique_ptr<StoreLane>> {
      if (++asked < 5) return Status(StatusCode::Unavailable, "away");
      return database.openLane();
    };
    FlushPool workers(pool, queue, nullptr, news, systemClock());
    const WindowEntry& entry = entries.entries().front();
    QVERIFY(queue
                .push({entry.sequence, EntryKind::ChangeSet, entry.changeSet.bytes(),
                       schemaOfEverything(), systemClock().steadyNow()})
                .isOk());
    const auto until = systemClock().steadyNow() + 60s;
    QVERIFY(queue.waitSettled(entry.sequence, until).isOk());
    workers.stop();
    QCOMPARE(asked.load(), 5);
  }
};

PENSTOCK_TEST(TestSeveralLanes)

}  // namespace penstock::test

#include "tst_several_lanes.moc"
