// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "base/file_system.h"
#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

const std::string kKinds = "SELECT kind FROM penstock_dead_letter ORDER BY sequence";
const std::string kLetters = "SELECT count(*) FROM penstock_dead_letter";

Command about(CommandKind kind, const std::string& table) {
  Command command;
  command.kind = kind;
  command.table = table;
  command.who = "ops";
  return command;
}

Command lettersCommand(CommandKind kind, const std::string& sequence = {}) {
  Command command;
  command.kind = kind;
  command.allLetters = sequence.empty();
  if (!sequence.empty()) command.letters.push_back({Sequence{std::stoull(sequence)}, ""});
  return command;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

/// Tables that an operator paused: what comes for them is held, the others go on.
class TestPausedTables : public QObject {
  Q_OBJECT

 private slots:
  void pausedTableIsHeldFromItsFirstOnAndOthersGoOn() {
    EngineRig rig;
    QVERIFY(start(rig));
    Command pause = about(CommandKind::Pause, "people");
    pause.why = "maintenance";
    const CommandAnswer answer = rig.command(pause);
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(answer.text, std::string("table people is paused, others go on"));
    for (std::int64_t id = 1; id <= 40; ++id) {
      QVERIFY(rig.add(id % 7).status.isOk() && addPet(rig, id));
    }
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (Rows{"0"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM pets"), (Rows{"40"}));
    const Rows reasons =
        rig.rows("SELECT DISTINCT kind || ': ' || reason FROM penstock_dead_letter");
    QCOMPARE(reasons.size(), std::size_t{1});
    QVERIFY2(reasons.front().starts_with("held: table people is paused by ops since 20") &&
                 reasons.front().ends_with(" UTC: maintenance"),
             reasons.front().c_str());
    QTRY_COMPARE(rig.sample()->sinks[0].pausedTables.size(), std::size_t{1});
    const SnapshotPointer sample = rig.sample();
    const SinkSnapshot& sink = sample->sinks[0];
    QCOMPARE(sink.pausedTables[0].table, std::string("people"));
    QCOMPARE(sink.pausedTables[0].who, std::string("ops"));
    QCOMPARE(sink.pausedTables[0].held, std::uint64_t{40});
    QVERIFY2(contains(sink.stateReason, "table people is paused by ops") &&
                 contains(sink.stateReason, "40 change sets are held"),
             sink.stateReason.c_str());
    QVERIFY(sample->state == NodeState::Paused);
    QCOMPARE(sample->stateReason, std::string("table people of primary by ops (maintenance), 40 "
                                              "change sets are held"));
    QVERIFY(rig.lastEvent(EventKind::Command, "table people is paused") != nullptr);
    QVERIFY(rig.events(EventKind::DeadLetter).empty());  // its command told already

    const CommandAnswer resumed = rig.command(about(CommandKind::Resume, "people"));
    QVERIFY2(resumed.stage == CommandStage::InEffect, resumed.text.c_str());
    QCOMPARE(resumed.text, std::string("table people is resumed, and what was held has followed"));
    QCOMPARE(rig.rows("SELECT count(*), sum(n) FROM people"), (Rows{"7|40"}));
    QCOMPARE(rig.rows(kLetters), (Rows{"0"}));
    QTRY_VERIFY(rig.sample()->sinks[0].stateReason.empty());
    QVERIFY(rig.sample()->sinks[0].pausedTables.empty());
  }

  /// Row by row the order is the journal's, whatever came while it was released.
  void whatWasHeldFollowsInOrder() {
    EngineRig rig;
    QVERIFY(start(rig));
    QVERIFY(rig.command(about(CommandKind::Pause, "people")).stage == CommandStage::InEffect);
    for (int i = 1; i <= 300; ++i) QVERIFY(rename(rig, "name " + std::to_string(i)));
    QVERIFY(rig.waitSettled().isOk());
    rig.link().send(about(CommandKind::Resume, "people"));
    for (int i = 301; i <= 600; ++i) QVERIFY(rename(rig, "name " + std::to_string(i)));
    QVERIFY(rig.waitSettled().isOk());
    QTRY_COMPARE(rig.rows(kLetters), (Rows{"0"}));
    QCOMPARE(rig.rows("SELECT name, n FROM people"), (Rows{"name 600|600"}));
    // The table keeps each version, from 0 on: none came out of turn.
    QCOMPARE(rig.rows("SELECT count(*) FROM versions a JOIN versions b ON b.at=a.at+1 WHERE "
                      "b.n<>a.n+1"),
             (Rows{"0"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM versions"), (Rows{"601"}));
  }

  void pauseOfATableOutlivesARestartWithAllItHolds() {
    EngineRig rig;
    QVERIFY(start(rig));
    Command pause = about(CommandKind::Pause, "people");
    pause.why = "a\tmigration\nof two lines";
    QVERIFY(rig.command(pause).stage == CommandStage::InEffect);
    QVERIFY(rename(rig, "a"));
    QVERIFY(rig.waitSettled().isOk());
    const std::int64_t since = rig.sample()->sinks[0].pausedTables[0].sinceMicros;
    rig.end();
    QVERIFY(rig.start().isOk());
    QVERIFY(rename(rig, "b") && addPet(rig, 1));
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"held", "held"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM pets"), (Rows{"1"}));
    QTRY_COMPARE(rig.sample()->sinks[0].pausedTables.size(), std::size_t{1});
    QTRY_COMPARE(rig.sample()->sinks[0].pausedTables[0].held, std::uint64_t{2});
    QCOMPARE(rig.sample()->sinks[0].pausedTables[0].sinceMicros, since);
    QCOMPARE(rig.sample()->sinks[0].pausedTables[0].why, pause.why);
    // Resumed, and ended before what that frees has followed.
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    const CommandAnswer resumed = rig.command(about(CommandKind::Resume, "people"));
    QVERIFY2(contains(resumed.text, "is resumed"), resumed.text.c_str());
    rig.end();
    QVERIFY(rig.start().isOk());
    QVERIFY(rename(rig, "c"));
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (Rows{"0"}));  // all of it is paused
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QTRY_COMPARE(rig.rows("SELECT name, n FROM people"), (Rows{"c|3"}));
    QTRY_COMPARE(rig.rows(kLetters), (Rows{"0"}));
  }

  void unknownTableIsRefusedByName() {
    EngineRig rig;
    QVERIFY(start(rig));
    for (const CommandKind kind : {CommandKind::Pause, CommandKind::Resume}) {
      const CommandAnswer answer = rig.command(about(kind, "peple"));
      QVERIFY(answer.stage == CommandStage::Failed);
      QVERIFY(answer.status.code() == StatusCode::NotFound);
      QVERIFY2(contains(answer.text, "there is no table 'peple'"), answer.text.c_str());
    }
    QVERIFY(!posixFileSystem().exists(rig.path("data/paused-primary")));
    const CommandAnswer flush = rig.command(about(CommandKind::Flush, "people"));
    QVERIFY(flush.status.code() == StatusCode::Invalid);
  }

  /// They pass what is held, and say how much that is and why.
  void flushAndDrainDoNotWaitForWhatIsHeld() {
    EngineRig rig;
    QVERIFY(start(rig));
    QVERIFY(rig.command(about(CommandKind::Pause, "people")).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk() && rig.add(2).status.isOk() && addPet(rig, 1));
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.add(3).status.isOk() && addPet(rig, 2));
    for (const CommandKind kind : {CommandKind::Drain, CommandKind::Flush}) {
      const CommandAnswer answer = rig.command(kind);
      QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
      QVERIFY2(contains(answer.text, "not persisted by primary: table people is paused by ops") &&
                   contains(answer.text, "3 change sets are held"),
               answer.text.c_str());
      QVERIFY(answer.count <= 1);  // the pet
    }
  }

  void letterOfAPausedTableStaysWhenItIsRetried() {
    EngineRig rig;
    QVERIFY(start(rig));
    QVERIFY(
        rig.client().submitJson(person("update", 9, R"("set":{"name":"x"})"), {}).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.command(about(CommandKind::Pause, "people")).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused", "held"}));
    const CommandAnswer answer = rig.command(lettersCommand(CommandKind::RetryLetters));
    QVERIFY(answer.stage == CommandStage::Failed);
    QVERIFY2(contains(answer.text, "2 stay: table people is paused by ops") &&
                 contains(answer.text, "resume the table"),
             answer.text.c_str());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused", "held"}));
    // To remove one for good needs no table.
    const std::string held =
        rig.rows("SELECT sequence FROM penstock_dead_letter WHERE kind='held'").front();
    const CommandAnswer discard = rig.command(lettersCommand(CommandKind::DiscardLetters, held));
    QVERIFY2(discard.stage == CommandStage::InEffect, discard.text.c_str());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused"}));
    QTRY_COMPARE(rig.sample()->sinks[0].pausedTables[0].held, std::uint64_t{0});
    QVERIFY(rig.command(about(CommandKind::Resume, "people")).stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (Rows{"0"}));
    QCOMPARE(rig.rows(kKinds), (Rows{"refused"}));
  }

  /// No letter is to be decided first: what it waits for is the pause.
  void letterHeldBehindAPausedTableNamesThePauseWhenItIsRetried() {
    EngineRig rig;
    QVERIFY(start(rig));
    QVERIFY(rig.command(about(CommandKind::Pause, "people")).stage == CommandStage::InEffect);
    for (const char* const change :
         {R"("table":"people","op":"upsert","key":{"id":1},"set":{"name":"a"})",
          R"("table":"pets","op":"upsert","key":{"id":1})"}) {
      const std::string set = R"({"group":"g","changes":[{)" + std::string(change) + "}]}";
      const Ack ack = rig.client().submitJson(set, {});
      QVERIFY2(ack.status.isOk(), ack.status.message().c_str());
    }
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"held", "held"}));
    const std::string last = rig.rows("SELECT max(sequence) FROM penstock_dead_letter").front();
    const CommandAnswer answer = rig.command(lettersCommand(CommandKind::RetryLetters, last));
    QVERIFY(answer.stage == CommandStage::Failed);
    QVERIFY2(contains(answer.text, "1 stays: table people is paused by ops") &&
                 contains(answer.text, "resume the table") && !contains(answer.text, "discard"),
             answer.text.c_str());
  }

  /// What its parent's pause keeps away is no fault of a child: it follows behind it.
  void childOfAHeldParentIsNotRefused() {
    EngineRig rig;
    QVERIFY(start(rig));
    QVERIFY(rig.command(about(CommandKind::Pause, "people")).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk() && addHome(rig, 1, 1) && addPet(rig, 1));
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"held", "held"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM pets"), (Rows{"1"}));
    const CommandAnswer resumed = rig.command(about(CommandKind::Resume, "people"));
    QVERIFY2(resumed.stage == CommandStage::InEffect, resumed.text.c_str());
    QCOMPARE(rig.rows("SELECT person FROM homes"), (Rows{"1"}));
    QCOMPARE(rig.rows(kLetters), (Rows{"0"}));
  }

  void twoTablesAreResumedOneByOne() {
    EngineRig rig;
    QVERIFY(start(rig));
    for (const char* table : {"people", "pets"}) {
      QVERIFY(rig.command(about(CommandKind::Pause, table)).stage == CommandStage::InEffect);
    }
    for (std::int64_t id = 1; id <= 2'000; ++id) {
      QVERIFY(rig.add(1).status.isOk() && addPet(rig, id));
    }
    QVERIFY(rig.waitSettled().isOk());
    const std::uint64_t commits = rig.sample()->sinks[0].commits;
    QVERIFY(rig.command(about(CommandKind::Resume, "people")).stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT n FROM people"), (Rows{"2000"}));
    QCOMPARE(rig.rows(kLetters), (Rows{"2000"}));
    QVERIFY(rig.sample()->sinks[0].commits <= commits + 2);  // not one by one
    const CommandAnswer again = rig.command(about(CommandKind::Resume, "people"));
    QCOMPARE(again.text, std::string("table people was not paused"));
    // Resuming the whole sink resumes no table.
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    QCOMPARE(rig.command(CommandKind::Resume).text,
             std::string("flushing again; table pets stays paused"));
    QVERIFY(rig.command(about(CommandKind::Resume, "pets")).stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT count(*) FROM pets"), (Rows{"2000"}));
    QCOMPARE(rig.rows(kLetters), (Rows{"0"}));
  }

  /// An older program would take what is paused for running.
  void newerFileOfPausesIsRefused() {
    EngineRig rig;
    QVERIFY(start(rig));
    rig.end();
    QVERIFY(replaceFile(posixFileSystem(), rig.path("data/paused-primary"),
                        "penstock-pauses 3\nanything\n")
                .isOk());
    const Status started = rig.start();
    QVERIFY(started.code() == StatusCode::Unsupported);
    QVERIFY2(contains(started.message(), "paused-primary") && contains(started.message(), "newer"),
             started.message().c_str());
  }

 private:
  static bool start(EngineRig& rig) {
    const std::string schema =
        "CREATE TABLE IF NOT EXISTS people(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " n INTEGER DEFAULT 0);"
        "CREATE TABLE IF NOT EXISTS pets(id INTEGER PRIMARY KEY);"
        "CREATE TABLE IF NOT EXISTS homes(id INTEGER PRIMARY KEY, person INTEGER"
        " REFERENCES people(id));"
        "CREATE TABLE IF NOT EXISTS versions(at INTEGER PRIMARY KEY, n INTEGER);"
        "CREATE TRIGGER IF NOT EXISTS keep AFTER UPDATE ON people BEGIN"
        " INSERT INTO versions(n) VALUES(new.n); END;"
        "CREATE TRIGGER IF NOT EXISTS keep_first AFTER INSERT ON people BEGIN"
        " INSERT INTO versions(n) VALUES(new.n); END";
    TablePolicy policy;
    policy.name = "people";
    policy.coalesce = false;
    rig.options.tables = {policy};
    return replaceFile(posixFileSystem(), rig.path("schema.sql"), schema).isOk() &&
           rig.start().isOk();
  }
  static bool addPet(EngineRig& rig, std::int64_t id) {
    const std::string pet =
        R"({"table":"pets","op":"insert","key":{"id":)" + std::to_string(id) + "}}";
    return rig.client().submitJson(pet, {}).status.isOk();
  }
  static bool addHome(EngineRig& rig, std::int64_t id, std::int64_t person) {
    const std::string home = R"({"table":"homes","op":"insert","key":{"id":)" + std::to_string(id) +
                             R"(},"set":{"person":)" + std::to_string(person) + "}}";
    return rig.client().submitJson(home, {}).status.isOk();
  }
  static bool rename(EngineRig& rig, const std::string& name) {
    const std::string change =
        person("upsert", 1, R"("set":{"name":")" + name + R"("},"add":{"n":1})");
    return rig.client().submitJson(change, {}).status.isOk();
  }
};

PENSTOCK_TEST(TestPausedTables)

}  // namespace penstock::test

#include "tst_paused_tables.moc"
