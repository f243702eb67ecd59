// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "model/identity.h"
#include "tests/support/test_main.h"

using namespace penstock;

namespace {
std::uint64_t contentOf(const ChangeSetWriter::Header& header, std::int64_t key) {
  ChangeSetWriter writer;
  writer.begin(header);
  writer.beginChange(Operation::Delete, TableId{1});
  writer.key(ValueView::integer(key));
  writer.endChange();
  return hashContent(*ChangeSetView::parse(writer.finish()));
}
}  // namespace

class TestIdentity : public QObject {
  Q_OBJECT
 private slots:
  void clientAndIdDoNotRunTogether();
  void contentIsWhatAChangeSetDoes();
  void orderOfColumnsIsNoContent();
  void chainsDependOnOrder();
  void storedHashesNeverChange();
};

void TestIdentity::clientAndIdDoNotRunTogether() {
  QVERIFY(hashIdentity("ab", "c") != hashIdentity("a", "bc"));
  QVERIFY(hashIdentity("", "abc") != hashIdentity("abc", ""));
  QVERIFY(hashIdentity("a", "b") == hashIdentity("a", "b"));
}

void TestIdentity::contentIsWhatAChangeSetDoes() {
  const std::uint64_t content = contentOf({}, 1);
  QCOMPARE(contentOf({"client", "id", "", {1, 2, 3}}, 1), content);
  QVERIFY(contentOf({}, 2) != content);
  QVERIFY(contentOf({"", "", "group", {}}, 1) != content);
}

void TestIdentity::orderOfColumnsIsNoContent() {
  const auto of = [](std::vector<std::uint32_t> columns, std::int64_t added) {
    ChangeSetWriter writer;
    writer.begin({});
    writer.beginChange(Operation::Update, TableId{1});
    writer.key(ValueView::integer(1));
    for (const std::uint32_t column : columns) {
      writer.set(ColumnId{column}, ValueView::integer(column));
    }
    for (const std::uint32_t column : columns) {
      writer.add(ColumnId{column + 200}, ValueView::integer(added));
    }
    writer.endChange();
    return hashContent(*ChangeSetView::parse(writer.finish()));
  };
  const std::uint64_t content = of({1, 2, 150}, 1);
  QCOMPARE(of({150, 1, 2}, 1), content);
  QCOMPARE(of({2, 150, 1}, 1), content);
  QVERIFY(of({2, 1}, 1) != content);
  QVERIFY(of({150, 2, 1}, 2) != content);
  // What earlier versions kept of sets in the table's order still holds.
  QCOMPARE(content, std::uint64_t{17107409316112954133u});
}

void TestIdentity::chainsDependOnOrder() {
  QVERIFY(chainHash(chainHash(0, "a"), "b") != chainHash(chainHash(0, "b"), "a"));
  QVERIFY(hashSource("") != 0);
}

void TestIdentity::storedHashesNeverChange() {
  QCOMPARE(static_cast<std::uint64_t>(hashGroup("")), std::uint64_t{0x2d06800538d394c2});
  QCOMPARE(chainHash(0, ""), std::uint64_t{0x2d06800538d394c2});
}

PENSTOCK_TEST(TestIdentity)
#include "tst_identity.moc"
