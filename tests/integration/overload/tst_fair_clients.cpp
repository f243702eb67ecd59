// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <array>
#include <atomic>
#include <numeric>
#include <vector>

#include "app/application/application.h"
#include "base/mutex.h"
#include "base/worker.h"
#include "tests/support/jain_index.h"
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

/// What each identity got in while it was measured.
struct Tally {
  std::array<std::atomic<std::uint64_t>, kClients> kilobytes{};
  std::atomic<std::uint64_t> greedyAsked{0};
  std::atomic<bool> isMeasuring{false};
  std::atomic<bool> isOver{false};
  Mutex mutex;
  CondVar ended;

  void count(std::size_t client, std::uint64_t got) {
    if (isMeasuring.load()) kilobytes[client] += got;
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
    std::vector<double> parts;
    QStringList texts;
    for (const auto& each : tally.kilobytes) {
      parts.push_back(static_cast<double>(each.load()));
      texts << QString::number(each.load());
    }
    qInfo("Jain's index %.3f; KB: %s; the greedy one asked %llu times", jainIndex(parts),
          qPrintable(texts.join(' ')), static_cast<unsigned long long>(tally.greedyAsked.load()));
    QVERIFY(jainIndex(parts) >= 0.9);
  }

 private:
  static void beGreedy(SubmitPort& port, std::int64_t connection, Tally& tally) {
    const auto client = port.openClient("greedy", nullptr);
    for (std::int64_t id = connection << 40; !tally.isOver.load(); ++id) {
      tally.greedyAsked += 1;
      if (submit(*client, id, 8'000).status.isOk()) {
        tally.count(0, 8);
      } else {
        tally.rest(kGreedyPause);
      }
    }
  }

  static void beModest(SubmitPort& port, std::size_t number, Tally& tally) {
    const auto client = port.openClient("modest " + std::to_string(number), nullptr);
    for (auto id = static_cast<std::int64_t>(number) << 50; !tally.isOver.load(); ++id) {
      const Ack ack = submit(*client, id, 1'000);
      if (ack.status.isOk()) tally.count(number, 1);
      const std::chrono::milliseconds told(ack.retryAfterMs);
      if (!ack.status.isOk()) tally.rest(std::max(told, kModestPause));
    }
  }

  /// From when pressure has begun.
  static void measure(Engine& engine, Tally& tally) {
    const SteadyTime deadline = systemClock().steadyNow() + kPatience;
    const auto isLate = [&] { return systemClock().steadyNow() >= deadline; };
    while (engine.totals().pressureEvents == 0 && !isLate()) tally.rest(10ms);
    tally.isMeasuring = true;
    while (tally.total() < kMeasuredKilobytes && !isLate()) tally.rest(10ms);
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
};

PENSTOCK_TEST(TestFairClients)

}  // namespace penstock::test

#include "tst_fair_clients.moc"
