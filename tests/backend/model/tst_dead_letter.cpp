// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "model/dead_letter.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

LetterOrder retryOrder() {
  return {LetterAction::Retry, "primary", "0f1e", Sequence{77}, "ada", "the change set"};
}

}  // namespace

class TestDeadLetter : public QObject {
  Q_OBJECT

 private slots:
  void parkedLetterNamesItsTable() {
    DeadLetter letter;
    letter.kind = kLetterParked;
    for (const char* table : {"players", "", "it's", "a b\n"}) {
      letter.reason = parkedReason(table, "no such column: 'x' is parked: y");
      QCOMPARE(std::string(parkedTable(letter)), std::string(table));
    }
    letter.reason = "no such column";
    QVERIFY(parkedTable(letter).empty());
    letter.reason = parkedReason("players", "gone");
    letter.kind = kLetterRefused;
    QVERIFY(parkedTable(letter).empty());
  }

  void orderIsReadAsItWasWritten() {
    std::string bytes = "left over";
    retryOrder().encodeTo(bytes);
    const auto order = LetterOrder::parse(bytes);
    QVERIFY(order.isOk());
    QVERIFY(order->action == LetterAction::Retry);
    QCOMPARE(std::string(order->sink), std::string("primary"));
    QCOMPARE(std::string(order->journal), std::string("0f1e"));
    QVERIFY(order->sequence == Sequence{77});
    QCOMPARE(std::string(order->who), std::string("ada"));
    QCOMPARE(std::string(order->changeSet), std::string("the change set"));
  }

  void orderThatIsCutIsNone() {
    std::string bytes;
    retryOrder().encodeTo(bytes);
    const std::size_t whole = bytes.size() - retryOrder().changeSet.size() + 1;
    for (std::size_t size = 0; size < whole; ++size) {
      const auto order = LetterOrder::parse(std::string_view(bytes).substr(0, size));
      QVERIFY2(order.status().code() == StatusCode::Corrupt, std::to_string(size).c_str());
    }
    bytes[1] = 9;
    QVERIFY(LetterOrder::parse(bytes).status().code() == StatusCode::Corrupt);
    bytes[0] = 2;
    QVERIFY(LetterOrder::parse(bytes).status().code() == StatusCode::Unsupported);
  }

  void onlyARetryCarriesAChangeSet() {
    LetterOrder order = retryOrder();
    std::string bytes;
    order.action = LetterAction::Discard;
    order.encodeTo(bytes);
    QVERIFY(LetterOrder::parse(bytes).status().code() == StatusCode::Corrupt);
    order.changeSet = {};
    order.encodeTo(bytes);
    QVERIFY(LetterOrder::parse(bytes).isOk());
    order.action = LetterAction::Retry;
    order.encodeTo(bytes);
    QVERIFY(LetterOrder::parse(bytes).status().code() == StatusCode::Corrupt);
  }

  void keysAreOrderedBySequenceThenJournal() {
    const LetterKey key{Sequence{5}, "b"};
    QVERIFY((LetterKey{Sequence{4}, "c"}) < key);
    QVERIFY((LetterKey{Sequence{5}, "a"}) < key);
    QVERIFY(key == (LetterKey{Sequence{5}, "b"}));
  }
};

PENSTOCK_TEST(TestDeadLetter)

}  // namespace penstock::test

#include "tst_dead_letter.moc"
