// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "model/catalog.h"
#include "tests/backend/model/model_samples.h"
#include "tests/support/test_main.h"

using namespace penstock;
using namespace penstock::test;

class TestCatalog : public QObject {
  Q_OBJECT
 private slots:
  void tablesAndColumnsAreFoundByName();
  void encodedCatalogReadsBackEqual();
  void newerFormatIsUnsupported();
  void olderFormatIsRead();
  void damagedBytesAreRefusedOrReadable();
  void evolvingKeepsIdsByName();
  void evolvingTwiceChangesNothing();
  void nearestNameIsFound_data();
  void nearestNameIsFound();
};

void TestCatalog::tablesAndColumnsAreFoundByName() {
  const Catalog catalog = sampleCatalog();
  QVERIFY(catalog.find("pairs") != nullptr);
  QVERIFY(catalog.find("Pairs") == nullptr);
  const Table& pairs = *catalog.find("pairs");
  QCOMPARE(toIndex(pairs.findColumn("amount").value()), std::size_t{2});
  QVERIFY(!pairs.findColumn("amoun"));
  QCOMPARE(pairs.keyPosition(ColumnId{1}).value(), std::size_t{1});
  QVERIFY(!pairs.keyPosition(ColumnId{2}));
}

void TestCatalog::encodedCatalogReadsBackEqual() {
  const Catalog catalog = sampleCatalog();
  const auto decoded = Catalog::decode(catalog.encode());
  QVERIFY(decoded.isOk());
  QVERIFY(*decoded == catalog);
  QVERIFY(Catalog::decode(Catalog().encode()).isOk());
}

void TestCatalog::newerFormatIsUnsupported() {
  std::string bytes = sampleCatalog().encode();
  bytes[0] = 3;
  QVERIFY(Catalog::decode(bytes).status().code() == StatusCode::Unsupported);
  QVERIFY(Catalog::decode("").status().code() == StatusCode::Corrupt);
}

void TestCatalog::olderFormatIsRead() {
  std::string bytes = sampleCatalog().encode();
  bytes[0] = 1;
  QVERIFY(*Catalog::decode(bytes) == sampleCatalog());
  std::vector<Table> tables(1);
  tables[0].name = "prices";
  tables[0].columns = {sampleColumn("price", ColumnType::Decimal)};
  tables[0].columns[0].numericAffinity = true;
  const Catalog catalog(tables);
  QVERIFY(*Catalog::decode(catalog.encode()) == catalog);
}

void TestCatalog::damagedBytesAreRefusedOrReadable() {
  const std::string good = sampleCatalog().encode();
  for (std::size_t size = 0; size < good.size(); ++size) {
    QVERIFY(!Catalog::decode(std::string_view(good).substr(0, size)).isOk());
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = good;
    for (int k = 0; k < 3; ++k) bytes[random() % bytes.size()] = char(random());
    const auto decoded = Catalog::decode(bytes);
    if (decoded.isOk()) QVERIFY(*Catalog::decode(decoded->encode()) == *decoded);
  }
}

void TestCatalog::evolvingKeepsIdsByName() {
  const Catalog before = sampleCatalog();
  std::vector<Table> tables(2);
  tables[0].name = "fresh";
  tables[0].columns = {sampleColumn("id", ColumnType::Integer)};
  tables[0].key = {ColumnId{0}};
  tables[1].id = TableId{1};
  tables[1].name = "pairs";
  tables[1].columns = {sampleColumn("added", ColumnType::Text),
                       sampleColumn("right", ColumnType::Real),
                       sampleColumn("left", ColumnType::Text)};
  tables[1].key = {ColumnId{2}, ColumnId{1}};
  tables[1].foreignKeys = {{{ColumnId{1}}, TableId{0}, {ColumnId{0}}}};
  const Catalog after = Catalog::evolve(before, Catalog(tables));

  QCOMPARE(after.tables().size(), std::size_t{4});
  QVERIFY(after.find("kinds") == nullptr);
  QVERIFY(after.table(TableId{0}).dropped);
  QCOMPARE(toIndex(after.find("fresh")->id), std::size_t{3});
  const Table& pairs = *after.find("pairs");
  QCOMPARE(toIndex(pairs.id), std::size_t{1});
  QVERIFY((pairs.key == std::vector<ColumnId>{ColumnId{0}, ColumnId{1}}));
  QVERIFY(pairs.column(ColumnId{1}).type == ColumnType::Real);
  QVERIFY(pairs.column(ColumnId{2}).dropped);
  QVERIFY(!pairs.findColumn("amount"));
  QCOMPARE(toIndex(pairs.findColumn("added").value()), std::size_t{3});
  QVERIFY(pairs.foreignKeys.at(0).referencedTable == TableId{3});
  QVERIFY(pairs.foreignKeys.at(0).columns.at(0) == ColumnId{1});

  const Catalog returned = Catalog::evolve(after, before);
  QVERIFY(!returned.find("pairs")->column(ColumnId{2}).dropped);
  QVERIFY(returned.find("kinds") != nullptr);
  QVERIFY(returned.table(TableId{3}).dropped);
}

void TestCatalog::evolvingTwiceChangesNothing() {
  const Catalog before = sampleCatalog();
  QVERIFY(Catalog::evolve(before, before) == before);
  std::vector<Table> tables(before.tables().begin() + 2, before.tables().end());
  tables[0].id = TableId{0};
  const Catalog now(tables);
  const Catalog once = Catalog::evolve(before, now);
  QVERIFY(Catalog::evolve(once, now) == once);
}

void TestCatalog::nearestNameIsFound_data() {
  QTest::addColumn<QString>("name");
  QTest::addColumn<QString>("nearest");
  QTest::newRow("letter missing") << "nam"
                                  << "name";
  QTest::newRow("case") << "STATUS"
                        << "status";
  QTest::newRow("swapped") << "sttaus"
                           << "status";
  QTest::newRow("nothing near") << "zebra"
                                << "";
  QTest::newRow("empty") << ""
                         << "";
}

void TestCatalog::nearestNameIsFound() {
  QFETCH(QString, name);
  QFETCH(QString, nearest);
  const std::vector<std::string> known = {"id", "name", "status", "slot"};
  QCOMPARE(QString::fromStdString(nearestName(name.toStdString(), known)), nearest);
  QCOMPARE(nearestName(std::string(100'000, 'a'), known), std::string());
}

PENSTOCK_TEST(TestCatalog)
#include "tst_catalog.moc"
