// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <deque>
#include <random>

#include "model/dead_letter.h"
#include "queue/lanes.h"
#include "queue/window.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::string changeSet(std::int64_t key, std::size_t textBytes = 0) {
  return encode({TestChange{TestTable::Plain,
                            Operation::Upsert,
                            {Value::integer(key)},
                            {{1, Value::text(std::string(textBytes, 'x'))}},
                            {}}});
}

QueuedRecord record(std::uint32_t index, std::string_view payload) {
  return {makeSequence(1, index), EntryKind::ChangeSet, payload, schemaOfEverything(), {}};
}

}  // namespace

class TestWindow : public QObject {
  Q_OBJECT

 private slots:
  void memoryIsBoundedAndFreedOnlyWhenSettled() {
    Window window(4096);
    std::uint32_t pushed = 0;
    while (window.hasRoom()) QVERIFY(push(window, ++pushed).isOk());
    QVERIFY(window.load().bytes < 4096 + 1024);
    Chunk chunk;
    window.take({1000, 1 << 20, std::nullopt}, chunk);
    QCOMPARE(chunk.entries.size(), std::size_t{pushed});
    QVERIFY(window.isEmpty());
    QVERIFY(!window.hasRoom());
    window.complete(chunk);
    QCOMPARE(window.load().bytes, 0u);
    window.checkInvariants();
  }

  void decisionAboutALetterBringsItsChangeSet() {
    Window window(1 << 20);
    const std::string bytes = changeSet(7);
    std::string order;
    LetterOrder{LetterAction::Retry, "s", "j", Sequence{9}, "ada", bytes}.encodeTo(order);
    QueuedRecord retry = record(1, order);
    retry.kind = EntryKind::LetterRetry;
    QVERIFY(window.push(retry).isOk());
    LetterOrder{LetterAction::Discard, "s", "j", Sequence{9}, "ada", {}}.encodeTo(order);
    QueuedRecord discard = record(2, order);
    discard.kind = EntryKind::LetterRetry;  // what it is, the record itself tells
    QVERIFY(window.push(discard).isOk());
    const QueuedRecord broken{
        makeSequence(1, 3), EntryKind::LetterRetry, "?", schemaOfEverything(), {}};
    QVERIFY(!window.push(broken).isOk());
    Chunk chunk;
    window.take({1000, 1 << 20, std::nullopt}, chunk);
    QCOMPARE(chunk.entries.size(), std::size_t{2});
    QCOMPARE(std::string(chunk.entries[0].changeSet.bytes()), bytes);
    QCOMPARE(chunk.changes, std::uint64_t{1});
    QVERIFY(chunk.entries[1].kind == EntryKind::LetterDiscard);
    QVERIFY(chunk.entries[1].changeSet.bytes().empty());
    QVERIFY(LetterOrder::parse(chunk.entries[1].order).isOk());
    window.complete(chunk);
    window.checkInvariants();
  }

  void chunkIsLimitedByRowsBytesAndSequence_data() {
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("upTo");
    QTest::addColumn<int>("taken");
    QTest::newRow("rows") << 3 << 1'000'000 << 0 << 3;
    QTest::newRow("one at least") << 0 << 0 << 0 << 1;
    QTest::newRow("sequence") << 100 << 1'000'000 << 4 << 4;
    QTest::newRow("everything") << 100 << 1'000'000 << 0 << 10;
    QTest::newRow("bytes") << 100 << 500 << 0 << 2;
  }
  void chunkIsLimitedByRowsBytesAndSequence() {
    QFETCH(int, rows);
    QFETCH(int, bytes);
    QFETCH(int, upTo);
    Window window(1 << 20);
    for (std::uint32_t i = 1; i <= 10; ++i) QVERIFY(push(window, i).isOk());
    TakeLimits limits{static_cast<std::size_t>(rows), static_cast<std::uint64_t>(bytes), {}};
    if (upTo > 0) limits.upTo = makeSequence(1, static_cast<std::uint32_t>(upTo));
    Chunk chunk;
    window.take(limits, chunk);
    QTEST(static_cast<int>(chunk.entries.size()), "taken");
    QVERIFY(chunk.first() == makeSequence(1, 1));
    window.complete(chunk);
  }

  void entriesKeepTheirBytesWhateverIsPushedAndCompletedMeanwhile() {
    std::mt19937 random(3);
    Window window(1 << 20);
    std::deque<Chunk> taken;
    std::uint32_t pushed = 0;
    for (int step = 0; step < 20'000; ++step) {
      const auto what = random() % 4;
      if (what < 2 && window.hasRoom()) QVERIFY(push(window, ++pushed, random() % 2000).isOk());
      if (what == 2 && !window.isEmpty()) {
        window.take({1 + random() % 20, 1 << 16, std::nullopt}, taken.emplace_back());
      }
      if (what == 3 && !taken.empty()) {
        const std::size_t which = random() % taken.size();
        QVERIFY(isIntact(taken[which]));
        window.complete(taken[which]);
        taken.erase(taken.begin() + static_cast<std::ptrdiff_t>(which));
      }
      if (step % 100 == 0) window.checkInvariants();
    }
    QVERIFY(pushed > 1000);
  }

  void changedCatalogEndsAChunk() {
    Window window(1 << 20);
    const std::string bytes = changeSet(1);
    QueuedRecord second = record(2, bytes);
    second.catalog = std::make_shared<Catalog>(*schemaOfEverything());
    QVERIFY(window.push(record(1, bytes)).isOk());
    QVERIFY(window.push(second).isOk());
    Chunk chunk;
    window.take({100, 1 << 20, std::nullopt}, chunk);
    QCOMPARE(chunk.entries.size(), std::size_t{1});
    QVERIFY(chunk.catalog == schemaOfEverything());
  }

  void damagedRecordIsAnErrorAndLeavesNothing() {
    Window window(1 << 20);
    QVERIFY(!window.push(record(1, "not a change set")).isOk());
    QVERIFY(window.isEmpty());
    QCOMPARE(window.load().bytes, 0u);
    window.checkInvariants();
  }

  void oneLaneGivesTurnsInTheOrderOfTickets() {
    Lanes lanes(makeSequence(1, 5));
    QVERIFY(lanes.mayCommit(Ticket{1}));
    QVERIFY(!lanes.mayCommit(Ticket{2}));
    const auto steps = lanes.stepsTo(makeSequence(1, 9));
    QCOMPARE(steps.size(), std::size_t{1});
    QVERIFY(steps[0].expected == makeSequence(1, 5));
    lanes.settle(steps);
    QVERIFY(lanes.settled() == makeSequence(1, 9));
    QVERIFY(lanes.mayCommit(Ticket{1}));
    lanes.release(Ticket{1});
    QVERIFY(lanes.mayCommit(Ticket{2}));
  }

 private:
  static Status push(Window& window, std::uint32_t index, std::size_t textBytes = 0) {
    return window.push(record(index, changeSet(index, textBytes)));
  }
  static bool isIntact(const Chunk& chunk) {
    for (const WindowEntry& entry : chunk.entries) {
      auto changes = entry.changeSet.changes();
      const auto change = changes.next();
      ValueCursor key(change->keyBytes);
      if (key.next().asInteger() != indexOf(entry.sequence)) return false;
    }
    return true;
  }
};

PENSTOCK_TEST(TestWindow)

}  // namespace penstock::test

#include "tst_window.moc"
