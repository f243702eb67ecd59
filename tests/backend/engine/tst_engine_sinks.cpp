// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::string>;

SubmitOptions persisted(std::uint64_t token) {
  SubmitOptions options;
  options.notifyAt = AckLevel::Persisted;
  options.token = AckToken{token};
  return options;
}

void addSome(EngineRig& rig, int count) {
  for (std::int64_t id = 0; id < count; ++id) QVERIFY(rig.add(id).status.isOk());
}

CommandAnswer failOver(EngineRig& rig, const std::string& to,
                       std::optional<std::uint32_t> deadlineMs = std::nullopt) {
  Command command;
  command.kind = CommandKind::FailOver;
  command.sink = to;
  command.deadlineMs = deadlineMs;
  return rig.command(command);
}

std::string sum(EngineRig& rig, std::size_t sink) {
  return rig.rows("SELECT coalesce(sum(n), 0) FROM people", sink).front();
}

}  // namespace

/// A whole engine with several sinks: a primary, a standby, a mirror.
class TestEngineSinks : public QObject {
  Q_OBJECT

 private slots:
  void allOfThemGetEverything() {
    EngineRig rig;
    rig.addSink("standby", "standby");
    rig.addSink("copy", "mirror");
    QVERIFY(rig.start().isOk());
    addSome(rig, 100);
    QVERIFY(rig.waitSettled().isOk());
    for (std::size_t sink = 0; sink < 3; ++sink) QTRY_COMPARE(sum(rig, sink), std::string("100"));
    const SnapshotPointer seen = rig.sample();
    QCOMPARE(seen->sinks.size(), std::size_t{3});
    QCOMPARE(seen->sinks[1].role, std::string("standby"));
    QCOMPARE(seen->sinks[2].role, std::string("mirror"));
  }

  void eachOfThemShowsItsOwnQueue() {
    EngineRig rig;
    rig.addSink("copy", "mirror");
    QVERIFY(rig.start().isOk());
    Command pause;
    pause.kind = CommandKind::Pause;
    pause.sink = "copy";
    QVERIFY(rig.command(pause).stage == CommandStage::InEffect);
    addSome(rig, 3);
    QVERIFY(rig.waitSettled().isOk());
    BrowseRequest request;
    QVERIFY(rig.engine().browse(request).rows.empty());
    request.sink = "copy";
    QCOMPARE(rig.engine().browse(request).rows.size(), std::size_t{3});
    request.sink = "nobody";
    QVERIFY(rig.engine().browse(request).status.code() == StatusCode::NotFound);
  }

  void tablesAreMadeInAllThatUnderstandTheSame() {
    EngineRig rig;
    rig.addSink("standby", "standby");
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.engine().runSchema("CREATE TABLE pets(id INTEGER PRIMARY KEY)").isOk());
    for (std::size_t sink = 0; sink < 2; ++sink) {
      QCOMPARE(rig.rows("SELECT count(*) FROM pets", sink), (Rows{"0"}));
    }
  }

  void tableGoesToTheSinksThatItNames() {
    EngineRig rig;
    rig.addSink("copy", "mirror");
    TablePolicy people;
    people.name = "people";
    people.sinks = {"copy"};
    rig.options.tables.push_back(people);
    QVERIFY(rig.start().isOk());
    addSome(rig, 10);
    QVERIFY(rig.waitSettled().isOk());
    QTRY_COMPARE(sum(rig, 1), std::string("10"));
    QCOMPARE(sum(rig, 0), std::string("0"));
    QCOMPARE(rig.sample()->sinks.front().deadLettersTotal, 0u);
  }

  void primaryAloneIsWaitedFor() {
    EngineRig rig;
    rig.addSink("copy", "mirror");
    rig.gate("copy").close();
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1, persisted(1)).status.isOk());
    QVERIFY(rig.acks().waitFor(AckToken{1}).status.isOk());
    QCOMPARE(sum(rig, 1), std::string("0"));
    rig.gate("copy").open();
    QTRY_COMPARE(sum(rig, 1), std::string("1"));
  }

  void mirrorThatWasAwayCatchesUpFromItsOwnCheckpoint() {
    EngineRig rig;
    rig.options.journal.retain = 0s;
    rig.addSink("copy", "mirror");
    QVERIFY(rig.start().isOk());
    addSome(rig, 10);
    QTRY_COMPARE(sum(rig, 1), std::string("10"));
    rig.gate("copy").failWith(CommitOutcome::Transient);
    for (int start = 0; start < 3; ++start) {
      addSome(rig, 10);
      QVERIFY(rig.waitSettled().isOk());
      rig.end();
      QVERIFY(rig.start().isOk());
    }
    QCOMPARE(sum(rig, 0), std::string("40"));
    QCOMPARE(sum(rig, 1), std::string("10"));
    rig.gate("copy").failWith(CommitOutcome::Committed);
    QTRY_COMPARE(sum(rig, 1), std::string("40"));
  }

  void whoIsFurtherBehindThanItMayBeIsDetachedAndTheJournalGoesOn() {
    EngineRig rig;
    rig.options.journal.retain = 0s;
    rig.addSink("copy", "mirror");
    rig.options.sinks[1].maxLag.bytes = 1'000;
    QVERIFY(rig.start().isOk());
    addSome(rig, 10);
    QTRY_COMPARE(sum(rig, 1), std::string("10"));
    rig.gate("copy").failWith(CommitOutcome::Transient);
    addSome(rig, 100);
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    QVERIFY(rig.start().isOk());  // what it lacks lies in a segment that is closed now
    const auto copy = [&rig] { return rig.sample()->sinks[1]; };
    QTRY_VERIFY_WITH_TIMEOUT(copy().state == SinkState::Stopped, 60'000);
    QVERIFY2(copy().stateReason.starts_with("needs reseeding"), copy().stateReason.c_str());
    QVERIFY(rig.sample()->sinks[0].state != SinkState::Stopped);
    QVERIFY(rig.add(1).status.isOk());  // the primary goes on
    QVERIFY(rig.waitSettled().isOk());
    const auto gap = [&] {
      rig.end();
      return rig.start().isOk() && copy().stateReason.starts_with("gap: ");
    };
    QTRY_VERIFY(gap());  // once what was passed is retired
    QCOMPARE(sum(rig, 0), std::string("111"));
    QCOMPARE(sum(rig, 1), std::string("10"));
  }

  void eventTableHoldsWhatWasAppliedAndNothingElse() {
    EngineRig rig;
    rig.options.sinks.front().eventTable = "events";
    QVERIFY(rig.start().isOk());
    addSome(rig, 3);
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.add(1).status.isOk());  // folded with the next one, and still two events
    QVERIFY(rig.add(1).status.isOk());
    SubmitOptions submit;
    const std::string twice = person("insert", 2, R"("set":{"name":"again"})");
    QVERIFY(rig.client().submitJson(twice, submit).status.isOk());  // is there
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT count(*), count(DISTINCT sequence) FROM events"), (Rows{"5|5"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM penstock_dead_letter"), (Rows{"1"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM events WHERE at > 1600000000000000"
                      " AND change_set LIKE '%\"table\":\"people\"%'"),
             (Rows{"5"}));
    // What comes by a retry is one then, under the sequence that it always had.
    QVERIFY(rig.rows("DELETE FROM people WHERE id = 2").empty());
    Command retry;
    retry.kind = CommandKind::RetryLetters;
    retry.sink = "primary";
    retry.allLetters = true;
    QVERIFY(rig.command(retry).stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT count(*), count(DISTINCT sequence) FROM events"), (Rows{"6|6"}));
    QCOMPARE(
        rig.rows("SELECT change_set LIKE '%again%' FROM events ORDER BY sequence DESC LIMIT 1"),
        (Rows{"1"}));
  }

  void whoIsBehindAndWithinItsLimitStays() {
    EngineRig rig;
    rig.addSink("copy", "mirror");
    rig.options.sinks[1].maxLag.bytes = 100'000'000;
    rig.gate("copy").setReach(StoreGate::Reach::Away);
    QVERIFY(rig.start().isOk());
    addSome(rig, 10);
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.sample()->sinks[1].state == SinkState::Down);
    rig.gate("copy").setReach(StoreGate::Reach::There);
    QTRY_COMPARE(sum(rig, 1), std::string("10"));
  }

  void standbyBecomesThePrimaryAndStaysItOverRestarts() {
    EngineRig rig;
    rig.addSink("standby", "standby");
    QVERIFY(rig.start().isOk());
    addSome(rig, 50);
    const CommandAnswer answer = failOver(rig, "standby");
    QVERIFY(answer.stage == CommandStage::InEffect);
    QCOMPARE(answer.text, std::string("standby is the primary, primary is a standby"));
    for (int start = 0; start < 2; ++start) {
      const SnapshotPointer seen = rig.sample();
      QCOMPARE(seen->sinks[0].name, std::string("standby"));
      QCOMPARE(seen->sinks[0].role, std::string("primary"));
      QCOMPARE(seen->sinks[1].role, std::string("standby"));
      QCOMPARE(rig.engine().primary().name, std::string("standby"));
      rig.end();
      QVERIFY(rig.start().isOk());
    }
    // The one that was is not waited for any more.
    rig.gate("primary").close();
    QVERIFY(rig.add(1, persisted(1)).status.isOk());
    QVERIFY(rig.acks().waitFor(AckToken{1}).status.isOk());
    QCOMPARE(sum(rig, 1), std::string("51"));
    rig.gate("primary").open();
    QTRY_COMPARE(sum(rig, 0), std::string("51"));
    QVERIFY(failOver(rig, "primary").stage == CommandStage::InEffect);
  }

  void nothingIsAnnouncedUntilTheStandbyHasWhatWasAnnounced() {
    EngineRig rig;
    rig.addSink("standby", "standby");
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QTRY_COMPARE(sum(rig, 1), std::string("1"));
    rig.gate("standby").close();
    addSome(rig, 20);
    QVERIFY(rig.waitSettled().isOk());  // announced
    const CommandAnswer late = failOver(rig, "standby", 50);
    QVERIFY(late.stage == CommandStage::Failed);
    QVERIFY(late.text.ends_with("; primary stays the primary"));

    Command command;
    command.kind = CommandKind::FailOver;
    command.sink = "standby";
    command.who = "ann";
    const CommandId id = rig.link().send(command);
    QTRY_VERIFY(rig.sample() != nullptr);
    QVERIFY(rig.add(7, persisted(7)).status.isOk());
    QTRY_COMPARE(sum(rig, 0), std::string("22"));  // it went on
    QCOMPARE(rig.acks().countOf(AckToken{7}), std::size_t{0});
    rig.gate("standby").open();
    QVERIFY(rig.waitAnswers(id).back().stage == CommandStage::InEffect);
    QVERIFY(rig.acks().waitFor(AckToken{7}).status.isOk());
    QCOMPARE(sum(rig, 1), std::string("22"));
  }

  void onlyAStandbyTakesOver() {
    EngineRig rig;
    rig.addSink("copy", "mirror");
    QVERIFY(rig.start().isOk());
    QCOMPARE(failOver(rig, "copy").text,
             std::string("sink copy is a mirror (only a standby can take over; its role stands in "
                         "the configuration)"));
    QCOMPARE(failOver(rig, "primary").text, std::string("sink primary is the primary already"));
    QCOMPARE(failOver(rig, "paris").text, std::string("there is no sink 'paris'"));
  }

  void primaryThatIsNotConfiguredAnyMoreIsNamed() {
    EngineRig rig;
    rig.addSink("standby", "standby");
    QVERIFY(rig.start().isOk());
    QVERIFY(failOver(rig, "standby").stage == CommandStage::InEffect);
    rig.end();
    rig.options.sinks.pop_back();
    const Status refused = rig.start();
    QVERIFY(refused.code() == StatusCode::NotFound);
    QVERIFY(refused.message().find("sink 'standby' is the primary since a failover") == 0);
  }
};

PENSTOCK_TEST(TestEngineSinks)

}  // namespace penstock::test

#include "tst_engine_sinks.moc"
