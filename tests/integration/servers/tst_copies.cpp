// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTest>

#include "tests/integration/daemon_process.h"
#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::string>;

constexpr int kPatienceMs = 60'000;

}  // namespace

/// Copies of a database carry the place in the journal up to which they go. Put in the place of the
/// database, or beside it as another sink, they are gone on with from there.
class TestCopies : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_node = std::make_unique<ServerNode>();
    m_ledger = std::make_unique<LoadLedger>();
  }
  void cleanup() {
    m_load.reset();
    m_node.reset();
  }

  /// pg_dump while producers run.
  void dumpIsAMirrorThatGoesOn() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    const std::string copy = server.makeDatabase();
    m_node->options.sinks = {postgresSink("primary", server, database)};
    runLoad();
    dump(server, database);
    runMore();
    stopNode();
    restoreDump(server, copy);
    QVERIFY(m_ledger->compare(readerOf(server, copy)) != QString());
    m_node->options.sinks.push_back(postgresSink("mirror", server, copy, "mirror"));
    runLoad();
    endLoad();
    QCOMPARE(m_ledger->compare(readerOf(server, database)), QString());
    QCOMPARE(m_ledger->compare(readerOf(server, copy)), QString());
  }

  /// VACUUM INTO while producers run.
  void copyOfAFileIsAMirrorThatGoesOn() {
    const QString file = m_node->path("primary.sqlite");
    const QString copy = m_node->path("copy.sqlite");
    m_node->options.sinks = {sqliteSink("primary", file, "primary")};
    runLoad();
    QCOMPARE(rowsOf(file, "VACUUM INTO '" + copy + "'"), QStringList());
    runMore();
    stopNode();
    m_node->options.sinks.push_back(sqliteSink("mirror", copy, "mirror"));
    runLoad();
    endLoad();
    QCOMPARE(m_ledger->compare(readerOf(file)), QString());
    QCOMPARE(m_ledger->compare(readerOf(copy)), QString());
  }

  /// The files of the stopped server, put back while the node runs: it finds out by itself.
  void filesThatArePutBackAreGoneOnWith() {
    PostgresServer server;
    const std::string database = makeLoadDatabase(server);
    m_node->options.sinks = {postgresSink("primary", server, database)};
    runLoad();
    server.stop();
    server.backUp();
    server.start();
    runMore();
    server.stop();
    server.restore();
    server.start();
    runMore();
    endLoad();
    QVERIFY(m_node->wasTold("went back"));
    QCOMPARE(m_ledger->compare(readerOf(server, database)), QString());
  }

  /// pg_restore of a dump of yesterday, while the node is stopped.
  void dumpThatIsRestoredIsGoneOnWith() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    m_node->options.sinks = {postgresSink("primary", server, database)};
    runLoad();
    dump(server, database);
    runMore();
    stopNode();
    restoreInPlace(server, database);
    runLoad();
    endLoad();
    QCOMPARE(m_ledger->compare(readerOf(server, database)), QString());
  }

  /// What the copy lacks is not in the journal any more: nobody pretends that it goes on.
  void copyThatIsTooOldStopsWithAGap() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = makeLoadDatabase(server);
    m_node->options.sinks = {postgresSink("primary", server, database)};
    m_node->options.journal.retain = 0s;
    runLoad();
    dump(server, database);
    runMore();
    QVERIFY(QFile::exists(firstSegment()));
    stopNode();
    runLoad();
    QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(firstSegment()), kPatienceMs);
    stopNode();
    const Rows newest = server.rows(database, "SELECT max(id) FROM log");
    restoreInPlace(server, database);
    m_node->start();
    const SinkSnapshot primary = m_node->sink("primary");
    QCOMPARE(primary.state, SinkState::Stopped);
    QVERIFY2(primary.stateReason.starts_with("gap: "), primary.stateReason.c_str());
    QVERIFY(server.rows(database, "SELECT max(id) FROM log") != newest);
  }

 private:
  QString firstSegment() const { return m_node->path("data/journal/") + m_firstSegment; }

  /// Starts the node and its producers, and waits until much of it is persisted.
  void runLoad() {
    m_node->start();
    m_load = std::make_unique<ClientLoad>(m_node->engine().port(), *m_ledger);
    if (m_firstSegment.isEmpty()) {
      m_firstSegment = QDir(m_node->path("data/journal")).entryList({"segment-*"}).value(0);
    }
    runMore();
  }
  void runMore() {
    const std::int64_t version = m_ledger->versionPersisted(1);
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->versionPersisted(1) > version + 150, kPatienceMs);
  }
  void stopNode() {
    m_load->end();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->isAllPersisted(), kPatienceMs);
    m_load.reset();
    QCOMPARE(m_node->stop().left, std::uint64_t{0});
  }
  void endLoad() {
    m_load->end();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->isAllPersisted(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(m_node->isDrained(), kPatienceMs);
  }

  static QString dumpFile(const PostgresServer& server) {
    return QString::fromStdString(server.folder() + "/dump");
  }
  static void dump(PostgresServer& server, const std::string& database) {
    server.run("pg_dump", {"-Fc", "-f", dumpFile(server), "-d",
                           QString::fromStdString(server.connection(database))});
  }
  static void restoreDump(PostgresServer& server, const std::string& database) {
    server.run("pg_restore",
               {"-d", QString::fromStdString(server.connection(database)), dumpFile(server)});
  }
  static void restoreInPlace(PostgresServer& server, const std::string& database) {
    QCOMPARE(server.rows("postgres", "DROP DATABASE " + database + " WITH (FORCE)"), Rows{});
    QCOMPARE(server.rows("postgres", "CREATE DATABASE " + database), Rows{});
    restoreDump(server, database);
  }

  std::unique_ptr<ServerNode> m_node;
  std::unique_ptr<LoadLedger> m_ledger;
  std::unique_ptr<ClientLoad> m_load;
  QString m_firstSegment;
};

PENSTOCK_TEST(TestCopies)

}  // namespace penstock::test

#include "tst_copies.moc"
