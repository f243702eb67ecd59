// SPDX-License-Identifier: Apache-2.0
#include <QProgressBar>
#include <QPushButton>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/workload_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestWorkloadPanel : public QObject {
  Q_OBJECT

 private slots:
  void startsTheGameWithRateAndSize();
  void replayNeedsAFileAndShowsHowFarItIs();
  void theResultOfTheCheckIsInWords();
  void whatHasNoEndIsDoneWhenItIsChecked();
};

static QPushButton* button(const QWidget& panel, const char* name) {
  return panel.findChild<QPushButton*>(QString::fromLatin1(name));
}

void TestWorkloadPanel::startsTheGameWithRateAndSize() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  WorkloadPanel panel(desk);
  QVERIFY(!button(panel, "stopWorkload")->isEnabled());
  QTest::mouseClick(button(panel, "startGame"), Qt::LeftButton);
  QCOMPARE(link.commands().size(), std::size_t{1});
  QVERIFY(link.commands().front().kind == CommandKind::StartWorkload);
  QCOMPARE(link.commands().front().workload, std::string("game"));
  QCOMPARE(link.commands().front().ratePerSecond, 2'000.0);
  WorkloadSnapshot running;
  running.name = "game";
  running.state = WorkloadState::Running;
  panel.showWorkload(running);
  QVERIFY(!button(panel, "startGame")->isEnabled());
  QTest::mouseClick(button(panel, "stopWorkload"), Qt::LeftButton);
  QVERIFY(link.commands().back().kind == CommandKind::StopWorkload);
}

void TestWorkloadPanel::replayNeedsAFileAndShowsHowFarItIs() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  WorkloadPanel panel(desk);
  QVERIFY(!button(panel, "startReplay")->isEnabled());
  panel.chooseFile(QStringLiteral("/data/changes.ndjson"));
  QTest::mouseClick(button(panel, "startReplay"), Qt::LeftButton);
  QCOMPARE(link.commands().front().file, std::string("/data/changes.ndjson"));
  WorkloadSnapshot running;
  running.name = "replay";
  running.state = WorkloadState::Running;
  running.done = 50;
  running.total = 200;
  running.secondsLeft = 42;
  panel.showWorkload(running);
  QVERIFY(!panel.stateText().contains(QStringLiteral("shed")));
  running.shed = 7;
  panel.showWorkload(running);
  QVERIFY2(panel.stateText().contains(QStringLiteral("7 shed")), qPrintable(panel.stateText()));
  QCOMPARE(panel.findChild<QProgressBar*>()->value(), 250);
  QVERIFY2(panel.stateText().contains(QStringLiteral("about 42")), qPrintable(panel.stateText()));
  QVERIFY(button(panel, "stopWorkload")->text().contains(QStringLiteral("Cance")));
}

void TestWorkloadPanel::theResultOfTheCheckIsInWords() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  WorkloadPanel panel(desk);
  WorkloadSnapshot ended;
  ended.name = "game";
  ended.state = WorkloadState::Failed;
  ended.message = "player 42 has 149 moves, expected 150";
  panel.showWorkload(ended);
  QVERIFY(panel.stateText().contains(QStringLiteral("check failed")));
  QVERIFY(panel.stateText().contains(QStringLiteral("expected 150")));
  ended.state = WorkloadState::Passed;
  panel.showWorkload(ended);
  QVERIFY(panel.stateText().contains(QStringLiteral("check passed")));
}

void TestWorkloadPanel::whatHasNoEndIsDoneWhenItIsChecked() {
  FakeEngineLink link;
  HandClock clock;
  CommandDesk desk(link, clock);
  WorkloadPanel panel(desk);
  const auto* bar = panel.findChild<QProgressBar*>();
  WorkloadSnapshot game;
  game.name = "game";
  game.done = 21'603'618;
  game.state = WorkloadState::Checking;
  panel.showWorkload(game);
  QCOMPARE(bar->maximum(), 0);
  QVERIFY(button(panel, "stopWorkload")->text().contains(QStringLiteral("check")));
  QVERIFY(button(panel, "stopWorkload")->isEnabled());
  game.state = WorkloadState::Passed;
  panel.showWorkload(game);
  QCOMPARE(bar->value(), bar->maximum());
  QVERIFY(!bar->isTextVisible());  // not `0 %` of nothing
  game.state = WorkloadState::Cancelled;
  panel.showWorkload(game);
  QCOMPARE(bar->value(), 0);
}

PENSTOCK_TEST(TestWorkloadPanel)
#include "tst_workload_panel.moc"
