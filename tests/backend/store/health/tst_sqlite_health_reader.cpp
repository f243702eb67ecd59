// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "store/sqlite/sqlite_store.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestSqliteHealthReader : public QObject {
  Q_OBJECT

 private slots:
  void foreignKeysWithoutAnIndexAreFound() {
    const QTemporaryDir place;
    const auto store = storeIn(place);
    QVERIFY(store
                ->runScript("CREATE TABLE teams(id INTEGER PRIMARY KEY, a, b, UNIQUE(a, b));"
                            "CREATE TABLE players(id INTEGER PRIMARY KEY REFERENCES teams(id),"
                            " team REFERENCES teams(id), home REFERENCES teams(id), x, y,"
                            " FOREIGN KEY(x, y) REFERENCES teams(a, b));"
                            "CREATE INDEX by_home ON players(home, team);"
                            "CREATE INDEX some ON players(team) WHERE team > 7;"
                            "CREATE INDEX by_both ON players(y, x)")
                .isOk());
    const auto health = store->readHealth();
    QVERIFY(health.isOk());
    QCOMPARE(health->bareForeignKeys.size(), std::size_t{1});
    QCOMPARE(health->bareForeignKeys.front().columns, std::string("team"));
    QVERIFY(health->server.starts_with("SQLite 3"));
    QCOMPARE(health->settings.front().value, std::string("wal"));
    QVERIFY(!health->hasOwnTables);
    QVERIFY(store->ownTablesScript().find("penstock_checkpoint") != std::string::npos);
  }

  void fileThatIsMissingIsNotMade() {
    const QTemporaryDir place;
    SqliteOptions options;
    options.path = place.filePath("none.sqlite").toStdString();
    QVERIFY(SqliteStore::readHealth(options).isOk());
    QVERIFY(!QFile::exists(place.filePath("none.sqlite")));
  }

  void journalModeOfAnotherProgramIsToldAndLeft() {
    const QTemporaryDir place;
    SqliteOptions options;
    options.path = place.filePath("a.sqlite").toStdString();
    {
      const auto store = storeIn(place);
      QVERIFY(store->runScript("CREATE TABLE t(id INTEGER PRIMARY KEY)").isOk());
    }
    sqlite3* other = nullptr;
    QCOMPARE(sqlite3_open(options.path.c_str(), &other), SQLITE_OK);
    QCOMPARE(sqlite3_exec(other, "PRAGMA journal_mode=DELETE", nullptr, nullptr, nullptr),
             SQLITE_OK);
    sqlite3_close(other);
    for (int i = 0; i < 2; ++i) {
      const auto health = SqliteStore::readHealth(options);
      QVERIFY(health.isOk());
      QCOMPARE(health->settings.front().value, std::string("delete"));
    }
  }

 private:
  static std::unique_ptr<SqliteStore> storeIn(const QTemporaryDir& place) {
    SqliteOptions options;
    options.path = place.filePath("a.sqlite").toStdString();
    auto store = SqliteStore::create(options);
    return store ? std::move(store).value() : nullptr;
  }
};
PENSTOCK_TEST(TestSqliteHealthReader)

}  // namespace penstock::test
#include "tst_sqlite_health_reader.moc"
