// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <atomic>
#include <string>
#include <vector>

#include "engine/operate/control.h"
#include "model/limits.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// One sink, whose progress the test moves. Threads: any.
class SmallNode final : public OperatedNode {
 public:
  std::vector<std::string> sinkNames() const override { return {"primary"}; }
  Sequence syncedHead() const override { return Sequence{10}; }
  SinkProgress progress(std::string_view) const override {
    SinkProgress progress;
    progress.settled = Sequence{settled.load()};
    return progress;
  }
  SinkSettings settings(std::string_view) const override { return {}; }
  void pause(std::string_view, const std::string&, const std::string&) override { ++handled; }
  std::string resume(std::string_view) override { return {}; }
  Status pauseTable(std::string_view, const Command&) override { return Status::ok(); }
  Result<std::string> resumeTable(std::string_view, const std::string&) override {
    return std::string();
  }
  void flushTo(std::string_view, Sequence) override { ++handled; }
  void applySettings(std::string_view, const SinkSettings&) override {}
  void holdIntake(const std::string&) override {}
  bool isIntakeQuiet() const override { return true; }
  bool releaseIntake() override { return false; }
  std::string intakeTrouble() const override { return {}; }
  Status startWorkload(const Command&) override { return Status::ok(); }
  Status stopWorkload() override { return Status::ok(); }
  void orderLetters(const Command&, const std::string&) override {}
  LetterProgress letters(CommandId) const override { return {}; }
  void forgetLetters(CommandId) override {}
  void orderLoss(const Command&) override {}
  LossProgress loss(CommandId) const override { return {}; }
  void forgetLoss(CommandId) override {}
  Status beginFailover(const std::string&) override { return Status::ok(); }
  FailoverProgress failover() const override { return {}; }
  Status endFailover() override { return Status::ok(); }
  void cancelFailover() override {}

  std::atomic<std::uint64_t> settled{0};
  std::atomic<int> handled{0};
};

Command commandOf(CommandKind kind, std::uint64_t id) {
  Command command;
  command.kind = kind;
  command.id = CommandId{id};
  return command;
}

}  // namespace

class TestControl : public QObject {
  Q_OBJECT

 private slots:
  void commandIsCarriedOutWhateverComesMeanwhile() {
    SmallNode node;
    EventLog events(systemClock());
    Control control(node, events, systemClock(), [] {});
    control.start();
    control.send(commandOf(CommandKind::Flush, 1));
    std::vector<CommandAnswer> answers;
    QTRY_VERIFY(take(control, answers, 1));
    QVERIFY(answers[0].stage == CommandStage::Acknowledged);
    control.send(commandOf(CommandKind::Pause, 2));  // a flush under way holds nobody up
    QTRY_VERIFY(take(control, answers, 3));
    QVERIFY(answers[2].id == CommandId{2} && answers[2].stage == CommandStage::InEffect);
    node.settled = 10;
    QTRY_VERIFY(take(control, answers, 4));
    QVERIFY(answers[3].id == CommandId{1} && answers[3].stage == CommandStage::InEffect);
    QCOMPARE(events.since(0, 10).events.size(), 2u);
    control.stop();
  }

  void ticksGoOnWithoutCommands() {
    SmallNode node;
    EventLog events(systemClock());
    std::atomic<int> ticks{0};
    Control control(node, events, systemClock(), [&ticks] { ++ticks; });
    control.start();
    QTRY_VERIFY(ticks >= 3);
    control.stop();
    const int last = ticks;
    control.stop();
    QCOMPARE(ticks.load(), last);
  }

  void endDoesNotWaitForACommandUnderWay() {
    SmallNode node;
    EventLog events(systemClock());
    Control control(node, events, systemClock(), [] {});
    control.start();
    control.send(commandOf(CommandKind::Flush, 1));
    QTRY_COMPARE(node.handled.load(), 1);
    control.stop();
    control.send(commandOf(CommandKind::Pause, 2));  // nobody is there any more
    QCOMPARE(node.handled.load(), 1);
  }

  void answersNobodyTakesAreDroppedOldestFirst() {
    SmallNode node;
    EventLog events(systemClock());
    Control control(node, events, systemClock(), [] {});
    control.start();
    const std::uint64_t count = limits::kCommandAnswersMax;
    for (std::uint64_t id = 1; id <= count; ++id) control.send(commandOf(CommandKind::Pause, id));
    QTRY_COMPARE(node.handled.load(), static_cast<int>(count));
    control.stop();
    const std::vector<CommandAnswer> answers = control.takeAnswers();
    QCOMPARE(answers.size(), limits::kCommandAnswersMax);
    QVERIFY(answers.back().id == CommandId{count});
    QVERIFY(answers.back().stage == CommandStage::InEffect);
    QVERIFY(answers.front().id == CommandId{count / 2 + 1});
  }

 private:
  static bool take(Control& control, std::vector<CommandAnswer>& answers, std::size_t count) {
    for (CommandAnswer& answer : control.takeAnswers()) answers.push_back(std::move(answer));
    return answers.size() >= count;
  }
};

PENSTOCK_TEST(TestControl)

}  // namespace penstock::test

#include "tst_control.moc"
