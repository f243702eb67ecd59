// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

constexpr int kPatienceMs = 60'000;

}  // namespace

/// PostgreSQL's own replication below one sink, which knows both servers: the first dies, the other
/// one is promoted by somebody, and the sink finds it.
class TestStandbyServer : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_first = std::make_unique<PostgresServer>();
    m_database = makeLoadDatabase(*m_first);
    m_standby = std::make_unique<PostgresServer>(PostgresSetup{.standbyOf = m_first.get()});
    m_node = std::make_unique<ServerNode>();
    SinkOptions sink = postgresSink("primary", *m_first, m_database);
    // The one that only reads is asked first, each time.
    sink.host = "127.0.0.1,127.0.0.1";
    sink.port = 0;
    sink.options =
        "port=" + std::to_string(m_standby->port()) + "," + std::to_string(m_first->port());
    m_node->options.sinks = {sink};
    m_ledger = std::make_unique<LoadLedger>();
  }
  void cleanup() {
    m_node.reset();
    m_standby.reset();
    m_first.reset();
  }

  void promotedStandbyIsFound() {
    // A commit is answered when the standby has it.
    QCOMPARE(m_first->rows("postgres", "ALTER SYSTEM SET synchronous_standby_names='*'"), Rows{});
    QCOMPARE(m_first->rows("postgres", "SELECT pg_reload_conf()"), Rows{"t"});
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->made() > 1000, kPatienceMs);
    m_first->kill();
    QTRY_COMPARE_WITH_TIMEOUT(m_node->sink("primary").state, SinkState::Down, kPatienceMs);
    QVERIFY(m_node->sink("primary").stateReason.find("read-only") != std::string::npos);
    m_standby->promote();
    endsWell(load);
  }

  /// What it lacks was told as persisted. The journal still has it: the sink goes back to where the
  /// new server stands, by itself.
  void promotedStandbyThatLagsIsGivenWhatItLacks() {
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    QTRY_VERIFY_WITH_TIMEOUT(
        m_standby->rows(m_database, "SELECT count(*)>100 FROM log") == Rows{"t"}, kPatienceMs);
    // It loses its stream, and nobody notices.
    QCOMPARE(m_standby->rows("postgres", "ALTER SYSTEM SET primary_conninfo=''"), Rows{});
    QCOMPARE(m_standby->rows("postgres", "SELECT pg_reload_conf()"), Rows{"t"});
    QTRY_COMPARE_WITH_TIMEOUT(m_standby->rows("postgres", "SELECT * FROM pg_stat_wal_receiver"),
                              Rows{}, kPatienceMs);
    const std::uint64_t persisted = m_node->sink("primary").persistedSets;
    QTRY_VERIFY_WITH_TIMEOUT(m_node->sink("primary").persistedSets > persisted + 1000, kPatienceMs);
    m_first->kill();
    m_standby->promote();
    const std::size_t made = m_ledger->made();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->made() > made + 1000, kPatienceMs);
    endsWell(load);
    QVERIFY(m_node->wasTold("went back"));
  }

 private:
  void endsWell(ClientLoad& load) {
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->isAllPersisted(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_node->isDrained(), kPatienceMs);
    QCOMPARE(m_ledger->compare(readerOf(*m_standby, m_database)), QString());
  }

  std::unique_ptr<PostgresServer> m_first;
  std::unique_ptr<PostgresServer> m_standby;
  std::string m_database;
  std::unique_ptr<ServerNode> m_node;
  std::unique_ptr<LoadLedger> m_ledger;
};

PENSTOCK_TEST(TestStandbyServer)

}  // namespace penstock::test

#include "tst_standby_server.moc"
