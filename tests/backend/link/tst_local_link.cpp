// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "link/local_link.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// An engine whose readings last until the test lets them end. Threads: any.
class SlowEngine {
 public:
  LocalLinkSources sources() {
    LocalLinkSources sources;
    sources.node = "embedded";
    sources.newest = [] { return SnapshotPointer(); };
    sources.samplesSince = [](std::uint64_t, std::size_t) {
      return std::vector<SnapshotPointer>(2);
    };
    sources.eventsSince = [](std::uint64_t after, std::size_t max) {
      std::vector<Event> events(max);
      for (Event& event : events) event.number = ++after;
      return events;
    };
    sources.send = [this](Command command) { sent.push_back(std::move(command)); };
    sources.takeAnswers = [] { return std::vector<CommandAnswer>(1); };
    sources.readHistory = [this](const HistoryRequest&) {
      stand(Of::Others);
      return HistoryPage();
    };
    sources.browse = [this](const BrowseRequest& request) {
      stand(request.subject == BrowseSubject::Data ? Of::Data : Of::Others);
      BrowsePage page;
      page.note = request.table;
      return page;
    };
    return sources;
  }

  void hold() {
    MutexLock lock(m_mutex);
    m_held = true;
  }
  /// Readings of data alone.
  void holdData() {
    MutexLock lock(m_mutex);
    m_dataHeld = true;
  }
  void release() {
    MutexLock lock(m_mutex);
    m_held = m_dataHeld = false;
    m_changed.notifyAll();
  }
  /// Until so many readings have begun.
  void waitForReadings(int count) {
    MutexLock lock(m_mutex);
    while (m_begun < count) m_changed.wait(m_mutex);
  }
  int begun() {
    MutexLock lock(m_mutex);
    return m_begun;
  }

  std::vector<Command> sent;

 private:
  enum class Of : std::uint8_t { Data, Others };
  void stand(Of what) {
    MutexLock lock(m_mutex);
    ++m_begun;
    m_changed.notifyAll();
    while (m_held || (m_dataHeld && what == Of::Data)) m_changed.wait(m_mutex);
  }

  Mutex m_mutex;
  CondVar m_changed;
  bool m_held = false;
  bool m_dataHeld = false;
  int m_begun = 0;
};

BrowseRequest dataOf(const std::string& table) {
  BrowseRequest request;
  request.subject = BrowseSubject::Data;
  request.table = table;
  return request;
}

BrowseRequest about(BrowseSubject subject) {
  BrowseRequest request;
  request.subject = subject;
  return request;
}

}  // namespace

class TestLocalLink : public QObject {
  Q_OBJECT

 private slots:
  void commandsGetIdsOfTheirOwnUnlessTheyHaveOne() {
    SlowEngine engine;
    std::set<CommandId> ids;
    {
      LocalLink link(engine.sources());
      for (int i = 0; i < 100; ++i) ids.insert(link.send(Command()));
      Command mine;
      mine.id = CommandId{42};
      QVERIFY(link.send(mine) == CommandId{42});
    }
    // A later window on the same engine must not repeat them: they would not be done.
    LocalLink second(engine.sources());
    for (int i = 0; i < 100; ++i) ids.insert(second.send(Command()));
    QCOMPARE(ids.size(), 200u);
    QVERIFY(!ids.contains(CommandId{}));
    QCOMPARE(engine.sent.size(), 201u);
    QVERIFY(engine.sent[100].id == CommandId{42});
  }

  void askingNeverWaitsForAReading() {
    SlowEngine engine;
    engine.hold();
    LocalLink link(engine.sources());
    const RequestId first = link.browse(about(BrowseSubject::Data));
    engine.waitForReadings(1);
    const RequestId second = link.browse(about(BrowseSubject::DeadLetters));
    const RequestId third = link.requestHistory({});
    QVERIFY(link.takePages().empty() && link.takeHistory().empty());
    QCOMPARE(link.samplesSince(0, 10).size(), 2u);
    QCOMPARE(link.eventsSince(5, 3).front().number, 6u);
    QCOMPARE(link.takeAnswers().size(), 1u);
    QVERIFY(link.state().phase == LinkState::Phase::Connected);
    QCOMPARE(link.state().node, std::string("embedded"));
    engine.release();
    std::vector<BrowsePage> pages;
    QTRY_VERIFY(collect(link, pages) && pages.size() == 2);
    QVERIFY(pages[0].request == first && pages[1].request == second);
    std::vector<HistoryPage> history;
    QTRY_VERIFY(collect(link, history));
    QVERIFY(history[0].request == third);
  }

  /// What waits can be read when the database does not answer: then most of all.
  void databaseThatHangsDoesNotHoldUpTheQueueAndTheHistory() {
    SlowEngine engine;
    engine.holdData();
    LocalLink link(engine.sources());
    (void)link.browse(dataOf("hangs"));
    engine.waitForReadings(1);
    const RequestId queue = link.browse(about(BrowseSubject::Queue));
    (void)link.requestHistory({});
    std::vector<BrowsePage> pages;
    QTRY_VERIFY(collect(link, pages));
    QVERIFY(pages.size() == 1 && pages[0].request == queue);
    std::vector<HistoryPage> history;
    QTRY_VERIFY(collect(link, history));
    engine.release();
    QTRY_VERIFY(collect(link, pages) && pages.size() == 2);
  }

  void newerRequestOfASubjectTakesThePlaceOfTheOneThatWaits() {
    SlowEngine engine;
    engine.hold();
    LocalLink link(engine.sources());
    link.browse(about(BrowseSubject::Queue));
    link.browse(about(BrowseSubject::DeadLetters));
    engine.waitForReadings(2);  // both readers
    link.browse(dataOf("a"));
    link.browse(dataOf("b"));
    const RequestId last = link.browse(dataOf("c"));
    link.requestHistory({});
    const RequestId history = link.requestHistory({});
    engine.release();
    std::vector<BrowsePage> pages;
    QTRY_VERIFY(collect(link, pages) && pages.size() >= 3);
    std::vector<HistoryPage> answered;
    QTRY_VERIFY(collect(link, answered));
    QVERIFY(answered.size() == 1 && answered[0].request == history);
    QCOMPARE(pages.size(), 3u);
    const auto data = std::ranges::find(pages, BrowseSubject::Data, &BrowsePage::subject);
    QVERIFY(data != pages.end() && data->request == last);
    QCOMPARE(data->note, std::string("c"));
    QCOMPARE(engine.begun(), 4);
  }

  void pageIsGivenOnce() {
    SlowEngine engine;
    LocalLink link(engine.sources());
    link.browse(dataOf("a"));
    std::vector<BrowsePage> pages;
    QTRY_VERIFY(collect(link, pages));
    QCOMPARE(pages.size(), 1u);
    QVERIFY(link.takePages().empty());
  }

  void endWaitsForTheReadingThatRunsAndDropsTheRest() {
    SlowEngine engine;
    engine.hold();
    {
      LocalLink link(engine.sources());
      link.browse(about(BrowseSubject::Queue));
      engine.waitForReadings(1);
      link.browse(about(BrowseSubject::Data));
      engine.release();
    }
    QVERIFY(engine.begun() <= 2);
  }

 private:
  // Whether any have come so far; what comes is added.
  static bool collect(LocalLink& link, std::vector<BrowsePage>& pages) {
    for (BrowsePage& page : link.takePages()) pages.push_back(std::move(page));
    return !pages.empty();
  }
  static bool collect(LocalLink& link, std::vector<HistoryPage>& pages) {
    for (HistoryPage& page : link.takeHistory()) pages.push_back(std::move(page));
    return !pages.empty();
  }
};

PENSTOCK_TEST(TestLocalLink)

}  // namespace penstock::test

#include "tst_local_link.moc"
