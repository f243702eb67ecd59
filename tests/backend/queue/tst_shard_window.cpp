// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "model/dead_letter.h"
#include "queue/shard_window.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr TakeLimits kNoLimits{1'000'000, 1u << 30, std::nullopt};

/// Rows alone.
void touchRows(const ChangeSetView& changeSet, const CatalogPointer&, std::vector<Touch>& to) {
  for (auto changes = changeSet.changes(); const auto change = changes.next();) {
    to.push_back({static_cast<std::uint64_t>(change->rowHash()), TouchMode::Alone});
  }
}

std::string groupIn(std::uint32_t shard) {
  for (int i = 0;; ++i) {
    std::string group = "group " + std::to_string(i);
    if (shardOf(hashGroup(group)) == Shard{shard}) return group;
  }
}

std::string textOf(const Chunk& chunk) {
  std::string text;
  for (const WindowEntry& entry : chunk.entries) {
    text += std::to_string(toNumber(entry.sequence)) + " ";
  }
  return text;
}

/// A window with a hand on it: sequences from 1, rows of `plain`.
struct Hand {
  explicit Hand(std::vector<ShardMark> atStart = {})
      : window(1 << 20, ShardCheckpoints(atStart), touchRows) {}

  void push(std::uint32_t shard, const std::vector<std::int64_t>& rows) {
    std::vector<TestChange> changes;
    for (const std::int64_t row : rows) {
      changes.push_back({TestTable::Plain, Operation::Upsert, {Value::integer(row)}, {}, {}});
    }
    const std::string group = groupIn(shard);
    ChangeSetWriter::Header header;
    header.group = group;
    pushRecord(EntryKind::ChangeSet, encode(changes, header));
  }
  void pushDecision() {
    std::string bytes;
    LetterOrder{LetterAction::Discard, "s", "j", Sequence{9}, "ada", {}}.encodeTo(bytes);
    pushRecord(EntryKind::LetterRetry, bytes);
  }
  void pushRecord(EntryKind kind, const std::string& bytes) {
    CHECK(window.push({Sequence{++last}, kind, bytes, catalog, {}}).isOk());
    window.checkInvariants();
  }
  std::string take(Chunk& chunk, std::uint32_t lanes = 1, TakeLimits limits = kNoLimits) {
    const bool taken = window.take(limits, lanes, chunk);
    CHECK(taken == !chunk.entries.empty());
    window.checkInvariants();
    return textOf(chunk);
  }
  void settle(Chunk& chunk) {
    window.settle(chunk.entries);
    window.complete(chunk);
    window.checkInvariants();
  }

  CatalogPointer catalog = schemaOfEverything();
  ShardWindow window;
  std::uint64_t last = 0;
};

}  // namespace

class TestShardWindow : public QObject {
  Q_OBJECT

 private slots:
  void littleGoesInOneChunkInJournalOrder() {
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    hand.push(1, {3});
    Chunk chunk;
    QCOMPARE(hand.take(chunk, 4), std::string("1 2 3 "));
    hand.settle(chunk);
    QVERIFY(hand.window.settled() == Sequence{3});
    QCOMPARE(hand.window.load().bytes, std::uint64_t{0});
  }

  void muchIsSharedOutByShards() {
    Hand hand;
    for (std::uint32_t i = 0; i < 1280; ++i) hand.push(1 + i % 64, {i});
    Chunk chunks[5];
    for (int i = 0; i < 4; ++i) {
      (void)hand.take(chunks[i], 4, {400, 1 << 20, std::nullopt});
      QCOMPARE(chunks[i].entries.size(), std::size_t{320});
    }
    QCOMPARE(hand.take(chunks[4], 4), std::string());
  }

  /// Each shard alone would end at the row that all of them touch.
  void shardsThatWaitForOneAnotherGoTogether() {
    Hand hand;
    std::string expected;
    for (std::uint32_t i = 0; i < 1280; ++i) {
      const bool isShared = i % 10 == 0;
      hand.push(1 + i % 64,
                isShared ? std::vector<std::int64_t>{i, 99'999} : std::vector<std::int64_t>{i});
      if (i < 200) expected += std::to_string(i + 1) + " ";
    }
    Chunk chunk;
    const std::string taken = hand.take(chunk, 4, {400, 1 << 20, std::nullopt});
    QVERIFY2(chunk.changes > 380, taken.c_str());
    QVERIFY2(taken.starts_with(expected), taken.c_str());
    Chunk other;
    QCOMPARE(hand.take(other, 4, {400, 1 << 20, std::nullopt}), std::string());
    hand.settle(chunk);
    QVERIFY(!hand.take(other, 4, {400, 1 << 20, std::nullopt}).empty());
  }

  void shardIsInOneChunkAtATime() {
    Hand hand;
    hand.push(1, {1});
    Chunk one;
    QCOMPARE(hand.take(one), std::string("1 "));
    hand.push(1, {2});
    hand.push(2, {3});
    Chunk other;
    QCOMPARE(hand.take(other), std::string("3 "));
    hand.settle(one);
    QVERIFY(hand.window.settled() == Sequence{1});
    QCOMPARE(hand.take(one), std::string("2 "));
    hand.settle(other);
    QVERIFY(hand.window.settled() == Sequence{1});
    hand.settle(one);
    QVERIFY(hand.window.settled() == Sequence{3});
  }

  void itIsToldWhatEachShardWaitsFor() {
    using WaitsFor = ShardLoad::WaitsFor;
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    Chunk one;
    QCOMPARE(hand.take(one), std::string("1 2 "));
    hand.push(1, {3});     // 3: its shard is in a commit
    hand.push(3, {2});     // 4: the row of sequence 2
    hand.push(4, {4});     // 5: nothing
    hand.push(5, {4, 5});  // 6: the row of sequence 5
    hand.push(5, {6});     // 7
    const std::vector<ShardLoad> loads = hand.window.shards();
    QCOMPARE(loads.size(), std::size_t{kShardCount + 1});
    QVERIFY(loads[1].waitsFor == WaitsFor::OwnCommit);
    QCOMPARE(loads[1].inFlight, std::uint64_t{1});
    QCOMPARE(loads[1].waiting, std::uint64_t{1});
    QCOMPARE(loads[2].waiting, std::uint64_t{0});
    QVERIFY(loads[2].arrived.has_value());
    QVERIFY(loads[3].waitsFor == WaitsFor::Entry);
    QVERIFY(loads[3].behind == Sequence{2} && loads[3].behindIn == Shard{2});
    QVERIFY(loads[3].isBehindInFlight && !loads[5].isBehindInFlight);
    QVERIFY(loads[4].waitsFor == WaitsFor::Nothing);
    QVERIFY(loads[5].waitsFor == WaitsFor::Entry);
    QVERIFY(loads[5].behind == Sequence{5} && loads[5].behindIn == Shard{4});
    QCOMPARE(loads[5].waiting, std::uint64_t{2});
    QVERIFY(loads[6].waitsFor == WaitsFor::Nothing && !loads[6].arrived);
    hand.settle(one);
    const std::vector<ShardLoad> after = hand.window.shards();
    QVERIFY(after[1].waitsFor == WaitsFor::Nothing && after[3].waitsFor == WaitsFor::Nothing);
    QVERIFY(after[5].waitsFor == WaitsFor::Entry);
    QCOMPARE(after[2].inFlight, std::uint64_t{0});
  }

  void itIsToldWhoWaitsForEverythingAndForADecision() {
    using WaitsFor = ShardLoad::WaitsFor;
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    Chunk chunk;
    QCOMPARE(hand.take(chunk), std::string("1 2 "));
    hand.window.giveBack(chunk, 1, ShardWindow::Again::WhenFirst);
    hand.pushDecision();
    hand.push(3, {3});
    std::vector<ShardLoad> loads = hand.window.shards();
    QVERIFY(loads[2].waitsFor == WaitsFor::Everything);
    QVERIFY(loads[2].behind == Sequence{1} && loads[2].behindIn == Shard{1});
    QVERIFY(loads[0].waitsFor == WaitsFor::Everything && loads[0].behind == Sequence{1});
    QVERIFY(loads[3].waitsFor == WaitsFor::Decision && loads[3].behind == Sequence{3});
    hand.settle(chunk);
    QCOMPARE(hand.take(chunk), std::string("2 "));
    hand.settle(chunk);
    loads = hand.window.shards();
    QVERIFY(loads[0].waitsFor == WaitsFor::Nothing && loads[0].waiting == 1);
    QCOMPARE(hand.take(chunk), std::string("3 "));
    loads = hand.window.shards();
    QVERIFY(loads[3].waitsFor == WaitsFor::Decision && loads[0].inFlight == 1);
    hand.settle(chunk);
    QVERIFY(hand.window.shards()[3].waitsFor == WaitsFor::Nothing);
  }

  void aLookAtALongWindowEnds() {
    Hand hand;
    hand.push(1, {0});
    Chunk first;
    QCOMPARE(hand.take(first), std::string("1 "));
    for (std::uint32_t i = 1; i <= 30'000; ++i) {
      std::vector<TestChange> changes{
          {TestTable::Plain, Operation::Upsert, {Value::integer(i)}, {}, {}}};
      ChangeSetWriter::Header header;
      header.group = "one";
      CHECK(hand.window
                .push({Sequence{++hand.last},
                       EntryKind::ChangeSet,
                       encode(changes, header),
                       hand.catalog,
                       {}})
                .isOk());
    }
    const std::uint32_t shard = static_cast<std::uint32_t>(toIndex(shardOf(hashGroup("one"))));
    const std::uint32_t other = shard % kShardCount + 1;
    hand.push(other, {30'000});
    const ShardLoad load = hand.window.shards()[other];
    QVERIFY(load.waitsFor == ShardLoad::WaitsFor::Entry);
    QVERIFY(load.behind == kNoSequence);  // it stands too far back
  }

  void shardIsFreeWhenWhatWasTakenOfItIsSettled() {
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    Chunk one;
    QCOMPARE(hand.take(one), std::string("1 2 "));
    hand.push(1, {3});
    hand.window.settle(std::span(one.entries).first(1));
    Chunk other;
    QCOMPARE(hand.take(other), std::string("3 "));
  }

  void sameRowWaitsWhateverTheGroup() {
    Hand hand;
    hand.push(1, {7});
    Chunk one;
    QCOMPARE(hand.take(one), std::string("1 "));
    hand.push(2, {8, 7});
    hand.push(2, {9});  // behind it in its group
    hand.push(3, {8});  // behind it by a row
    hand.push(4, {10});
    Chunk other;
    QCOMPARE(hand.take(other), std::string("5 "));
    hand.settle(one);
    QCOMPARE(hand.take(one), std::string("2 3 4 "));  // together
  }

  void decisionOfAnOperatorIsABarrier() {
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    Chunk one;
    QCOMPARE(hand.take(one, 1, {1, 1 << 20, std::nullopt}), std::string("1 "));
    hand.pushDecision();
    hand.push(3, {3});
    Chunk other;
    QCOMPARE(hand.take(other), std::string("2 "));
    hand.settle(other);
    QCOMPARE(hand.take(other), std::string());
    hand.settle(one);
    QCOMPARE(hand.take(one), std::string("3 "));
    QCOMPARE(hand.take(other), std::string());
    hand.settle(one);
    QCOMPARE(hand.take(one), std::string("4 "));
  }

  /// What follows from it (held letters that may go) belongs to it.
  void nothingPassesADecisionBeforeItsChunkIsCompleted() {
    Hand hand;
    hand.pushDecision();
    hand.push(1, {1});
    Chunk one;
    Chunk other;
    QCOMPARE(hand.take(one), std::string("1 "));
    hand.window.settle(one.entries);
    QVERIFY(hand.window.settled() == Sequence{1});
    QCOMPARE(hand.take(other), std::string());
    hand.window.complete(one);
    QCOMPARE(hand.take(other), std::string("2 "));
  }

  void anotherCatalogWaitsForAllOfTheOneBefore() {
    Hand hand;
    hand.push(1, {1});
    hand.catalog = std::make_shared<Catalog>(*schemaOfEverything());
    hand.push(2, {2});
    hand.push(3, {3});
    Chunk one;
    Chunk other;
    QCOMPARE(hand.take(one), std::string("1 "));
    QCOMPARE(hand.take(other), std::string());
    hand.settle(one);
    QCOMPARE(hand.take(one), std::string("2 3 "));
    QVERIFY(one.catalog == hand.catalog);
  }

  void whatIsGivenBackIsTakenAgainInOrder() {
    Hand hand;
    for (std::uint32_t i = 1; i <= 4; ++i) hand.push(1, {i});
    Chunk chunk;
    QCOMPARE(hand.take(chunk), std::string("1 2 3 4 "));
    hand.window.settle(std::span(chunk.entries).first(1));
    hand.window.giveBack(chunk, 1, ShardWindow::Again::Anytime);
    hand.window.complete(chunk);
    hand.window.checkInvariants();
    QCOMPARE(hand.take(chunk), std::string("2 3 4 "));
  }

  void whatWasRefusedIsTakenAloneAsTheFirst() {
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    hand.push(3, {3});
    Chunk one;
    Chunk other;
    QCOMPARE(hand.take(one, 1, {1, 1 << 20, std::nullopt}), std::string("1 "));
    QCOMPARE(hand.take(other), std::string("2 3 "));
    QVERIFY(!hand.window.isFirst(Sequence{2}));
    hand.window.giveBack(other, 0, ShardWindow::Again::WhenFirst);
    hand.window.complete(other);
    QCOMPARE(hand.take(other), std::string("3 "));
    hand.settle(other);
    QCOMPARE(hand.take(other), std::string());
    hand.settle(one);
    QVERIFY(hand.window.isFirst(Sequence{2}));
    QCOMPARE(hand.take(one), std::string("2 "));
  }

  void nothingBehindAFlushIsTaken() {
    Hand hand;
    hand.push(1, {1});
    hand.push(2, {2});
    hand.push(3, {3});
    Chunk chunk;
    QCOMPARE(hand.take(chunk, 1, {100, 1 << 20, Sequence{2}}), std::string("1 2 "));
    QVERIFY(hand.window.load().firstWaiting == Sequence{3});
  }

  void restartSkipsWhatItsShardHasSettled() {
    Hand hand({{kAllShards, Sequence{1}}, {Shard{2}, Sequence{4}}});
    hand.last = 1;
    hand.push(1, {1});
    hand.push(2, {1});
    hand.push(2, {2});
    hand.push(2, {2});
    Chunk chunk;
    QCOMPARE(hand.take(chunk), std::string("2 5 "));
    hand.settle(chunk);
    QVERIFY(hand.window.settled() == Sequence{5});
  }

  void whatIsNeededToKeepOrderCountsAsMemory() {
    Hand hand;
    hand.push(1, {1});
    const std::uint64_t ofOne = hand.window.load().bytes;
    hand.push(1, {2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    QVERIFY(hand.window.load().bytes > ofOne + 10 * 100);
    Chunk chunk;
    (void)hand.take(chunk);
    hand.settle(chunk);
    QCOMPARE(hand.window.load().bytes, std::uint64_t{0});
  }

  void settledWithSaysWhatACommitWillSettle() {
    Hand hand;
    for (std::uint32_t i = 1; i <= 5; ++i) hand.push(i, {i});
    Chunk one;
    Chunk other;
    QCOMPARE(hand.take(one, 64, {2, 1 << 20, std::nullopt}), std::string("1 "));
    QCOMPARE(hand.take(other), std::string("2 3 4 5 "));
    QVERIFY(hand.window.settledWith(one.entries) == Sequence{1});
    QVERIFY(hand.window.settledWith(other.entries) == kNoSequence);
    hand.window.settle(std::span(other.entries).first(3));
    QVERIFY(hand.window.settledWith(one.entries) == Sequence{4});
  }
};

PENSTOCK_TEST(TestShardWindow)

}  // namespace penstock::test

#include "tst_shard_window.moc"
