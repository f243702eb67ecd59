// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/script.h"

#include <QTest>

#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

Rows statementsOf(std::string_view script) {
  Rows statements;
  postgres::ScriptReader reader(script);
  while (const auto statement = reader.next()) {
    statements.push_back(std::to_string(statement->line) + ": " + std::string(statement->text));
  }
  return statements;
}

}  // namespace

class TestScript : public QObject {
  Q_OBJECT

 private slots:
  void statementsEndWherePeopleEndThem_data() {
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<QList<QByteArray>>("statements");
    const auto row = [](const char* name, const char* script, QList<QByteArray> statements) {
      QTest::newRow(name) << QByteArray(script) << std::move(statements);
    };
    row("two", "SELECT 1;\n\nSELECT 2", {"1: SELECT 1", "3: SELECT 2"});
    row("nothing", " ; ;\n-- only this\n/* and that */", {});
    row("quotes", "SELECT ';', \";\";x", {"1: SELECT ';', \";\"", "1: x"});
    row("doubled", "SELECT 'a'';';x", {"1: SELECT 'a'';'", "1: x"});
    row("backslash", "SELECT '\\';x", {"1: SELECT '\\'", "1: x"});
    row("escapes", "SELECT E'\\';''', e'\\\\';x", {"1: SELECT E'\\';''', e'\\\\'", "1: x"});
    row("name that ends in e", "SELECT name'\\';x", {"1: SELECT name'\\'", "1: x"});
    row("comments", "SELECT -- ;\n1 /* ; /* ; */ ; */;x",
        {"1: SELECT -- ;\n1 /* ; /* ; */ ; */", "2: x"});
    row("dollars", "DO $$;$$;x", {"1: DO $$;$$", "1: x"});
    row("tags", "DO $a$;$$;$b$;$a$;x", {"1: DO $a$;$$;$b$;$a$", "1: x"});
    row("no dollars", "SELECT $1;SELECT a$b$;x", {"1: SELECT $1", "1: SELECT a$b$", "1: x"});
    row("parentheses", "CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2);x",
        {"1: CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)", "1: x"});
    row("body",
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 END;"
        " SELECT 3; END;x",
        {"1: CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 1 THEN 2 "
         "END; SELECT 3; END",
         "1: x"});
    row("open to the end", "SELECT 'a;b", {"1: SELECT 'a;b"});
    row("comment that is open", "x /* ;", {"1: x /* ;"});
  }
  void statementsEndWherePeopleEndThem() {
    QFETCH(QByteArray, script);
    QFETCH(QList<QByteArray>, statements);
    Rows expected;
    for (const QByteArray& each : statements) expected.push_back(each.toStdString());
    QCOMPARE(statementsOf(script.toStdString()), expected);
  }

  void everyPrefixOfAScriptHasAnEnd() {
    const std::string script =
        "SELECT E'\\'';''';/* /* */ */DO $a$ $$ $a$;CREATE FUNCTION f() RETURNS int BEGIN ATOMIC "
        "SELECT 1; END;\"a\"\"b\"(((";
    for (std::size_t length = 0; length <= script.size(); ++length) {
      std::size_t bytes = 0;
      const std::string prefix = script.substr(0, length);
      postgres::ScriptReader reader(prefix);
      while (const auto statement = reader.next()) bytes += statement->text.size();
      QVERIFY(bytes <= length);
    }
  }

  void scriptIsRunAllOrNothing() {
    PostgresFixture fixture("CREATE TABLE t(id int PRIMARY KEY)");
    const Status failed = fixture.store().runScript(
        "BEGIN;\nINSERT INTO t VALUES(1);\nCOMMIT;\nINSERT INTO t VALUES(2);\n"
        "INSERT INTO t VALUES(2);");
    QCOMPARE(failed.code(), StatusCode::Invalid);
    QCOMPARE(failed.message(),
             "line 5, `INSERT INTO t VALUES(2)`: duplicate key value violates unique constraint "
             "\"t_pkey\": Key (id)=(2) already exists. (23505)");
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
    QVERIFY(fixture.store().runScript("BEGIN; INSERT INTO t VALUES(1); END").isOk());
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1"}));
  }

  void scriptThatCannotBeRunSaysWhy_data() {
    QTest::addColumn<QByteArray>("script");
    QTest::addColumn<QString>("why");
    const auto row = [](const char* name, QByteArray script, const char* why) {
      QTest::newRow(name) << std::move(script) << QString(why);
    };
    row("syntax", "SELEC 1", "line 1, `SELEC 1`: syntax error");
    row("no table", "\nINSERT INTO nowhere VALUES(1)", "line 2, `INSERT INTO nowhere");
    row("undone", "ROLLBACK", "all or nothing");
    row("left", "PREPARE TRANSACTION 'x'", "all or nothing");
    row("needs none", "VACUUM", "cannot run inside a transaction block");
    row("data", "COPY t FROM stdin", "not possible here");
    row("data out", "COPY t TO stdout", "not possible here");
    row("NUL", QByteArray("SELECT 1;\0", 10), "NUL");
    row("psql", "\\connect x", "syntax error");
  }
  void scriptThatCannotBeRunSaysWhy() {
    QFETCH(QByteArray, script);
    QFETCH(QString, why);
    PostgresFixture fixture("CREATE TABLE t(id int)");
    const Status status =
        fixture.store().runScript("CREATE TABLE made(id int);" + script.toStdString());
    QCOMPARE(status.code(), StatusCode::Invalid);
    QCOMPARE(fixture.rows("SELECT to_regclass('made')"), (Rows{"NULL"}));
    QVERIFY(!fixture.store().runScript(script.toStdString()).isOk());
    const QString alone =
        QString::fromStdString(fixture.store().runScript(script.toStdString()).message());
    QVERIFY2(alone.contains(why), qPrintable(alone));
  }

  void savepointsStayInside() {
    PostgresFixture fixture("CREATE TABLE t(id int)");
    QVERIFY(fixture.store()
                .runScript("SAVEPOINT s; INSERT INTO t VALUES(1); ROLLBACK TO s;"
                           "INSERT INTO t VALUES(2)")
                .isOk());
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"2"}));
  }
};

PENSTOCK_TEST(TestScript)

}  // namespace penstock::test

#include "tst_script.moc"
