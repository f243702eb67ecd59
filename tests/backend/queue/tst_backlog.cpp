// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <string>

#include "model/dead_letter.h"
#include "queue/backlog.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr TakeLimits kNoLimits{1'000, 1u << 30, std::nullopt};
constexpr TakeLimits kOneRow{1, 1u << 30, std::nullopt};

void touchNothing(const ChangeSetView&, const CatalogPointer&, std::vector<Touch>&) {}

void push(Backlog& backlog, std::uint64_t sequence, std::int64_t row) {
  const std::string bytes =
      encode({{TestTable::Plain, Operation::Upsert, {Value::integer(row)}, {}, {}}});
  QVERIFY(backlog.push({Sequence{sequence}, EntryKind::ChangeSet, bytes, schemaOfEverything(), {}})
              .isOk());
}

void pushDecision(Backlog& backlog, std::uint64_t sequence) {
  std::string bytes;
  LetterOrder{LetterAction::Discard, "s", "j", Sequence{9}, "ada", {}}.encodeTo(bytes);
  const QueuedRecord record{
      Sequence{sequence}, EntryKind::LetterRetry, bytes, schemaOfEverything(), {}};
  QVERIFY(backlog.push(record).isOk());
}

void settleAll(Backlog& backlog, Chunk& chunk) {
  const CommitPlan plan = backlog.planFor(chunk, chunk.entries);
  backlog.settle(chunk, chunk.entries, plan.steps);
  backlog.complete(chunk);
  backlog.checkInvariants();
}

}  // namespace

class TestBacklog : public QObject {
  Q_OBJECT

 private slots:
  void oneLaneTakesTurns() {
    const auto backlog = makeBacklog(1 << 20, Sequence{7});
    QVERIFY(backlog->settled() == Sequence{7} && backlog->start() == Sequence{7});
    push(*backlog, 8, 1);
    push(*backlog, 9, 2);
    Chunk one;
    Chunk other;
    QVERIFY(backlog->take(kOneRow, 4, one) && backlog->take(kOneRow, 4, other));
    QVERIFY(backlog->mayCommit(one) && !backlog->mayCommit(other));
    const CommitPlan plan = backlog->planFor(one, one.entries);
    QCOMPARE(plan.steps.size(), std::size_t{1});
    QVERIFY(plan.steps[0].shard == kAllShards && plan.steps[0].next == Sequence{8});
    QVERIFY(plan.others.empty() && plan.earlier == Earlier::AllSettled);
    settleAll(*backlog, one);
    QVERIFY(backlog->mayCommit(other));
    settleAll(*backlog, other);
    QVERIFY(backlog->settled() == Sequence{9});
  }

  void oneLaneGivesATurnWithNothingInIt() {
    const auto backlog = makeBacklog(1 << 20, Sequence{7});
    push(*backlog, 8, 1);
    Chunk one;
    QVERIFY(backlog->take(kOneRow, 4, one));
    Chunk nothing;
    backlog->takeNothing(nothing);
    QVERIFY(nothing.entries.empty() && !backlog->mayCommit(nothing));
    settleAll(*backlog, one);
    QVERIFY(backlog->mayCommit(nothing));
    backlog->complete(nothing);
    backlog->checkInvariants();
    QVERIFY(backlog->settled() == Sequence{8});
    QCOMPARE(backlog->load().takenChunks, std::uint64_t{0});
  }

  void severalLanesCommitAtOnceAndKnowWhoIsFirst() {
    const auto backlog = makeShardedBacklog(1 << 20, {}, touchNothing);
    push(*backlog, 1, 1);
    push(*backlog, 2, 2);
    Chunk one;
    Chunk other;
    QVERIFY(backlog->take(kOneRow, 64, one) && backlog->take(kNoLimits, 64, other));
    QVERIFY(backlog->mayCommit(one) && backlog->mayCommit(other));
    QVERIFY(backlog->planFor(one, one.entries).earlier == Earlier::AllSettled);
    QVERIFY(backlog->planFor(other, other.entries).earlier == Earlier::SomePending);
    settleAll(*backlog, other);
    QVERIFY(backlog->settled() == kNoSequence && backlog->start() == kNoSequence);
    const CommitPlan plan = backlog->planFor(one, one.entries);
    QVERIFY(plan.steps.front().shard == kAllShards && plan.steps.front().next == Sequence{2});
    QCOMPARE(plan.others.size(), std::size_t{1});
    settleAll(*backlog, one);
    QVERIFY(backlog->settled() == Sequence{2} && backlog->start() == Sequence{2});
  }

  void whatIsGivenBackFreesItsShardsAndTheCommonCheckpoint() {
    const auto backlog = makeShardedBacklog(1 << 20, {}, touchNothing);
    push(*backlog, 1, 1);
    Chunk chunk;
    QVERIFY(backlog->take(kNoLimits, 2, chunk));
    QCOMPARE(backlog->planFor(chunk, chunk.entries).steps.size(), std::size_t{2});
    backlog->giveBack(chunk, 0, Backlog::Again::Anytime);
    backlog->checkInvariants();
    QVERIFY(backlog->take(kNoLimits, 2, chunk));
    QCOMPARE(backlog->planFor(chunk, chunk.entries).steps.size(), std::size_t{2});
    settleAll(*backlog, chunk);
  }

  /// Or the journal would keep what nobody needs any more, as long as nothing new comes.
  void whatTheLastCommitsDidNotCarryIsCaughtUpWith() {
    const auto backlog = makeShardedBacklog(1 << 20, {}, touchNothing);
    push(*backlog, 1, 1);
    push(*backlog, 2, 2);
    Chunk one;
    Chunk other;
    QVERIFY(backlog->take(kOneRow, 64, one) && backlog->take(kNoLimits, 64, other));
    const CommitPlan first = backlog->planFor(one, one.entries);
    const CommitPlan second = backlog->planFor(other, other.entries);
    backlog->settle(one, one.entries, first.steps);
    backlog->complete(one);
    backlog->settle(other, other.entries, second.steps);
    backlog->complete(other);
    QVERIFY(backlog->settled() == Sequence{2} && backlog->start() == Sequence{1});
    QCOMPARE(backlog->load().waitingRecords, std::uint64_t{1});
    QVERIFY(backlog->take(kNoLimits, 64, one));
    QCOMPARE(backlog->load().waitingRecords, std::uint64_t{0});
    const CommitPlan plan = backlog->planFor(one, one.entries);
    QCOMPARE(plan.steps.size(), std::size_t{1});
    QVERIFY(plan.steps[0].shard == kAllShards && plan.steps[0].next == Sequence{2});
    // Who comes meanwhile need not wait for it, and leaves that checkpoint alone.
    push(*backlog, 3, 1);
    QVERIFY(backlog->take(kNoLimits, 64, other));
    QCOMPARE(backlog->planFor(other, other.entries).steps.size(), std::size_t{1});
    settleAll(*backlog, other);
    pushDecision(*backlog, 4);
    QVERIFY(!backlog->take(kNoLimits, 64, other));  // that needs it
    backlog->settle(one, one.entries, plan.steps);
    backlog->complete(one);
    QVERIFY(backlog->settled() == Sequence{3} && backlog->start() == Sequence{2});
    QVERIFY(backlog->take(kNoLimits, 64, other));
    settleAll(*backlog, other);
    QVERIFY(backlog->start() == Sequence{4});
  }

  void catchingUpIsTriedAgain() {
    const auto backlog = makeShardedBacklog(1 << 20, {}, touchNothing);
    push(*backlog, 1, 1);
    push(*backlog, 2, 2);
    Chunk one;
    Chunk other;
    QVERIFY(backlog->take(kOneRow, 64, one) && backlog->take(kNoLimits, 64, other));
    const CommitPlan first = backlog->planFor(one, one.entries);
    settleAll(*backlog, other);
    backlog->settle(one, one.entries, first.steps);
    backlog->complete(one);
    QVERIFY(backlog->take(kNoLimits, 64, one));
    backlog->giveBack(one, 0, Backlog::Again::Anytime);
    QVERIFY(backlog->take(kNoLimits, 64, one));
    settleAll(*backlog, one);
    QVERIFY(backlog->start() == Sequence{2});
  }

  void releasedLettersMoveNothing() {
    const auto backlog = makeShardedBacklog(1 << 20, {}, touchNothing);
    push(*backlog, 1, 1);
    Chunk chunk;
    QVERIFY(backlog->take(kNoLimits, 2, chunk));
    settleAll(*backlog, chunk);
    Chunk released;
    released.entries.resize(1);
    released.entries[0].sequence = backlog->settled();
    released.entries[0].kind = EntryKind::LetterRelease;
    const CommitPlan plan = backlog->planFor(chunk, released.entries);
    QCOMPARE(plan.steps.size(), std::size_t{1});
    QVERIFY(plan.steps[0].expected == Sequence{1} && plan.steps[0].next == Sequence{1});
    QVERIFY(plan.earlier == Earlier::AllSettled);
    backlog->settle(chunk, released.entries, plan.steps);
    QVERIFY(backlog->settled() == Sequence{1});
  }
};

PENSTOCK_TEST(TestBacklog)

}  // namespace penstock::test

#include "tst_backlog.moc"
