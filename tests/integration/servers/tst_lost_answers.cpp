// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/servers/lossy_proxy.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

constexpr int kPatienceMs = 60'000;
constexpr int kLosses = 12;

/// Most commits last for long enough to be met by a reset that comes behind them.
constexpr const char* kSlowCommit = R"(
CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER linger AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.id % 100 = 0) EXECUTE FUNCTION linger();
)";

}  // namespace

/// Connections that are lost between a COMMIT and its answer, under load: what each of them has
/// done is found out, never guessed, and so increments count once.
class TestLostAnswers : public QObject {
  Q_OBJECT

 private slots:
  void postgresCommitsCountOnce_data() { ways(); }
  void postgresCommitsCountOnce() {
    QFETCH(LossyProxy::Lose, lose);
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    QCOMPARE(server.rows(database, kSlowCommit), Rows{});
    LossyProxy proxy(server.port());
    ServerNode node;
    node.options.sinks = {postgresSink("primary", server, database)};
    loseUnderLoad(node, proxy, lose, readerOf(server, database));
  }

  void mariaDbCommitsCountOnce_data() { ways(); }
  void mariaDbCommitsCountOnce() {
    QFETCH(LossyProxy::Lose, lose);
    MariaDbServer& server = MariaDbServer::shared();
    const std::string database = makeLoadDatabase(server);
    LossyProxy proxy(server.port());
    ServerNode node;
    node.options.sinks = {mariaDbSink("primary", server, database)};
    loseUnderLoad(node, proxy, lose, readerOf(server, database));
  }

 private:
  static void ways() {
    QTest::addColumn<LossyProxy::Lose>("lose");
    QTest::newRow("it was answered") << LossyProxy::Lose::Answer;
    QTest::newRow("it goes on behind our back") << LossyProxy::Lose::Client;
  }

  static void loseUnderLoad(ServerNode& node, LossyProxy& proxy, LossyProxy::Lose lose,
                            const LoadLedger::Reader& read) {
    node.options.sinks[0].port = static_cast<std::uint16_t>(proxy.port());
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    for (int i = 0; i < kLosses; ++i) {
      const std::size_t before = ledger.made();
      proxy.loseAtCommit(lose);
      QTRY_VERIFY_WITH_TIMEOUT(proxy.hasLost() && ledger.made() > before + 100, kPatienceMs);
    }
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QVERIFY(node.sink("primary").retries >= kLosses);
    QCOMPARE(ledger.compare(read), QString());
  }
};

PENSTOCK_TEST(TestLostAnswers)

}  // namespace penstock::test

#include "tst_lost_answers.moc"
