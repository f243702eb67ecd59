// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>

#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr int kPatienceMs = 60'000;

/// Reads the database of whoever is the primary, all the time: what was told as persisted has to be
/// there. A server that is away says nothing.
class FreshReader {
 public:
  FreshReader(Engine& engine, const LoadLedger& ledger) : m_engine(engine), m_ledger(ledger) {
    m_worker = Worker("reader", ThreadPriority::Background, [this] { loop(); });
  }
  ~FreshReader() { end(); }
  FreshReader(const FreshReader&) = delete;
  FreshReader& operator=(const FreshReader&) = delete;

  void end() {
    m_ends = true;
    m_worker.join();
  }
  int readings() const { return m_readings; }
  /// Of all readings: how many were older than what had been told. After end().
  QString stale() const { return m_stale; }

 private:
  void loop() {
    for (int i = 0; !m_ends; ++i) readOne(i % LoadLedger::kProducers);
  }

  // First what was told, then who is the primary: it has what was told before it became that.
  void readOne(int producer) {
    const std::int64_t told = m_ledger.versionPersisted(producer);
    const SinkOptions& primary = m_engine.primary();
    PostgresSession session("host=127.0.0.1 user=postgres connect_timeout=2 port=" +
                            std::to_string(primary.port) + " dbname=" + primary.database);
    const auto rows =
        session.rows("SELECT version FROM versions WHERE id=" + std::to_string(producer));
    const bool isAway = !rows.empty() && rows.front().starts_with("ERROR");
    if (isAway || told == 0) return;
    ++m_readings;
    const std::int64_t found = rows.empty() ? 0 : std::stoll(rows.front());
    if (found >= told || !m_stale.isEmpty()) return;
    m_stale = QString("%1: told %2, found %3").arg(primary.name.c_str()).arg(told).arg(found);
  }

  Engine& m_engine;
  const LoadLedger& m_ledger;
  std::atomic<bool> m_ends = false;
  std::atomic<int> m_readings = 0;
  QString m_stale;  // the thread's, until it ends
  Worker m_worker;
};

}  // namespace

/// What an operator does when the primary's server dies, step by step, while clients go on.
class TestFailoverDrill : public QObject {
  Q_OBJECT

 private slots:
  void rolesAreSwappedAndSwappedBackUnderLoad() {
    PostgresServer berlin;
    PostgresServer paris;
    const std::string inBerlin = makeLoadDatabase(berlin);
    const std::string inParis = makeLoadDatabase(paris);
    ServerNode node;
    node.options.sinks = {postgresSink("berlin", berlin, inBerlin),
                          postgresSink("paris", paris, inParis, "standby")};
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    FreshReader reader(node.engine(), ledger);
    const auto goesOn = [&] {
      const std::int64_t version = ledger.versionPersisted(1);
      QTRY_VERIFY_WITH_TIMEOUT(ledger.versionPersisted(1) > version + 100, kPatienceMs);
    };
    goesOn();
    berlin.kill();
    QTRY_COMPARE_WITH_TIMEOUT(node.sink("berlin").state, SinkState::Down, kPatienceMs);
    failOver(node, "paris");
    goesOn();
    berlin.start();
    QTRY_VERIFY_WITH_TIMEOUT(node.sink("berlin").queueDepth < 1000, kPatienceMs);
    const int before = reader.readings();
    failOver(node, "berlin");
    goesOn();
    QTRY_VERIFY_WITH_TIMEOUT(reader.readings() > before + 20, kPatienceMs);
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted() && node.isDrained(), kPatienceMs);
    reader.end();
    QCOMPARE(reader.stale(), QString());
    QCOMPARE(ledger.compare(readerOf(berlin, inBerlin)), QString());
    QCOMPARE(ledger.compare(readerOf(paris, inParis)), QString());
  }

 private:
  static void failOver(ServerNode& node, const std::string& to) {
    const CommandAnswer answer = node.command(CommandKind::FailOver, to);
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(node.engine().primary().name, to);
  }
};

PENSTOCK_TEST(TestFailoverDrill)

}  // namespace penstock::test

#include "tst_failover_drill.moc"
