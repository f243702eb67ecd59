// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/write_dialect.h"

#include <QTest>

#include "store/qtsql/write/statement_text.h"
#include "store/qtsql/write/table_facts.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using qtsql::StatementKind;

Table pairs() {
  Table table;
  table.name = "pa`irs";
  table.columns = {{"a", ColumnType::Integer, "int(11)", false},
                   {"b", ColumnType::Decimal, "decimal(9,2)", false},
                   {"n", ColumnType::Integer, "int(11)"},
                   {"v", ColumnType::Text, "text"}};
  table.columns[2].hasDefault = true;
  table.key = {ColumnId{1}, ColumnId{0}};
  return table;
}

const std::vector<Assignment> kAssignments{{ColumnId{3}, AssignmentKind::Set, {}},
                                           {ColumnId{2}, AssignmentKind::Add, {}}};

}  // namespace

class TestWriteDialect : public QObject {
  Q_OBJECT

 private slots:
  void namesAreQuoted() {
    const auto dialect = qtsql::WriteDialect::ofDriver("QMARIADB");
    QVERIFY(dialect.isOk());
    QCOMPARE(dialect->quoted("a`b; --"), QString("`a``b; --`"));
    QCOMPARE(dialect->quoted("Größe"), QString("`Größe`"));
  }

  void statements_data() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("rows");
    QTest::addColumn<QString>("text");
    const auto row = [](const char* name, StatementKind kind, int rows, const char* text) {
      QTest::newRow(name) << static_cast<int>(kind) << rows << QString(text);
    };
    row("ask", StatementKind::Ask, 2,
        "SELECT `b`,`a` FROM `pa``irs` WHERE (`b`=CAST(? AS DECIMAL(65,2)) AND `a`=?) OR"
        " (`b`=CAST(? AS DECIMAL(65,2)) AND `a`=?) FOR UPDATE");
    row("insert", StatementKind::Insert, 2,
        "INSERT INTO `pa``irs`(`b`,`a`,`v`,`n`) VALUES (?,?,?,COALESCE(DEFAULT(`n`),0)+?),"
        "(?,?,?,COALESCE(DEFAULT(`n`),0)+?)");
    row("rewrite", StatementKind::Rewrite, 1,
        "INSERT INTO `pa``irs`(`b`,`a`,`v`,`n`) VALUES (?,?,?,?) ON DUPLICATE KEY UPDATE"
        " `v`=VALUES(`v`),`n`=COALESCE(`n`,0)+VALUES(`n`)");
    row("update", StatementKind::Update, 1,
        "UPDATE `pa``irs` SET `v`=?,`n`=COALESCE(`n`,0)+? WHERE (`b`=CAST(? AS DECIMAL(65,2)) AND"
        " `a`=?)");
    row("delete", StatementKind::Delete, 1,
        "DELETE FROM `pa``irs` WHERE (`b`=CAST(? AS DECIMAL(65,2)) AND `a`=?)");
  }
  void statements() {
    QFETCH(int, kind);
    QFETCH(int, rows);
    QFETCH(QString, text);
    const Table table = pairs();
    const qtsql::TableForm form = qtsql::formOf(table);
    const auto dialect = qtsql::WriteDialect::ofDriver("QMYSQL");
    const auto statementKind = static_cast<StatementKind>(kind);
    const bool hasAssignments =
        statementKind != StatementKind::Ask && statementKind != StatementKind::Delete;
    qtsql::StatementShape shape{&form, statementKind, {}, static_cast<std::size_t>(rows)};
    if (hasAssignments) shape.assignments = kAssignments;
    const QString written = qtsql::statementText(*dialect, shape);
    QCOMPARE(written, text);
    QCOMPARE(written.count('?'), static_cast<qsizetype>(qtsql::parametersPerRow(shape)) * rows);
    qtsql::StatementShape other = shape;
    other.rows += 1;
    QVERIFY(qtsql::statementKey(shape) != qtsql::statementKey(other));
  }

  void nobodyOverrulesWhatCommitsDependOn() {
    const auto dialect = qtsql::WriteDialect::ofDriver("QMYSQL");
    const QString options =
        dialect->connectOptions("MYSQL_OPT_RECONNECT=1;MYSQL_OPT_READ_TIMEOUT=7",
                                std::chrono::seconds(5), std::chrono::seconds(30));
    QVERIFY(options.lastIndexOf("MYSQL_OPT_RECONNECT=0") >
            options.lastIndexOf("MYSQL_OPT_RECONNECT=1"));
    QVERIFY(options.lastIndexOf("READ_TIMEOUT=7") > options.lastIndexOf("READ_TIMEOUT=30"));
    QVERIFY(options.contains("CLIENT_FOUND_ROWS=1"));
  }

  void sessionsReadWhatWasCommittedUnlessTheLogForbids() {
    const auto dialect = qtsql::WriteDialect::ofDriver("QMYSQL");
    const auto all = [&](bool isMariaDb, bool needsRepeatableRead) {
      return dialect->sessionStatements({std::chrono::seconds(3), isMariaDb, needsRepeatableRead})
          .join(';');
    };
    QVERIFY(all(true, false).contains("READ COMMITTED"));
    QVERIFY(all(true, true).contains("REPEATABLE READ"));
    QVERIFY(all(true, false).contains("innodb_lock_wait_timeout=3"));
    QVERIFY(all(true, false).contains("check_constraint_checks"));
    QVERIFY(!all(false, false).contains("check_constraint_checks"));
  }

  void onlyPlainTablesAreRewritten() {
    Table table = pairs();
    QVERIFY(!qtsql::factsOf(table).keysCompare);  // a decimal comes back in another form
    table.key = {ColumnId{0}};
    QVERIFY(qtsql::factsOf(table).mayRewrite);
    QCOMPARE(qtsql::factsOf(table).required, (std::vector<ColumnId>{ColumnId{1}}));
    QVERIFY(!qtsql::areComplete(qtsql::factsOf(table), kAssignments));
    table.hasTriggers = true;
    QVERIFY(!qtsql::factsOf(table).mayRewrite);
    table.hasTriggers = false;
    table.uniques.push_back({});
    QVERIFY(!qtsql::factsOf(table).mayRewrite);
    table.keyIsByteEqual = false;
    QVERIFY(!qtsql::factsOf(table).keysCompare);
  }
};

PENSTOCK_TEST(TestWriteDialect)

}  // namespace penstock::test

#include "tst_write_dialect.moc"
