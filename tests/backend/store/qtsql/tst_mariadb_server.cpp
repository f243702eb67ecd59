// SPDX-License-Identifier: Apache-2.0
#include "tests/support/servers/mariadb_server.h"

#include <QTest>

#include "tests/support/test_main.h"

namespace penstock::test {

using Rows = std::vector<std::string>;

class TestMariaDbServer : public QObject {
  Q_OBJECT

 private slots:
  void rowsAndErrorsAreText() {
    MariaDbServer& server = MariaDbServer::shared();
    const std::string database = server.makeDatabase();
    QCOMPARE(server.rows(database, "SELECT 1, NULL, 'ä'; SELECT 2"), (Rows{"2"}));
    QCOMPARE(server.rows(database, "SELECT 1, NULL, 'ä'"), (Rows{"1|NULL|ä"}));
    const Rows failed = server.rows(database, "SELECT 1; SELECT * FROM nowhere");
    QCOMPARE(failed.size(), 1U);
    QVERIFY(failed[0].starts_with("ERROR 1146 "));
  }

  void whatWasCommittedSurvivesAKill() {
    MariaDbServer server;
    const std::string database = server.makeDatabase();
    QCOMPARE(server.rows(database, "CREATE TABLE t(x INT); INSERT INTO t VALUES(1)"), Rows{});
    server.kill();
    QVERIFY(server.rows(database, "SELECT 1")[0].starts_with("ERROR 200"));
    server.start();
    QCOMPARE(server.rows(database, "SELECT * FROM t"), (Rows{"1"}));
  }
};

PENSTOCK_TEST(TestMariaDbServer)

}  // namespace penstock::test

#include "tst_mariadb_server.moc"
