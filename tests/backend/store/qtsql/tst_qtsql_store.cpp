// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/qtsql_store.h"

#include <QTest>

#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;
using namespace std::chrono_literals;

QtSqlOptions optionsOf(const std::string& driver) {
  QtSqlOptions options;
  options.target.driver = driver;
  options.target.database = "somewhere";
  options.target.host = "127.0.0.1";
  options.target.password = "secret";
  return options;
}

}  // namespace

class TestQtSqlStore : public QObject {
  Q_OBJECT

 private slots:
  void driversWithoutADialectAreRefusedByName_data() {
    QTest::addColumn<QString>("driver");
    QTest::addColumn<QString>("said");
    QTest::newRow("odbc") << "QODBC"
                          << "its dialect is not known here";
    QTest::newRow("oracle") << "QOCI"
                            << "its dialect is not known here";
    QTest::newRow("sqlite") << "QSQLITE"
                            << "driver = \"sqlite\"";
    QTest::newRow("postgres") << "QPSQL"
                              << "driver = \"postgres\"";
    QTest::newRow("nonsense") << "QNONE"
                              << "'QNONE'";
  }
  void driversWithoutADialectAreRefusedByName() {
    QFETCH(QString, driver);
    QFETCH(QString, said);
    const auto store = QtSqlStore::create(optionsOf(driver.toStdString()));
    QVERIFY(!store.isOk());
    QCOMPARE(store.status().code(), StatusCode::Unsupported);
    QVERIFY(QString::fromStdString(store.status().message()).contains(said));
  }

  void targetIsDescribedWithoutSecrets() {
    QtSqlOptions options = optionsOf("QMYSQL");
    options.target.port = 3307;
    const auto store = QtSqlStore::create(options);
    QVERIFY(store.isOk());
    QCOMPARE((*store)->describeTarget(), "QMYSQL somewhere at 127.0.0.1:3307");
    options.target.database.clear();
    QCOMPARE(QtSqlStore::create(options).status().code(), StatusCode::Invalid);
  }

  /// Intake can start while the database is away.
  void storeOfAServerThatIsAwayIsMade() {
    QtSqlOptions options = optionsOf("QMYSQL");
    options.target.port = 1;
    auto store = QtSqlStore::create(options);
    QVERIFY(store.isOk());
    const Status status = (*store)->readCatalog().status();
    QCOMPARE(status.code(), StatusCode::Unavailable);
    QVERIFY(!QString::fromStdString(status.message()).contains("secret"));
    QCOMPARE((*store)->countDeadLetters().status().code(), StatusCode::Unavailable);
  }

  void nothingIsThereBeforeTheFirstAttach() {
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY)");
    QCOMPARE(fixture.rows("DROP TABLE penstock_checkpoint, penstock_dead_letter"), Rows{});
    QVERIFY(fixture.store().readCheckpoints(fixtureJournal()).value().empty());
    QVERIFY(fixture.store().listDeadLetters({}).value().empty());
    QCOMPARE(fixture.store().countDeadLetters().value(), 0U);
    QVERIFY(fixture.store().attach(fixtureJournal(), "we").value().empty());
    QCOMPARE(fixture.store().attach(fixtureJournal(), "they").value().size(), 1U);
    QCOMPARE(fixture.rows("SELECT owner FROM penstock_checkpoint"), (Rows{"they"}));
    QCOMPARE(fixture.rows("SELECT DISTINCT ENGINE FROM information_schema.TABLES"
                          " WHERE TABLE_SCHEMA=DATABASE()"),
             (Rows{"InnoDB"}));
  }

  void journalsHaveCheckpointsOfTheirOwn() {
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY)");
    JournalId other;
    QVERIFY(fixture.store().attach(other, "we").value().empty());
    QCOMPARE(fixture.lane().commit({nullptr, {{Shard{0}, Sequence{0}, Sequence{9}}}, {}}).outcome,
             CommitOutcome::Committed);
    QCOMPARE(fixture.store().readCheckpoints(fixtureJournal()).value()[0].settled, Sequence{9});
    QCOMPARE(fixture.store().readCheckpoints(other).value()[0].settled, Sequence{0});
  }

  /// While a commit of the old owner runs, the new one waits; then it takes over or tries again.
  void attachWaitsForTheFence() {
    QtSqlOptions options;
    options.lockTimeout = 1s;
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY)", options);
    const MariaDbSession other(fixture.server(), fixture.database());
    QCOMPARE(other.rows("BEGIN; SELECT owner FROM penstock_checkpoint FOR UPDATE"), (Rows{"we"}));
    const auto blocked = fixture.store().attach(fixtureJournal(), "they");
    QVERIFY(!blocked.isOk());
    QCOMPARE(blocked.status().code(), StatusCode::Unavailable);
    QCOMPARE(fixture.store().readCheckpoints(fixtureJournal()).value().size(), 1U);
    QCOMPARE(other.rows("ROLLBACK"), Rows{});
    QVERIFY(fixture.store().attach(fixtureJournal(), "they").isOk());
  }

  void ownTableWithoutTransactionsIsRefused() {
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY)");
    QCOMPARE(fixture.rows("ALTER TABLE penstock_dead_letter ENGINE=MyISAM"), Rows{});
    const auto attached = fixture.store().attach(fixtureJournal(), "we");
    QVERIFY(!attached.isOk());
    QCOMPARE(attached.status().code(), StatusCode::Unsupported);
    QVERIFY(QString::fromStdString(attached.status().message()).contains("penstock_dead_letter"));
  }

  void scriptSaysWhichStatementFailed() {
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY)");
    const Status failed = fixture.store().runScript(
        "INSERT INTO t VALUES(1); -- one; comment\nINSERT INTO t VALUES(';'';');");
    QCOMPARE(failed.code(), StatusCode::Invalid);
    QVERIFY(QString::fromStdString(failed.message()).startsWith("statement 2: "));
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
    QVERIFY(fixture.store().runScript("").isOk());
    QVERIFY(fixture.store().runScript("-- nothing\n").isOk());
    QVERIFY(fixture.store().runScript("INSERT INTO t VALUES(1); SELECT * FROM t;").isOk());
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.store().runScript(std::string_view("\0", 1)).code(), StatusCode::Invalid);
  }

  /// The server's own defaults are bad on purpose.
  void sessionsAreStrictAndInUtc() {
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY, at TIMESTAMP NULL, n TINYINT)");
    QVERIFY(
        fixture.store().runScript("INSERT INTO t(id, at) VALUES(1, '2026-01-01 00:00:00')").isOk());
    QCOMPARE(fixture.rows("SELECT UNIX_TIMESTAMP(at) FROM t"), (Rows{"1767225600"}));
    QCOMPARE(fixture.store().runScript("INSERT INTO t(id, n) VALUES(2, 999)").code(),
             StatusCode::Invalid);
  }
};

PENSTOCK_TEST(TestQtSqlStore)

}  // namespace penstock::test

#include "tst_qtsql_store.moc"
