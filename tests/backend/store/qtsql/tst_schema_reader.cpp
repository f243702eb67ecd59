// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/schema_reader.h"

#include <QTest>

#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

constexpr std::string_view kSchema = R"(
  CREATE TABLE parent(a INT, b VARCHAR(20) COLLATE utf8mb4_nopad_bin, PRIMARY KEY(b, a));
  CREATE TABLE child(
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, pb VARCHAR(20) COLLATE utf8mb4_nopad_bin, pa INT,
    boss BIGINT UNSIGNED, score BIGINT UNSIGNED NOT NULL,
    email VARCHAR(99) UNIQUE, code VARBINARY(9) NOT NULL DEFAULT 'x' UNIQUE,
    said TEXT DEFAULT 'NULL', half INT AS (pa / 2) STORED, doubled INT AS (pa * 2),
    at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, doc JSON, long_text TEXT,
    UNIQUE pair(pa, pb), UNIQUE prefix(long_text(5)), KEY plain(pa),
    FOREIGN KEY(pb, pa) REFERENCES parent(b, a) ON DELETE CASCADE,
    CONSTRAINT to_boss FOREIGN KEY(boss) REFERENCES child(id) ON DELETE SET NULL);
  CREATE TABLE `Child`(x INT);
  CREATE TRIGGER watch AFTER INSERT ON child FOR EACH ROW SET @x=1;
  CREATE TABLE folded(name VARCHAR(20) PRIMARY KEY);
  CREATE TABLE padded(name VARCHAR(20) COLLATE utf8mb4_bin PRIMARY KEY);
  CREATE TABLE measured(at DOUBLE PRIMARY KEY);
  CREATE TABLE cut(name VARBINARY(99), PRIMARY KEY(name(5)));
  CREATE TABLE keyless(x INT);
  CREATE VIEW seen AS SELECT * FROM keyless;
  CREATE SEQUENCE numbers;
  CREATE TABLE penstockish(x INT PRIMARY KEY);
  CREATE TABLE versioned(id INT PRIMARY KEY, v TEXT) WITH SYSTEM VERSIONING;
  CREATE TABLE `ta``ble; drop "x"`(`sel``ect` INT PRIMARY KEY, `Größe €` JSON);
)";

ColumnId id(const Table& table, std::string_view column) { return *table.findColumn(column); }

}  // namespace

class TestSchemaReader : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_fixture = std::make_unique<MariaDbFixture>(kSchema); }
  void cleanupTestCase() { m_fixture.reset(); }

  void tablesAreAllButViewsSequencesAndOurs() {
    std::vector<std::string> names;
    for (const Table& table : m_fixture->catalog()->tables()) {
      names.push_back(table.name);
    }
    QCOMPARE(names, (std::vector<std::string>{"Child", "child", "cut", "folded", "keyless",
                                              "measured", "padded", "parent", "penstockish",
                                              "ta`ble; drop \"x\"", "versioned"}));
  }

  void keysAreInKeyOrder() {
    const Table& parent = m_fixture->table("parent");
    QCOMPARE(parent.key, (std::vector<ColumnId>{id(parent, "b"), id(parent, "a")}));
    QVERIFY(parent.keyIsByteEqual);
    QVERIFY(m_fixture->table("keyless").key.empty());
    for (const char* name : {"folded", "padded", "measured", "cut"}) {
      QVERIFY2(!m_fixture->table(name).keyIsByteEqual, name);
    }
  }

  void columnsSayWhatTheyAre() {
    const Table& child = m_fixture->table("child");
    const auto column = [&](std::string_view name) { return child.column(id(child, name)); };
    QCOMPARE(column("id").type, ColumnType::Integer);  // names rows
    QCOMPARE(column("boss").type, ColumnType::Integer);
    QCOMPARE(column("score").type, ColumnType::Decimal);
    QVERIFY(column("id").hasDefault);
    QVERIFY(!column("id").nullable);
    QVERIFY(!column("score").hasDefault && !column("score").nullable);
    QVERIFY(column("code").hasDefault);
    QVERIFY(column("said").hasDefault);
    QVERIFY(!column("email").hasDefault && column("email").nullable);
    QVERIFY(column("at").hasDefault);
    QVERIFY(column("half").generated && column("doubled").generated && !column("pa").generated);
    QCOMPARE(column("doc").type, ColumnType::Json);
    QCOMPARE(column("long_text").type, ColumnType::Text);
    QCOMPARE(column("score").declaredType, std::string("bigint(20) unsigned"));
    QVERIFY(child.hasTriggers);
    QVERIFY(!m_fixture->table("parent").hasTriggers);
    QCOMPARE(m_fixture->table("versioned").columns.size(), 2U);
  }

  void uniquesThatAreNotOfBytesCountForTheWholeTable() {
    const Table& child = m_fixture->table("child");
    QCOMPARE(child.uniques.size(), 4U);  // code, email, pair, prefix
    QCOMPARE(child.uniques[0].columns, (std::vector<ColumnId>{id(child, "code")}));
    QVERIFY(child.uniques[1].columns.empty());
    QCOMPARE(child.uniques[2].columns, (std::vector<ColumnId>{id(child, "pa"), id(child, "pb")}));
    QVERIFY(child.uniques[3].columns.empty());
  }

  void foreignKeysNameColumnsAndActions() {
    const Table& child = m_fixture->table("child");
    const Table& parent = m_fixture->table("parent");
    QCOMPARE(child.foreignKeys.size(), 2U);
    const ForeignKey& pair = child.foreignKeys[0];
    QCOMPARE(pair.referencedTable, parent.id);
    QCOMPARE(pair.columns, (std::vector<ColumnId>{id(child, "pb"), id(child, "pa")}));
    QCOMPARE(pair.referencedColumns, (std::vector<ColumnId>{id(parent, "b"), id(parent, "a")}));
    QCOMPARE(pair.onDelete, ReferentialAction::Cascade);
    QCOMPARE(pair.onUpdate, ReferentialAction::None);
    QCOMPARE(child.foreignKeys[1].referencedTable, child.id);
    QCOMPARE(child.foreignKeys[1].onDelete, ReferentialAction::SetNull);
  }

  void strangeNamesAreWrittenTo() {
    const std::string name = "ta`ble; drop \"x\"";
    const Table& table = m_fixture->table(name);
    QCOMPARE(table.column(id(table, "Größe €")).type, ColumnType::Json);
    const NamedEffect insert{IfAbsent::Insert,
                             IfPresent::Update,
                             {ValueView::integer(1)},
                             {{"Größe €", ValueView::json("{}")}},
                             {{"Größe €", ValueView::json("[]")}}};
    for (int i = 0; i < 2; ++i) {
      QCOMPARE(m_fixture->commitOne(name, insert).message, std::string());
    }
    QCOMPARE(m_fixture->rows("SELECT `Größe €` FROM `ta``ble; drop \"x\"`"),
             (std::vector<std::string>{"[]"}));
  }

  void tableWithoutTransactionsIsAnErrorThatNamesIt() {
    MariaDbFixture fixture("CREATE TABLE good(id INT PRIMARY KEY)");
    QCOMPARE(fixture.rows("CREATE TABLE bad(id INT PRIMARY KEY) ENGINE=MyISAM"),
             std::vector<std::string>{});
    const auto catalog = fixture.store().readCatalog();
    QVERIFY(!catalog.isOk());
    QCOMPARE(catalog.status().code(), StatusCode::Unsupported);
    QVERIFY(QString::fromStdString(catalog.status().message()).contains("'bad' is kept by MyISAM"));
  }

 private:
  std::unique_ptr<MariaDbFixture> m_fixture;
};

PENSTOCK_TEST(TestSchemaReader)

}  // namespace penstock::test

#include "tst_schema_reader.moc"
