// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "queue/shard_checkpoints.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr Ticket kOne{1};
constexpr Ticket kOther{2};

/// An entry of that shard, without content.
WindowEntry entryOf(std::uint32_t shard, std::uint64_t sequence) {
  static TestEntries made;
  for (std::uint32_t i = 0;; ++i) {
    ChangeSetWriter::Header header;
    const std::string group = "group " + std::to_string(i);
    header.group = group;
    if (shardOf(hashGroup(group)) != Shard{shard}) continue;
    made.pushBytes(encode({{TestTable::Log, Operation::Insert, {}, {}, {}}}, header));
    WindowEntry entry = made.entries().back();
    entry.sequence = Sequence{sequence};
    return entry;
  }
}

WindowEntry letterOrder(std::uint64_t sequence) {
  WindowEntry entry;
  entry.kind = EntryKind::LetterRetry;
  entry.sequence = Sequence{sequence};
  return entry;
}

std::string textOf(const std::vector<ShardStep>& steps) {
  std::string text;
  for (const ShardStep& step : steps) {
    text += std::to_string(toIndex(step.shard)) + ":" + std::to_string(toNumber(step.expected)) +
            ">" + std::to_string(toNumber(step.next)) + " ";
  }
  return text;
}

}  // namespace

class TestShardCheckpoints : public QObject {
  Q_OBJECT

 private slots:
  void everyGroupHasAPartForGood() {
    for (std::uint64_t hash = 0; hash < 200; ++hash) {
      const Shard shard = shardOf(GroupHash{hash});
      QVERIFY(shard != kAllShards && toIndex(shard) <= kShardCount);
    }
    QVERIFY(shardOf(entryOf(7, 1)) == Shard{7});
    QVERIFY(shardOf(letterOrder(1)) == kAllShards);
  }

  void chunkMovesItsShardsAndWhatIsSettledInAll() {
    ShardCheckpoints checkpoints({});
    const std::vector<WindowEntry> entries{entryOf(5, 10), entryOf(2, 11), entryOf(5, 12)};
    const auto steps = checkpoints.stepsFor(kOne, entries, Sequence{12});
    QCOMPARE(textOf(steps), std::string("0:0>12 2:0>11 5:0>12 "));
    checkpoints.settle(kOne, steps);
    QVERIFY(checkpoints.start() == Sequence{12});
    const std::vector<WindowEntry> more{entryOf(5, 20)};
    QCOMPARE(textOf(checkpoints.stepsFor(kOne, more, Sequence{20})),
             std::string("0:12>20 5:12>20 "));
  }

  void oneChunkAtATimeCarriesWhatIsSettledInAll() {
    ShardCheckpoints checkpoints({});
    const std::vector<WindowEntry> one{entryOf(1, 10)};
    const std::vector<WindowEntry> other{entryOf(2, 11)};
    const auto steps = checkpoints.stepsFor(kOne, one, Sequence{10});
    QCOMPARE(textOf(steps), std::string("0:0>10 1:0>10 "));
    QCOMPARE(textOf(checkpoints.stepsFor(kOther, other, Sequence{9})), std::string("2:0>11 "));
    checkpoints.settle(kOne, steps);
    QCOMPARE(textOf(checkpoints.stepsFor(kOther, other, Sequence{11})),
             std::string("0:10>11 2:0>11 "));
    checkpoints.release(kOther);
    const std::vector<WindowEntry> next{entryOf(1, 12)};
    QCOMPARE(textOf(checkpoints.stepsFor(kOne, next, Sequence{11})),
             std::string("0:10>11 1:10>12 "));
  }

  void whatAnOperatorDecidesConcernsAll() {
    ShardCheckpoints checkpoints({});
    const std::vector<WindowEntry> entries{letterOrder(30)};
    const auto steps = checkpoints.stepsFor(kOne, entries, Sequence{30});
    QCOMPARE(textOf(steps), std::string("0:0>30 "));
    checkpoints.settle(kOne, steps);
    // A released letter's place in the journal is settled already: nothing moves.
    QCOMPARE(textOf(checkpoints.stepsFor(kOther, entries, Sequence{30})), std::string("0:30>30 "));
  }

  void restartSkipsWhatItsShardHasSettled() {
    const std::vector<ShardMark> held{
        {kAllShards, Sequence{20}}, {Shard{3}, Sequence{50}}, {Shard{4}, Sequence{10}}};
    const ShardCheckpoints checkpoints(held);
    QVERIFY(checkpoints.start() == Sequence{20});
    QVERIFY(checkpoints.isSettled(Shard{3}, Sequence{50}));
    QVERIFY(!checkpoints.isSettled(Shard{3}, Sequence{51}));
    QVERIFY(checkpoints.isSettled(Shard{4}, Sequence{20}));
    QVERIFY(!checkpoints.isSettled(Shard{4}, Sequence{21}));
    QVERIFY(!checkpoints.isSettled(kAllShards, Sequence{21}));
  }

  void othersMustStandWhereTheyStood() {
    const std::vector<ShardMark> held{
        {kAllShards, Sequence{20}}, {Shard{3}, Sequence{50}}, {Shard{4}, Sequence{10}}};
    ShardCheckpoints checkpoints(held);
    const std::vector<WindowEntry> entries{entryOf(3, 60)};
    const auto steps = checkpoints.stepsFor(kOne, entries, Sequence{20});
    const auto others = checkpoints.othersThan(steps);
    QCOMPARE(others.size(), std::size_t{2});
    QVERIFY(others[0].shard == kAllShards && others[0].settled == Sequence{20});
    QVERIFY(others[1].shard == Shard{4} && others[1].settled == Sequence{10});
  }

  void idleShardsHoldNothingBack() {
    ShardCheckpoints checkpoints({});
    for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) {
      const std::vector<WindowEntry> entries{entryOf(7, sequence)};
      checkpoints.settle(kOne, checkpoints.stepsFor(kOne, entries, Sequence{sequence}));
      QVERIFY(checkpoints.start() == Sequence{sequence});
    }
  }
};

PENSTOCK_TEST(TestShardCheckpoints)

}  // namespace penstock::test

#include "tst_shard_checkpoints.moc"
