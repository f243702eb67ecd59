// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "store/postgres/postgres_store.h"
#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::string>;

constexpr int kPatienceMs = 60'000;
/// At the most, of four lanes that back off from 5 ms to 100 ms each and are not told to hurry.
constexpr std::uint64_t kRetriesPerSecond = 200;

/// One that gives up soon on a server that says nothing.
Result<std::unique_ptr<Store>> impatientStore(const PostgresServer& server,
                                              const std::string& database) {
  PostgresOptions options;
  options.target = server.connection(database);
  options.statementTimeout = 500ms;  // and 5 s more until a connection counts as lost
  options.lockTimeout = 200ms;
  options.connectTimeout = 2s;
  auto store = PostgresStore::create(std::move(options));
  if (!store) return store.status();
  return std::unique_ptr<Store>(std::move(*store));
}

}  // namespace

/// What a server that goes away does to a node under load. That the lane says the right thing of
/// each kind of loss is tested with the stores; here several lanes lose their connections together,
/// clients go on, and nothing may be missing, doubled or out of order in the end.
class TestServerOutages : public QObject {
  Q_OBJECT

 private slots:
  void backendIsKilledInTheMidstOfCopy() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    ServerNode node;
    node.options.sinks = {postgresSink("primary", server, database)};
    node.options.sinks[0].flush.batchRows = 50'000;
    node.options.sinks[0].flush.targetCommit = 10s;
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger, 30'000);
    QTRY_VERIFY_WITH_TIMEOUT(ledger.made() > 1000, kPatienceMs);
    QCOMPARE(node.command(CommandKind::Pause).stage, CommandStage::InEffect);
    // Somebody else has a key that is about to come.
    PostgresSession holder(server.connection(database));
    const LoadLedger::Number key = ledger.numberAhead(3000);
    QCOMPARE(holder.rows("BEGIN; INSERT INTO log VALUES(" + std::to_string(key) + ", 0)"), Rows{});
    QTRY_VERIFY_WITH_TIMEOUT(ledger.numberAhead(0) > key, kPatienceMs);
    load.end();
    QCOMPARE(node.command(CommandKind::Resume).stage, CommandStage::InEffect);
    const std::string copying =
        " FROM pg_stat_activity WHERE datname=current_database() AND wait_event_type='Lock'"
        " AND query LIKE 'COPY%'";
    QTRY_COMPARE_WITH_TIMEOUT(server.rows(database, "SELECT count(*)" + copying), (Rows{"1"}),
                              kPatienceMs);
    QCOMPARE(server.rows(database, "SELECT pg_terminate_backend(pid)" + copying), (Rows{"t"}));
    QTRY_VERIFY_WITH_TIMEOUT(node.wasTold("[57P01]; retrying"), kPatienceMs);
    QCOMPARE(holder.rows("ROLLBACK"), Rows{});
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
  }

  void serverIsKilledAndStartedAgainAndAgain() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    ServerNode node;
    node.options.sinks = {postgresSink("primary", server, database)};
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    for (int kill = 0; kill < 3; ++kill) {
      const std::size_t before = ledger.made();
      QTRY_VERIFY_WITH_TIMEOUT(ledger.made() > before + 500, kPatienceMs);
      server.kill();
      QTRY_COMPARE_WITH_TIMEOUT(node.sink("primary").state, SinkState::Down, kPatienceMs);
      const std::uint64_t retries = node.sink("primary").retries;
      const auto since = std::chrono::steady_clock::now();
      const std::size_t away = ledger.made();
      QTRY_VERIFY_WITH_TIMEOUT(ledger.made() > away + 500, kPatienceMs);  // intake stays open
      const std::uint64_t more = node.sink("primary").retries - retries;
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count();
      QVERIFY2(static_cast<double>(more) < seconds * kRetriesPerSecond,
               qPrintable(QString("%1 retries in %2 s").arg(more).arg(seconds)));
      server.start();
      QTRY_VERIFY_WITH_TIMEOUT(node.sink("primary").state != SinkState::Down, kPatienceMs);
    }
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
  }

  /// Some of its lanes are before a COMMIT then, and nobody knows what becomes of those: they are
  /// settled when it goes on. Another sink does not wait for it.
  void serverStandsStillAndGoesOn() {
    PostgresServer server;
    const std::string database = makeLoadDatabase(server);
    ServerNode node;
    const QString mirror = node.path("mirror.sqlite");
    node.options.sinks = {postgresSink("primary", server, database),
                          sqliteSink("mirror", mirror, "mirror")};
    const auto usual = node.openStore;
    node.openStore = [&](const SinkOptions& sink) {
      return sink.driver == "postgres" ? impatientStore(server, database) : usual(sink);
    };
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    QTRY_VERIFY_WITH_TIMEOUT(ledger.made() > 1000, kPatienceMs);
    server.pause();
    QTRY_VERIFY_WITH_TIMEOUT(node.wasTold("the server does not answer"), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(node.sink("mirror").queueDepth < 1000, kPatienceMs);
    QVERIFY(node.sink("primary").queueDepth > 1000);
    server.resume();
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(node.isDrained(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
    QCOMPARE(ledger.compare(readerOf(mirror)), QString());
  }

  /// Lanes that get no connection wait for one; those that have one do all the work meanwhile.
  void thereAreNotEnoughConnections() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    const std::string role = "few_" + database;
    QCOMPARE(
        server.rows(database, "CREATE ROLE " + role +
                                  " LOGIN;"
                                  "GRANT ALL ON SCHEMA public TO " +
                                  role + ";GRANT ALL ON ALL TABLES IN SCHEMA public TO " + role +
                                  ";GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO " + role),
        Rows{});
    ServerNode node;
    node.options.sinks = {postgresSink("primary", server, database)};
    node.options.sinks[0].user = role;
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    QTRY_VERIFY_WITH_TIMEOUT(ledger.versionPersisted(1) > 10, kPatienceMs);
    QCOMPARE(server.rows(database, "ALTER ROLE " + role + " CONNECTION LIMIT 5"), Rows{});
    Command resize;
    resize.kind = CommandKind::Resize;
    resize.workers = 8;
    QCOMPARE(node.command(resize).stage, CommandStage::InEffect);
    QTRY_VERIFY_WITH_TIMEOUT(node.wasTold("too many connections for role"), kPatienceMs);
    const std::uint64_t persisted = node.sink("primary").persistedSets;
    QTRY_VERIFY_WITH_TIMEOUT(node.sink("primary").persistedSets > persisted + 2000, kPatienceMs);
    QVERIFY2(node.timesTold("works again") <= 3, "it tells so after each commit");
    QCOMPARE(server.rows(database, "ALTER ROLE " + role + " CONNECTION LIMIT -1"), Rows{});
    const std::string lanes = "SELECT count(*) FROM pg_stat_activity WHERE usename='" + role + "'";
    QTRY_VERIFY_WITH_TIMEOUT(server.rows(database, lanes) >= (Rows{"8"}), kPatienceMs);
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
  }
};

PENSTOCK_TEST(TestServerOutages)

}  // namespace penstock::test

#include "tst_server_outages.moc"
