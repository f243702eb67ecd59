// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

Command decision(CommandKind kind, const std::vector<std::uint64_t>& sequences) {
  Command command;
  command.kind = kind;
  command.who = "ada";
  for (const std::uint64_t sequence : sequences) {
    command.letters.push_back({Sequence{sequence}, ""});
  }
  return command;
}

Command decisionOfAll(CommandKind kind, const std::string& filter = {}) {
  Command command;
  command.kind = kind;
  command.who = "ada";
  command.allLetters = true;
  command.letterFilter = filter;
  return command;
}

using Rows = std::vector<std::string>;

}  // namespace

/// Dead letters as an operator decides them.
class TestDeadLetters : public QObject {
  Q_OBJECT

 private slots:
  void retriedLetterIsAppliedOnceAndGone() {
    EngineRig rig;
    const Rows letters = bury(rig, 1);
    QCOMPARE(letters.size(), 1u);
    (void)rig.rows("DELETE FROM people WHERE id = 900");  // what stood in its way
    const CommandAnswer answer =
        rig.command(decision(CommandKind::RetryLetters, {std::stoull(letters[0])}));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(answer.text, std::string("1 dead letter retried with success"));
    QCOMPARE(rig.rows("SELECT n FROM people WHERE id = 1"), (Rows{"1"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM penstock_dead_letter"), (Rows{"0"}));
    const CommandAnswer again =
        rig.command(decision(CommandKind::RetryLetters, {std::stoull(letters[0])}));
    QVERIFY(again.stage == CommandStage::Failed);
    QCOMPARE(rig.rows("SELECT n FROM people WHERE id = 1"), (Rows{"1"}));
    const Event* event = rig.lastEvent(EventKind::Command, "Retry dead letters");
    QVERIFY(event != nullptr && event->who == "ada");
  }

  /// Two operators press the button: both records are in the journal before the first is applied.
  void letterThatIsRetriedTwiceHasOneEffect() {
    EngineRig rig;
    const Rows letters = bury(rig, 1);
    (void)rig.rows("DELETE FROM people WHERE id = 900");
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    const Command retry = decision(CommandKind::RetryLetters, {std::stoull(letters[0])});
    const CommandId first = rig.link().send(retry);
    const CommandId second = rig.link().send(retry);
    const std::uint64_t head = rig.sample()->headSequence;
    QTRY_VERIFY(rig.sample()->headSequence >= head + 2 || rig.sample()->sinks[0].queueDepth == 2);
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QVERIFY(rig.waitAnswers(first).back().stage == CommandStage::InEffect);
    QVERIFY(rig.waitAnswers(second).back().stage == CommandStage::InEffect);
    // Those who asked in the pause were told that it is carried out now.
    QTRY_COMPARE(rig.rows("SELECT n FROM people WHERE id = 1"), (Rows{"1"}));
    QTRY_COMPARE(rig.rows("SELECT count(*) FROM penstock_dead_letter"), (Rows{"0"}));
  }

  void letterThatIsRefusedAgainStaysWithItsAttempts() {
    EngineRig rig;
    const Rows letters = bury(rig, 1);
    const CommandAnswer answer = rig.command(decisionOfAll(CommandKind::RetryLetters));
    QVERIFY(answer.stage == CommandStage::InEffect);
    QCOMPARE(answer.text, std::string("0 dead letters retried with success, 1 refused again"));
    QCOMPARE(rig.rows("SELECT sequence FROM penstock_dead_letter"), letters);
    QCOMPARE(rig.rows("SELECT attempts > 1 FROM penstock_dead_letter"), (Rows{"1"}));
    QVERIFY(rig.lastEvent(EventKind::DeadLetter, "refused again") != nullptr);
    QCOMPARE(rig.sample()->sinks[0].deadLettersTotal, 1u);
  }

  void onlyWhatMatchesIsDiscarded() {
    EngineRig rig;
    const Rows letters = bury(rig, 3);
    QCOMPARE(letters.size(), 3u);
    const CommandAnswer answer =
        rig.command(decisionOfAll(CommandKind::DiscardLetters, "\"key\":{\"id\":2}"));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(answer.count, 1u);
    QCOMPARE(rig.rows("SELECT sequence FROM penstock_dead_letter ORDER BY sequence"),
             (Rows{letters[0], letters[2]}));
    QVERIFY(rig.command(decisionOfAll(CommandKind::DiscardLetters)).count == 2);
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (Rows{"1"}));
    QTRY_COMPARE(rig.sample()->sinks[0].deadLettersWaiting, 0u);
  }

  /// Later letters may rest on earlier ones.
  void manyAreRetriedInTheirOldOrder() {
    EngineRig rig;
    const Rows letters = bury(rig, 40);
    QCOMPARE(letters.size(), 40u);
    (void)rig.rows("CREATE TABLE seen(id)");
    (void)rig.rows(
        "CREATE TRIGGER note AFTER INSERT ON people BEGIN INSERT INTO seen VALUES(new.id); END");
    (void)rig.rows("DROP INDEX one_name");
    const CommandAnswer answer = rig.command(decisionOfAll(CommandKind::RetryLetters));
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(rig.rows("SELECT count(*) FROM people"), (Rows{"41"}));
    QCOMPARE(rig.rows("SELECT group_concat(id) = (SELECT group_concat(id) FROM (SELECT id FROM seen"
                      " ORDER BY id)) FROM seen"),
             (Rows{"1"}));
  }

  void pagesReachEveryLetter() {
    EngineRig rig;
    QCOMPARE(bury(rig, 40).size(), 40u);
    BrowseRequest request;
    request.subject = BrowseSubject::DeadLetters;
    request.rowsMax = 15;
    std::size_t rows = 0;
    for (request.offset = 0; request.offset < 60; request.offset += 15) {
      const BrowsePage page = rig.engine().browse(request);
      QCOMPARE(page.total, std::int64_t{40});
      rows += page.rows.size();
    }
    QCOMPARE(rows, std::size_t{40});
    request.offset = 1;
    request.filter = "\"key\":{\"id\":1";  // and 10 to 19
    const BrowsePage page = rig.engine().browse(request);
    QCOMPARE(page.total, std::int64_t{11});
    QCOMPARE(page.rows.size(), std::size_t{10});
    request.offset = 0;
    request.filter = page.rows.front().front().text;  // its sequence
    QCOMPARE(rig.engine().browse(request).total, std::int64_t{1});
    request.filter = "refused";  // the kind
    QCOMPARE(rig.engine().browse(request).total, std::int64_t{40});
    request.filter = "held";
    QCOMPARE(rig.engine().browse(request).total, std::int64_t{0});
    request.sink = "nowhere";
    QVERIFY(rig.engine().browse(request).status.code() == StatusCode::NotFound);
  }

  void decisionOutlivesAKill() {
    EngineRig rig;
    const Rows letters = bury(rig, 1);
    (void)rig.rows("DELETE FROM people WHERE id = 900");
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    rig.link().send(decision(CommandKind::RetryLetters, {std::stoull(letters[0])}));
    QTRY_COMPARE(rig.sample()->sinks[0].queueDepth, 1u);
    rig.end();
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.command(CommandKind::Resume).stage == CommandStage::InEffect);
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT n FROM people WHERE id = 1"), (Rows{"1"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM penstock_dead_letter"), (Rows{"0"}));
  }

  /// A column that is no more cannot be written to; the letter stays and the reason is told.
  void letterThatNoLongerFitsIsKeptAndTold() {
    EngineRig rig;
    const Rows letters = bury(rig, 1);
    (void)rig.rows(
        "UPDATE penstock_dead_letter SET change_set ="
        " replace(change_set, '\"name\"', '\"nickname\"')");
    const CommandAnswer answer = rig.command(decisionOfAll(CommandKind::RetryLetters));
    QVERIFY(answer.text.find("1 no longer fit the tables") != std::string::npos);
    QVERIFY(answer.text.find("nickname") != std::string::npos);
    QCOMPARE(rig.rows("SELECT sequence FROM penstock_dead_letter"), letters);
  }

 private:
  /// Starts, and submits people 1 to `count` whose names are taken. Returns the letters' sequences.
  static Rows bury(EngineRig& rig, std::int64_t count) {
    if (!rig.start().isOk()) return {};
    (void)rig.rows("CREATE UNIQUE INDEX one_name ON people(n) WHERE n = 1");
    (void)rig.rows("INSERT INTO people(id, name, n) VALUES(900, 'somebody', 1)");
    for (std::int64_t id = 1; id <= count; ++id) {
      if (!rig.add(id).status.isOk()) return {};
    }
    if (!rig.waitSettled().isOk()) return {};
    return rig.rows("SELECT sequence FROM penstock_dead_letter ORDER BY sequence");
  }
};

PENSTOCK_TEST(TestDeadLetters)

}  // namespace penstock::test

#include "tst_dead_letters.moc"
