// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

const std::string kKinds = "SELECT kind FROM penstock_dead_letter ORDER BY sequence";
const std::string kLetters = "SELECT sequence FROM penstock_dead_letter ORDER BY sequence";

Command decision(CommandKind kind, const std::string& sequence = {}) {
  Command command;
  command.kind = kind;
  command.allLetters = sequence.empty();
  if (!sequence.empty()) command.letters.push_back({Sequence{std::stoull(sequence)}, ""});
  return command;
}

}  // namespace

/// What comes behind a dead letter of a table that says `hold`.
class TestHeldLetters : public QObject {
  Q_OBJECT

 private slots:
  void laterOnesOfTheRowAreHeldAndFollowInOrder() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    QVERIFY(rig.add(1).status.isOk() && rig.add(1).status.isOk() && rig.add(2).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused", "held", "held"}));
    QCOMPARE(rig.rows("SELECT id FROM people ORDER BY id"), (Rows{"2", "900"}));
    QTRY_COMPARE(rig.sample()->sinks[0].heldLetters, std::uint64_t{2});
    const std::string reason = rig.sample()->sinks[0].stateReason;
    QVERIFY2(reason.find("2 change sets are held") != std::string::npos, reason.c_str());
    QVERIFY(rig.lastEvent(EventKind::DeadLetter, "is held, and what follows it") != nullptr);

    mend(rig);
    const CommandAnswer answer =
        rig.command(decision(CommandKind::RetryLetters, rig.rows(kLetters).front()));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    // The command is in effect when what it frees is.
    QCOMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"person 1|12"}));
    QVERIFY(rig.rows(kLetters).empty());
    QTRY_COMPARE(rig.sample()->sinks[0].heldLetters, std::uint64_t{0});
    QTRY_VERIFY(rig.sample()->sinks[0].stateReason.empty());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT n FROM people WHERE id = 1"), (Rows{"13"}));
  }

  void groupIsHeldToo() {
    EngineRig rig;
    QVERIFY(refuseOne(rig, R"("group":"g",)"));
    const std::string grouped =
        R"({"group":"g","changes":[)" + person("insert", 5, R"("set":{"name":"five"})") + "]}";
    QVERIFY(rig.client().submitJson(grouped, {}).status.isOk());
    QVERIFY(rig.add(6).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused", "held"}));
    QCOMPARE(rig.rows("SELECT id FROM people ORDER BY id"), (Rows{"6", "900"}));
  }

  void withoutTheWordNothingIsHeld() {
    EngineRig rig;
    QVERIFY(refuseOne(rig, "", AfterDeadLetter::Continue));
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused"}));
    QCOMPARE(rig.rows("SELECT n FROM people WHERE id = 1"), (Rows{"1"}));
  }

  void whoAwaitsAHeldOneIsToldThatItIsALetter() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    SubmitOptions submit;
    submit.token = AckToken{7};
    submit.notifyAt = AckLevel::Persisted;
    QVERIFY(rig.add(1, submit).status.isOk());
    const Ack ack = rig.acks().waitFor(AckToken{7});
    QVERIFY(ack.deadLetter);
    QVERIFY(ack.status.message().find("waits behind dead letter") != std::string::npos);
  }

  void heldOnesOutliveAKillAndSoDoesTheirOrder() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk() && rig.add(2).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"refused", "held", "held"}));
    // Decided, and ended before that takes effect.
    mend(rig);
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    rig.link().send(decision(CommandKind::RetryLetters, rig.rows(kLetters).front()));
    QTRY_COMPARE(rig.sample()->sinks[0].queueDepth, 1u);
    rig.end();
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QTRY_COMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"person 1|13"}));
    QTRY_VERIFY(rig.rows(kLetters).empty());
  }

  /// The decision was committed, and the process ended before what it frees was.
  void whatWasFreedBeforeAKillFollowsAtTheNextStart() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    QVERIFY(rig.add(1).status.isOk() && rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    const std::string first = rig.rows(kLetters).front();
    rig.end();
    (void)rig.rows("DELETE FROM penstock_dead_letter WHERE sequence = " + first);
    QVERIFY(rig.start().isOk());
    QTRY_COMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"person 1|2"}));
    QTRY_VERIFY(rig.rows(kLetters).empty());
  }

  void discardedLetterLetsTheOthersGo() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    const CommandAnswer answer =
        rig.command(decision(CommandKind::DiscardLetters, rig.rows(kLetters).front()));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"person 1|1"}));
    QVERIFY(rig.rows(kLetters).empty());
  }

  /// None of them is let go by the discard of the one before it.
  void allAreDiscardedWithNoEffect() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    for (int i = 0; i < 30; ++i) QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    Command configure;
    configure.kind = CommandKind::Configure;
    configure.batchRows = 1;  // each decision has a commit of its own
    QVERIFY(rig.command(configure).stage == CommandStage::InEffect);
    const CommandAnswer answer = rig.command(decision(CommandKind::DiscardLetters));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(answer.count, std::uint64_t{31});
    QCOMPARE(rig.rows("SELECT id FROM people"), (Rows{"900"}));
    QVERIFY(rig.rows(kLetters).empty());
  }

  void heldOneIsNotRetriedOutOfTurn() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    const Rows letters = rig.rows(kLetters);
    CommandAnswer answer = rig.command(decision(CommandKind::RetryLetters, letters.back()));
    QVERIFY(answer.stage == CommandStage::Failed);
    QVERIFY2(answer.text.find("waits behind dead letter " + letters.front()) != std::string::npos,
             answer.text.c_str());
    mend(rig);
    answer = rig.command(decision(CommandKind::RetryLetters));
    QVERIFY2(answer.text.find("1 were held and followed") != std::string::npos,
             answer.text.c_str());
    QCOMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"person 1|11"}));
  }

  /// A held one that is refused when its turn comes holds the rest of them.
  void refusedFollowerHoldsThoseBehindIt() {
    EngineRig rig;
    QVERIFY(refuseOne(rig));
    const std::string taken = person("update", 1, R"("set":{"name":"somebody else"})");
    QVERIFY(rig.client().submitJson(taken, {}).status.isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    mend(rig);
    (void)rig.rows("INSERT INTO people(id, name) VALUES(901, 'somebody else')");
    CommandAnswer answer =
        rig.command(decision(CommandKind::RetryLetters, rig.rows(kLetters).front()));
    QCOMPARE(answer.text, std::string("1 dead letter retried with success"));
    QCOMPARE(rig.rows(kKinds), (Rows{"refused", "held"}));
    QCOMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"somebody|10"}));
    QVERIFY(rig.lastEvent(EventKind::DeadLetter, "had its turn and was refused") != nullptr);
    answer = rig.command(decision(CommandKind::DiscardLetters, rig.rows(kLetters).front()));
    QVERIFY(answer.stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT name, n FROM people WHERE id = 1"), (Rows{"person 1|11"}));
  }

 private:
  /// Starts, and submits person 1 with a name that is taken, and n + 10.
  static bool refuseOne(EngineRig& rig, const std::string& header = {},
                        AfterDeadLetter after = AfterDeadLetter::Hold) {
    TablePolicy policy;
    policy.name = "people";
    policy.afterDeadLetter = after;
    policy.coalesce = false;  // what is folded away is not refused
    rig.options.tables = {policy};
    if (!rig.start().isOk()) return false;
    (void)rig.rows("INSERT INTO people(id, name) VALUES(900, 'somebody')");
    const std::string refused = "{" + header + R"("changes":[)" +
                                person("upsert", 1, R"("set":{"name":"somebody"},"add":{"n":10})") +
                                "]}";
    return rig.client().submitJson(refused, {}).status.isOk() && rig.waitSettled().isOk();
  }
  static void mend(EngineRig& rig) { (void)rig.rows("DELETE FROM people WHERE id = 900"); }
};

PENSTOCK_TEST(TestHeldLetters)

}  // namespace penstock::test

#include "tst_held_letters.moc"
