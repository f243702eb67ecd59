// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "base/worker.h"
#include "queue/dispatcher.h"
#include "queue/sink_queue.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestSinkQueue : public QObject {
  Q_OBJECT

 private slots:
  void dispatcherFillsTheWindowAndWaitsForRoom() {
    SinkQueue queue(options(2048), systemClock());
    std::atomic<std::uint32_t> read{0};
    Dispatcher dispatcher(
        "test", queue, [this, &read] { return next(read, 200); }, [](const Status&) {});
    std::uint32_t taken = 0;
    std::uint64_t bytesMost = 0;
    Chunk chunk;
    while (taken < 200) {
      QVERIFY(queue.take(0, chunk) == SinkQueue::Next::Go);
      QVERIFY(queue.waitTurn(chunk) == SinkQueue::Next::Go);
      bytesMost = std::max(bytesMost, queue.load().bytes);
      taken += static_cast<std::uint32_t>(chunk.entries.size());
      queue.settle(chunk, chunk.entries, queue.planFor(chunk, chunk.entries).steps);
      queue.complete(chunk);
    }
    QVERIFY2(bytesMost <= 2048 + 1024, qPrintable(QString::number(bytesMost)));
    QVERIFY(queue.settled() == makeSequence(1, 200));
    queue.stop();
  }

  void nothingIsTakenBeforeTheBegin() {
    SinkQueue::Options later = options(1 << 20);
    later.taking = SinkQueue::Options::Taking::AfterBegin;
    SinkQueue queue(later, systemClock());
    std::atomic<std::uint32_t> read{0};
    Dispatcher dispatcher(
        "test", queue, [this, &read] { return next(read, 20); }, [](const Status&) {});
    std::atomic<bool> begun{false};
    bool tookAfterwards = false;
    Worker taker("taker", ThreadPriority::Normal, [&] {
      Chunk chunk;
      tookAfterwards = queue.take(0, chunk) == SinkQueue::Next::Go && begun;
      queue.abandon(chunk);
    });
    QTRY_COMPARE(queue.load().waitingRecords, std::uint64_t{20});
    begun = true;
    queue.begin();
    taker.join();
    QVERIFY(tookAfterwards);
    queue.stop();
  }

  void dispatcherReadsOnWhenThereIsNews() {
    SinkQueue queue(options(1 << 20), systemClock());
    std::atomic<std::uint32_t> read{0};
    std::atomic<std::uint32_t> end{1};
    Dispatcher dispatcher(
        "test", queue, [this, &read, &end] { return next(read, end); }, [](const Status&) {});
    Chunk chunk;
    for (std::uint32_t i = 1; i <= 50; ++i) {
      QVERIFY(queue.take(0, chunk) == SinkQueue::Next::Go);
      QCOMPARE(indexOf(chunk.last()), i);
      QVERIFY(queue.waitTurn(chunk) == SinkQueue::Next::Go);
      queue.complete(chunk);
      end = i + 1;
      dispatcher.notify();
    }
    queue.stop();
  }

  void dispatcherEndsAndTellsWhenItsCursorCannotGoOn() {
    SinkQueue queue(options(1 << 20), systemClock());
    std::atomic<int> told{0};
    Dispatcher dispatcher(
        "test", queue,
        [] { return Result<std::optional<QueuedRecord>>(Status(StatusCode::Corrupt, "damage")); },
        [&told](const Status& status) {
          told = status.code() == StatusCode::Corrupt ? 1 : -1;
          told.notify_all();
        });
    told.wait(0);
    QCOMPARE(told.load(), 1);
  }

  void stopWakesEverybody() {
    SinkQueue queue(options(1 << 20), systemClock());
    std::atomic<int> left{0};
    std::vector<Worker> waiting;
    waiting.emplace_back("waits", ThreadPriority::Normal, [&queue, &left] {
      Chunk chunk;
      if (queue.take(0, chunk) == SinkQueue::Next::Leave) ++left;
    });
    waiting.emplace_back("waits", ThreadPriority::Normal, [&queue, &left] {
      const auto later = systemClock().steadyNow() + 60s;
      if (queue.waitRetry(later) == SinkQueue::Next::Leave) ++left;
    });
    waiting.emplace_back("waits", ThreadPriority::Normal, [&queue, &left] {
      const auto later = systemClock().steadyNow() + 60s;
      if (queue.waitSettled(Sequence{9}, later).code() == StatusCode::Cancelled) ++left;
    });
    queue.stop();
    for (Worker& thread : waiting) thread.join();
    QCOMPARE(left.load(), 3);
    QVERIFY(queue.push(record(1)).code() == StatusCode::Cancelled);
  }

  /// Who may go first may need this worker, or its shards.
  void closedGateGivesBackWithSeveralLanes() {
    SinkQueue::Options several = options(1 << 20);
    several.sharding = SinkQueue::Sharding{{}, [](const auto&, const auto&, auto&) {}};
    SinkQueue queue(several, systemClock());
    QVERIFY(queue.hasSeveralLanes());
    QVERIFY(queue.push(record(1)).isOk());
    queue.flush(makeSequence(1, 1));
    Chunk chunk;
    QVERIFY(queue.take(0, chunk) == SinkQueue::Next::Go);
    QVERIFY(queue.waitTurn(chunk) == SinkQueue::Next::Go);
    QVERIFY(queue.passGate(chunk.first()) == SinkQueue::Next::Go);
    queue.setGate(SinkGate::Paused);
    QVERIFY(queue.passGate(makeSequence(1, 1)) == SinkQueue::Next::Go);  // flushed
    QVERIFY(queue.passGate(makeSequence(1, 2)) == SinkQueue::Next::GiveBack);
    queue.giveBack(chunk, 0, Backlog::Again::Anytime);
    QVERIFY(queue.take(0, chunk) == SinkQueue::Next::Go);
    QVERIFY(queue.settledWith(chunk.entries) == makeSequence(1, 1));
    queue.settle(chunk, chunk.entries, queue.planFor(chunk, chunk.entries).steps);
    queue.complete(chunk);
    QVERIFY(queue.settled() == makeSequence(1, 1) && queue.start() == makeSequence(1, 1));
  }

  void flushEndsABackoff() {
    SinkQueue queue(options(1 << 20), systemClock());
    std::atomic<bool> over{false};
    Worker waiting("waits", ThreadPriority::Normal, [&queue, &over] {
      (void)queue.waitRetry(systemClock().steadyNow() + 60s);
      over = true;
    });
    while (!over) {
      queue.flush(Sequence{1});
      std::this_thread::yield();
    }
    waiting.join();
  }

  void workerThatIsNotWantedLeaves() {
    SinkQueue queue(options(1 << 20), systemClock());
    queue.setWorkersWanted(2);
    Chunk chunk;
    QVERIFY(queue.take(2, chunk) == SinkQueue::Next::Leave);
  }

  /// Also when the gate lets nothing through; behind what was taken before.
  void calledTurnIsTakenWithNothingInItWhenNothingElseIs() {
    SinkQueue queue(options(1 << 20), systemClock());
    std::atomic<std::uint32_t> read{0};
    Dispatcher dispatcher(
        "test", queue, [this, &read] { return next(read, 5); }, [](const Status&) {});
    Chunk chunk;
    QVERIFY(queue.take(0, chunk) == SinkQueue::Next::Go);
    queue.setGate(SinkGate::Paused);
    queue.callTurn();
    Chunk nothing;
    QVERIFY(queue.take(0, nothing) == SinkQueue::Next::Go);
    QVERIFY(nothing.entries.empty());
    QVERIFY(queue.load().oldestUnsettled.has_value());
    queue.setGate(SinkGate::Open);
    QVERIFY(queue.waitTurn(chunk) == SinkQueue::Next::Go);
    queue.setGate(SinkGate::Paused);
    queue.complete(chunk);
    QVERIFY(queue.waitTurn(nothing) == SinkQueue::Next::Go);
    queue.complete(nothing);
    queue.stop();
  }

  void init() { m_bytes.clear(); }

 private:
  static SinkQueue::Options options(std::uint64_t windowBytes) {
    SinkQueue::Options options;
    options.windowBytes = windowBytes;
    options.take.linger = 0ms;
    return options;
  }
  QueuedRecord record(std::uint32_t index) {
    m_bytes =
        encode({TestChange{TestTable::Plain, Operation::Upsert, {Value::integer(index)}, {}, {}}});
    return {makeSequence(1, index), EntryKind::ChangeSet, m_bytes, schemaOfEverything(),
            systemClock().steadyNow()};
  }
  Result<std::optional<QueuedRecord>> next(std::atomic<std::uint32_t>& read, std::uint32_t end) {
    if (read >= end) return std::optional<QueuedRecord>();
    return std::optional<QueuedRecord>(record(++read));
  }

  std::string m_bytes;
};

PENSTOCK_TEST(TestSinkQueue)

}  // namespace penstock::test

#include "tst_sink_queue.moc"
