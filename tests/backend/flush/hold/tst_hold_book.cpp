// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "flush/hold/hold_book.h"
#include "model/codec_json.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using T = TestTable;

const Blocker kLetter{Sequence{70}, nullptr};

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
    QVERIFY(book.state().firstBlocker == kLetter.letter);
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
    book.park("plain", m_catalog, kLetter.letter, "table 'plain' is parked: no such column: a");
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
    letter.sequence = kLetter.letter;
    letter.kind = kLetterRefused;
    letter.changeSet = toJson(Set({row(T::Plain, 1)}).view(), *m_catalog);
    book.holdTables(letter, m_catalog);
    QVERIFY(book.isEmpty());  // it holds nothing back
    letter.changeSet = toJson(Set({row(T::Plain, 1), row(T::Owners, 1)}).view(), *m_catalog);
    book.holdTables(letter, m_catalog);
    QVERIFY(waits(book, Set({row(T::Plain, 5)})) && waits(book, Set({row(T::Owners, 5)})));
    QVERIFY(!waits(book, Set({row(T::Nodes, 5)})));
  }

  /// No letter of it exists yet, and none is needed.
  void pausedTableHoldsFromItsFirstOn() {
    HoldBook book({});
    QVERIFY(!book.setPauses({{"plain", "paused by ops"}}));
    QVERIFY(!book.isEmpty());
    const Set touching({row(T::Owners, 1), row(T::Plain, 7)});
    const auto blocker = book.blockerOf(touching.view(), m_catalog);
    QVERIFY(blocker && blocker->letter == kNoSequence);
    QCOMPARE(blocker->reason(), std::string("paused by ops"));
    QVERIFY(!waits(book, Set({row(T::Owners, 1)})));
    book.hold(touching.view(), m_catalog, *blocker);
    book.countHeld(*blocker);
    QVERIFY(waits(book, Set({row(T::Owners, 1)})));  // behind it
    QVERIFY(!waits(book, Set({row(T::Owners, 2)})));
    QVERIFY(book.state().firstBlocker == kNoSequence);  // there is no letter to decide about
    QCOMPARE(book.state().held, std::uint64_t{1});
    QCOMPARE(book.state().pauses.size(), std::size_t{1});
    QCOMPARE(book.state().pauses.front().held, std::uint64_t{1});
  }

  /// Otherwise something would pass what was held meanwhile.
  void liftedPauseHoldsUntilAReviewBegins() {
    HoldBook book({});
    QVERIFY(!book.setPauses({{"plain", "one"}, {"owners", "two"}}));
    QVERIFY(book.setPauses({{"owners", "two"}}));
    QVERIFY(waits(book, Set({row(T::Plain, 1)})));
    book.clear();
    QVERIFY(!waits(book, Set({row(T::Plain, 1)})));
    QVERIFY(waits(book, Set({row(T::Owners, 1)})));
    QVERIFY(!book.setPauses({{"owners", "three"}}));  // said anew, not lifted
    QCOMPARE(book.blockerOf(Set({row(T::Owners, 1)}).view(), m_catalog)->reason(),
             std::string("three"));
    QVERIFY(book.setPauses({}));
    QVERIFY(!book.setPauses({{"owners", "again"}}));
    book.clear();
    QVERIFY(waits(book, Set({row(T::Owners, 1)})));
  }

  /// A million rows of a paused table must not hold the tables beside it.
  void rowsOfAPausedTableFillNothing() {
    HoldBook book({}, 3);
    (void)book.setPauses({{"plain", "paused"}});
    for (std::int64_t key = 1; key <= 100; ++key) {
      const Set set({row(T::Plain, key)});
      book.hold(set.view(), m_catalog, *book.blockerOf(set.view(), m_catalog));
    }
    QCOMPARE(book.keyCount(), std::size_t{0});
    QVERIFY(!waits(book, Set({row(T::Owners, 1)})));
  }

  void pauseOfATableThatIsGoneHoldsNothing() {
    HoldBook book({});
    (void)book.setPauses({{"never_was", "paused"}});
    QVERIFY(!waits(book, Set({row(T::Plain, 1)})));
  }

  /// slots name players, players name nobody: what a pause of one keeps away, the other may miss.
  void refusalMayComeOfAPauseThatForeignKeysReach() {
    HoldBook book({});
    const Set slot({row(T::Slots, 1)});
    QVERIFY(!book.pauseBehindRefusal(slot.view(), m_catalog));
    (void)book.setPauses({{"players", "paused"}});
    const bool isJoined = book.pauseBehindRefusal(slot.view(), m_catalog).has_value();
    QVERIFY(isJoined);
    QVERIFY(!waits(book, slot));  // it is tried
    QVERIFY(!book.pauseBehindRefusal(Set({row(T::Plain, 1)}).view(), m_catalog));
  }

  /// Deleting an owner deletes his pets; to change him does nothing to them.
  void changeThatReachesAPausedTableByAnActionWaits() {
    HoldBook book({});
    (void)book.setPauses({{"pets", "paused"}});
    QVERIFY(waits(book, Set({{T::Owners, Operation::Delete, {Value::integer(1)}, {}, {}}})));
    QVERIFY(!waits(book, Set({row(T::Owners, 1)})));
    QVERIFY(!waits(book, Set({{T::Players, Operation::Delete, {Value::integer(1)}, {}, {}}})));
  }

  void whatIsAddedHoldsAsIfItHadBeenToldAtOnce() {
    HoldBook book({});
    HoldBook later({});
    book.hold(Set({row(T::Plain, 1)}).view(), m_catalog, kLetter);
    const Blocker other{Sequence{80}, nullptr};
    later.hold(Set({row(T::Plain, 1), row(T::Plain, 2)}, "g").view(), m_catalog, other);
    later.park("nodes", m_catalog, Sequence{81}, "table 'nodes' is parked: why");
    later.countHeld(other);
    book.add(later);
    QVERIFY(book.blockerOf(Set({row(T::Plain, 1)}).view(), m_catalog) == kLetter);
    QVERIFY(book.blockerOf(Set({row(T::Plain, 2)}).view(), m_catalog) == other);
    QVERIFY(waits(book, Set({row(T::Owners, 1)}, "g")) && waits(book, Set({row(T::Nodes, 4)})));
    QCOMPARE(book.state().held, std::uint64_t{1});
    QVERIFY(book.state().firstBlocker == kLetter.letter && !book.state().parked.empty());
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
