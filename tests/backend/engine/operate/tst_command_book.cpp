// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "model/limits.h"
#include "tests/backend/engine/operate/command_bench.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

}  // namespace

class TestCommandBook : public QObject {
  Q_OBJECT

 private slots:
  void flushIsInEffectWhenEverySinkHasPassedTheHead() {
    Bench bench;
    bench.node.settle(90, 1000);
    bench.handle(CommandKind::Flush);
    QCOMPARE(bench.node.did, (Did{"flush primary 100", "flush mirror 100"}));
    QCOMPARE(bench.answers.size(), 1u);
    QVERIFY(bench.answers[0].stage == CommandStage::Acknowledged);
    bench.node.head = Sequence{500};  // what comes later is not waited for
    bench.node.settle(99, 1200);
    bench.book.poll(at(10ms));
    QVERIFY(bench.book.hasPending());
    bench.node.sinks["primary"].settled = Sequence{100};
    bench.book.poll(at(20ms));
    QCOMPARE(bench.answers.size(), 1u);
    bench.node.settle(100, 2204);
    bench.book.poll(at(31ms));
    QCOMPARE(bench.answers.size(), 2u);
    const CommandAnswer& answer = bench.answers[1];
    QVERIFY(answer.stage == CommandStage::InEffect && answer.status.isOk());
    QCOMPARE(answer.count, 1204u);
    QCOMPARE(answer.micros, std::int64_t{31'000});
    QCOMPARE(answer.text, std::string("flushed 1,204 change sets in 31 ms"));
    QVERIFY(!bench.book.hasPending());
  }

  void flushOfNothingIsInEffectAtOnce() {
    Bench bench;
    bench.node.settle(100, 7);
    bench.handle(CommandKind::Flush);
    QCOMPARE(bench.answers.size(), 2u);
    QCOMPARE(bench.answers[1].count, 0u);
  }

  void flushOfASinkThatStandsFailsWithItsReason() {
    Bench bench;
    bench.handle(CommandKind::Flush);
    bench.node.sinks["mirror"].stopped = Status(StatusCode::Conflict, "the fence is lost");
    bench.book.poll(at(5ms));
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QVERIFY(bench.answers.back().text.find("mirror") != std::string::npos);
    QVERIFY(bench.answers.back().text.find("the fence is lost") != std::string::npos);
    QVERIFY(bench.events.back().severity == Severity::Warning);
  }

  void scopeIsOneSinkOrAll() {
    Bench bench;
    bench.handle(CommandKind::Pause, "mirror");
    QCOMPARE(bench.node.did, (Did{"pause mirror ann "}));
    QCOMPARE(bench.events.back().sink, std::string("mirror"));
    bench.handle(CommandKind::Pause, "nowhere");
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QVERIFY(bench.answers.back().status.code() == StatusCode::NotFound);
    QCOMPARE(bench.node.did.size(), 1u);
  }

  void everyEndIsAnEventWithWhoWhyAndTheValues() {
    Bench bench;
    Command resume;
    resume.kind = CommandKind::Resume;
    resume.why = "done";
    bench.handle(resume);
    QCOMPARE(bench.events.size(), 1u);
    const Event& event = bench.events[0];
    QVERIFY(event.kind == EventKind::Command && event.severity == Severity::Info);
    QCOMPARE(event.who, std::string("ann"));
    QVERIFY(event.what.find("(done)") != std::string::npos);
    QCOMPARE(event.oldValue, std::string("paused by bob"));
    QCOMPARE(event.newValue, std::string("running"));
  }

  void settingsThatAreNotNamedStay() {
    Bench bench;
    Command configure;
    configure.kind = CommandKind::Configure;
    configure.sink = "primary";
    configure.lingerMs = 5;
    bench.handle(configure);
    QCOMPARE(bench.node.did, (Did{"apply primary 4 5000 5"}));
    QVERIFY(bench.events[0].oldValue.find("50 ms") != std::string::npos);
    QVERIFY(bench.events[0].newValue.find(" 5 ms") != std::string::npos);
  }

  void settingOutOfRangeChangesNothing_data() {
    QTest::addColumn<quint32>("workers");
    QTest::addColumn<quint32>("batchRows");
    QTest::addColumn<quint32>("lingerMs");
    QTest::addColumn<QString>("named");
    QTest::newRow("no workers") << 0u << 100u << 5u << "workers";
    QTest::newRow("many workers") << 65u << 100u << 5u << "workers";
    QTest::newRow("no rows") << 4u << 0u << 5u << "batch rows";
    QTest::newRow("many rows") << 4u << 200'001u << 5u << "batch rows";
    QTest::newRow("long linger") << 4u << 100u << 60'001u << "linger";
  }
  void settingOutOfRangeChangesNothing() {
    QFETCH(quint32, workers);
    QFETCH(quint32, batchRows);
    QFETCH(quint32, lingerMs);
    QFETCH(QString, named);
    Bench bench;
    Command configure;
    configure.kind = CommandKind::Configure;
    configure.workers = workers;
    configure.batchRows = batchRows;
    configure.lingerMs = lingerMs;
    bench.handle(configure);
    QVERIFY(bench.node.did.empty());
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QVERIFY(bench.answers.back().status.code() == StatusCode::Invalid);
    QVERIFY(QString::fromStdString(bench.answers.back().text).contains(named));
  }

  void resizeIsInEffectWhenThePoolHasTheSize() {
    Bench bench;
    Command resize;
    resize.kind = CommandKind::Resize;
    resize.sink = "primary";
    resize.workers = 16;
    bench.node.sinks["primary"].workersWanted = 4;
    bench.handle(resize);
    QCOMPARE(bench.answers.size(), 1u);
    bench.node.sinks["primary"].workersWanted = 16;
    bench.book.poll(at(5ms));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
  }

  void drainHoldsFirstAndOpensAtItsEnd() {
    Bench bench;
    bench.handle(CommandKind::Drain, "primary");
    QCOMPARE(bench.node.did, (Did{"hold drain by ann", "flush primary 100"}));
    bench.node.settle(100, 3);
    bench.book.poll(at(4ms));
    QCOMPARE(bench.node.did.back(), std::string("release"));
    QCOMPARE(bench.answers.back().count, 3u);
  }

  void drainCoversWhatWasOnItsWayWhenIntakeWasHeld() {
    Bench bench;
    bench.node.quiet = false;
    bench.handle(CommandKind::Drain, "primary");
    bench.node.settle(100, 100);
    bench.book.poll(at(10ms));
    QVERIFY(bench.book.hasPending());
    bench.node.head = Sequence{103};
    bench.node.quiet = true;
    bench.book.poll(at(20ms));
    QCOMPARE(bench.node.did, (Did{"hold drain by ann", "flush primary 100", "flush primary 103"}));
    QVERIFY(bench.book.hasPending());
    bench.node.settle(103, 103);
    bench.book.poll(at(30ms));
    QVERIFY(!bench.book.hasPending());
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
  }

  void lettersAreDecidedWhenTheirSinkHasPassedTheOrders() {
    Bench bench;
    bench.node.sinks["primary"].lettersRefused = 7;
    Command retry;
    retry.kind = CommandKind::RetryLetters;
    retry.allLetters = true;
    bench.handle(retry);
    QCOMPARE(bench.node.did, (Did{"Retry dead letters of primary"}));
    bench.node.settle(500, 3);
    bench.book.poll(at(1ms));
    QVERIFY(bench.book.hasPending());  // nothing is written yet
    bench.node.desk = {true, Status::ok(), 5, 1, "9: no such table", Sequence{600}};
    bench.book.poll(at(2ms));
    QVERIFY(bench.book.hasPending());
    bench.node.settle(600, 3);
    bench.node.sinks["primary"].lettersRefused = 9;
    bench.book.poll(at(3ms));
    QVERIFY(!bench.book.hasPending());
    const CommandAnswer& answer = bench.answers.back();
    QVERIFY(answer.stage == CommandStage::InEffect);
    QCOMPARE(answer.count, std::uint64_t{3});
    QCOMPARE(answer.text, std::string("3 dead letters retried with success, 2 refused again, 1 no "
                                      "longer fit the tables (9: no such table)"));
    QCOMPARE(bench.node.did.back(), std::string("forget letters"));
    QVERIFY(bench.events.back().who == "ann");
  }

  /// Nobody knows when a paused sink goes on; a shell would wait for ever.
  void lettersOfAPausedSinkAreDecidedAndCarriedOutLater() {
    Bench bench;
    bench.node.sinks["primary"].isPaused = true;
    Command retry;
    retry.kind = CommandKind::RetryLetters;
    retry.allLetters = true;
    bench.handle(retry);
    QVERIFY(bench.book.hasPending());  // nothing is written yet
    bench.node.desk = {true, Status::ok(), 5, 0, "", Sequence{600}};
    bench.book.poll(at(2ms));
    QVERIFY(!bench.book.hasPending());
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
    QCOMPARE(bench.answers.back().count, std::uint64_t{0});
    QCOMPARE(bench.answers.back().text,
             std::string("5 decisions are journaled; sink primary is paused, and carries them out "
                         "when it is resumed"));
  }

  /// In effect is not before what the letters had held has followed them.
  void lettersAreDecidedWhenWhatTheyHeldHasFollowed() {
    Bench bench;
    Command retry;
    retry.kind = CommandKind::RetryLetters;
    retry.allLetters = true;
    bench.handle(retry);
    bench.node.desk = {true, Status::ok(), 2, 0, "", Sequence{600}};
    bench.node.desk.held = 40;
    bench.node.settle(600, 3);
    bench.node.sinks["primary"].isReviewing = true;
    bench.book.poll(at(1ms));
    QVERIFY(bench.book.hasPending());
    bench.node.sinks["primary"].isReviewing = false;
    bench.book.poll(at(2ms));
    QVERIFY(!bench.book.hasPending());
    QCOMPARE(bench.answers.back().text,
             std::string("2 dead letters retried with success, 40 were held and followed as far as "
                         "they could"));
  }

  void lettersThatAreNotThereAreAFailure() {
    Bench bench;
    Command discard;
    discard.kind = CommandKind::DiscardLetters;
    discard.letters = {{Sequence{5}, ""}};
    bench.node.desk = {true, Status(StatusCode::NotFound, "no such dead letter"), 0, 0, "", {}};
    bench.handle(discard);
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.answers.back().text, std::string("no such dead letter"));
  }

  /// A client that forgets to name them must not decide all of them.
  void lettersMustBeNamed() {
    Bench bench;
    bench.handle(CommandKind::DiscardLetters);
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QVERIFY(bench.node.did.empty() ||
            bench.node.did.front().find("of primary") == std::string::npos);
  }

  void openingAnIntakeThatTheDiskHoldsSaysSo() {
    Bench bench;
    bench.node.diskTrouble = "only 1 MiB free";
    bench.handle(CommandKind::Release);
    QCOMPARE(bench.answers.back().text,
             std::string("no drain holds intake any more; it opens by itself when its reason is "
                         "gone: only 1 MiB free"));
  }

  void drainThatIsToStayHeldDoesUntilItIsReleased() {
    Bench bench;
    Command drain;
    drain.kind = CommandKind::Drain;
    drain.afterDrain = Command::AfterDrain::StayHeld;
    bench.handle(drain);
    bench.node.settle(100, 3);
    bench.book.poll(at(4ms));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
    // Told as held, no longer as a drain that is under way.
    QCOMPARE(bench.node.did.back(), std::string("hold since the drain by ann"));
    bench.handle(CommandKind::Drain, "nowhere");
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QVERIFY(bench.node.did.back() != "release");
    bench.handle(CommandKind::Release);
    QCOMPARE(bench.node.did.back(), std::string("release"));
  }

  void drainThatEndsDoesNotOpenTheIntakeOfAnother() {
    Bench bench;
    Command soon;
    soon.kind = CommandKind::Drain;
    soon.deadlineMs = 10;
    Command later = soon;
    later.deadlineMs = 1000;
    bench.handle(soon);
    bench.handle(later);
    bench.book.poll(at(10ms));
    QVERIFY(bench.answers.back().status.code() == StatusCode::Deadline);
    QVERIFY(bench.node.did.back() != "release");
    bench.node.settle(100, 3);
    bench.book.poll(at(20ms));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
    QCOMPARE(bench.node.did.back(), std::string("release"));
  }

  void deadlineOfADrainOpensIntakeAgain() {
    Bench bench;
    Command drain;
    drain.kind = CommandKind::Drain;
    drain.deadlineMs = 250;
    bench.handle(drain);
    bench.book.poll(at(249ms));
    QVERIFY(bench.book.hasPending());
    bench.book.poll(at(250ms));
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QVERIFY(bench.answers.back().status.code() == StatusCode::Deadline);
    QCOMPARE(bench.node.did.back(), std::string("release"));
  }

  void repeatIsAnsweredAgainAndNotDoneTwice() {
    Bench bench;
    Command flush;
    flush.kind = CommandKind::Flush;
    flush.id = CommandId{9};
    bench.handle(flush);
    bench.handle(flush);
    QCOMPARE(bench.node.did.size(), 2u);
    QCOMPARE(bench.answers.size(), 2u);
    QVERIFY(bench.answers[1].stage == CommandStage::Acknowledged);
    bench.node.settle(100, 5);
    bench.book.poll(at(1ms));
    bench.handle(flush, 50ms);
    QCOMPARE(bench.answers.size(), 4u);
    QVERIFY(bench.answers[3].stage == CommandStage::InEffect);
    QCOMPARE(bench.answers[3].text, bench.answers[2].text);
    QCOMPARE(bench.node.did.size(), 2u);
    QCOMPARE(bench.events.size(), 1u);
  }

  void acceptedLossIsInEffectOnceItIsWritten() {
    Bench bench;
    Command accept;
    accept.kind = CommandKind::AcceptLoss;
    accept.why = "because";
    bench.handle(accept);
    QCOMPARE(bench.node.did, (std::vector<std::string>{"accept loss because"}));
    QVERIFY(bench.book.hasPending());
    bench.node.lossDesk = {true, Status::ok(), "3 records are given up"};
    bench.book.poll(at(1ms));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
    QCOMPARE(bench.answers.back().text, std::string("3 records are given up"));
    QCOMPARE(bench.node.did.back(), std::string("forget loss"));
    bench.node.lossDesk.status = Status(StatusCode::Invalid, "another damage");
    bench.handle(accept, 2ms);
    QVERIFY(!bench.book.hasPending());
    QVERIFY(bench.events.back().severity == Severity::Warning);
    QCOMPARE(bench.answers.back().text, std::string("another damage"));
  }

  void workloadThatCannotStartFails() {
    Bench bench;
    bench.node.workload = Status(StatusCode::Conflict, "a workload is running already");
    Command start;
    start.kind = CommandKind::StartWorkload;
    start.workload = "game";
    bench.handle(start);
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.answers.back().text, std::string("a workload is running already"));
    QVERIFY(!bench.book.hasPending());
  }
};

PENSTOCK_TEST(TestCommandBook)

}  // namespace penstock::test

#include "tst_command_book.moc"
