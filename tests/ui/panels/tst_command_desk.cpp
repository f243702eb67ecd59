// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/command_desk.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestCommandDesk : public QObject {
  Q_OBJECT

 private slots:
  void recordsWhoSends();
  void followsACommandToItsEffect();
  void aRepeatKeepsItsId();
  void readOnlySendsNothing();
};

void TestCommandDesk::recordsWhoSends() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  desk.setOperator("ada@control");
  (void)desk.send({});
  QCOMPARE(link.commands().size(), std::size_t{1});
  QCOMPARE(link.commands().front().who, std::string("ada@control"));
}

void TestCommandDesk::followsACommandToItsEffect() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  int steps = 0;
  connect(&desk, &CommandDesk::progressed, this, [&steps] { ++steps; });
  const CommandId id = desk.send({});
  QCOMPARE(steps, 1);
  clock.advance(5ms);
  desk.poll();
  QCOMPARE(steps, 3);
  QVERIFY(desk.find(id)->stage == CommandProgress::Stage::InEffect);
  QCOMPARE(desk.find(id)->endedAfter->count(), 5);
}

void TestCommandDesk::aRepeatKeepsItsId() {
  FakeEngineLink link;
  link.answerCommands(FakeEngineLink::Answers::ByHand);
  HandClock clock;
  CommandDesk desk(link, clock);
  const CommandId id = desk.send({});
  clock.advance(2s);
  desk.poll();
  QVERIFY(desk.find(id)->stage == CommandProgress::Stage::NotConfirmed);
  desk.repeat(id);
  QCOMPARE(link.commands().size(), std::size_t{2});
  QVERIFY(link.commands()[1].id == link.commands()[0].id);
  QVERIFY(desk.find(id)->stage == CommandProgress::Stage::Sent);
}

void TestCommandDesk::readOnlySendsNothing() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  desk.setReadOnly(true);
  QVERIFY(desk.send({}) == CommandId{});
  QVERIFY(link.commands().empty());
}

PENSTOCK_TEST(TestCommandDesk)
#include "tst_command_desk.moc"
