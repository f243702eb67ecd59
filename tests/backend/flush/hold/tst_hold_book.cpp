// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "flush/hold/hold_book.h"
#include "model/codec_json.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using T = TestTable;

constexpr Sequence kLetter{70};

TestChange row(T table, std::int64_t key) {
  return TestChange{table, Operation::Upsert, {Value::integer(key)}, {}, {}};
}
const TestChange kLogged{T::Log, Operation::Insert, {}, {{0, Value::integer(1)}}, {}};

/// An encoded change set with its bytes.
struct Set {
  explicit Set(const std::vector<TestChange>& changes, std::string_view group = {})
      : bytes(encode(changes, {{}, {}, group, {}})) {}
  ChangeSetView view() const { return ChangeSetView::parse(bytes).value(); }
  std::string bytes;
};

TablePolicy holding(const char* table) {
  TablePolicy policy;
  policy.name = table;
  policy.afterDeadLetter = AfterDeadLetter::Hold;
  return policy;
}

}  // namespace

class TestHoldBook : public QObject {
  Q_OBJECT

 private slots:
  void rowsAndGroupOfALetterHoldWhatComesBehind() {
    HoldBook book({});
    QVERIFY(book.isEmpty() && !waits(book, Set({row(T::Plain, 1)})));
    book.hold(Set({row(T::Plain, 1), row(T::Owners, 2), kLogged}, "g").view(), m_catalog, kLetter);
    QVERIFY(book.blockerOf(Set({row(T::Plain, 1)}).view(), m_catalog) == kLetter);
    QVERIFY(waits(book, Set({row(T::Nodes, 9), row(T::Owners, 2)})));
    QVERIFY(waits(book, Set({row(T::Nodes, 9)}, "g")));
    QVERIFY(!waits(book, Set({row(T::Nodes, 9)}, "other")));
    QVERIFY(!waits(book, Set({row(T::Plain, 2)})));
    QVERIFY(!waits(book, Set({row(T::Owners, 1)})));
    QVERIFY(!waits(book, Set({kLogged})));  // rows without a key cannot be told apart
    QVERIFY(book.state().firstBlocker == kLetter);
    book.clear();
    QVERIFY(book.isEmpty() && !waits(book, Set({row(T::Plain, 1)})));
  }

  void onlyTablesThatSaySoHold() {
    HoldBook book({holding("owners")});
    QVERIFY(!book.isHolder(Set({row(T::Plain, 1)}).view(), m_catalog));
    QVERIFY(book.isHolder(Set({row(T::Plain, 1), row(T::Owners, 1)}).view(), m_catalog));
  }

  void tableInOrderIsHeldAsOneRow() {
    TablePolicy policy = holding("plain");
    policy.order = TableOrder::Table;
    HoldBook book({policy});
    book.hold(Set({row(T::Plain, 1)}).view(), m_catalog, kLetter);
    QVERIFY(waits(book, Set({row(T::Plain, 2)})));
    QVERIFY(!waits(book, Set({row(T::Owners, 1)})));
  }

  void parkedTableHoldsAllOfItAndSaysWhy() {
    HoldBook book({});
    book.park("plain", m_catalog, kLetter, "table 'plain' is parked: no such column: a");
    QVERIFY(waits(book, Set({row(T::Owners, 1), row(T::Plain, 7)})));
    QVERIFY(!waits(book, Set({row(T::Owners, 1)})));
    QCOMPARE(book.state().parked, std::string("table 'plain' is parked: no such column: a"));
    book.park("plain", m_catalog, Sequence{71}, "again");
    QCOMPARE(book.state().parkedMore, std::size_t{0});
    book.park("nodes", m_catalog, Sequence{72}, "another");
    QCOMPARE(book.state().parkedMore, std::size_t{1});
  }

  /// Whatever it is that waits: nothing is let through out of order for want of memory.
  void fullBookHoldsEverything() {
    HoldBook book({}, 3);
    book.hold(Set({row(T::Plain, 1), row(T::Plain, 2)}).view(), m_catalog, kLetter);
    QVERIFY(!waits(book, Set({row(T::Plain, 4)})));
    book.hold(Set({row(T::Plain, 3)}).view(), m_catalog, kLetter);
    QVERIFY(waits(book, Set({row(T::Plain, 4)})));
  }

  void tablesOfALetterThatNoLongerFitsAreHeldWhole() {
    HoldBook book({holding("owners")});
    DeadLetter letter;
    letter.sequence = kLetter;
    letter.kind = kLetterRefused;
    letter.changeSet = toJson(Set({row(T::Plain, 1)}).view(), *m_catalog);
    book.holdTables(letter, m_catalog);
    QVERIFY(book.isEmpty());  // it holds nothing back
    letter.changeSet = toJson(Set({row(T::Plain, 1), row(T::Owners, 1)}).view(), *m_catalog);
    book.holdTables(letter, m_catalog);
    QVERIFY(waits(book, Set({row(T::Plain, 5)})) && waits(book, Set({row(T::Owners, 5)})));
    QVERIFY(!waits(book, Set({row(T::Nodes, 5)})));
  }

 private:
  bool waits(HoldBook& book, const Set& set) const {
    return book.blockerOf(set.view(), m_catalog).has_value();
  }
  const CatalogPointer m_catalog = schemaOfEverything();
};

PENSTOCK_TEST(TestHoldBook)

}  // namespace penstock::test

#include "tst_hold_book.moc"
