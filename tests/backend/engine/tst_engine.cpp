// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

SubmitOptions notify(std::uint64_t token, AckLevel level) {
  SubmitOptions options;
  options.token = AckToken{token};
  options.notifyAt = level;
  return options;
}

Command commandOf(CommandKind kind, const std::string& sink = {}) {
  Command command;
  command.kind = kind;
  command.sink = sink;
  command.who = "ann";
  return command;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

/// The engine as an operator and an application see it.
class TestEngine : public QObject {
  Q_OBJECT

 private slots:
  void eachLevelIsToldOnceAndNotBeforeItIsReached() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    QVERIFY(rig.add(1, notify(1, AckLevel::Journaled)).status.isOk());
    QVERIFY(rig.add(2, notify(2, AckLevel::Persisted)).status.isOk());
    const Ack accepted = rig.add(3, notify(3, AckLevel::Accepted));
    QVERIFY(accepted.level == AckLevel::Accepted && accepted.sequence != kNoSequence);
    const Ack journaled = rig.acks().waitFor(AckToken{1});
    QVERIFY(journaled.status.isOk() && journaled.level == AckLevel::Journaled);
    rig.gate().waitForCommit();
    QCOMPARE(rig.acks().countOf(AckToken{2}), 0u);
    rig.gate().open();
    const Ack persisted = rig.acks().waitFor(AckToken{2});
    QVERIFY(persisted.status.isOk() && persisted.level == AckLevel::Persisted);
    QVERIFY(!persisted.deadLetter);
    QCOMPARE(rig.rows("SELECT name FROM people WHERE id = 2").size(), 1u);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.acks().countOf(AckToken{1}), 1u);
    QCOMPARE(rig.acks().countOf(AckToken{2}), 1u);
    QCOMPARE(rig.acks().countOf(AckToken{3}), 0u);
  }

  void deadLetterIsToldWithItsReasonAndCanBeRead() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    const Ack good = rig.client().submitJson(person("insert", 1, R"("set":{"name":"a"})"),
                                             notify(1, AckLevel::Persisted));
    const Ack bad = rig.client().submitJson(person("insert", 2, R"("set":{"name":"a"})"),
                                            notify(2, AckLevel::Persisted));
    QVERIFY(good.status.isOk() && bad.status.isOk());
    QVERIFY(!rig.acks().waitFor(AckToken{1}).deadLetter);
    const Ack told = rig.acks().waitFor(AckToken{2});
    QVERIFY(told.deadLetter);
    QVERIFY(told.level == AckLevel::Persisted);
    QVERIFY2(contains(told.status.message(), "name"), told.status.message().c_str());
    BrowseRequest request;
    request.subject = BrowseSubject::DeadLetters;
    const BrowsePage page = rig.engine().browse(request);
    QVERIFY(page.status.isOk());
    QCOMPARE(page.rows.size(), 1u);
    QCOMPARE(page.rows[0][0].text, std::to_string(toNumber(bad.sequence)));
    QVERIFY(contains(page.rows[0].back().text, R"("op":"insert")"));
    const Event* event = rig.lastEvent(EventKind::DeadLetter, "dead letter");
    QVERIFY(event != nullptr && event->severity == Severity::Warning);
    QCOMPARE(event->sink, std::string("primary"));
    QCOMPARE(rig.rows("SELECT id FROM people"), (std::vector<std::string>{"1"}));
  }

  void journaledIsToldAtTheWriteWhenTheJournalIsSyncedAtIntervals() {
    EngineRig rig;
    rig.options.journal.sync = JournalSync::Interval;
    rig.options.journal.syncInterval = 1s;
    QVERIFY(rig.start().isOk());
    const SteadyTime began = systemClock().steadyNow();
    QVERIFY(rig.add(1, notify(1, AckLevel::Journaled)).status.isOk());
    const Ack journaled = rig.acks().waitFor(AckToken{1});
    QVERIFY(journaled.status.isOk() && journaled.level == AckLevel::Journaled);
    QVERIFY(journaled.survives == Survives::ProcessEnd);
    QVERIFY(systemClock().steadyNow() - began < 900ms);
    QVERIFY(rig.add(2, notify(2, AckLevel::Persisted)).status.isOk());
    // Who wants it persisted does not wait for the interval.
    QVERIFY(rig.engine().port().flushAndWait(began + 60s).isOk());
    const Ack persisted = rig.acks().waitFor(AckToken{2});
    QVERIFY(persisted.level == AckLevel::Persisted && persisted.survives == Survives::PowerLoss);
    QVERIFY(systemClock().steadyNow() - began < 900ms);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"2"}));
  }

  void pausedSinkKeepsWhatComesUntilItIsResumed() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    Command pause = commandOf(CommandKind::Pause);
    pause.why = "vacuum";
    QVERIFY(rig.command(pause).stage == CommandStage::InEffect);
    for (std::int64_t id = 1; id <= 10; ++id) QVERIFY(rig.add(id).status.isOk());
    QVERIFY(rig.add(11, notify(11, AckLevel::Journaled)).status.isOk());
    QVERIFY(rig.acks().waitFor(AckToken{11}).status.isOk());
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->state == NodeState::Paused);
    QVERIFY2(contains(sample->stateReason, "ann"), sample->stateReason.c_str());
    QVERIFY2(contains(sample->stateReason, "vacuum"), sample->stateReason.c_str());
    QVERIFY(sample->sinks[0].state == SinkState::Paused);
    QVERIFY(sample->sinks[0].stateSinceMicros > 0);
    QCOMPARE(sample->sinks[0].queueDepth, 11u);
    QVERIFY(rig.rows("SELECT id FROM people").empty());

    const CommandAnswer resumed = rig.command(commandOf(CommandKind::Resume));
    QVERIFY(resumed.stage == CommandStage::InEffect);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"11"}));
    const Event* event = rig.lastEvent(EventKind::Command, "Resume");
    QVERIFY(event != nullptr);
    QCOMPARE(event->who, std::string("ann"));
    QVERIFY(contains(event->oldValue, "ann"));
  }

  void flushPersistsOnceWhatIsJournaledAlsoWhilePaused() {
    EngineRig rig;
    rig.options.sinks.front().flush.linger = 60s;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(commandOf(CommandKind::Pause)).stage == CommandStage::InEffect);
    for (std::int64_t id = 1; id <= 7; ++id) {
      QVERIFY(
          rig.add(id, notify(static_cast<std::uint64_t>(id), AckLevel::Journaled)).status.isOk());
    }
    QVERIFY(rig.acks().waitFor(AckToken{7}).status.isOk());
    const CommandAnswer answer = rig.command(commandOf(CommandKind::Flush));
    QVERIFY(answer.stage == CommandStage::InEffect);
    QCOMPARE(answer.count, 7u);
    QVERIFY(answer.micros > 0);
    QVERIFY2(contains(answer.text, "7 change sets"), answer.text.c_str());
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"7"}));
    QVERIFY(rig.add(8, notify(8, AckLevel::Journaled)).status.isOk());
    QVERIFY(rig.acks().waitFor(AckToken{8}).status.isOk());
    QVERIFY(rig.sample()->sinks[0].state == SinkState::Paused);
    QCOMPARE(rig.sample()->sinks[0].queueDepth, 1u);
  }

  void drainHoldsIntakeUntilEverythingIsPersisted() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    for (std::int64_t id = 1; id <= 5; ++id) {
      QVERIFY(
          rig.add(id, notify(static_cast<std::uint64_t>(id), AckLevel::Journaled)).status.isOk());
    }
    QVERIFY(rig.acks().waitFor(AckToken{5}).status.isOk());
    rig.gate().waitForCommit();
    const CommandId drain = rig.link().send(commandOf(CommandKind::Drain));
    QTRY_VERIFY(rig.link().newest() && rig.link().newest()->state == NodeState::Draining);
    SubmitOptions short30;
    short30.deadline = systemClock().steadyNow() + 30ms;
    const Ack held = rig.add(6, short30);
    QVERIFY(held.status.code() == StatusCode::Deadline);
    QCOMPARE(held.sequence, kNoSequence);
    rig.gate().open();
    const std::vector<CommandAnswer> answers = rig.waitAnswers(drain);
    QVERIFY(answers.front().stage == CommandStage::Acknowledged);
    QVERIFY(answers.back().stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"5"}));
    QVERIFY(rig.add(6).status.isOk());
  }

  void drainedIntakeStaysHeldUntilItIsReleased() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    Command drain = commandOf(CommandKind::Drain);
    drain.afterDrain = Command::AfterDrain::StayHeld;
    QVERIFY(rig.command(drain).stage == CommandStage::InEffect);
    const SnapshotPointer held = rig.sample();
    QCOMPARE(held->sinks[0].queueDepth, 0u);
    QVERIFY(held->state == NodeState::IntakeHeld);
    QVERIFY(contains(held->stateReason, "since the drain by"));
    // A later command that comes to nothing changes nothing.
    QVERIFY(rig.command(commandOf(CommandKind::Drain, "nowhere")).stage == CommandStage::Failed);
    SubmitOptions short30;
    short30.deadline = systemClock().steadyNow() + 30ms;
    QVERIFY(rig.add(2, short30).status.code() == StatusCode::Deadline);
    QVERIFY(rig.command(commandOf(CommandKind::Release)).stage == CommandStage::InEffect);
    QVERIFY(rig.add(2).status.isOk());
  }

  void poolIsResizedWhileItWorks() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    Command resize = commandOf(CommandKind::Resize);
    for (const std::uint32_t workers : {16u, 1u, 64u, 2u}) {
      for (std::int64_t id = 1; id <= 20; ++id) QVERIFY(rig.add(id).status.isOk());
      resize.workers = workers;
      resize.id = CommandId{workers};
      QVERIFY(rig.command(resize).stage == CommandStage::InEffect);
      QCOMPARE(rig.sample()->sinks[0].workers, workers);
    }
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), (std::vector<std::string>{"80"}));
    for (const std::uint32_t workers : {0u, 65u}) {
      resize.workers = workers;
      resize.id = CommandId{1000 + workers};
      const CommandAnswer refused = rig.command(resize);
      QVERIFY(refused.stage == CommandStage::Failed);
      QVERIFY2(contains(refused.text, "64"), refused.text.c_str());
    }
    QCOMPARE(rig.sample()->sinks[0].workers, 2u);
  }

  void workersOfAClosedDatabaseAreNotCalledIdleWhileTheyHoldWork() {
    EngineRig rig;
    rig.options.sinks.front().flush.workers = 3;
    rig.options.sinks.front().flush.batchRows = 1;
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    for (std::int64_t id = 1; id <= 10; ++id) QVERIFY(rig.add(id).status.isOk());
    rig.gate().waitForCommit();
    QTRY_VERIFY(rig.link().newest() && rig.link().newest()->sinks[0].workersIdle == 0);
    const SnapshotPointer sample = rig.link().newest();
    QCOMPARE(sample->sinks[0].workersCommitting, 1u);
    QCOMPARE(sample->sinks[0].workersPreparing, 2u);
    rig.gate().open();
    QVERIFY(rig.waitSettled().isOk());
    QTRY_COMPARE(rig.link().newest()->sinks[0].workersIdle, 3u);
  }

  void outageIsToldOnceAndEndsByItself() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().failWith(CommitOutcome::Transient);
    QVERIFY(rig.add(1).status.isOk());
    QTRY_VERIFY(rig.link().newest() && rig.link().newest()->state == NodeState::SinkDown);
    const SnapshotPointer sample = rig.link().newest();
    QVERIFY(contains(sample->sinks[0].stateReason, "the database is starting"));
    QVERIFY(contains(sample->sinks[0].stateReason, "57P03"));
    QCOMPARE(sample->sinks[0].lastErrorCode, std::string("57P03"));
    QVERIFY(contains(sample->sinks[0].lastError, "the database is starting"));
    QVERIFY(sample->sinks[0].lastErrorMicros > 0);
    QVERIFY(rig.add(2).status.isOk());
    rig.gate().failWith(CommitOutcome::Committed);
    QVERIFY(rig.waitSettled().isOk());
    const Event* over = rig.lastEvent(EventKind::Retry, "works again after ");
    QVERIFY(over != nullptr && contains(over->what, " failures in a row, in trouble for "));
    QCOMPARE(rig.events(EventKind::Retry).size(), 2u);
    QVERIFY(rig.lastEvent(EventKind::SinkState, "circuit open after ") != nullptr);
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), (std::vector<std::string>{"2"}));
    QTRY_VERIFY(rig.link().newest()->state != NodeState::SinkDown);
  }

  void lostFenceStopsTheSinkAndFailsAFlush() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().failWith(CommitOutcome::FenceLost);
    QVERIFY(rig.add(1).status.isOk());
    QTRY_VERIFY(rig.link().newest() && rig.link().newest()->sinks[0].state == SinkState::Stopped);
    const CommandAnswer flush = rig.command(commandOf(CommandKind::Flush));
    QVERIFY(flush.stage == CommandStage::Failed);
    QVERIFY2(contains(flush.text, "another process"), flush.text.c_str());
    QVERIFY(rig.add(2).status.isOk());
    QVERIFY(!rig.waitSettled().isOk());
    const Event* event = rig.lastEvent(EventKind::SinkState, "stopped");
    QVERIFY(event != nullptr && event->severity == Severity::Critical);
  }

  /// Also when its workers gave back what they held, and nothing is in memory.
  void ageOfWhatWaitsForAStoppedSinkIsTold() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().failWith(CommitOutcome::FenceLost);
    QVERIFY(rig.add(1).status.isOk());
    QTRY_VERIFY(rig.sample()->sinks[0].state == SinkState::Stopped);
    QTRY_VERIFY(rig.sample()->sinks[0].oldestAgeMicros >= 1'000'000);
    QVERIFY(rig.sample()->sinks[0].oldestAgeMicros < 30'000'000);
  }

  /// A commit that is not answered is no trouble that anybody told.
  void standstillIsToldAndItsEndToo() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    QVERIFY(rig.add(1).status.isOk());
    QTRY_VERIFY_WITH_TIMEOUT(rig.lastEvent(EventKind::SinkState, "stalled: nothing was persisted"),
                             30'000);
    QVERIFY(rig.lastEvent(EventKind::SinkState, "stalled")->severity == Severity::Critical);
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->state == NodeState::Stalled && sample->sinks[0].stalledMicros > 0);
    QVERIFY2(contains(sample->sinks[0].stateReason, "no commit was answered for"),
             sample->sinks[0].stateReason.c_str());
    rig.gate().open();
    QTRY_VERIFY(rig.lastEvent(EventKind::SinkState, "moves again after") != nullptr);
    QVERIFY(rig.events(EventKind::SinkState).size() == 2);
  }

  void commandSentTwiceIsDoneOnce() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    Command pause = commandOf(CommandKind::Pause);
    pause.id = CommandId{77};
    QVERIFY(rig.command(pause).stage == CommandStage::InEffect);
    QVERIFY(rig.command(commandOf(CommandKind::Resume)).stage == CommandStage::InEffect);
    rig.link().send(pause);
    QTRY_COMPARE(rig.waitAnswers(CommandId{77}).size(), 3u);
    QVERIFY(rig.sample()->sinks[0].state != SinkState::Paused);
    QCOMPARE(rig.events(EventKind::Command).size(), 2u);
  }
};

PENSTOCK_TEST(TestEngine)

}  // namespace penstock::test

#include "tst_engine.moc"
