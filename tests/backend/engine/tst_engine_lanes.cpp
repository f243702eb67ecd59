// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::string>;

constexpr std::int64_t kPeople = 40;

/// In as many groups as there are people.
void addTimes(EngineRig& rig, int times) {
  for (int i = 0; i < times; ++i) {
    for (std::int64_t id = 0; id < kPeople; ++id) QVERIFY(rig.add(id).status.isOk());
  }
}

Rows countOf(int times) { return {std::to_string(times * kPeople)}; }

}  // namespace

/// A whole engine whose sink commits on several lanes.
class TestEngineLanes : public QObject {
  Q_OBJECT

 private slots:
  void everyShardHasACheckpointAndNothingHappensTwice() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 10);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(10));
    QCOMPARE(rig.sample()->sinks.front().lanes, 8u);
    const Rows shards = rig.rows("SELECT count(*) FROM penstock_checkpoint WHERE shard > 0");
    QVERIFY(std::stoi(shards.front()) > 10);
  }

  void nextStartSkipsWhatEachShardHasSettled() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    for (int times = 5; times <= 20; times += 5) {
      addTimes(rig, 4);
      rig.gate().failWith(CommitOutcome::Transient);
      addTimes(rig, 1);
      rig.end();  // with some of it in the database
      rig.gate().failWith(CommitOutcome::Committed);
      QVERIFY(rig.start().isOk());
      QVERIFY(rig.waitSettled().isOk());
      QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(times));
    }
  }

  /// The checkpoint for all shards, behind which a restart begins, moves less often than those of
  /// the shards.
  void journalIsKeptFromWhereARestartBegins() {
    EngineRig rig;
    rig.lanes = 8;
    rig.options.journal.retain = 0s;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 5);
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    (void)rig.rows("UPDATE penstock_checkpoint SET sequence = 3 WHERE shard = 0");
    QVERIFY(rig.start().isOk());
    addTimes(rig, 5);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(10));
    // With nothing left to do it follows.
    QTRY_COMPARE(rig.rows("SELECT max(sequence) FROM penstock_checkpoint WHERE shard = 0"),
                 rig.rows("SELECT max(sequence) FROM penstock_checkpoint"));
  }

  void oneLaneDoesNotGoOnWhereSeveralAreAhead() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 2);
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    (void)rig.rows("UPDATE penstock_checkpoint SET sequence = 3 WHERE shard = 0");
    rig.lanes = 1;
    QVERIFY(rig.start().isOk());
    const SinkSnapshot sink = rig.sample()->sinks.front();
    QVERIFY(sink.state == SinkState::Stopped);
    QVERIFY(sink.stateReason.starts_with("several lanes have written to this database up to "));
    QVERIFY(sink.stateReason.ends_with(
        "one has to go on behind 3 (start it once more with the driver that it had)"));
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(2));
  }

  void oneLaneGoesOnWhereSeveralHaveAllArrived() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 2);
    QVERIFY(rig.waitSettled().isOk());
    QTRY_COMPARE(rig.rows("SELECT max(sequence) FROM penstock_checkpoint WHERE shard = 0"),
                 rig.rows("SELECT max(sequence) FROM penstock_checkpoint"));
    rig.end();
    rig.lanes = 1;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 1);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(3));
  }

  void tableCannotBePausedByItself() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    Command pause;
    pause.kind = CommandKind::Pause;
    pause.table = "people";
    const CommandAnswer answer = rig.command(pause);
    QVERIFY(answer.stage == CommandStage::Failed);
    QVERIFY(answer.status.message().ends_with("(pause the sink)"));
    addTimes(rig, 1);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(1));
  }

  void pausedFlushedAndResizedWhileTheyRun() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 2);
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    addTimes(rig, 2);
    Command resize;
    resize.kind = CommandKind::Resize;
    for (const int workers : {1, 8, 3}) {
      resize.workers = workers;
      QVERIFY(rig.command(resize).stage == CommandStage::InEffect);
    }
    QVERIFY(rig.command(CommandKind::Flush).stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(4));
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    addTimes(rig, 2);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), countOf(6));
  }
};

PENSTOCK_TEST(TestEngineLanes)

}  // namespace penstock::test

#include "tst_engine_lanes.moc"
