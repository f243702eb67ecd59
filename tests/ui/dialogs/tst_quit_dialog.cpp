// SPDX-License-Identifier: Apache-2.0
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/dialogs/quit_dialog.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestQuitDialog : public QObject {
  Q_OBJECT

 private slots:
  void saysWhatIsSafeAndWhere();
  void drainsShowsProgressAndQuits();
  void cancellingADrainOpensIntakeAgain();
  void quitNowSendsNothing();
  void aFailedDrainLeavesTheChoice();
  void aDrainThatDoesNotEndInTimeTellsWhatIsLeft();
};

void TestQuitDialog::saysWhatIsSafeAndWhere() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  const QuitDialog dialog(desk, 12'480, 30s);
  QVERIFY(dialog.message().startsWith(
      QStringLiteral("12,480 change sets are safe in the journal and not yet in the database.")));
}

void TestQuitDialog::drainsShowsProgressAndQuits() {
  FakeEngineLink link;
  link.answerCommands(FakeEngineLink::Answers::ByHand);
  HandClock clock;
  CommandDesk desk(link, clock);
  QuitDialog dialog(desk, 1'000, 30s);
  QSignalSpy accepted(&dialog, &QDialog::accepted);
  dialog.show();
  QTest::mouseClick(dialog.drainAndQuit(), Qt::LeftButton);
  QVERIFY(link.commands().front().kind == CommandKind::Drain);
  QVERIFY(link.commands().front().afterDrain == Command::AfterDrain::StayHeld);
  QCOMPARE(link.commands().front().deadlineMs.value(), 30'000u);
  Snapshot sample = healthySnapshot();
  sample.sinks.front().queueDepth = 250;
  dialog.showSample(sample);
  QCOMPARE(dialog.findChild<QProgressBar*>()->value(), 750);
  CommandAnswer done;
  done.id = link.commands().front().id;
  done.stage = CommandStage::InEffect;
  link.answer(done);
  desk.poll();
  QCOMPARE(accepted.count(), 1);
}

void TestQuitDialog::cancellingADrainOpensIntakeAgain() {
  FakeEngineLink link;
  link.answerCommands(FakeEngineLink::Answers::ByHand);
  HandClock clock;
  CommandDesk desk(link, clock);
  QuitDialog dialog(desk, 1'000, 30s);
  QSignalSpy rejected(&dialog, &QDialog::rejected);
  dialog.show();
  QTest::mouseClick(dialog.drainAndQuit(), Qt::LeftButton);
  QTest::mouseClick(dialog.cancel(), Qt::LeftButton);
  QVERIFY(link.commands().back().kind == CommandKind::Release);
  QCOMPARE(rejected.count(), 1);
}

void TestQuitDialog::quitNowSendsNothing() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  QuitDialog dialog(desk, 1'000, 30s);
  QSignalSpy accepted(&dialog, &QDialog::accepted);
  dialog.show();
  QTest::mouseClick(dialog.quitNow(), Qt::LeftButton);
  QCOMPARE(accepted.count(), 1);
  QVERIFY(link.commands().empty());
}

void TestQuitDialog::aFailedDrainLeavesTheChoice() {
  FakeEngineLink link;
  link.answerCommands(FakeEngineLink::Answers::FailAtOnce);
  HandClock clock;
  CommandDesk desk(link, clock);
  QuitDialog dialog(desk, 1'000, 30s);
  dialog.show();
  QTest::mouseClick(dialog.drainAndQuit(), Qt::LeftButton);
  desk.poll();
  QVERIFY(dialog.message().contains(QStringLiteral("the sink is stopped")));
  QVERIFY(dialog.drainAndQuit()->isEnabled());
}

void TestQuitDialog::aDrainThatDoesNotEndInTimeTellsWhatIsLeft() {
  FakeEngineLink link;
  link.answerCommands(FakeEngineLink::Answers::ByHand);
  HandClock clock;
  CommandDesk desk(link, clock);
  QuitDialog dialog(desk, 1'000, 30s);
  dialog.show();
  QTest::mouseClick(dialog.drainAndQuit(), Qt::LeftButton);
  Snapshot sample = healthySnapshot();
  sample.sinks.front().queueDepth = 250;
  dialog.showSample(sample);
  CommandAnswer late;
  late.id = link.commands().front().id;
  late.stage = CommandStage::Failed;
  late.text = "not finished in time; what was begun goes on";
  link.answer(late);
  desk.poll();
  QVERIFY(dialog.message().contains(
      QStringLiteral("750 change sets were persisted, 250 are left in the journal")));
  QVERIFY(dialog.message().contains(QStringLiteral("the next start carries on")));
  QVERIFY(dialog.drainAndQuit()->isEnabled() && dialog.quitNow()->isEnabled());
}

PENSTOCK_TEST(TestQuitDialog)
#include "tst_quit_dialog.moc"
