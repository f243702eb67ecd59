// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "model/limits.h"
#include "tests/backend/engine/operate/command_bench.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

Command ofTable(CommandKind kind) {
  Command command;
  command.kind = kind;
  command.table = "players";
  return command;
}

}  // namespace

/// Pausing and resuming, of a sink and of a table.
class TestCommandBookPauses : public QObject {
  Q_OBJECT

 private slots:
  void pauseIsInEffectWhenNoCommitRunsAnyMore() {
    Bench bench;
    bench.node.sinks["primary"].commitsRunning = 1;
    bench.handle(CommandKind::Pause);
    bench.book.poll(at(5ms));
    QCOMPARE(bench.answers.size(), 1u);
    bench.node.sinks["primary"].commitsRunning = 0;
    bench.book.poll(at(10ms));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
  }

  void tableIsPausedWhenNoCommitRunsThatDoesNotKnow() {
    Bench bench;
    bench.node.sinks["mirror"].arePausesInEffect = false;
    bench.node.sinks["primary"].commitsRunning = 1;  // one that knows
    bench.handle(ofTable(CommandKind::Pause));
    QCOMPARE(bench.node.did, (Did{"pause primary table players", "pause mirror table players"}));
    QVERIFY(bench.book.hasPending());
    bench.node.sinks["mirror"].arePausesInEffect = true;
    bench.book.poll(at(5ms));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
    QVERIFY(bench.answers.back().text.find("table players is paused") != std::string::npos);
    QVERIFY(bench.events.back().what.find("Pause flushing: table players") != std::string::npos);
  }

  void tableIsResumedWhenAllHasFollowed() {
    Bench bench;
    bench.node.sinks["primary"].isReviewing = true;
    bench.handle(ofTable(CommandKind::Resume));
    QVERIFY(bench.book.hasPending());
    bench.node.sinks["primary"].isReviewing = false;
    bench.book.poll(at(5ms));
    QCOMPARE(bench.answers.back().text,
             std::string("table players is resumed, and what was held has followed"));
    QCOMPARE(bench.events.back().oldValue, std::string("paused by bob"));
  }

  /// It waits for no database that is away, nor for a sink that is paused as a whole.
  void tableIsResumedThoughItsSinkStands() {
    Bench bench;
    SinkProgress& primary = bench.node.sinks["primary"];
    primary.isReviewing = primary.isPaused = true;
    bench.handle(ofTable(CommandKind::Resume));
    QVERIFY(!bench.book.hasPending());
    QVERIFY(bench.answers.back().text.find("follows when its sink goes on") != std::string::npos);
    primary.isPaused = false;
    bench.handle(ofTable(CommandKind::Resume));
    QVERIFY(bench.book.hasPending());
    bench.book.poll(at(limits::kFlushDeadlineDefault));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
  }

  void unknownTableAndTableOfOtherCommandsAreRefused() {
    Bench bench;
    bench.node.tables = Status(StatusCode::NotFound, "there is no table 'players'");
    bench.handle(ofTable(CommandKind::Pause));
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.answers.back().text, std::string("there is no table 'players'"));
    bench.node.did.clear();
    bench.handle(ofTable(CommandKind::Drain));
    QVERIFY(bench.answers.back().status.code() == StatusCode::Invalid);
    QVERIFY(bench.node.did.empty());
  }

  void flushSaysWhatIsHeldAndWhy() {
    Bench bench;
    bench.node.settle(100, 7);
    bench.node.sinks["mirror"].held = 2;
    bench.node.sinks["mirror"].heldWhy = "table players is paused by ops, 2 change sets are held";
    bench.handle(CommandKind::Flush);
    QVERIFY2(bench.answers.back().text.ends_with("; not persisted by mirror: table players is "
                                                 "paused by ops, 2 change sets are held"),
             bench.answers.back().text.c_str());
  }
};

PENSTOCK_TEST(TestCommandBookPauses)

}  // namespace penstock::test

#include "tst_command_book_pauses.moc"
