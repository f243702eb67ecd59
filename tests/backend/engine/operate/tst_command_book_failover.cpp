// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "model/limits.h"
#include "tests/backend/engine/operate/command_bench.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

Command failOver(const std::string& to = "mirror") {
  Command command;
  command.kind = CommandKind::FailOver;
  command.sink = to;
  return command;
}

}  // namespace

/// Making a standby the primary: all of it, or nothing.
class TestCommandBookFailover : public QObject {
  Q_OBJECT

 private slots:
  void standbyIsPrimaryOnceItHasAllThatWasAnnounced() {
    Bench bench;
    bench.handle(failOver());
    QVERIFY(bench.book.hasPending());
    QCOMPARE(bench.node.did, (Did{"begin failover to mirror", "flush mirror 40"}));
    bench.node.failing.mayEnd = true;
    bench.book.poll(at(5ms));
    QCOMPARE(bench.node.did.back(), std::string("end failover"));
    QVERIFY(bench.answers.back().stage == CommandStage::InEffect);
    QCOMPARE(bench.answers.back().text, std::string("mirror is the primary, primary is a standby"));
    QCOMPARE(bench.events.back().oldValue, std::string("primary"));
    QCOMPARE(bench.events.back().newValue, std::string("mirror"));
  }

  void sinkMustBeNamedAndFit() {
    Bench bench;
    bench.handle(failOver(""));
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.answers.back().text, std::string("which standby? (name the sink)"));
    bench.node.standby = Status(StatusCode::Conflict, "sink mirror is the primary already");
    Command again = failOver();
    again.id = CommandId{77};
    bench.handle(again);
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.node.did, (Did{"begin failover to mirror"}));  // nothing to be cancelled
  }

  void primaryStaysWhenTheStandbyIsTooLate() {
    Bench bench;
    bench.node.sinks["mirror"].settled = Sequence{31};
    bench.handle(failOver());
    bench.book.poll(at(limits::kFlushDeadlineDefault + 1ms));
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.node.did.back(), std::string("cancel failover"));
    QCOMPARE(bench.answers.back().text,
             std::string("mirror has settled 31 of the 40 that were announced as persisted, and "
                         "has to have them all; primary stays the primary"));
  }

  void primaryStaysWhenTheStandbyStands() {
    Bench bench;
    bench.handle(failOver());
    bench.node.sinks["mirror"].stopped = Status(StatusCode::Corrupt, "no such disk");
    bench.book.poll(at(5ms));
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.node.did.back(), std::string("cancel failover"));
    QCOMPARE(bench.answers.back().text,
             std::string("sink mirror: no such disk; primary stays the primary"));
  }

  void primaryStaysWhenItCannotBeWrittenDown() {
    Bench bench;
    bench.node.failing.mayEnd = true;
    bench.node.roles = Status(StatusCode::IoError, "disk full");
    bench.handle(failOver());
    QVERIFY(bench.answers.back().stage == CommandStage::Failed);
    QCOMPARE(bench.node.did.back(), std::string("cancel failover"));
  }
};

PENSTOCK_TEST(TestCommandBookFailover)

}  // namespace penstock::test

#include "tst_command_book_failover.moc"
