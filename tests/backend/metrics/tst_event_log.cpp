// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "base/worker.h"
#include "metrics/event_log.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

Event eventSaying(std::string what) {
  Event event;
  event.what = std::move(what);
  return event;
}

std::vector<std::uint64_t> numbersOf(const EventPage& page) {
  std::vector<std::uint64_t> numbers;
  for (const Event& event : page.events) numbers.push_back(event.number);
  return numbers;
}

}  // namespace

using Numbers = std::vector<std::uint64_t>;

class TestEventLog : public QObject {
  Q_OBJECT

 private slots:
  void eventsAreNumberedFromOneInTheirOrder() {
    EventLog log(m_clock, 8);
    QCOMPARE(log.newestNumber(), std::uint64_t{0});
    QCOMPARE(log.append(eventSaying("first")), std::uint64_t{1});
    QCOMPARE(log.append(eventSaying("second")), std::uint64_t{2});
    const EventPage page = log.since(0, 10);
    QCOMPARE(numbersOf(page), (Numbers{1, 2}));
    QCOMPARE(page.events.back().what, std::string("second"));
    QCOMPARE(page.lost, std::uint64_t{0});
  }

  void missingTimesAreSetAndGivenOnesKept() {
    EventLog log(m_clock, 8);
    Event late = eventSaying("ended a while ago");
    late.wallMicros = 5;
    late.steadyMicros = 6;
    log.append(late);
    log.append(eventSaying("now"));
    const EventPage page = log.since(0, 10);
    QCOMPARE(page.events[0].wallMicros, std::int64_t{5});
    QCOMPARE(page.events[0].steadyMicros, std::int64_t{6});
    QCOMPARE(page.events[1].wallMicros, std::int64_t{1'700'000'000'000'000});
    QCOMPARE(page.events[1].steadyMicros, std::int64_t{1'000'000'000});
  }

  void readerThatComesBackMissesNone() {
    EventLog log(m_clock, 8);
    for (int i = 0; i < 7; ++i) log.append(eventSaying("x"));
    QCOMPARE(numbersOf(log.since(0, 3)), (Numbers{1, 2, 3}));
    QCOMPARE(numbersOf(log.since(3, 3)), (Numbers{4, 5, 6}));
    QCOMPARE(numbersOf(log.since(6, 3)), (Numbers{7}));
    QVERIFY(log.since(7, 3).events.empty());
  }

  void overrunReaderLearnsHowManyItLost() {
    EventLog log(m_clock, 4);
    for (int i = 0; i < 10; ++i) log.append(eventSaying("x"));
    const EventPage page = log.since(2, 100);
    QCOMPARE(numbersOf(page), (Numbers{7, 8, 9, 10}));
    QCOMPARE(page.lost, std::uint64_t{4});
    QCOMPARE(log.since(6, 100).lost, std::uint64_t{0});
  }

  void numberNotGivenYetYieldsNothing() {
    EventLog log(m_clock, 4);
    log.append(eventSaying("x"));
    QVERIFY(log.since(99, 10).events.empty());
    QCOMPARE(log.since(99, 10).lost, std::uint64_t{0});
  }

  void eventsOfManyThreadsAreAllNumberedOnce() {
    EventLog log(m_clock, 10'000);
    {
      std::vector<Worker> workers;
      for (int i = 0; i < 4; ++i) {
        workers.emplace_back("tells", ThreadPriority::Normal, [&log] {
          for (int n = 0; n < 500; ++n) log.append(eventSaying("x"));
        });
      }
    }
    const Numbers numbers = numbersOf(log.since(0, 10'000));
    QCOMPARE(numbers.size(), std::size_t{2'000});
    for (std::size_t i = 0; i < numbers.size(); ++i) QCOMPARE(numbers[i], i + 1);
  }

 private:
  FakeClock m_clock;
};

PENSTOCK_TEST(TestEventLog)

}  // namespace penstock::test

#include "tst_event_log.moc"
