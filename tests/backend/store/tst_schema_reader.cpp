// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema_reader.h"

#include <QTest>
#include <algorithm>
#include <set>

#include "store/sqlite/column_types.h"
#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

constexpr std::string_view kSchema = R"(
  CREATE TABLE parent(a INTEGER, b TEXT, PRIMARY KEY(b, a)) WITHOUT ROWID;
  CREATE TABLE child(
    id INTEGER PRIMARY KEY,
    pb TEXT, pa INTEGER,
    implied INTEGER REFERENCES "Child" ON DELETE CASCADE ON UPDATE SET NULL,
    email TEXT COLLATE NOCASE UNIQUE,
    code TEXT NOT NULL DEFAULT 'x' UNIQUE,
    half REAL GENERATED ALWAYS AS (pa / 2.0) STORED,
    doubled INTEGER AS (pa * 2),
    FOREIGN KEY(pb, pa) REFERENCES Parent ON DELETE SET DEFAULT,
    FOREIGN KEY(pa) REFERENCES nowhere(x));
  CREATE UNIQUE INDEX some_codes ON child(code) WHERE pa > 1;
  CREATE UNIQUE INDEX lower_codes ON child(lower(code));
  CREATE UNIQUE INDEX pair ON child(pa, pb);
  CREATE INDEX plain ON child(pa);
  CREATE TRIGGER watch AFTER INSERT ON CHILD BEGIN SELECT 1; END;
  CREATE TABLE folded(name TEXT COLLATE NOCASE PRIMARY KEY);
  CREATE TABLE folded_index(name TEXT, PRIMARY KEY(name COLLATE RTRIM));
  CREATE TABLE measured(at REAL PRIMARY KEY);
  CREATE TABLE untyped(x PRIMARY KEY, y);
  CREATE TABLE strict(a ANY, b REAL) STRICT;
  CREATE TABLE keyless(x INT);
  CREATE TABLE sqliteish(x INT PRIMARY KEY);
  CREATE VIEW seen AS SELECT * FROM keyless;
  CREATE TABLE "ta""ble; drop `x`"("sel""ect" INTEGER PRIMARY KEY, "Größe 📏" TEXT);
)";

std::vector<std::string> names(const Catalog& catalog) {
  std::vector<std::string> all;
  for (const Table& table : catalog.tables()) {
    all.push_back(table.name);
  }
  return all;
}

ColumnId id(const Table& table, std::string_view column) { return *table.findColumn(column); }

}  // namespace

class TestSchemaReader : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_fixture = std::make_unique<SqliteFixture>(kSchema); }
  void cleanupTestCase() { m_fixture.reset(); }

  void tablesAreThoseOfTheApplication() {
    const std::vector<std::string> expected{
        "child",  "folded",    "folded_index", "keyless",           "measured",
        "parent", "sqliteish", "strict",       "ta\"ble; drop `x`", "untyped"};
    // The fixture has attached: penstock_ tables are there and are not shown.
    const auto catalog = m_fixture->store().readCatalog();
    QVERIFY(catalog.isOk());
    QCOMPARE(names(catalog.value()), expected);
  }

  void columnsTellTypeNullsDefaultsAndGenerated() {
    const Table& child = table("child");
    QCOMPARE(child.columns.size(), 8U);
    const auto column = [&](std::string_view name) { return child.column(id(child, name)); };
    QCOMPARE(column("id"),
             (Column{"id", ColumnType::Integer, "INTEGER", false, false, false, false, true}));
    QCOMPARE(column("code"),
             (Column{"code", ColumnType::Text, "TEXT", false, true, false, false, false}));
    QVERIFY(column("half").generated);
    QVERIFY(column("doubled").generated);
    QVERIFY(!column("pa").generated);
    QVERIFY(column("pa").nullable);
    QVERIFY(child.hasTriggers);
    QVERIFY(!table("parent").hasTriggers);
  }

  void keysAreInKeyOrder() {
    const Table& parent = table("parent");
    QCOMPARE(parent.key, (std::vector{id(parent, "b"), id(parent, "a")}));
    QVERIFY(parent.keyIsByteEqual);
    QVERIFY(table("child").keyIsByteEqual);
    QVERIFY(table("keyless").key.empty());
    QVERIFY(table("sqliteish").keyIsByteEqual);
    for (const char* name : {"folded", "folded_index", "measured", "untyped"}) {
      QVERIFY2(!table(name).keyIsByteEqual, name);
    }
  }

  void uniquesThatBytesDoNotDecideHaveNoColumns() {
    const Table& child = table("child");
    std::multiset<std::vector<ColumnId>> uniques;
    for (const UniqueConstraint& unique : child.uniques) {
      uniques.insert(unique.columns);
    }
    // Without columns: email (collation), some_codes (partial), lower_codes (expression).
    QCOMPARE(uniques, (std::multiset<std::vector<ColumnId>>{
                          {}, {}, {}, {id(child, "code")}, {id(child, "pa"), id(child, "pb")}}));
  }

  void foreignKeysNameTheirTargets() {
    const Table& child = table("child");
    const Table& parent = table("parent");
    QCOMPARE(child.foreignKeys.size(), 2U);
    const auto of = [&](TableId target) {
      return *std::ranges::find(child.foreignKeys, target, &ForeignKey::referencedTable);
    };
    QCOMPARE(of(parent.id), (ForeignKey{{id(child, "pb"), id(child, "pa")},
                                        parent.id,
                                        {id(parent, "b"), id(parent, "a")},
                                        ReferentialAction::SetDefault,
                                        ReferentialAction::None}));
    QCOMPARE(of(child.id), (ForeignKey{{id(child, "implied")},
                                       child.id,
                                       {id(child, "id")},
                                       ReferentialAction::Cascade,
                                       ReferentialAction::SetNull}));
  }

  void hostileNamesAreWritable() {
    const char* name = "ta\"ble; drop `x`";
    const CommitResult result =
        m_fixture->commitOne(name, {IfAbsent::Insert,
                                    IfPresent::Update,
                                    {ValueView::integer(1)},
                                    {{"Größe 📏", ValueView::text("'; DROP TABLE child; --")}},
                                    {{"Größe 📏", ValueView::text("y")}}});
    QCOMPARE(result.outcome, CommitOutcome::Committed);
    QCOMPARE(m_fixture->rows("SELECT * FROM `ta\"ble; drop ``x```"),
             (std::vector<std::string>{"1|''; DROP TABLE child; --'"}));
  }

  void numericAffinityIsThatOfSqlite() {
    for (const char* declared : {"DECIMAL(10,2)", "NUMERIC", "INT", "REAL", "DATE", "MONEY", "JSON",
                                 "STRING", "ANY", "CHARINT"}) {
      QVERIFY2(sqlite::hasNumericAffinity(declared), declared);
    }
    for (const char* declared : {"", "TEXT", "varchar(9)", "BLOB", "JSON TEXT", "DECIMAL_TEXT"}) {
      QVERIFY2(!sqlite::hasNumericAffinity(declared), declared);
    }
    QVERIFY(!table("strict").column(ColumnId{0}).numericAffinity);
    QVERIFY(table("strict").column(ColumnId{1}).numericAffinity);
  }

  void declaredTypes_data() {
    QTest::addColumn<QString>("declared");
    QTest::addColumn<int>("type");
    const auto row = [](const char* declared, ColumnType type) {
      QTest::addRow("'%s'", declared) << declared << static_cast<int>(type);
    };
    row("", ColumnType::Any);
    row("INTEGER", ColumnType::Integer);
    row("unsigned big int", ColumnType::Integer);
    row("INT8", ColumnType::Integer);
    row("tinyint(1)", ColumnType::Integer);
    row("POINT", ColumnType::Any);
    row("INTERVAL", ColumnType::Any);
    row("FLOATING POINT", ColumnType::Any);
    row("VARCHAR(20)", ColumnType::Text);
    row("clob", ColumnType::Text);
    row("BLOB", ColumnType::Bytes);
    row("DOUBLE PRECISION", ColumnType::Real);
    row("float", ColumnType::Real);
    row("Boolean", ColumnType::Boolean);
    row("JSONB", ColumnType::Json);
    row("JSON TEXT", ColumnType::Json);
    row("DECIMAL(10,5)", ColumnType::Decimal);
    row("numeric", ColumnType::Decimal);
    row("DATE", ColumnType::Any);
    row("TIMESTAMP", ColumnType::Any);
    row("ANY", ColumnType::Any);
  }
  void declaredTypes() {
    QFETCH(QString, declared);
    QFETCH(int, type);
    QCOMPARE(static_cast<int>(sqlite::columnTypeOf(declared.toStdString())), type);
  }

 private:
  const Table& table(std::string_view name) { return *m_fixture->catalog()->find(name); }

  std::unique_ptr<SqliteFixture> m_fixture;
};

PENSTOCK_TEST(TestSchemaReader)

}  // namespace penstock::test

#include "tst_schema_reader.moc"
