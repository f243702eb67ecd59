// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include "store/sqlite/result_codes.h"
#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

class TestSqliteStore : public QObject {
  Q_OBJECT

 private slots:
  void newJournalHasNoCheckpointsAndAKnownOneDoes() {
    SqliteFixture fixture("CREATE TABLE t(id INTEGER PRIMARY KEY)");
    JournalId other = fixtureJournal();
    other.bytes[15] = std::byte{1};
    QCOMPARE(fixture.store().attach(other, "we").value().size(), 0U);
    QCOMPARE(fixture.commit(fixture.builder()).outcome, CommitOutcome::Committed);
    const auto known = fixture.store().attach(fixtureJournal(), "we again");
    QVERIFY(known.isOk());
    QCOMPARE(known.value().size(), 1U);
    QCOMPARE(toNumber(known.value()[0].settled), 1U);
  }

  void scriptNamesTheStatementThatFailsAndDoesNothing() {
    SqliteFixture fixture("");
    const Status status =
        fixture.store().runScript("CREATE TABLE a(x);\n-- a comment\n\nCREATE TABEL b(x);\n");
    QCOMPARE(status.code(), StatusCode::Invalid);
    QVERIFY2(contains(status.message(), "statement 2, line 4: near \"TABEL\""),
             status.message().c_str());
    const Status failing =
        fixture.store().runScript("CREATE TABLE c(x NOT NULL);\n\nINSERT INTO c VALUES(NULL);");
    QVERIFY2(contains(failing.message(), "statement 2, line 3: NOT NULL"),
             failing.message().c_str());
    QCOMPARE(fixture.rows("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'penstock%'"
                          " AND name NOT LIKE 'sqlite%'"),
             Rows{});
  }

  void scriptWithTransactionsOfItsOwnIsStillOne() {
    SqliteFixture fixture("CREATE TABLE a(x)");
    const Status failing = fixture.store().runScript(
        "/* two */ BEGIN; INSERT INTO a VALUES(1); COMMIT;\nbegin immediate;\n"
        "INSERT INTO a VALUES(2); END TRANSACTION; INSERT INTO nowhere VALUES(3)");
    QVERIFY2(contains(failing.message(), "statement 7, line 3: no such table: nowhere"),
             failing.message().c_str());
    QCOMPARE(fixture.rows("SELECT * FROM a"), Rows{});
    for (const char* script : {"INSERT INTO a VALUES(1); ROLLBACK; INSERT INTO a VALUES(2)",
                               "INSERT INTO a VALUES(1); COMMIT", "BEGIN; BEGIN; COMMIT; COMMIT"}) {
      QCOMPARE(fixture.store().runScript(script).code(), StatusCode::Invalid);
      QCOMPARE(fixture.rows("SELECT * FROM a"), Rows{});
    }
    QVERIFY(fixture.store()
                .runScript("PRAGMA foreign_keys=OFF; BEGIN TRANSACTION;"
                           "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;"
                           "SAVEPOINT s; INSERT INTO a VALUES(1); ROLLBACK TO s; RELEASE s; "
                           "INSERT INTO a VALUES(2); COMMIT; -- end\n;;")
                .isOk());
    QCOMPARE(fixture.rows("SELECT * FROM a"), (Rows{"2"}));
  }

  void scriptThatFindsAllThereNeedsNoLock() {
    SqliteOptions options;
    options.busyTimeout = std::chrono::milliseconds(10);
    SqliteFixture fixture("CREATE TABLE a(x)", options);
    OtherConnection other(fixture.path());
    QCOMPARE(other.run("BEGIN IMMEDIATE"), SQLITE_OK);
    QVERIFY(fixture.store().runScript("CREATE TABLE IF NOT EXISTS a(x)").isOk());
    QCOMPARE(fixture.store().runScript("CREATE TABLE b(x)").code(), StatusCode::Unavailable);
    QCOMPARE(other.run("COMMIT"), SQLITE_OK);
    QVERIFY(fixture.store().runScript("CREATE TABLE b(x)").isOk());
  }

  void scriptWithAnOpenTransactionChangesNothing() {
    SqliteFixture fixture("CREATE TABLE a(x)");
    QCOMPARE(fixture.store().runScript("BEGIN; INSERT INTO a VALUES(1);").code(),
             StatusCode::Invalid);
    QCOMPARE(fixture.rows("SELECT * FROM a"), Rows{});
    QVERIFY(fixture.store().runScript("BEGIN; INSERT INTO a VALUES(1); COMMIT; -- end").isOk());
    QCOMPARE(fixture.rows("SELECT * FROM a"), (Rows{"1"}));
  }

  /// The timeouts of the store are longer than the test may take.
  void startDoesNotWaitForALockWhenTheCatalogIsKnown_data() {
    QTest::addColumn<QByteArray>("lock");
    QTest::newRow("a writer") << QByteArray("BEGIN IMMEDIATE");
    QTest::newRow("an owner") << QByteArray(
        "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE; INSERT INTO t VALUES(9)");
  }
  void startDoesNotWaitForALockWhenTheCatalogIsKnown() {
    QFETCH(QByteArray, lock);
    QTemporaryDir directory;
    SqliteOptions options;
    options.path = directory.filePath("data.db").toStdString();
    QVERIFY(SqliteStore::create(options).value()->runScript("CREATE TABLE t(x)").isOk());
    auto other = std::make_unique<OtherConnection>(options.path);
    QCOMPARE(other->run(lock.toStdString()), SQLITE_OK);
    options.known = SqliteOptions::Known::Catalog;
    options.busyTimeout = std::chrono::minutes(10);
    const auto store = SqliteStore::create(options);
    QVERIFY2(store.isOk(), store.status().message().c_str());
    (void)(*store)->readCatalog();
    (void)(*store)->readCheckpoints(fixtureJournal());
    QCOMPARE((*store)->attach(fixtureJournal(), "we").status().code(), StatusCode::Unavailable);
    (void)(*store)->readCatalog();
    other.reset();
    QVERIFY((*store)->attach(fixtureJournal(), "we").isOk());
  }

  void lockedFileOfWhichNothingIsKnownIsUnavailable() {
    QTemporaryDir directory;
    SqliteOptions options;
    options.path = directory.filePath("data.db").toStdString();
    options.busyTimeout = std::chrono::milliseconds(1);
    OtherConnection other(options.path);
    QCOMPARE(other.run("CREATE TABLE t(x); BEGIN EXCLUSIVE"), SQLITE_OK);
    QCOMPARE(SqliteStore::create(options).status().code(), StatusCode::Unavailable);
  }

  void historySchemaRunsTwice() {
    QFile file(PENSTOCK_HISTORY_DIR "/schema_sqlite.sql");
    QVERIFY(file.open(QIODevice::ReadOnly));
    const std::string schema = file.readAll().toStdString();
    SqliteFixture fixture(schema);
    QVERIFY(fixture.store().runScript(schema).isOk());
    const Table* files = fixture.catalog()->find("files");
    QVERIFY(files != nullptr);
    QCOMPARE(files->columns.size(), 6U);
    QCOMPARE(files->key, std::vector{ColumnId{0}});
    QVERIFY(files->keyIsByteEqual);
  }

  void textThatIsNoDatabaseIsRefused() {
    QTemporaryDir directory;
    const QString path = directory.filePath("notes.txt");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(8192, 'x'));
    file.close();
    const auto store = SqliteStore::create({path.toStdString()});
    QVERIFY(!store.isOk());
    QCOMPARE(store.status().code(), StatusCode::Corrupt);
    QVERIFY(contains(store.status().message(), "notes.txt"));
  }

  void databaseInMemoryIsRefused() {
    QCOMPARE(SqliteStore::create({":memory:"}).status().code(), StatusCode::Invalid);
    QCOMPARE(SqliteStore::create({""}).status().code(), StatusCode::Invalid);
  }

  void missingDirectoryIsUnavailable() {
    QTemporaryDir directory;
    const auto store = SqliteStore::create({directory.filePath("a/b.db").toStdString()});
    QCOMPARE(store.status().code(), StatusCode::Unavailable);
  }

  void commitsAreSyncedWhateverTheFileSays() {
    SqliteFixture fixture("PRAGMA journal_mode=DELETE");
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.rows("PRAGMA journal_mode"), (Rows{"'wal'"}));
  }

  void longLogIsCutUnlessAReaderPinsIt() {
    SqliteOptions options;
    options.walKeptBytes = 4096;
    SqliteFixture fixture("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT)", options);
    OtherConnection reader(fixture.path());
    QCOMPARE(reader.run("BEGIN; SELECT * FROM t"), SQLITE_OK);
    const std::string text(100'000, 'x');
    QCOMPARE(fixture
                 .commitOne("t", {IfAbsent::Insert,
                                  IfPresent::Error,
                                  {ValueView::integer(1)},
                                  {{"v", ValueView::text(text)}},
                                  {}})
                 .outcome,
             CommitOutcome::Committed);
    const auto pinned = fixture.store().maintain();
    QVERIFY(pinned.isOk());
    QVERIFY(pinned.value().isPinned);
    QVERIFY(pinned.value().bytes > 100'000);
    QCOMPARE(reader.run("COMMIT"), SQLITE_OK);
    const auto cut = fixture.store().maintain();
    QVERIFY(cut.isOk());
    QVERIFY(!cut.value().isPinned);
    QCOMPARE(cut.value().bytes, 0U);
  }

  void databaseThatNobodyAttachedHasNoLetters() {
    QTemporaryDir directory;
    auto store = SqliteStore::create({directory.filePath("new.db").toStdString()});
    QVERIFY(store.isOk());
    QCOMPARE(store.value()->countDeadLetters().value(), 0U);
    QCOMPARE(store.value()->listDeadLetters({{}, false, 5}).value().size(), 0U);
  }

  void resultCodes_data() {
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("outcome");
    const auto row = [](int code, const char* name, CommitOutcome outcome) {
      QTest::addRow("%s", name) << code << name << static_cast<int>(outcome);
    };
    row(SQLITE_BUSY_SNAPSHOT, "SQLITE_BUSY_SNAPSHOT", CommitOutcome::Transient);
    row(SQLITE_LOCKED, "SQLITE_LOCKED", CommitOutcome::Transient);
    row(SQLITE_FULL, "SQLITE_FULL", CommitOutcome::Transient);
    row(SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC", CommitOutcome::Transient);
    row(SQLITE_IOERR_AUTH, "SQLITE_10/7178", CommitOutcome::Transient);
    row(SQLITE_CANTOPEN, "SQLITE_CANTOPEN", CommitOutcome::Transient);
    row(SQLITE_READONLY_DBMOVED, "SQLITE_READONLY_DBMOVED", CommitOutcome::Transient);
    row(SQLITE_NOMEM, "SQLITE_NOMEM", CommitOutcome::Transient);
    row(SQLITE_INTERRUPT, "SQLITE_INTERRUPT", CommitOutcome::Transient);
    row(SQLITE_PROTOCOL, "SQLITE_PROTOCOL", CommitOutcome::Transient);
    row(SQLITE_CONSTRAINT_CHECK, "SQLITE_CONSTRAINT_CHECK", CommitOutcome::Refused);
    row(SQLITE_MISMATCH, "SQLITE_MISMATCH", CommitOutcome::Refused);
    row(SQLITE_TOOBIG, "SQLITE_TOOBIG", CommitOutcome::Refused);
    row(SQLITE_RANGE, "SQLITE_RANGE", CommitOutcome::Refused);
    row(SQLITE_CORRUPT_INDEX, "SQLITE_CORRUPT_INDEX", CommitOutcome::Broken);
    row(SQLITE_NOTADB, "SQLITE_NOTADB", CommitOutcome::Broken);
  }
  void resultCodes() {
    QFETCH(int, code);
    QFETCH(QString, name);
    QFETCH(int, outcome);
    QCOMPARE(QString::fromStdString(sqlite::resultCodeName(code)), name);
    QCOMPARE(static_cast<int>(sqlite::outcomeOf(code)), outcome);
  }
};

PENSTOCK_TEST(TestSqliteStore)

}  // namespace penstock::test

#include "tst_sqlite_store.moc"
