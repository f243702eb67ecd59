// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <memory>
#include <vector>

#include "metrics/history/history.h"
#include "metrics/sampler.h"
#include "model/limits.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestHistory : public QObject {
  Q_OBJECT

 private slots:
  void samplesOfTheSamplerAreKeptAndOutliveIt() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath("history.sqlite").toStdString();
    FakeClock clock;
    EventLog events(clock, 10);
    const std::int64_t from = clock.wallNow().time_since_epoch().count();
    const HistoryRequest everything{from, from + 60'000'000, 1'000};
    {
      SnapshotRing ring(10);
      History history(clock, events, path);
      history.start();
      ScriptedWaiter waiter(clock, std::vector<std::chrono::microseconds>(299, 0us));
      Sampler sampler(clock, waiter, ring, {100ms, 5});
      sampler.start([](Snapshot&) {},
                    {[&history](const SnapshotPointer& sample) { history.offer(sample); }});
      sampler.stop();
      const auto points = history.read(everything);
      QVERIFY(points.isOk());
      QCOMPARE(points->size(), std::size_t{30});
      QCOMPARE(history.droppedSamples(), std::uint64_t{0});
      history.stop();
    }
    History history(clock, events, path);
    history.start();
    QCOMPARE(history.read(everything)->size(), std::size_t{30});
    QCOMPARE(events.newestNumber(), std::uint64_t{0});
  }

  void everyRequestIsAnsweredUnderItsTicket() {
    const QTemporaryDir folder;
    EventLog events(systemClock(), 10);
    History history(systemClock(), events, folder.filePath("h.sqlite").toStdString());
    const auto box = std::make_shared<HistoryBox>();
    history.request(1, {0, 1, 10}, box);
    QCOMPARE(static_cast<int>(box->waitAndTake().at(0).status.code()),
             static_cast<int>(StatusCode::Cancelled));
    history.start();
    history.request(2, {0, 1, 10}, box);
    const auto answers = box->waitAndTake();
    QCOMPARE(answers.at(0).ticket, std::uint64_t{2});
    QVERIFY(answers.at(0).status.isOk());
    history.request(3, {1, 0, 10}, box);
    QCOMPARE(static_cast<int>(box->waitAndTake().at(0).status.code()),
             static_cast<int>(StatusCode::Invalid));
    for (std::uint64_t ticket = 10; ticket < 20; ++ticket) history.request(ticket, {0, 1, 10}, box);
    history.stop();
    QCOMPARE(box->take().size(), std::size_t{10});
    history.request(20, {0, 1, 10}, box);
    QCOMPARE(box->take().at(0).ticket, std::uint64_t{20});
  }

  void sampleThatNobodyKeepsIsCounted() {
    const QTemporaryDir folder;
    EventLog events(systemClock(), 10);
    History history(systemClock(), events, folder.filePath("h.sqlite").toStdString());
    history.offer(std::make_shared<Snapshot>());
    QCOMPARE(history.droppedSamples(), std::uint64_t{1});
  }
};

PENSTOCK_TEST(TestHistory)

}  // namespace penstock::test

#include "tst_history.moc"
