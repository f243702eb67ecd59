// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr int kPatienceMs = 60'000;

}  // namespace

class TestMariaDbOutages : public QObject {
  Q_OBJECT

 private slots:
  void serverIsKilledAndStartedAgain() {
    MariaDbServer& server = MariaDbServer::shared();
    const std::string database = makeLoadDatabase(server);
    ServerNode node;
    node.options.sinks = {mariaDbSink("primary", server, database)};
    node.start();
    LoadLedger ledger;
    ClientLoad load(node.engine().port(), ledger);
    for (int kill = 0; kill < 2; ++kill) {
      const std::int64_t version = ledger.versionPersisted(1);
      QTRY_VERIFY_WITH_TIMEOUT(ledger.versionPersisted(1) > version + 100, kPatienceMs);
      server.kill();
      QTRY_COMPARE_WITH_TIMEOUT(node.sink("primary").state, SinkState::Down, kPatienceMs);
      const std::size_t away = ledger.made();
      QTRY_VERIFY_WITH_TIMEOUT(ledger.made() > away + 300, kPatienceMs);
      server.start();
    }
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(ledger.isAllPersisted(), kPatienceMs);
    QCOMPARE(ledger.compare(readerOf(server, database)), QString());
  }
};

PENSTOCK_TEST(TestMariaDbOutages)

}  // namespace penstock::test

#include "tst_mariadb_outages.moc"
