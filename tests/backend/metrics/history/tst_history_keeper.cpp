// SPDX-License-Identifier: Apache-2.0
#include <sys/resource.h>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "metrics/history/history_keeper.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

namespace {

/// While it lives every write of this process past the first page of a file fails.
class NoFileGrows {
 public:
  NoFileGrows() : m_signal(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit limit{4'096, m_before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~NoFileGrows() {
    setrlimit(RLIMIT_FSIZE, &m_before);
    std::signal(SIGXFSZ, m_signal);
  }
  NoFileGrows(const NoFileGrows&) = delete;
  NoFileGrows& operator=(const NoFileGrows&) = delete;

 private:
  void (*m_signal)(int);
  rlimit m_before{};
};

}  // namespace

class TestHistoryKeeper : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath("history.sqlite").toStdString();
    m_clock = std::make_unique<FakeClock>();
    m_events = std::make_unique<EventLog>(*m_clock, 100);
    m_number = 0;
    m_runId = 1;
    m_start = wallNow();
  }

  void samplesAreFoundBeforeTheyAreWrittenAndAfter() {
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    feed(keeper, 35);  // three and a half seconds: nothing written yet
    QCOMPARE(read(keeper).size(), std::size_t{4});
    feed(keeper, 265);
    const auto points = read(keeper);
    QCOMPARE(points.size(), std::size_t{30});
    for (std::size_t i = 1; i < points.size(); ++i) {
      QCOMPARE(points[i].fromMicros - points[i - 1].toMicros, std::int64_t{100'000});
    }
    QCOMPARE(m_events->newestNumber(), std::uint64_t{0});
  }

  void historyOutlivesARestartAndShowsItAsAGap() {
    {
      HistoryKeeper keeper(*m_clock, *m_events, m_path);
      keeper.open();
      feed(keeper, 25);
      keeper.close();
    }
    m_clock->moveTo(m_clock->steadyNow() + 60s);
    m_runId = 2;
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    feed(keeper, 25);
    const auto points = read(keeper);
    QCOMPARE(points.size(), std::size_t{6});
    QCOMPARE(points[2].runId, std::uint64_t{1});
    QCOMPARE(points[3].runId, std::uint64_t{2});
    QVERIFY(points[3].fromMicros - points[2].toMicros >= 60'000'000);
  }

  void resolutionIsAsFineAsTheRangeAllows_data() {
    QTest::addColumn<int>("secondsBack");
    QTest::addColumn<qint64>("widthMicros");  // of a whole point
    QTest::newRow("within two hours") << 7'000 << qint64{900'000};
    QTest::newRow("within a day") << 86'400 << qint64{9'900'000};
    QTest::newRow("within a week") << 7 * 86'400 << qint64{59'900'000};
    QTest::newRow("for ever") << 70 * 86'400 << qint64{59'900'000};
  }

  void resolutionIsAsFineAsTheRangeAllows() {
    QFETCH(int, secondsBack);
    QFETCH(qint64, widthMicros);
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    feed(keeper, 2'000);
    const std::int64_t from = wallNow() - secondsBack * std::int64_t{1'000'000};
    const auto points = keeper.read({from, wallNow(), 2'000});
    QVERIFY(points.isOk() && points->size() > 2);
    const HistoryPoint& whole = points->at(1);
    QCOMPARE(qint64{whole.toMicros - whole.fromMicros}, widthMicros);
  }

  void oldPointsLeaveWithTheirAge() {
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    feed(keeper, 600);
    m_clock->moveTo(m_clock->steadyNow() + 3h);
    feed(keeper, 150);
    // Of the first minute the fine points are gone, the middle ones are not.
    HistoryFile file;
    keeper.close();
    QVERIFY(file.open(m_path).isOk());
    const HistoryRange first{m_start, m_start + 61'000'000};
    QCOMPARE(file.read(HistoryTier::Fine, first)->size(), std::size_t{0});
    QVERIFY(file.read(HistoryTier::Middle, first)->size() >= 6);
  }

  void damagedFileIsLeftAsideWithAnEvent() {
    const QByteArray garbage(5'000, 'x');
    writeFile(m_path, garbage);
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    QCOMPARE(QString::fromStdString(keeper.usedPath()), m_folder->filePath("history-1.sqlite"));
    feed(keeper, 150);
    QCOMPARE(read(keeper).size(), std::size_t{15});
    keeper.close();
    QCOMPARE(eventTexts().size(), std::size_t{1});
    QVERIFY(eventTexts()[0].find("left aside") != std::string::npos);
    QFile untouched(QString::fromStdString(m_path));
    QVERIFY(untouched.open(QIODevice::ReadOnly));
    QCOMPARE(untouched.readAll(), garbage);
  }

  void lockedFileIsLeftAsideWithAnEvent() {
    HistoryFile other;
    QVERIFY(other.open(m_path).isOk());
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    feed(keeper, 15);
    QCOMPARE(read(keeper).size(), std::size_t{2});
    QVERIFY(eventTexts().at(0).find("another process holds it") != std::string::npos);
  }

  void withoutAFileHistoryGoesOnInMemoryAndIsWrittenLater() {
    const QString folder = m_folder->filePath("not yet");
    const std::string path = folder.toStdString() + "/history.sqlite";
    HistoryKeeper keeper(*m_clock, *m_events, path);
    keeper.open();
    feed(keeper, 300);
    QCOMPARE(read(keeper).size(), std::size_t{30});
    QCOMPARE(eventTexts().size(), std::size_t{1});
    QVERIFY(eventTexts()[0].find("in memory only") != std::string::npos);
    QVERIFY(QDir().mkpath(folder));
    feed(keeper, 200);
    QCOMPARE(eventTexts().size(), std::size_t{2});
    QVERIFY(eventTexts()[1].find("written to its file again") != std::string::npos);
    keeper.close();
    HistoryFile file;
    QVERIFY(file.open(path).isOk());
    QCOMPARE(file.read(HistoryTier::Fine, {m_start, wallNow()})->size(), std::size_t{50});
  }

  void diskThatRefusesKeepsHistoryInMemoryUntilItTakesAgain() {
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    feed(keeper, 150);
    {
      const NoFileGrows full;
      feed(keeper, 300);
    }
    QCOMPARE(eventTexts().size(), std::size_t{1});
    QVERIFY(eventTexts()[0].find("in memory only") != std::string::npos);
    QCOMPARE(read(keeper).size(), std::size_t{45});
    feed(keeper, 150);
    QCOMPARE(eventTexts().size(), std::size_t{2});
    QCOMPARE(read(keeper).size(), std::size_t{60});
    keeper.close();
    HistoryFile file;
    QVERIFY(file.open(m_path).isOk());
    QCOMPARE(file.read(HistoryTier::Fine, {m_start, wallNow()})->size(), std::size_t{60});
  }

  void senselessRequestIsInvalid() {
    HistoryKeeper keeper(*m_clock, *m_events, m_path);
    keeper.open();
    QCOMPARE(keeper.read({2, 1, 10}).status().code(), StatusCode::Invalid);
    QCOMPARE(keeper.read({1, 2, 0}).status().code(), StatusCode::Invalid);
    QCOMPARE(keeper.read({1, 2, 4'000'000'000}).status().code(), StatusCode::Invalid);
    QVERIFY(keeper.read({1, 2, 10})->empty());
  }

 private:
  std::int64_t wallNow() const { return m_clock->wallNow().time_since_epoch().count(); }

  /// That many samples, a tenth of a second apart, from now on.
  void feed(HistoryKeeper& keeper, int count) {
    for (int i = 0; i < count; ++i) {
      auto snapshot = std::make_shared<Snapshot>();
      snapshot->number = ++m_number;
      snapshot->runId = m_runId;
      snapshot->wallMicros = wallNow();
      snapshot->steadyMicros = std::chrono::duration_cast<std::chrono::microseconds>(
                                   m_clock->steadyNow().time_since_epoch())
                                   .count();
      keeper.keep(snapshot);
      m_clock->moveTo(m_clock->steadyNow() + 100ms);
    }
  }

  std::vector<HistoryPoint> read(HistoryKeeper& keeper) {
    return keeper.read({m_start, wallNow(), 2'000}).value();
  }

  std::vector<std::string> eventTexts() const {
    std::vector<std::string> texts;
    for (const Event& event : m_events->since(0, 100).events) texts.push_back(event.what);
    return texts;
  }

  static void writeFile(const std::string& path, const QByteArray& content) {
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(content);
  }

  std::unique_ptr<QTemporaryDir> m_folder;
  std::string m_path;
  std::unique_ptr<FakeClock> m_clock;
  std::unique_ptr<EventLog> m_events;
  std::uint64_t m_number = 0;
  std::uint64_t m_runId = 1;
  std::int64_t m_start = 0;
};

PENSTOCK_TEST(TestHistoryKeeper)

}  // namespace penstock::test

#include "tst_history_keeper.moc"
