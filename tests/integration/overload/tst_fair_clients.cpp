// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <atomic>
#include <numeric>
#include <vector>

#include "app/application/application.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "metrics/process_usage.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/memory_bound.h"
#include "tests/support/jain_index.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr int kClients = 10;
constexpr int kGreedyConnections = 4;
/// So much is measured: some segments of the journal, which are freed one at a time.
constexpr std::uint64_t kMeasuredKilobytes = 16'000;
constexpr auto kPatience = 120s;
/// When they were refused: the greedy one comes again a hundred times as soon as others may.
constexpr auto kGreedyPause = limits::kRetryAfterMin / 100;
constexpr auto kModestPause = 10ms;

/// A row takes the database a while, whatever the machine: far longer than to journal it.
constexpr const char* kSchema = R"(
CREATE TABLE readings(id INTEGER PRIMARY KEY, value TEXT);
CREATE TRIGGER slow AFTER INSERT ON readings BEGIN
  SELECT count(*) FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000)
                        SELECT i FROM n);
END;
)";

EngineOptions optionsFor(const QString& directory, OverloadPolicy policy) {
  EngineOptions options;
  options.memoryBudgetBytes = limits::kMemoryBudgetMin;
  options.journal.segmentBytes = limits::kSegmentBytesMin;
  options.journal.diskBudgetBytes = 32 * limits::kMiB;
  options.journal.freeSpaceFloorBytes = 0;
  TablePolicy readings;
  readings.name = "readings";
  readings.overload = policy;
  options.tables.push_back(readings);
  return app::withDefaults(std::move(options), directory.toStdString());
}

/// What came before in this process does not count.
void forgetPeakMemory() {
  ::malloc_trim(0);
  QFile peak("/proc/self/clear_refs");  // see proc(5)
  if (peak.open(QIODevice::WriteOnly)) peak.write("5");
}

/// What the clients were told: all in all, and what each identity got in while it was measured.
struct Tally {
  std::array<std::atomic<std::uint64_t>, kClients> kilobytes{};
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> shed{0};
  std::atomic<std::uint64_t> late{0};
  std::atomic<bool> isMeasuring{false};
  std::atomic<bool> isOver{false};
  Mutex mutex;
  CondVar ended;

  /// Whether it was taken.
  bool count(std::size_t client, std::uint64_t size, const Ack& ack) {
    if (!ack.status.isOk()) {
      (ack.shed ? shed : ack.status.code() == StatusCode::Deadline ? late : rejected) += 1;
      return false;
    }
    accepted += 1;
    if (isMeasuring.load()) kilobytes[client] += size;
    return true;
  }
  void end() {
    isOver = true;
    MutexLock lock(mutex);
    ended.notifyAll();
  }
  /// Until the end, at most for `time`.
  void rest(std::chrono::microseconds time) {
    const SteadyTime until = systemClock().steadyNow() + time;
    MutexLock lock(mutex);
    while (!isOver.load() && systemClock().steadyNow() < until) ended.waitUntil(mutex, until);
  }
  std::uint64_t total() const {
    return std::accumulate(kilobytes.begin(), kilobytes.end(), std::uint64_t{0});
  }
};

}  // namespace

/// One client that sends as fast as it can over several connections, without ever doing what it is
/// told, beside modest ones, while more comes than the database takes.
/// PENSTOCK_OVERLOAD_SECONDS=300: for so long at least.
class TestFairClients : public QObject {
  Q_OBJECT

 private slots:
  void everyClientGetsItsPart_data() {
    QTest::addColumn<int>("policy");
    QTest::newRow("wait") << int(OverloadPolicy::Wait);
    QTest::newRow("reject") << int(OverloadPolicy::Reject);
    QTest::newRow("shed") << int(OverloadPolicy::Shed);
  }
  void everyClientGetsItsPart() {
    QFETCH(int, policy);
    forgetPeakMemory();
    ProcessUsage usage(posixFileSystem());
    const std::uint64_t before = usage.residentBytes();
    if (m_beforeFirst == 0) m_beforeFirst = before;
    const QTemporaryDir node;
    auto started = app::Application::start(optionsFor(node.path(), OverloadPolicy(policy)),
                                           app::KeepHistory::No);
    QVERIFY2(started.isOk(), started.status().message().c_str());
    Engine& engine = (*started)->engine();
    QVERIFY(engine.runSchema(kSchema).isOk());

    Tally tally;
    {
      std::vector<Worker> clients;
      for (int i = 0; i < kGreedyConnections; ++i) {
        clients.emplace_back("greedy", ThreadPriority::Background,
                             [&, i] { beGreedy(engine.port(), i, tally); });
      }
      for (int i = 1; i < kClients; ++i) {
        clients.emplace_back("modest", ThreadPriority::Background,
                             [&, i] { beModest(engine.port(), i, tally); });
      }
      measure(engine, tally);
    }
    QVERIFY(tally.total() >= kMeasuredKilobytes);
    judgeShares(tally);
    judgeAnswers(engine, tally);
    // What malloc keeps of the nodes before is not this one's.
    const std::uint64_t peak = usage.peakResidentBytes() - before + m_beforeFirst;
    qInfo("peak memory %llu MiB", static_cast<unsigned long long>(peak / limits::kMiB));
    if (!kSanitized) QVERIFY(peak <= limits::kMemoryBudgetMin + kMemoryBeyondBudget);
    QVERIFY(engine.port().flushAndWait(systemClock().steadyNow() + kPatience).isOk());
    const QStringList rows =
        rowsOf(node.filePath("database.sqlite"), "SELECT count(*) FROM readings");
    QCOMPARE(rows, QStringList{QString::number(tally.accepted.load())});
  }

 private:
  static void judgeShares(const Tally& tally) {
    std::vector<double> parts;
    QStringList texts;
    for (const auto& each : tally.kilobytes) {
      parts.push_back(static_cast<double>(each.load()));
      texts << QString::number(each.load());
    }
    qInfo("Jain's index %.3f; KB: %s", jainIndex(parts), qPrintable(texts.join(' ')));
    QVERIFY(jainIndex(parts) >= 0.9);
  }

  /// Every one was told, and the node counts the same.
  static void judgeAnswers(Engine& engine, const Tally& tally) {
    const Snapshot totals = engine.totals();
    qInfo("%llu taken, %llu rejected, %llu shed, %llu too late; %llu crossings",
          static_cast<unsigned long long>(totals.acceptedSets),
          static_cast<unsigned long long>(tally.rejected.load()),
          static_cast<unsigned long long>(tally.shed.load()),
          static_cast<unsigned long long>(tally.late.load()),
          static_cast<unsigned long long>(totals.pressureEvents));
    QCOMPARE(totals.acceptedSets, tally.accepted.load());
    QCOMPARE(totals.rejectedSets, tally.rejected.load() + tally.late.load());
    QCOMPARE(totals.shedSets, tally.shed.load());
  }

  static void beGreedy(SubmitPort& port, std::int64_t connection, Tally& tally) {
    const auto client = port.openClient("greedy", nullptr);
    for (std::int64_t id = connection << 40; !tally.isOver.load(); ++id) {
      if (!tally.count(0, 8, submit(*client, id, 8'000))) tally.rest(kGreedyPause);
    }
  }

  static void beModest(SubmitPort& port, std::size_t number, Tally& tally) {
    const auto client = port.openClient("modest " + std::to_string(number), nullptr);
    for (auto id = static_cast<std::int64_t>(number) << 50; !tally.isOver.load(); ++id) {
      const Ack ack = submit(*client, id, 1'000);
      const std::chrono::milliseconds told(ack.retryAfterMs);
      if (!tally.count(number, 1, ack)) tally.rest(std::max(told, kModestPause));
    }
  }

  /// From when pressure has begun.
  static void measure(Engine& engine, Tally& tally) {
    const auto least = std::chrono::seconds(numberFrom("PENSTOCK_OVERLOAD_SECONDS", 0));
    const SteadyTime began = systemClock().steadyNow();
    const auto isPast = [&](std::chrono::seconds time) {
      return systemClock().steadyNow() >= began + time;
    };
    const auto isLate = [&] { return isPast(kPatience + least); };
    while (engine.totals().pressureEvents == 0 && !isLate()) tally.rest(10ms);
    tally.isMeasuring = true;
    const auto isEnough = [&] { return tally.total() >= kMeasuredKilobytes && isPast(least); };
    while (!isEnough() && !isLate()) tally.rest(10ms);
    tally.isMeasuring = false;
    tally.end();
  }

  static Ack submit(Client& client, std::int64_t id, std::size_t bytes) {
    ChangeSet set;
    Change change{"readings", Operation::Insert, {{"id", Value::integer(id)}}, {}, {}};
    change.set = {{"value", Value::text(std::string(bytes, 'v'))}};
    set.changes.push_back(change);
    SubmitOptions options;
    options.notifyAt = AckLevel::Accepted;
    options.deadline = systemClock().steadyNow() + 1s;
    return client.submit(set, options);
  }

  std::uint64_t m_beforeFirst = 0;
};

PENSTOCK_TEST(TestFairClients)

}  // namespace penstock::test

#include "tst_fair_clients.moc"
