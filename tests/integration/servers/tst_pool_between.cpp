// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/servers/pgbouncer.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr int kPatienceMs = 60'000;

}  // namespace

/// pgbouncer between a sink and its server.
class TestPoolBetween : public QObject {
  Q_OBJECT

 private slots:
  /// A client has a connection of the server for itself; it loses it when the server dies.
  void poolOfSessionsIsAsGoodAsNone() {
    PostgresServer server;
    const std::string database = makeLoadDatabase(server);
    const PgBouncer pool(server, PgBouncer::Mode::Session);
    ServerNode node;
    node.options.sinks = {postgresSink("primary", server, database)};
    node.options.sinks[0].port = pool.port();
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    QTRY_VERIFY_WITH_TIMEOUT(ledger.versionPersisted(1) > 100, kPatienceMs);
    server.kill();
    server.start();
    const std::int64_t version = ledger.versionPersisted(1);
    QTRY_VERIFY_WITH_TIMEOUT(ledger.versionPersisted(1) > version + 100, kPatienceMs);
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
  }

  /// Settings and prepared statements would go to whoever comes next. It is told, nothing is
  /// written, and what is journaled waits for a pool of the right kind.
  void poolOfTransactionsIsRefused() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    ServerNode node;
    node.options.sinks = {postgresSink("primary", server, database)};
    node.start();
    LoadLedger ledger;
    {
      ClientLoad load(node.engine().port(), ledger);
      QTRY_VERIFY_WITH_TIMEOUT(ledger.versionPersisted(1) > 10, kPatienceMs);
    }
    (void)node.stop();
    {
      const PgBouncer pool(server, PgBouncer::Mode::Transaction);
      node.options.sinks[0].port = pool.port();
      node.start();
      const SinkSnapshot primary = node.sink("primary");
      QCOMPARE(primary.state, SinkState::Stopped);
      QVERIFY2(primary.stateReason.find("pool_mode = session") != std::string::npos,
               primary.stateReason.c_str());
      ClientLoad load(node.engine().port(), ledger);
      QTRY_VERIFY_WITH_TIMEOUT(ledger.made() > 1000, kPatienceMs);
    }
    (void)node.stop();
    QCOMPARE(
        server.rows(database, "SELECT count(*) FROM penstock_dead_letter WHERE kind<>'refused'"),
        std::vector<std::string>{"0"});
    node.options.sinks[0].port = server.port();
    node.start();
    QTRY_VERIFY_WITH_TIMEOUT(node.isDrained(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
  }
};

PENSTOCK_TEST(TestPoolBetween)

}  // namespace penstock::test

#include "tst_pool_between.moc"
