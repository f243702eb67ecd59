// SPDX-License-Identifier: Apache-2.0
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/dead_letters_panel.h"
#include "ui/panels/elided_label.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestDeadLettersPanel : public QObject {
  Q_OBJECT

 private slots:
  void aChosenLetterIsShownInFull();
  void allOfThemCanBeExported();
  void chosenOnesAreRetriedAfterAQuestion();
  void allThatMatchAreDiscardedWhenNoneIsChosen();
  void lockedWindowDecidesNothing();
  void whatBecameOfADecisionCanBeRead();

 private:
  void turn(DeadLettersPanel& panel, BrowseDesk& desk) {
    m_clock.advance(100ms);
    panel.pages()->tick(m_clock.steadyNow());
    desk.poll();
  }
  HandClock m_clock;
};

void TestDeadLettersPanel::aChosenLetterIsShownInFull() {
  FakeEngineLink link;
  fillTables(link);
  BrowseDesk desk(link);
  CommandDesk commands(link, m_clock);
  DeadLettersPanel panel(desk, commands);
  panel.resize(1000, 160);
  panel.show();
  turn(panel, desk);
  QCOMPARE(panel.pages()->model().rowCount(), 12);
  panel.pages()->view()->selectRow(3);
  const QString text = panel.details()->toPlainText();
  QVERIFY(text.contains(QStringLiteral("16790003")));
  QVERIFY(text.contains(QStringLiteral("SQLITE_CONSTRAINT_UNIQUE")));
  QVERIFY(text.contains(QStringLiteral("\"table\": \"slots\"")));
}

void TestDeadLettersPanel::allOfThemCanBeExported() {
  FakeEngineLink link;
  fillTables(link);
  BrowseDesk desk(link);
  CommandDesk commands(link, m_clock);
  DeadLettersPanel panel(desk, commands);
  panel.show();
  const QSignalSpy wanted(panel.pages(), &PageTable::exportWanted);
  QVERIFY(!panel.pages()->exportButton()->isEnabled());
  turn(panel, desk);
  QTest::mouseClick(panel.pages()->exportButton(), Qt::LeftButton);
  QCOMPARE(wanted.count(), 1);
  const auto request = wanted.front().front().value<BrowseRequest>();
  QVERIFY(request.subject == BrowseSubject::DeadLetters);
}

static QMessageBox* questionOf(const DeadLettersPanel& panel) {
  return panel.window()->findChild<QMessageBox*>();
}

void TestDeadLettersPanel::chosenOnesAreRetriedAfterAQuestion() {
  FakeEngineLink link;
  fillTables(link);
  BrowseDesk desk(link);
  CommandDesk commands(link, m_clock);
  DeadLettersPanel panel(desk, commands);
  panel.setSink("primary");
  panel.show();
  turn(panel, desk);
  panel.pages()->view()->selectRow(3);
  panel.findChild<QPushButton*>(QStringLiteral("retryLettersButton"))->click();
  QMessageBox* question = questionOf(panel);
  QVERIFY(question != nullptr);
  QCOMPARE(question->text(), QStringLiteral("Retry the chosen dead letter?"));
  QVERIFY(question->informativeText().contains(QStringLiteral("16790003: UNIQUE")));
  QVERIFY(link.commands().empty());
  question->findChild<QPushButton*>(QStringLiteral("confirmButton"))->click();
  QCOMPARE(link.commands().size(), 1u);
  const Command& command = link.commands().front();
  QVERIFY(command.kind == CommandKind::RetryLetters && !command.allLetters);
  QCOMPARE(command.sink, std::string("primary"));
  QCOMPARE(command.letters.size(), 1u);
  QVERIFY(command.letters.front() == (LetterKey{Sequence{16'790'003}, "0f1e"}));
}

void TestDeadLettersPanel::allThatMatchAreDiscardedWhenNoneIsChosen() {
  FakeEngineLink link;
  fillTables(link);
  BrowseDesk desk(link);
  CommandDesk commands(link, m_clock);
  DeadLettersPanel panel(desk, commands);
  panel.show();
  turn(panel, desk);
  panel.pages()->filter()->setText(QStringLiteral("UNIQUE"));
  panel.findChild<QPushButton*>(QStringLiteral("discardLettersButton"))->click();
  QMessageBox* question = questionOf(panel);
  QVERIFY(question != nullptr);
  QVERIFY(question->text().contains(QStringLiteral("that hold “UNIQUE”")));
  QVERIFY(question->informativeText().contains(QStringLiteral("cannot be undone")));
  auto* yes = question->findChild<QPushButton*>(QStringLiteral("confirmButton"));
  auto* name = question->findChild<QLineEdit*>(QStringLiteral("tableNameEdit"));
  QVERIFY(name != nullptr && !yes->isEnabled());
  name->setText(QStringLiteral("slot"));
  QVERIFY(!yes->isEnabled());
  name->setText(QStringLiteral("slots"));
  QVERIFY(yes->isEnabled());
  yes->click();
  QCOMPARE(link.commands().size(), 1u);
  QVERIFY(link.commands().front().kind == CommandKind::DiscardLetters);
  QVERIFY(link.commands().front().allLetters && link.commands().front().letters.empty());
  QCOMPARE(link.commands().front().letterFilter, std::string("UNIQUE"));
}

void TestDeadLettersPanel::lockedWindowDecidesNothing() {
  FakeEngineLink link;
  fillTables(link);
  BrowseDesk desk(link);
  CommandDesk commands(link, m_clock);
  commands.setReadOnly(true);
  DeadLettersPanel panel(desk, commands);
  panel.show();
  turn(panel, desk);
  auto* retry = panel.findChild<QPushButton*>(QStringLiteral("retryLettersButton"));
  QVERIFY(!retry->isEnabled());
  commands.setReadOnly(false);
  panel.showAvailability();
  QVERIFY(retry->isEnabled());
  panel.setConnected(false);
  QVERIFY(!retry->isEnabled());
}

// In the room that it has in a window of 1280 pixels.
void TestDeadLettersPanel::whatBecameOfADecisionCanBeRead() {
  FakeEngineLink link;
  fillTables(link);
  link.answerCommands(FakeEngineLink::Answers::ByHand);
  BrowseDesk desk(link);
  CommandDesk commands(link, m_clock);
  DeadLettersPanel panel(desk, commands);
  panel.resize(1020, 160);
  panel.show();
  turn(panel, desk);
  panel.findChild<QPushButton*>(QStringLiteral("retryLettersButton"))->click();
  questionOf(panel)->findChild<QPushButton*>(QStringLiteral("confirmButton"))->click();
  CommandAnswer answer;
  answer.id = link.commands().front().id;
  answer.kind = CommandKind::RetryLetters;
  answer.stage = CommandStage::Failed;
  answer.text = "12 stay: table messages is paused by operator@node since 2026-11-21 22:45:03 UTC";
  link.answer(answer);
  commands.poll();
  auto* outcome = panel.findChild<ElidedLabel*>(QStringLiteral("lettersProgress"));
  QVERIFY(outcome != nullptr && outcome->isVisible());
  QVERIFY(outcome->fullText().contains(QStringLiteral("22:45:03")));
  QTRY_VERIFY(!outcome->isElided());
}

PENSTOCK_TEST(TestDeadLettersPanel)
#include "tst_dead_letters_panel.moc"
