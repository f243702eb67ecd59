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

  void itsShardsAreShownWithWhatTheyWaitFor() {
    EngineRig rig;
    rig.lanes = 8;
    QVERIFY(rig.start().isOk());
    addTimes(rig, 2);
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    addTimes(rig, 1);
    BrowseRequest request;
    request.subject = BrowseSubject::Shards;
    const auto waiting = [&] {
      std::uint64_t sum = 0;
      for (const auto& row : rig.engine().browse(request).rows) sum += std::stoull(row[2].text);
      return sum;
    };
    QTRY_COMPARE(waiting(), std::uint64_t{kPeople});
    const BrowsePage page = rig.engine().browse(request);
    QVERIFY(page.status.isOk());
    QVERIFY(page.rows.size() > 10 && page.total == std::int64_t(page.rows.size()));
    QCOMPARE(page.rows.front()[0].text, std::string("all"));
    for (std::size_t i = 1; i < page.rows.size(); ++i) {
      QVERIFY(std::stoull(page.rows[i][1].text) > 0);  // has had work
      if (page.rows[i][2].text == "0") continue;
      QVERIFY2(page.rows[i][5].text == "resume: the sink is paused", page.rows[i][5].text.c_str());
      QVERIFY(page.rows[i][4].kind == PageCell::Kind::Number);
    }
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    rig.gate().close();
    addTimes(rig, 2);
    rig.gate().waitForCommit();
    const auto texts = [&] {
      std::string all;
      for (const auto& row : rig.engine().browse(request).rows) all += row[5].text + "\n";
      return all;
    };
    QTRY_VERIFY(texts().find("its commit") != std::string::npos);
    rig.gate().open();
    QVERIFY(rig.waitSettled().isOk());
    QTRY_COMPARE(waiting(), std::uint64_t{0});
    request.filter = "nothing holds this";
    QVERIFY(rig.engine().browse(request).rows.empty());
    request.sink = "nobody";
    QVERIFY(rig.engine().browse(request).status.code() == StatusCode::NotFound);
  }

  void aSinkWithOneLaneHasNoShardsAndSaysWhy() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    BrowseRequest request;
    request.subject = BrowseSubject::Shards;
    const BrowsePage page = rig.engine().browse(request);
    QVERIFY(page.status.isOk() && page.rows.empty());
    QVERIFY(page.note.starts_with("one lane commits here"));
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
