// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

#include <QDir>
#include <QFile>
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

SubmitOptions journaled(std::uint64_t token) {
  SubmitOptions options;
  options.token = AckToken{token};
  return options;
}

}  // namespace

/// What an engine leaves behind and what the next one makes of it.
class TestEngineRestart : public QObject {
  Q_OBJECT

 private slots:
  void nextStartCarriesOnWhereTheLastOneEnded() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    for (std::int64_t i = 0; i < 50; ++i) QVERIFY(rig.add(i % 5).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    for (std::int64_t i = 0; i < 50; ++i) {
      QVERIFY(rig.add(i % 5, journaled(static_cast<std::uint64_t>(i))).status.isOk());
    }
    QVERIFY(rig.acks().waitFor(AckToken{49}).status.isOk());
    rig.end();
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), (std::vector<std::string>{"50"}));
    for (int start = 0; start < 3; ++start) {
      QVERIFY(rig.start().isOk());
      (void)rig.command(CommandKind::Resume);
      QTRY_COMPARE(rig.rows("SELECT sum(n) FROM people"), (std::vector<std::string>{"100"}));
      rig.end();
    }
  }

  void pauseOutlivesRestartsUntilItIsResumed() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    Command pause;
    pause.kind = CommandKind::Pause;
    pause.who = "anna";
    pause.why = "index is rebuilt";
    QVERIFY(rig.command(pause).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk());
    for (int start = 0; start < 2; ++start) {
      rig.end();
      QVERIFY(rig.start().isOk());
      QTRY_VERIFY(rig.engine().samples().newest() != nullptr);
      const SnapshotPointer seen = rig.engine().samples().newest();
      QVERIFY(seen->sinks.front().state == SinkState::Paused);
      QCOMPARE(QString::fromStdString(seen->sinks.front().stateReason),
               QString("by anna (index is rebuilt)"));
      QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"0"}));
    }
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QTRY_COMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"1"}));
    rig.end();
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(2).status.isOk());
    QTRY_COMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"2"}));
  }

  void stopDrainsNoSinkThatSomebodyPaused() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    Command pause;
    pause.kind = CommandKind::Pause;
    pause.who = "anna";
    pause.why = "index is rebuilt";
    QVERIFY(rig.command(pause).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled(std::chrono::seconds(1)).code() == StatusCode::Unavailable);
    const StopReport report = rig.engine().stop(std::chrono::hours(1));
    QCOMPARE(report.persisted, std::uint64_t{0});
    QCOMPARE(report.left, std::uint64_t{1});
    QCOMPARE(
        QString::fromStdString(report.status.message()),
        QString("sink primary is paused by anna (index is rebuilt) until somebody resumes it"));
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"0"}));
  }

  void idsAreKnownAfterAnEndWithAndWithoutASnapshot() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    const std::string line = R"({"id":"a","changes":[)" +
                             person("upsert", 1, R"("set":{"name":"x"},"add":{"n":1})") + "]}";
    const std::string other =
        R"({"id":"a","changes":[)" + person("upsert", 1, R"("set":{"name":"y"})") + "]}";
    const Ack first = rig.client().submitJson(line, journaled(1));
    QVERIFY(first.status.isOk() && !first.known);
    QVERIFY(rig.acks().waitFor(AckToken{1}).status.isOk());
    for (const bool withSnapshot : {true, false}) {
      rig.end();
      if (!withSnapshot) {
        QVERIFY(posixFileSystem().remove(rig.path("data/known_ids.snapshot")).isOk());
      }
      QVERIFY(rig.start().isOk());
      const Ack again = rig.client().submitJson(line, {});
      QVERIFY(again.status.isOk() && again.known);
      QVERIFY(again.sequence == first.sequence);
      const Ack refused = rig.client().submitJson(other, {});
      QVERIFY(refused.status.code() == StatusCode::Invalid);
      QVERIFY(refused.status.message().starts_with("id"));
    }
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT n FROM people"), (std::vector<std::string>{"1"}));
  }

  void segmentsStayUntilTheirIdsAreInASnapshot() {
    EngineRig rig;
    rig.options.journal.retain = std::chrono::seconds(0);
    // Where the snapshot would be stands something else.
    const QString inTheWay = QString::fromStdString(rig.path("data/known_ids.snapshot"));
    QVERIFY(QDir().mkpath(inTheWay));
    QVERIFY(rig.start().isOk());
    const std::string line = R"({"id":"a","changes":[)" +
                             person("upsert", 1, R"("set":{"name":"x"},"add":{"n":1})") + "]}";
    QVERIFY(!rig.client().submitJson(line, {}).known);
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    QVERIFY(rig.start().isOk());  // in a new segment; nobody needs the first one for its rows
    for (int i = 0; i < 3; ++i) QVERIFY(rig.sample() != nullptr);
    rig.end();
    QVERIFY(QDir().rmdir(inTheWay));
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.client().submitJson(line, {}).known);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT n FROM people"), (std::vector<std::string>{"1"}));
  }

  void stopDrainsAndTellsWhatIsLeft() {
    EngineRig rig;
    rig.options.sinks.front().flush.linger = 60s;
    QVERIFY(rig.start().isOk());
    for (std::int64_t id = 1; id <= 30; ++id) QVERIFY(rig.add(id).status.isOk());
    const StopReport report = rig.engine().stop(20s);
    QVERIFY(report.status.isOk());
    QCOMPARE(report.persisted, 30u);
    QCOMPARE(report.left, 0u);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"30"}));
    QVERIFY(rig.add(31).status.code() == StatusCode::Unavailable);
    QCOMPARE(rig.engine().totals().acceptedSets, 30u);
  }

  void stopHasADeadlineAndLeavesTheRestInTheJournal() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().failWith(CommitOutcome::Transient);
    for (std::int64_t id = 1; id <= 30; ++id) QVERIFY(rig.add(id).status.isOk());
    const StopReport report = rig.engine().stop(50ms);
    QVERIFY(report.status.code() == StatusCode::Deadline);
    QCOMPARE(report.persisted, 0u);
    QCOMPARE(report.left, 30u);
    rig.end();
    rig.gate().failWith(CommitOutcome::Committed);
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"), (std::vector<std::string>{"30"}));
  }

  void intakeOpensWhileTheDatabaseIsAway() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    rig.gate().setReach(StoreGate::Reach::Away);
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1, journaled(1)).status.isOk());
    QVERIFY(rig.acks().waitFor(AckToken{1}).status.isOk());
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->sinks[0].state == SinkState::Down);
    QCOMPARE(sample->sinks[0].stateReason, std::string("connection refused"));
    const Event* told = rig.lastEvent(EventKind::SinkState, "cannot start: connection refused");
    QVERIFY(told != nullptr && told->severity == Severity::Warning);
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    rig.gate().setReach(StoreGate::Reach::There);
    QTRY_COMPARE(rig.rows("SELECT n FROM people"), (std::vector<std::string>{"2"}));
    QVERIFY(rig.lastEvent(EventKind::SinkState, "has started") != nullptr);
  }

  void secondEngineIsKeptOutOfTheDirectory() {
    EngineRig rig;
    rig.options.node.name = "first";
    QVERIFY(rig.start().isOk());
    EngineRig second;
    second.options = rig.options;
    const Status refused = second.start();
    QVERIFY(refused.code() == StatusCode::Conflict);
    QVERIFY2(refused.message().find("first") != std::string::npos, refused.message().c_str());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
  }

  void databaseAheadOfTheJournalIsNoReasonToSkip() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    // Another process settled more than this journal holds.
    sqlite3* database = nullptr;
    QVERIFY(sqlite3_open(rig.options.sinks.front().database.c_str(), &database) == SQLITE_OK);
    QVERIFY(sqlite3_exec(database, "UPDATE penstock_checkpoint SET sequence = 9007199254740000",
                         nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    // However often: a start that writes would make the journal look longer than it is.
    for (int start = 0; start < 3; ++start) {
      const Status refused = rig.start();
      QVERIFY(refused.code() == StatusCode::Corrupt);
      QVERIFY2(refused.message().find("primary") != std::string::npos, refused.message().c_str());
    }
    QCOMPARE(rig.rows("SELECT id FROM people"), (std::vector<std::string>{"1"}));
  }

  // The sets were told journaled, and would be taken as known when they are sent again.
  void cutOffTailIsNoticedByWhatIsKnown() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    for (std::int64_t i = 0; i < 200; ++i) {
      SubmitOptions line = journaled(static_cast<std::uint64_t>(i));
      line.source = {7, static_cast<std::uint64_t>(i) + 1, 1};
      QVERIFY(rig.add(i, line).status.isOk());
    }
    QVERIFY(rig.acks().waitFor(AckToken{199}).status.isOk());
    rig.end();
    const QDir journal(QString::fromStdString(rig.path("data/journal")));
    const QStringList segments = journal.entryList({"segment-*"}, QDir::Files, QDir::Name);
    QVERIFY(QFile::resize(journal.filePath(segments.last()), 8192));
    for (int start = 0; start < 2; ++start) {
      const Status refused = rig.start();
      QVERIFY(refused.code() == StatusCode::Corrupt);
      QVERIFY2(refused.message().find("end of the journal") != std::string::npos,
               refused.message().c_str());
    }
  }

  void waitingOutlastsADatabaseThatIsAwayAtTheStart() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    rig.gate().setReach(StoreGate::Reach::Away);
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(2).status.isOk());
    rig.gate().setReach(StoreGate::Reach::There);  // the sink is tried again a moment later
    const Status settled = rig.waitSettled();
    QVERIFY2(settled.isOk(), settled.message().c_str());
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (std::vector<std::string>{"2"}));
  }

  void schemaFileWaitsForADatabaseThatIsAwayAtTheStart() {
    EngineRig rig;
    const std::string file = rig.path("more.sql");
    QVERIFY(replaceFile(posixFileSystem(), file, "CREATE TABLE IF NOT EXISTS extra(id)").isOk());
    QVERIFY(rig.start().isOk());
    rig.end();
    rig.options.sinks.front().schemaFile = file;
    rig.gate().setReach(StoreGate::Reach::Away);
    QVERIFY(rig.start().isOk());
    const Ack ack = rig.add(1);
    QVERIFY2(ack.status.isOk(), ack.status.message().c_str());
    QVERIFY(rig.rows("SELECT 1 FROM sqlite_schema WHERE name = 'extra'").empty());
    rig.gate().setReach(StoreGate::Reach::There);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT 1 FROM sqlite_schema WHERE name = 'extra'").size(), 1u);
  }

  void newColumnOfTheDatabaseIsTakenIn() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    const std::string line = person("upsert", 1, R"("set":{"name":"a","mail":"m"})");
    QVERIFY(rig.client().submitJson(line, {}).status.code() == StatusCode::Invalid);
    QVERIFY(rig.engine().runSchema("ALTER TABLE people ADD COLUMN mail TEXT").isOk());
    QVERIFY(rig.client().submitJson(line, {}).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT mail FROM people"), (std::vector<std::string>{"m"}));
  }
};

PENSTOCK_TEST(TestEngineRestart)

}  // namespace penstock::test

#include "tst_engine_restart.moc"
