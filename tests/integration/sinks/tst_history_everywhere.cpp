// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/integration/daemon_process.h"
#include "tests/integration/history.h"
#include "tests/support/servers/mariadb_server.h"
#include "tests/support/servers/postgres_server.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// Real change history into all kinds of databases at once, by one node: PostgreSQL, MariaDB,
/// SQLite and an archive, from which it can be had again.
class TestHistoryEverywhere : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    PostgresServer& postgres = PostgresServer::shared();
    MariaDbServer& mariadb = MariaDbServer::shared();
    m_postgres = {"QPSQL", postgres.port(), "postgres",
                  QString::fromStdString(postgres.makeDatabase())};
    m_mariadb = {"QMYSQL", mariadb.port(), "root", QString::fromStdString(mariadb.makeDatabase())};
    m_place = std::make_unique<QTemporaryDir>();
    const QString schema = QString("schema_file = \"%1/schema_%2.sql\"\n");
    const QString server =
        "[[sink]]\nname = \"%1\"\nrole = \"%2\"\ndriver = \"%1\"\n"
        "host = \"127.0.0.1\"\nport = %3\nuser = \"%4\"\ndatabase = \"%5\"\n"
        "event_table = \"events\"\n";
    const QString folder = PENSTOCK_HISTORY_DIR;
    const auto ofServer = [&](const char* driver, const char* role, const ServerPlace& place) {
      return server.arg(driver, role).arg(place.port).arg(place.user, place.database) +
             schema.arg(folder, driver);
    };
    QString config = "[engine]\ndata_dir = \"" + data() + "\"\n";
    config += ofServer("postgres", "primary", m_postgres) + "workers = 4\n";
    config += ofServer("mariadb", "standby", m_mariadb);
    config += "[[sink]]\nname = \"sqlite\"\nrole = \"mirror\"\nevent_table = \"events\"\n" +
              schema.arg(folder, "sqlite");
    config += "[[sink]]\nname = \"archive\"\nrole = \"archive\"\ndriver = \"archive\"\n";
    QVERIFY(writeFile(configFile(), config.toUtf8()));
  }

  void eachOfThemEndsAsExpected() {
    const DaemonResult checked = runDaemon({"check", configFile()});
    QVERIFY2(checked.exitCode == 0, checked.output + checked.errors);
    QVERIFY2(checked.output.contains("  server: PostgreSQL "), checked.output);
    QVERIFY2(checked.output.contains("  server: MariaDB "), checked.output);
    QVERIFY2(checked.output.contains("  right: CREATE on schema public"), checked.output);
    QVERIFY2(checked.output.contains("  runs: CREATE TABLE IF NOT EXISTS penstock_checkpoint("),
             checked.output);
    // The test's server is fast, and forgets.
    QVERIFY2(checked.output.contains("advice: critical: sink postgres: fsync: off"),
             checked.output);
    const DaemonResult replayed = runDaemon(
        {"replay", historyFile("changes.ndjson"), "--config", configFile(), "--producers", "8"});
    QVERIFY2(replayed.exitCode == 0, replayed.output + replayed.errors);
    QVERIFY2(!replayed.errors.contains("lacks"), replayed.errors);
    const QStringList expected = expectedRows();
    QCOMPARE(difference(historyRowsIn(m_postgres), expected), QString());
    QCOMPARE(difference(historyRowsIn(m_mariadb), expected), QString());
    QCOMPARE(difference(historyRowsIn(sqlite()), expected), QString());
    checkEvents();

    QStringList again{"replay"};
    const QDir archive(data() + "/archive");
    for (const QString& name : archive.entryList({"*.ndjson.zst"}, QDir::Files)) {
      again << archive.filePath(name);
    }
    QVERIFY(again.size() > 1);
    const QTemporaryDir other;
    const DaemonResult restored = runDaemon(
        again + QStringList{"--schema", PENSTOCK_HISTORY_SCHEMA, "--data-dir", other.path()});
    QVERIFY2(restored.exitCode == 0, restored.output + restored.errors);
    QCOMPARE(difference(historyRowsIn(other.path()), expected), QString());
  }

  /// Whatever is away meanwhile: the node, and each of the servers.
  void killedInTheMidstItEndsAsExpected() {
    const QStringList replay{
        "replay", historyFile("changes.ndjson"), "--config", configFile(), "--producers", "8"};
    for (int kill = 0; kill < 3; ++kill) {
      (void)runDaemonAndKill(replay, std::chrono::milliseconds(400));
      if (kill == 0) PostgresServer::shared().kill();
      if (kill == 1) MariaDbServer::shared().kill();
      if (kill == 0) PostgresServer::shared().start();
      if (kill == 1) MariaDbServer::shared().start();
    }
    const DaemonResult replayed = runDaemon(replay);
    QVERIFY2(replayed.exitCode == 0, replayed.output + replayed.errors);
    const QStringList expected = expectedRows();
    QCOMPARE(difference(historyRowsIn(m_postgres), expected), QString());
    QCOMPARE(difference(historyRowsIn(m_mariadb), expected), QString());
    QCOMPARE(difference(historyRowsIn(sqlite()), expected), QString());
    checkEvents();
  }

 private:
  /// Every change set is a row of each database's event table, once, under the same sequence.
  void checkEvents() const {
    const QString sql = "SELECT sequence, change_set FROM events ORDER BY sequence";
    const QStringList events = rowsOf(sqlite(), sql);
    QFile lines(historyFile("changes.ndjson"));
    QVERIFY(lines.open(QIODevice::ReadOnly));
    QCOMPARE(events.size(), lines.readAll().count('\n'));
    QVERIFY(rowsOf(m_postgres, sql) == events);
    QVERIFY(rowsOf(m_mariadb, sql) == events);
  }

  QString data() const { return m_place->filePath("data"); }
  QString configFile() const { return m_place->filePath("node.toml"); }
  ServerPlace sqlite() const { return {"QSQLITE", 0, {}, data() + "/database-sqlite.sqlite"}; }

  std::unique_ptr<QTemporaryDir> m_place;
  ServerPlace m_postgres;
  ServerPlace m_mariadb;
};

PENSTOCK_TEST(TestHistoryEverywhere)

}  // namespace penstock::test

#include "tst_history_everywhere.moc"
