// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <random>
#include <vector>

#include "app/application/application.h"
#include "base/worker.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/one_by_one.h"
#include "tests/support/seed.h"
#include "tests/support/servers/postgres_server.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

constexpr int kProducers = 16;
constexpr int kSetsEach = 60;
/// On several lanes each of the many refusals waits until it is the oldest, and is tried alone.
constexpr int kSetsEachOnLanes = 20;
constexpr const char* kSchema = R"(
CREATE TABLE parents(id INTEGER PRIMARY KEY, name TEXT NOT NULL, total INTEGER);
CREATE TABLE children(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents(id),
                      hits INTEGER NOT NULL DEFAULT 0);
CREATE TABLE slots(name TEXT PRIMARY KEY NOT NULL, holder INTEGER UNIQUE,
                   taken INTEGER DEFAULT 0 CHECK (taken < 40));
)";
constexpr const char* kPostgresSchema = R"(
CREATE TABLE parents(id bigint PRIMARY KEY, name text NOT NULL, total bigint);
CREATE TABLE children(id bigint PRIMARY KEY, parent bigint NOT NULL REFERENCES parents(id),
                      hits bigint NOT NULL DEFAULT 0);
CREATE TABLE slots(name text PRIMARY KEY, holder bigint UNIQUE,
                   taken bigint DEFAULT 0 CHECK (taken < 40));
)";
const char* const kTables[] = {"parents", "children", "slots"};

/// Which mistakes producers make.
enum class Mistakes : std::uint8_t {
  OfKeys,  ///< rows that exist already, rows that are missing, parents that are missing
  OfAll,   ///< deletes of parents, unique values and checks too
};

/// One producer's changes: over the few rows that all of them want.
class Producer {
 public:
  Producer(unsigned seed, Mistakes mistakes) : m_random(seed), m_mistakes(mistakes) {}

  ChangeSet next() {
    ChangeSet set;
    if (below(3) == 0) set.group = "group:" + std::to_string(below(5));
    const std::uint64_t changes = below(2) == 0 ? 1 : 2 + below(4);
    for (std::uint64_t i = 0; i < changes; ++i) set.changes.push_back(change());
    return set;
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return m_random() % limit; }
  Value number(std::uint64_t limit) {
    return Value::integer(static_cast<std::int64_t>(below(limit)));
  }

  Change change() {
    switch (below(m_mistakes == Mistakes::OfAll ? 4 : 3)) {
      case 0:
        return parent();
      case 1:
        return child();
      case 2:
        return m_mistakes == Mistakes::OfAll ? slot() : parent();
      default:
        return slot();
    }
  }

  Change parent() {
    Change change{"parents", Operation::Update, {{"id", number(12)}}, {}, {}};
    const std::uint64_t kind = below(10);
    if (kind == 0 && m_mistakes == Mistakes::OfAll) {
      change.operation = Operation::Delete;
    } else if (kind < 3) {
      change.operation = Operation::Insert;
      change.set = {{"name", Value::text("made")}};
    } else if (kind < 5) {
      change.operation = Operation::Upsert;
      change.set = {{"name", Value::text("put " + std::to_string(below(100)))}};
    } else {
      change.add = {{"total", number(9)}};
    }
    return change;
  }

  Change child() {
    Change change{"children", Operation::Update, {{"id", number(40)}}, {}, {}};
    const std::uint64_t kind = below(10);
    if (kind == 0 && m_mistakes == Mistakes::OfAll) {
      change.operation = Operation::Delete;
    } else if (kind < 5) {
      change.operation = Operation::Insert;
      change.set = {{"parent", number(16)}};
    } else {
      change.add = {{"hits", Value::integer(1)}};
    }
    return change;
  }

  Change slot() {
    Change change{"slots", Operation::Upsert, {}, {}, {}};
    change.key = {{"name", Value::text("slot " + std::to_string(below(8)))}};
    if (below(6) == 0) {
      change.operation = Operation::Delete;
    } else if (below(2) == 0) {
      change.set = {{"holder", below(4) == 0 ? Value::null() : number(10)}};
    } else {
      change.operation = Operation::Update;
      change.add = {{"taken", number(9)}};
    }
    return change;
  }

  std::mt19937 m_random;
  const Mistakes m_mistakes;
};

/// On eight lanes.
SinkOptions sinkOn(const PostgresServer& server, const QString& database) {
  SinkOptions sink;
  sink.driver = "postgres";
  sink.host = "127.0.0.1";
  sink.port = server.port();
  sink.user = "postgres";
  sink.database = database.toStdString();
  sink.flush.workers = 8;
  return sink;
}

EngineOptions optionsFor(const QString& directory, Mistakes mistakes, const SinkOptions& sink) {
  EngineOptions options;
  options.sinks = {sink};
  options.sinks.front().flush.linger = 2ms;
  // What only a folded-away version would have met may go unseen: such tables apply every version.
  if (mistakes == Mistakes::OfAll) {
    for (const char* table : kTables) {
      TablePolicy policy;
      policy.name = table;
      policy.coalesce = false;
      options.tables.push_back(policy);
    }
  }
  return app::withDefaults(std::move(options), directory.toStdString());
}

}  // namespace

/// Whatever happens at once, the database ends as if one after another had come.
class TestRacingProducers : public QObject {
  Q_OBJECT

 private slots:
  void endsAsIfAppliedOneByOneInJournalOrder_data() {
    QTest::addColumn<bool>("folded");
    QTest::addColumn<bool>("isPostgres");
    QTest::newRow("folded") << true << false;
    QTest::newRow("every version") << false << false;
    QTest::newRow("folded, eight lanes") << true << true;
    QTest::newRow("every version, eight lanes") << false << true;
  }
  void endsAsIfAppliedOneByOneInJournalOrder() {
    QFETCH(bool, folded);
    QFETCH(bool, isPostgres);
    const Mistakes mistakes = folded ? Mistakes::OfKeys : Mistakes::OfAll;
    const unsigned seed = newSeed();
    const QTemporaryDir node;
    SinkOptions sink;
    ServerPlace database{"QSQLITE", 0, {}, node.filePath("database.sqlite")};
    if (isPostgres) {
      PostgresServer& server = PostgresServer::shared();
      database = {"QPSQL", server.port(), "postgres",
                  QString::fromStdString(server.makeDatabase())};
      sink = sinkOn(server, database.database);
    }
    auto started =
        app::Application::start(optionsFor(node.path(), mistakes, sink), app::KeepHistory::No);
    QVERIFY2(started.isOk(), started.status().message().c_str());
    app::Application& application = **started;
    QVERIFY(application.engine().runSchema(isPostgres ? kPostgresSchema : kSchema).isOk());
    const int setsEach = isPostgres ? kSetsEachOnLanes : kSetsEach;
    race(application.engine(), seed, mistakes, setsEach);
    if (QTest::currentTestFailed()) return;
    const StopReport report = application.stop(60s);
    QVERIFY2(report.status.isOk(), report.status.message().c_str());
    QCOMPARE(report.left, 0u);
    started->reset();
    compareWithOneByOne(node, database, kProducers * setsEach);
  }

 private:
  static void race(Engine& engine, unsigned seed, Mistakes mistakes, int setsEach) {
    std::atomic<int> running{kProducers};
    std::atomic<int> refused{0};
    {
      std::vector<Worker> producers;
      for (int i = 0; i < kProducers; ++i) {
        producers.emplace_back("producer", ThreadPriority::Background, [&, i] {
          const auto client = engine.port().openClient("producer " + std::to_string(i), nullptr);
          Producer producer(seed + static_cast<unsigned>(i), mistakes);
          SubmitOptions options;
          options.notifyAt = AckLevel::Accepted;
          for (int n = 0; n < setsEach; ++n) {
            if (!client->submit(producer.next(), options).status.isOk()) ++refused;
          }
          --running;
        });
      }
      resizeWhile(engine, running);
    }
    QCOMPARE(refused.load(), 0);
  }

  /// From 1 to 16 workers and back, each time when everything before is settled.
  static void resizeWhile(Engine& engine, const std::atomic<int>& running) {
    std::mt19937 random(running.load());
    std::uint64_t id = 0;
    do {
      Command command;
      command.id = CommandId{++id};
      command.kind = CommandKind::Resize;
      command.who = "test";
      command.workers = 1 + random() % 16;
      engine.send(command);
      QVERIFY(engine.port().flushAndWait(systemClock().steadyNow() + 60s).isOk());
    } while (running.load() > 0);
    bool inEffect = false;
    const auto lastIsInEffect = [&] {
      for (const CommandAnswer& answer : engine.takeAnswers()) {
        const bool last = answer.id == CommandId{id};
        inEffect = inEffect || (last && answer.stage == CommandStage::InEffect);
      }
      return inEffect;
    };
    QTRY_VERIFY_WITH_TIMEOUT(lastIsInEffect(), 30'000);
  }

  static void compareWithOneByOne(const QTemporaryDir& node, const ServerPlace& actual,
                                  int changeSets) {
    const QString expected = node.filePath("one_by_one.sqlite");
    const OneByOneResult judged = applyOneByOne(node.filePath("journal"), expected, kSchema);
    QCOMPARE(judged.failure, QString());
    QCOMPARE(judged.changeSets, changeSets);
    for (const char* table : kTables) {
      const QString sql = QString("SELECT * FROM %1").arg(table);
      QCOMPARE(rowsOf(actual, sql), rowsOf(expected, sql));
    }
    QStringList letters = rowsOf(actual, "SELECT sequence FROM penstock_dead_letter");
    QStringList refused = judged.refused;
    refused.sort();
    qInfo("%d change sets, %d refused", judged.changeSets, static_cast<int>(refused.size()));
    QVERIFY(!refused.isEmpty());
    QCOMPARE(letters, refused);
  }
};

PENSTOCK_TEST(TestRacingProducers)

}  // namespace penstock::test

#include "tst_racing_producers.moc"
