// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/table_browser.h"

#include <QSqlDatabase>
#include <QTest>

#include "model/limits.h"
#include "store/qtsql/browse_query.h"
#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

constexpr std::string_view kSchema =
    "CREATE TABLE people(id INTEGER PRIMARY KEY, name TEXT, \"a=b\" REAL, photo BLOB);\n"
    "INSERT INTO people VALUES(3, 'Cleo 100%', 1.5, x'00ff'), (1, 'anna', NULL, NULL),\n"
    "(2, 'Bob_', 0.1, NULL), (9007199254740993, 'ÄNNA', 2, x'');\n"
    "CREATE TABLE \"x\"\"; DROP TABLE people; --\"(\"c'o\"\"l\" TEXT);\n"
    "INSERT INTO \"x\"\"; DROP TABLE people; --\" VALUES('''; DROP TABLE people; --');\n"
    "CREATE TABLE \"dotted.name\"(id INTEGER PRIMARY KEY);\n"
    "CREATE TABLE many(n INTEGER PRIMARY KEY) WITHOUT ROWID;\n"
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 100001)\n"
    "INSERT INTO many SELECT n FROM c;\n";

using Texts = std::vector<std::string>;

Texts firstColumn(const TableRows& rows) {
  Texts texts;
  for (const std::vector<TableCell>& row : rows.rows) {
    texts.push_back(row.front().text);
  }
  return texts;
}

}  // namespace

class TestTableBrowser : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_fixture = std::make_unique<SqliteFixture>(kSchema); }
  void cleanupTestCase() {
    m_fixture.reset();
    QVERIFY(QSqlDatabase::connectionNames().isEmpty());
  }

  void tablesAreSortedAndOurOwnAreLeftOut() {
    const auto tables = browser().tables();
    QVERIFY(tables.isOk());
    QCOMPARE(tables.value(),
             (Texts{"dotted.name", "many", "people", "x\"; DROP TABLE people; --"}));
  }

  void cellsTellTextNumberNullAndBytes() {
    const auto page = browser().page({.table = "people", .offset = 2, .rowsMax = 1});
    QVERIFY(page.isOk());
    using Kind = TableCell::Kind;
    QCOMPARE(page.value().content.columns, (Texts{"id", "name", "a=b", "photo"}));
    QCOMPARE(page.value().content.rows,
             (std::vector<std::vector<TableCell>>{{{"3", Kind::Number, false},
                                                   {"Cleo 100%", Kind::Text, false},
                                                   {"1.5", Kind::Number, false},
                                                   {"x'00ff'", Kind::Text, false}}}));
    const auto first = browser().page({.table = "people", .rowsMax = 1});
    QCOMPARE(first.value().content.rows[0][2].kind, Kind::Null);
    QCOMPARE(first.value().total, std::optional<std::uint64_t>(4));
  }

  void filters_data() {
    QTest::addColumn<QString>("filter");
    QTest::addColumn<QString>("ids");
    QTest::addRow("none") << ""
                          << "1 2 3 9007199254740993";
    QTest::addRow("text in any column, either case") << "ANN"
                                                     << "1";
    QTest::addRow("percent is a percent") << "%"
                                          << "3";
    QTest::addRow("underline is an underline") << "_"
                                               << "2";
    QTest::addRow("number as text") << "9007199254740993"
                                    << "9007199254740993";
    QTest::addRow("column and value") << "name=anna"
                                      << "1";
    QTest::addRow("column and value with spaces") << "id = 3"
                                                  << "3";
    QTest::addRow("column with an equals sign") << "a=b=0.1"
                                                << "2";
    QTest::addRow("no such column") << "nam=anna"
                                    << "";
    QTest::addRow("quote") << "'"
                           << "";
    QTest::addRow("escape") << "!"
                            << "";
    QTest::addRow("statement") << "'; DROP TABLE people; --"
                               << "";
    QTest::addRow("always true") << "name=' OR 1=1 --"
                                 << "";
  }
  void filters() {
    QFETCH(QString, filter);
    QFETCH(QString, ids);
    const auto page = browser().page({.table = "people", .filter = filter.toStdString()});
    QVERIFY(page.isOk());
    QStringList found;
    for (const std::string& id : firstColumn(page.value().content)) {
      found.append(QString::fromStdString(id));
    }
    QCOMPARE(found.join(' '), ids);
    QCOMPARE(page.value().total, std::optional<std::uint64_t>(found.size()));
  }

  void orderIsTheColumnThenTheKey() {
    const auto page =
        browser().page({.table = "people", .sortColumn = "a=b", .order = SortOrder::Descending});
    QCOMPARE(firstColumn(page.value().content), (Texts{"9007199254740993", "3", "2", "1"}));
    const auto unknown = browser().page({.table = "people", .sortColumn = "id; DROP"});
    QCOMPARE(unknown.status().code(), StatusCode::NotFound);
  }

  void pagesAreBoundedAndSoIsTheCount() {
    const auto page = browser().page(
        {.table = "many", .sortColumn = {}, .offset = 100'000, .rowsMax = 4'000'000});
    QVERIFY(page.isOk());
    QCOMPARE(firstColumn(page.value().content), (Texts{"100001"}));
    QVERIFY(!page.value().total.has_value());
    const auto first = browser().page({.table = "many", .rowsMax = 4'000'000});
    QCOMPARE(first.value().content.rows.size(), limits::kBrowseRowsMax);
  }

  void hostileNamesAreNames() {
    const std::string table = "x\"; DROP TABLE people; --";
    const auto page = browser().page(
        {.table = table, .filter = "c'o\"l='; DROP TABLE people; --", .sortColumn = "c'o\"l"});
    QVERIFY2(page.isOk(), page.status().message().c_str());
    QCOMPARE(firstColumn(page.value().content), (Texts{"'; DROP TABLE people; --"}));
    QVERIFY(browser().page({.table = "dotted.name"}).isOk());
    QCOMPARE(browser().page({.table = "people; --"}).status().code(), StatusCode::NotFound);
    QCOMPARE(browser().page({.table = "people"}).value().total, std::optional<std::uint64_t>(4));
  }

  void longCellsAreCutBetweenLetters() {
    SqliteFixture fixture(
        "CREATE TABLE t(v TEXT, b BLOB); INSERT INTO t VALUES("
        "'x' || replace(hex(zeroblob(2500)), '00', 'ä'), zeroblob(5000))");
    const TableBrowser other(targetOf(fixture));
    const auto page = other.page({.table = "t"});
    const TableCell& cell = page.value().content.rows[0][0];
    QVERIFY(cell.isCut);
    QCOMPARE(cell.text.size(), limits::kBrowseCellBytesMax - 1);
    QVERIFY(QString::fromStdString(cell.text).endsWith(QStringLiteral("ä")));
    QVERIFY(page.value().content.rows[0][1].isCut);
    TableRows exported;
    QVERIFY(other
                .exportTable("t", 10,
                             [&](const TableRows& rows) {
                               exported = rows;
                               return TableBrowser::Continue::Yes;
                             })
                .isOk());
    QCOMPARE(exported.rows[0][0].text.size(), 5001U);
    QCOMPARE(exported.rows[0][1].text.size(), 10'003U);
  }

  void exportGivesEveryRowInChunks() {
    std::vector<std::size_t> chunks;
    qint64 sum = 0;
    const auto take = [&](const TableRows& rows) {
      chunks.push_back(rows.rows.size());
      for (const std::string& text : firstColumn(rows)) {
        sum += std::stoll(text);
      }
      return TableBrowser::Continue::Yes;
    };
    QVERIFY(browser().exportTable("many", 40'000, take).isOk());
    QCOMPARE(chunks, (std::vector<std::size_t>{40'000, 40'000, 20'001}));
    QCOMPARE(sum, qint64{100'001} * 100'002 / 2);
  }

  void exportOfAnEmptyTableHasItsColumns() {
    std::vector<TableRows> all;
    const auto take = [&](const TableRows& rows) {
      all.push_back(rows);
      return TableBrowser::Continue::Yes;
    };
    QVERIFY(browser().exportTable("dotted.name", 10, take).isOk());
    QCOMPARE(all.size(), 1U);
    QCOMPARE(all[0].columns, (Texts{"id"}));
    QVERIFY(all[0].rows.empty());
  }

  void exportStopsWhenToldTo() {
    int calls = 0;
    const Status status = browser().exportTable("many", 10, [&](const TableRows&) {
      ++calls;
      return TableBrowser::Continue::No;
    });
    QCOMPARE(status.code(), StatusCode::Cancelled);
    QCOMPARE(calls, 1);
  }

  void missingFileAndDriverAreNamed() {
    BrowseTarget target = targetOf(*m_fixture);
    target.database += ".missing";
    QCOMPARE(TableBrowser(target).tables().status().code(), StatusCode::Unavailable);
    target.driver = "QNONE";
    QCOMPARE(TableBrowser(target).tables().status().code(), StatusCode::Unsupported);
  }

  void schemaOfPostgresIsQuotedApart() {
    QCOMPARE(quotedTable(dialectOf("QPSQL"), "s.t\"x"), "\"s\".\"t\"\"x\"");
    QCOMPARE(quotedTable(dialectOf("QSQLITE"), "s.t"), "`s.t`");
    QCOMPARE(quotedTable(dialectOf("QODBC"), "s.\"t"), "\"s.\"\"t\"");
    QCOMPARE(quotedName(dialectOf("QMYSQL"), "a`b"), "`a``b`");
  }

 private:
  static BrowseTarget targetOf(const SqliteFixture& fixture) {
    BrowseTarget target;
    target.database = fixture.path();
    return target;
  }
  TableBrowser browser() const { return TableBrowser(targetOf(*m_fixture)); }

  std::unique_ptr<SqliteFixture> m_fixture;
};

PENSTOCK_TEST(TestTableBrowser)

}  // namespace penstock::test

#include "tst_table_browser.moc"
