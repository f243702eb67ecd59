// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <chrono>
#include <optional>

#include "queue/dispatcher.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Read = Result<std::optional<QueuedRecord>>;

/// A cursor that a test lets out; counts how often it is asked.
class Cursor {
 public:
  Read next() {
    ++asked;
    if (failAt != 0 && m_read + 1 == failAt) {
      return Status(StatusCode::Corrupt, "segment 3 is damaged");
    }
    if (m_read >= released) return std::optional<QueuedRecord>();
    QueuedRecord record;
    record.sequence = makeSequence(1, ++m_read);
    record.payload = m_payload;
    record.catalog = schemaOfEverything();
    record.arrived = systemClock().steadyNow();
    return std::optional(record);
  }
  std::atomic<std::uint32_t> released{0};
  std::atomic<std::uint64_t> asked{0};
  std::uint32_t failAt = 0;

 private:
  std::uint32_t m_read = 0;
  const std::string m_payload = encode({TestChange{
      TestTable::Plain, Operation::Insert, {Value::integer(1)}, {{1, Value::integer(2)}}, {}}});
};

/// What the dispatcher told when it could not go on. Threads: any.
class Failure {
 public:
  void tell(const Status& status) {
    MutexLock lock(m_mutex);
    m_status = status;
    ++m_times;
    m_changed.notifyAll();
  }
  Status wait() {
    MutexLock lock(m_mutex);
    while (m_times == 0) m_changed.wait(m_mutex);
    return m_status;
  }
  int times() {
    MutexLock lock(m_mutex);
    return m_times;
  }

 private:
  Mutex m_mutex;
  CondVar m_changed;
  Status m_status;
  int m_times = 0;
};

}  // namespace

class TestDispatcher : public QObject {
  Q_OBJECT

 private slots:
  void noNewsIsEverMissed() {
    SinkQueue queue(options(1 << 20), systemClock());
    Cursor cursor;
    Failure failure;
    Dispatcher dispatcher(
        "test", queue, [&] { return cursor.next(); },
        [&](const Status& status) { failure.tell(status); });
    Chunk chunk;
    // Told at any moment of its round: while it reads, before it waits, while it waits.
    for (std::uint32_t i = 1; i <= 2000; ++i) {
      cursor.released = i;
      dispatcher.notify();
      QVERIFY(queue.take(0, chunk) == SinkQueue::Next::Go);
      QVERIFY(indexOf(chunk.last()) == i);
      QVERIFY(queue.waitTurn(chunk) == SinkQueue::Next::Go);
      queue.complete(chunk);
    }
    QCOMPARE(failure.times(), 0);
    queue.stop();
  }

  void nobodyIsAskedAgainWithoutNews() {
    SinkQueue queue(options(1 << 20), systemClock());
    Cursor cursor;
    Dispatcher dispatcher(
        "test", queue, [&] { return cursor.next(); }, [](const Status&) {});
    QTRY_COMPARE(cursor.asked.load(), 1u);
    for (std::uint64_t i = 2; i <= 5; ++i) {
      dispatcher.notify();
      QTRY_COMPARE(cursor.asked.load(), i);
    }
    queue.stop();
  }

  void damagedCursorIsToldOnceAndWhatCameBeforeIsKept() {
    SinkQueue queue(options(1 << 20), systemClock());
    Cursor cursor;
    cursor.failAt = 4;
    cursor.released = 10;
    Failure failure;
    Dispatcher dispatcher(
        "test", queue, [&] { return cursor.next(); },
        [&](const Status& status) { failure.tell(status); });
    QVERIFY(failure.wait().code() == StatusCode::Corrupt);
    QCOMPARE(queue.load().waitingRecords, 3u);
    dispatcher.notify();
    dispatcher.stop();
    QCOMPARE(failure.times(), 1);
    QCOMPARE(cursor.asked.load(), 4u);
  }

  void recordThatIsNoChangeSetIsAFailureNotASkip() {
    SinkQueue queue(options(1 << 20), systemClock());
    Failure failure;
    Dispatcher dispatcher(
        "test", queue,
        []() -> Read {
          QueuedRecord record;
          record.sequence = makeSequence(1, 1);
          record.payload = "rubbish";
          record.catalog = schemaOfEverything();
          return std::optional(record);
        },
        [&](const Status& status) { failure.tell(status); });
    QVERIFY(!failure.wait().isOk());
    QCOMPARE(queue.load().waitingRecords, 0u);
  }

  void stoppedQueueEndsItWithoutAFailure() {
    SinkQueue queue(options(1), systemClock());
    Cursor cursor;
    cursor.released = 1000;
    Failure failure;
    {
      Dispatcher dispatcher(
          "test", queue, [&] { return cursor.next(); },
          [&](const Status& status) { failure.tell(status); });
      QTRY_VERIFY(!queue.load().hasRoom);  // it waits for room
      queue.stop();
    }
    QCOMPARE(failure.times(), 0);
    QVERIFY(cursor.asked.load() <= 2);
  }

  void waitingOneEndsWhenItIsStopped() {
    SinkQueue queue(options(1 << 20), systemClock());
    Cursor cursor;
    Dispatcher dispatcher(
        "test", queue, [&] { return cursor.next(); }, [](const Status&) {});
    QTRY_VERIFY(cursor.asked.load() > 0);
    dispatcher.stop();
    dispatcher.stop();  // twice is no harm
  }

 private:
  static SinkQueue::Options options(std::uint64_t windowBytes) {
    SinkQueue::Options options;
    options.windowBytes = windowBytes;
    options.take.linger = 0ms;
    return options;
  }
};

PENSTOCK_TEST(TestDispatcher)

}  // namespace penstock::test

#include "tst_dispatcher.moc"
