// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "flush/flush_pool.h"
#include "queue/dispatcher.h"
#include "tests/support/change_set_source.h"
#include "tests/support/fake_store.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using T = TestTable;

/// Keeps what the workers tell, and checks that it comes in order.
class Ledger final : public FlushListener {
  template <typename Read>
  auto locked(const Read& read) const NO_THREAD_SAFETY_ANALYSIS {
    MutexLock lock(m_mutex);
    return read();
  }

 public:
  void onSettled(const SettledNews& news) override {
    MutexLock lock(m_mutex);
    if (news.first <= m_last || news.last < news.first) m_inOrder = false;
    m_last = news.last;
    m_changeSets += news.changeSets;
    m_changes += news.changes;
  }
  void onDeadLetter(const DeadLetter& letter, EntryKind) override {
    MutexLock lock(m_mutex);
    m_letters.push_back(letter);
  }
  void onTrouble(const TroubleNews&) override {
    MutexLock lock(m_mutex);
    ++m_troubles;
    m_changed.notifyAll();
  }
  void onRecovered(const RecoveryNews&) override {
    MutexLock lock(m_mutex);
    ++m_recoveries;
  }
  void onStopped(const Status& status) override {
    MutexLock lock(m_mutex);
    m_stopped = status;
    m_changed.notifyAll();
  }

  Status waitStopped() {
    MutexLock lock(m_mutex);
    while (m_stopped.isOk()) m_changed.wait(m_mutex);
    return m_stopped;
  }
  void waitTroubles(int count) {
    MutexLock lock(m_mutex);
    while (m_troubles < count) m_changed.wait(m_mutex);
  }
  bool inOrder() const {
    return locked([this] { return m_inOrder; });
  }
  std::uint64_t changeSets() const {
    return locked([this] { return m_changeSets; });
  }
  int troubles() const {
    return locked([this] { return m_troubles; });
  }
  int recoveries() const {
    return locked([this] { return m_recoveries; });
  }
  std::vector<DeadLetter> letters() const {
    return locked([this] { return m_letters; });
  }

 private:
  mutable Mutex m_mutex;
  CondVar m_changed;
  Sequence m_last{};
  bool m_inOrder = true;
  std::uint64_t m_changeSets = 0;
  std::uint64_t m_changes = 0;
  int m_troubles = 0;
  int m_recoveries = 0;
  std::vector<DeadLetter> m_letters;
  Status m_stopped;
};

/// A journal of finished entries that is let out bit by bit, and everything behind it.
class Sink {
 public:
  explicit Sink(const std::vector<WindowEntry>& entries, FlushPool::Options options = {},
                std::uint64_t windowBytes = 1 << 20)
      : m_entries(entries), m_database(schemaOfEverything()) {
    SinkQueue::Options queueOptions;
    queueOptions.windowBytes = windowBytes;
    m_queue = std::make_unique<SinkQueue>(queueOptions, systemClock());
    options.sink = "test";
    options.retry = RetryPolicy{1ms, 2ms};
    if (options.take.linger == limits::kLingerDefault) options.take.linger = 1ms;
    m_options = options;
  }
  ~Sink() { stop(); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void start() {
    m_pool = std::make_unique<FlushPool>(m_options, *m_queue, m_database.openLane(), m_ledger,
                                         systemClock());
    m_dispatcher = std::make_unique<Dispatcher>(
        "test", *m_queue, [this] { return read(); }, [](const Status&) {});
  }
  void stop() {
    if (m_pool) m_pool->stop();
    m_dispatcher.reset();
    m_pool.reset();
  }
  void letOut(std::size_t count) {
    m_released = count;
    m_dispatcher->notify();
  }
  void letAllOut() { letOut(m_entries.size()); }
  Sequence lastOf(std::size_t count) const { return m_entries[count - 1].sequence; }
  bool waitSettled(std::size_t count) {
    return m_queue->waitSettled(lastOf(count), systemClock().steadyNow() + 60s).isOk();
  }

  FakeDatabase& database() { return m_database; }
  SinkQueue& queue() { return *m_queue; }
  FlushPool& pool() { return *m_pool; }
  Ledger& ledger() { return m_ledger; }

 private:
  Result<std::optional<QueuedRecord>> read() {
    if (m_read >= m_released) return std::optional<QueuedRecord>();
    const WindowEntry& entry = m_entries[m_read++];
    QueuedRecord record;
    record.sequence = entry.sequence;
    record.payload = entry.changeSet.bytes();
    record.catalog = schemaOfEverything();
    record.arrived = systemClock().steadyNow();
    return std::optional<QueuedRecord>(record);
  }

  const std::vector<WindowEntry>& m_entries;
  FakeDatabase m_database;
  Ledger m_ledger;
  FlushPool::Options m_options;
  std::unique_ptr<SinkQueue> m_queue;
  std::unique_ptr<FlushPool> m_pool;
  std::unique_ptr<Dispatcher> m_dispatcher;
  std::atomic<std::size_t> m_released{0};
  std::size_t m_read = 0;
};

TestChange plain(Operation operation, std::int64_t key) {
  return TestChange{T::Plain, operation, {Value::integer(key)}, {{1, Value::integer(key)}}, {}};
}
TestChange increment(std::int64_t key) {
  return TestChange{T::Plain, Operation::Upsert, {Value::integer(key)}, {}, {{1, 1}}};
}

FlushPool::Options options(std::uint32_t workers, std::size_t batchRows) {
  FlushPool::Options made;
  made.workers = workers;
  made.take.batchRows = batchRows;
  return made;
}

}  // namespace

class TestFlushPool : public QObject {
  Q_OBJECT

 private slots:
  void faultsOfEveryKindLoseAndDoubleNothing() {
    TestEntries entries;
    for (int i = 0; i < 2000; ++i) entries.push({increment(i % 7)});
    Sink sink(entries.entries(), options(4, 20));
    sink.database().setFaults([](std::uint64_t commit) {
      if (commit % 11 == 3) return FakeFault::Transient;
      if (commit % 11 == 6) return FakeFault::Unknown;
      return commit % 11 == 9 ? FakeFault::AppliedUnknown : FakeFault::None;
    });
    std::atomic<int> asked{0};
    sink.database().setAway([&asked] { return ++asked % 5 == 0; });
    sink.start();
    sink.letAllOut();
    QVERIFY(sink.waitSettled(2000));
    const FakeRows rows = sink.database().rows();
    std::int64_t sum = 0;
    for (const auto& [key, row] : rows.table(TableId{3})) sum += row.at(1).view().asInteger();
    QCOMPARE(sum, std::int64_t{2000});
    QVERIFY(sink.ledger().inOrder());
    QVERIFY(!sink.database().sawOverlap());
    QVERIFY(sink.ledger().troubles() > 0);
    QVERIFY(sink.ledger().recoveries() > 0);
    QCOMPARE(sink.ledger().changeSets(), 2000u);
    QVERIFY(sink.ledger().letters().empty());
  }

  void onlyTheGuiltyBecomeDeadLetters() {
    TestEntries entries;
    std::vector<Sequence> guilty;
    for (std::int64_t i = 0; i < 1000; ++i) {
      const bool bad = i % 97 == 13 || i == 500 || i == 501 || i == 502;
      // A slot names a player that never was; or a change set contradicts itself.
      TestChange slot{
          T::Slots, Operation::Insert, {Value::integer(i)}, {{1, Value::integer(9)}}, {}};
      if (bad && i != 501) entries.push({plain(Operation::Insert, i), slot});
      if (i == 501) entries.push({plain(Operation::Insert, i), plain(Operation::Insert, i)});
      if (!bad) entries.push({plain(Operation::Insert, i)});
      if (bad) guilty.push_back(entries.entries().back().sequence);
    }
    Sink sink(entries.entries(), options(3, 300));
    sink.start();
    sink.letAllOut();
    QVERIFY(sink.waitSettled(1000));
    std::vector<Sequence> letters;
    for (const DeadLetter& letter : sink.database().deadLetters()) {
      letters.push_back(letter.sequence);
      QVERIFY(!letter.reason.empty());
      QVERIFY(letter.changeSet.find("plain") != std::string::npos);
    }
    QVERIFY(letters == guilty);
    QCOMPARE(sink.ledger().letters().size(), guilty.size());
    QCOMPARE(sink.database().rows().rowCount(), 1000 - guilty.size());
    QVERIFY(sink.ledger().inOrder());
  }

  void workersComeAndGoWhileItRuns() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 4000; ++i) entries.push({plain(Operation::Insert, i)});
    Sink sink(entries.entries(), options(1, 10), 64 << 10);
    sink.start();
    sink.letAllOut();
    std::mt19937 random(7);
    for (std::size_t count = 200; count <= 4000; count += 200) {
      sink.pool().resize(1 + random() % 16);
      QVERIFY(sink.waitSettled(count));
    }
    sink.pool().resize(1000);
    QCOMPARE(sink.pool().state().workers, 64u);
    sink.pool().resize(0);
    QCOMPARE(sink.pool().state().workers, 1u);
    QCOMPARE(sink.database().rows().rowCount(), 4000u);
    QVERIFY(!sink.database().sawOverlap());
    QVERIFY(sink.ledger().inOrder());
  }

  void pausedSinkLetsThroughWhatAFlushAsksFor() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 100; ++i) entries.push({plain(Operation::Insert, i)});
    Sink sink(entries.entries(), options(4, 7));
    sink.queue().setGate(SinkGate::Paused);
    sink.start();
    sink.letAllOut();
    sink.queue().flush(sink.lastOf(40));
    QVERIFY(sink.waitSettled(40));
    QVERIFY(sink.queue().settled() == sink.lastOf(40));
    const auto soon = systemClock().steadyNow() + 30ms;
    QVERIFY(sink.queue().waitSettled(sink.lastOf(41), soon).code() == StatusCode::Deadline);
    QCOMPARE(sink.database().rows().rowCount(), 40u);
    sink.queue().setGate(SinkGate::Open);
    QVERIFY(sink.waitSettled(100));
  }

  /// Whatever the workers are at; nobody has to submit anything for it.
  void pauseOfATableIsTakenWithoutWork() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 300; ++i) {
      entries.push({plain(Operation::Insert, i)});
      entries.push({TestChange{T::Owners, Operation::Insert, {Value::integer(i)}, {}, {}}});
    }
    FlushPool::Options made = options(4, 7);
    made.pauses = {{"plain", "table plain is paused by ops"}};
    Sink sink(entries.entries(), made);
    sink.start();
    sink.letOut(400);
    QVERIFY(sink.waitSettled(400));
    QCOMPARE(sink.database().rows().rowCount(), 200u);
    QCOMPARE(sink.database().deadLetters().size(), std::size_t{200});
    QCOMPARE(sink.pool().state().holds.pauses.front().held, std::uint64_t{200});
    sink.pool().setPauses({made.pauses.front(), {"owners", "table owners is paused by ops"}});
    QTRY_VERIFY(sink.pool().state().arePausesInEffect);
    sink.letAllOut();
    QVERIFY(sink.waitSettled(600));
    QCOMPARE(sink.database().deadLetters().size(), std::size_t{400});
    QCOMPARE(sink.database().rows().rowCount(), 200u);
  }

  void flushDoesNotWaitForCompany() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 10; ++i) entries.push({plain(Operation::Insert, i)});
    FlushPool::Options slow = options(2, 1000);
    slow.take.linger = 60s;
    Sink sink(entries.entries(), slow);
    sink.start();
    sink.letAllOut();
    sink.queue().flush(sink.lastOf(10));
    QVERIFY(sink.queue().waitSettled(sink.lastOf(10), systemClock().steadyNow() + 20s).isOk());
  }

  void stoppedSinkLeavesTheRestInTheJournal() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 500; ++i) entries.push({plain(Operation::Insert, i)});
    Sink sink(entries.entries(), options(4, 5), 8 << 10);
    sink.database().setFaults([&sink](std::uint64_t commit) {
      return commit > 20 ? FakeFault::Transient : FakeFault::None;
    });
    sink.start();
    sink.letAllOut();
    sink.ledger().waitTroubles(7);
    QVERIFY(sink.pool().state().trouble.has_value());
    QVERIFY(sink.pool().state().trouble->circuit != CircuitState::Closed);
    sink.stop();
    const Sequence settled = sink.queue().settled();
    QVERIFY(settled == sink.database().checkpoint());
    QCOMPARE(sink.database().rows().rowCount(), std::uint64_t{indexOf(settled)});
    QVERIFY(sink.ledger().letters().empty());
  }

  void lostFenceStopsTheSink() {
    TestEntries entries;
    for (std::int64_t i = 0; i < 50; ++i) entries.push({plain(Operation::Insert, i)});
    Sink sink(entries.entries(), options(2, 5));
    sink.database().setFaults(
        [](std::uint64_t commit) { return commit == 4 ? FakeFault::FenceLost : FakeFault::None; });
    sink.start();
    sink.letAllOut();
    QVERIFY(sink.ledger().waitStopped().code() == StatusCode::Conflict);
    QVERIFY(sink.queue().isStopped());
    QCOMPARE(sink.database().commits(), 4u);
  }
};

PENSTOCK_TEST(TestFlushPool)

}  // namespace penstock::test

#include "tst_flush_pool.moc"
