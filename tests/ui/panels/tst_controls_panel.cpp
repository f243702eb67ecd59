// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/controls_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestControlsPanel : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void pauseAsksWithTheNumberAtStakeAndResumeDoesNot();
  void aConfirmationSurvivesAThousandSamples();
  void flushGoesOutAtOnceAndTellsItsProgress();
  void drainCarriesTheChoiceAfterIt();
  void applyIsOnlyOnWhenChangedAndValid();
  void poolSizeTakesTwoClicks();
  void batchAndLingerGoOutTogether();
  void bothCommandsOfOneApplyAreTold();
  void withoutConnectionTypedValuesStayAndApplyIsOff();
  void whatIsNotConfirmedIsSentAgainUnderItsId();
  void readOnlyTurnsEveryVerbOff();
  void tableIsPausedAndResumedAlone();
  void pausedTablesComeFirstAndAnOpenChoiceStays();
  void openIntakeIsOfferedOnlyForWhatADrainHolds();
  void noTextIsClipped();

 private:
  QPushButton* button(const char* name) const {
    return m_panel->findChild<QPushButton*>(QString::fromLatin1(name));
  }
  QSpinBox* box(const char* name) const {
    for (QSpinBox* found : m_panel->findChildren<QSpinBox*>()) {
      if (found->accessibleName() == QString::fromLatin1(name)) return found;
    }
    return nullptr;
  }
  QString verbProgress() const {
    return m_panel->findChild<QLabel*>(QStringLiteral("verbProgress"))->text();
  }

  std::unique_ptr<FakeEngineLink> m_link;
  std::unique_ptr<HandClock> m_clock;
  std::unique_ptr<CommandDesk> m_desk;
  std::unique_ptr<ControlsPanel> m_panel;
};

void TestControlsPanel::init() {
  m_panel.reset();
  m_link = std::make_unique<FakeEngineLink>();
  m_clock = std::make_unique<HandClock>();
  m_desk = std::make_unique<CommandDesk>(*m_link, *m_clock);
  m_panel = std::make_unique<ControlsPanel>(*m_desk);
  m_panel->resize(252, 600);
  m_panel->show();
  m_panel->showSample(healthySnapshot());
}

void TestControlsPanel::pauseAsksWithTheNumberAtStakeAndResumeDoesNot() {
  Snapshot sample = healthySnapshot();
  sample.sinks.front().queueDepth = 12'480;
  m_panel->showSample(sample);
  QTest::mouseClick(button("pauseButton"), Qt::LeftButton);
  auto* question = m_panel->window()->findChild<QMessageBox*>();
  QVERIFY(question != nullptr);
  QVERIFY(question->text().contains(QStringLiteral("embedded")));
  QVERIFY(question->informativeText().contains(QStringLiteral("12,480")));
  QVERIFY(m_link->commands().empty());
  QTest::mouseClick(question->findChild<QPushButton*>(QStringLiteral("confirmButton")),
                    Qt::LeftButton);
  QCOMPARE(m_link->commands().size(), std::size_t{1});
  QVERIFY(m_link->commands().front().kind == CommandKind::Pause);

  sample.state = NodeState::Paused;
  sample.sinks.front().state = SinkState::Paused;
  m_panel->showSample(sample);
  QVERIFY(button("pauseButton")->text().startsWith(QStringLiteral("Resume")));
  QTest::mouseClick(button("pauseButton"), Qt::LeftButton);
  QVERIFY(m_link->commands().back().kind == CommandKind::Resume);
}

void TestControlsPanel::tableIsPausedAndResumedAlone() {
  m_panel->setTables({QStringLiteral("players"), QStringLiteral("slots")});
  m_panel->showSample(healthySnapshot());
  m_panel->setTable("players");
  m_panel->showSample(healthySnapshot());
  QCOMPARE(m_panel->table(), std::string("players"));
  QVERIFY(button("pauseButton")->text().contains(QStringLiteral("Pause table")));
  QVERIFY(!button("flushButton")->isEnabled() && !button("drainButton")->isEnabled());
  box("Pool size")->stepUp();
  QVERIFY(!button("applyButton")->isEnabled());
  QTest::mouseClick(button("pauseButton"), Qt::LeftButton);
  auto* question = m_panel->window()->findChild<QMessageBox*>();
  QVERIFY(question != nullptr && question->text().contains(QStringLiteral("table players")));
  QVERIFY(question->informativeText().contains(QStringLiteral("same group or row")));
  QVERIFY(question->informativeText().contains(QStringLiteral("All else goes on")));
  QTest::keyClick(question, Qt::Key_Return);
  QCOMPARE(m_link->commands().size(), std::size_t{1});
  QVERIFY(m_link->commands().front().kind == CommandKind::Pause);
  QCOMPARE(m_link->commands().front().table, std::string("players"));

  Snapshot sample = healthySnapshot();
  sample.state = NodeState::Paused;
  sample.sinks.front().pausedTables = {{"players", "ops", "", 0, 7}};
  m_panel->showSample(sample);
  QVERIFY(button("pauseButton")->text().contains(QStringLiteral("Resume table")));
  QTest::mouseClick(button("pauseButton"), Qt::LeftButton);
  QVERIFY(m_link->commands().back().kind == CommandKind::Resume);
  QCOMPARE(m_link->commands().back().table, std::string("players"));
  // The node is not: what flushes there is paused by its own button.
  m_panel->setScope({});
  m_panel->showSample(sample);
  QVERIFY(button("pauseButton")->text().contains(QStringLiteral("Pause flushing")));
}

void TestControlsPanel::pausedTablesComeFirstAndAnOpenChoiceStays() {
  Snapshot sample = healthySnapshot();
  sample.sinks.front().pausedTables = {{"slots", "ops", "", 0, 7}};
  m_panel->setTables({QStringLiteral("players"), QStringLiteral("slots")});
  m_panel->showSample(sample);
  auto* scopes = m_panel->findChild<QComboBox*>();
  QStringList texts;
  for (int i = int(sample.sinks.size()) + 1; i < scopes->count(); ++i) {
    texts << scopes->itemText(i);
  }
  QCOMPARE(texts,
           (QStringList{QStringLiteral("Table slots (paused)"), QStringLiteral("Table players")}));
  m_panel->setTable("players");
  m_panel->showSample(healthySnapshot());
  QCOMPARE(m_panel->table(), std::string("players"));
  scopes->showPopup();
  m_panel->showSample(sample);
  QVERIFY(!scopes->itemText(1 + int(sample.sinks.size())).contains(QStringLiteral("paused")));
  scopes->hidePopup();
}

void TestControlsPanel::openIntakeIsOfferedOnlyForWhatADrainHolds() {
  Snapshot sample = healthySnapshot();
  sample.state = NodeState::IntakeHeld;  // a full disk
  m_panel->showSample(sample);
  QVERIFY(button("drainButton")->text().contains(QStringLiteral("Drain")));
  sample.intakeHeldBy = "since the drain by ops";
  m_panel->showSample(sample);
  QVERIFY(button("drainButton")->text().contains(QStringLiteral("Open intake")));
  QTest::mouseClick(button("drainButton"), Qt::LeftButton);
  QVERIFY(m_link->commands().back().kind == CommandKind::Release);
}

void TestControlsPanel::aConfirmationSurvivesAThousandSamples() {
  QTest::mouseClick(button("drainButton"), Qt::LeftButton);
  auto* question = m_panel->window()->findChild<QMessageBox*>();
  QVERIFY(question != nullptr && question->isVisible());
  for (std::uint64_t i = 0; i < 1'000; ++i) m_panel->showSample(healthySnapshotAt(200 + i));
  QVERIFY(question->isVisible());
  question->close();
  QVERIFY(m_link->commands().empty());
}

void TestControlsPanel::flushGoesOutAtOnceAndTellsItsProgress() {
  m_link->answerCommands(FakeEngineLink::Answers::ByHand);
  QTest::mouseClick(button("flushButton"), Qt::LeftButton);
  QCOMPARE(verbProgress(), QStringLiteral("Flush now: sent …"));
  CommandAnswer answer;
  answer.id = m_link->commands().front().id;
  answer.kind = CommandKind::Flush;
  answer.stage = CommandStage::InEffect;
  answer.text = "flushed 1,204 change sets in 31 ms";
  m_link->answer(answer);
  m_clock->advance(31ms);
  m_desk->poll();
  QVERIFY(verbProgress().contains(QStringLiteral("in effect 31 ms")));
  QVERIFY(verbProgress().contains(QStringLiteral("1,204")));
}

void TestControlsPanel::drainCarriesTheChoiceAfterIt() {
  for (QComboBox* choice : m_panel->findChildren<QComboBox*>()) {
    if (choice->accessibleName() == QStringLiteral("After the drain")) choice->setCurrentIndex(1);
  }
  QTest::mouseClick(button("drainButton"), Qt::LeftButton);
  auto* question = m_panel->window()->findChild<QMessageBox*>();
  QVERIFY(question != nullptr);
  QVERIFY(question->informativeText().contains(QStringLiteral("stays held")));
  QTest::keyClick(question, Qt::Key_Return);
  QCOMPARE(m_link->commands().size(), std::size_t{1});
  QVERIFY(m_link->commands().front().afterDrain == Command::AfterDrain::StayHeld);
}

void TestControlsPanel::applyIsOnlyOnWhenChangedAndValid() {
  QVERIFY(!button("applyButton")->isEnabled());
  box("Pool size")->setValue(8);
  QVERIFY(button("applyButton")->isEnabled());
  QVERIFY(button("revertButton")->isEnabled());
  box("Pool size")->setValue(65);
  QVERIFY(!button("applyButton")->isEnabled());
  QTest::mouseClick(button("revertButton"), Qt::LeftButton);
  QCOMPARE(box("Pool size")->value(), 4);
  QVERIFY(!button("applyButton")->isEnabled());
}

void TestControlsPanel::poolSizeTakesTwoClicks() {
  box("Pool size")->stepUp();
  QTest::mouseClick(button("applyButton"), Qt::LeftButton);
  QCOMPARE(m_link->commands().size(), std::size_t{1});
  QVERIFY(m_link->commands().front().kind == CommandKind::Resize);
  QCOMPARE(m_link->commands().front().workers.value_or(0), 5u);
}

void TestControlsPanel::batchAndLingerGoOutTogether() {
  box("Batch rows")->setValue(9'000);
  box("Linger")->setValue(20);
  QTest::mouseClick(button("applyButton"), Qt::LeftButton);
  QCOMPARE(m_link->commands().size(), std::size_t{1});
  QCOMPARE(m_link->commands().front().batchRows.value_or(0), 9'000u);
  QCOMPARE(m_link->commands().front().lingerMs.value_or(0), 20u);
}

void TestControlsPanel::bothCommandsOfOneApplyAreTold() {
  box("Pool size")->setValue(16);
  box("Batch rows")->setValue(9'000);
  QTest::mouseClick(button("applyButton"), Qt::LeftButton);
  QCOMPARE(m_link->commands().size(), std::size_t{2});
  m_desk->poll();
  const auto* progress = m_panel->findChild<QLabel*>(QStringLiteral("settingsProgress"));
  QVERIFY(progress->text().contains(QStringLiteral("Resize pool")));
  QVERIFY(progress->text().contains(QStringLiteral("Apply settings")));
  QVERIFY(progress->text().contains(QStringLiteral("in effect")));
  QVERIFY(progress->heightForWidth(progress->width()) <= progress->height());
}

void TestControlsPanel::withoutConnectionTypedValuesStayAndApplyIsOff() {
  box("Pool size")->setValue(8);
  m_panel->setConnected(false, QStringLiteral("Not connected"));
  QVERIFY(!button("applyButton")->isEnabled());
  QVERIFY(!button("pauseButton")->isEnabled());
  QCOMPARE(box("Pool size")->value(), 8);
  m_panel->setConnected(true, {});
  QVERIFY(button("applyButton")->isEnabled());
}

void TestControlsPanel::whatIsNotConfirmedIsSentAgainUnderItsId() {
  m_link->answerCommands(FakeEngineLink::Answers::ByHand);
  QTest::mouseClick(button("flushButton"), Qt::LeftButton);
  m_clock->advance(2s);
  m_desk->poll();
  QVERIFY(verbProgress().contains(QStringLiteral("not confirmed")));
  QTest::mouseClick(button("flushButton"), Qt::LeftButton);
  QCOMPARE(m_link->commands().size(), std::size_t{2});
  QVERIFY(m_link->commands()[0].id == m_link->commands()[1].id);
}

void TestControlsPanel::readOnlyTurnsEveryVerbOff() {
  m_desk->setReadOnly(true);
  m_panel->showSample(healthySnapshot());
  for (const char* name : {"pauseButton", "flushButton", "drainButton", "applyButton"}) {
    QVERIFY2(!button(name)->isEnabled(), name);
  }
}

void TestControlsPanel::noTextIsClipped() {
  for (const QPushButton* one : m_panel->findChildren<QPushButton*>()) {
    QVERIFY2(one->sizeHint().width() <= one->width(), qPrintable(one->text()));
  }
  for (const QLabel* label : m_panel->findChildren<QLabel*>()) {
    if (!label->isVisible() || label->text().isEmpty()) continue;
    const int needed = label->hasHeightForWidth() ? label->heightForWidth(label->width())
                                                  : label->sizeHint().height();
    QVERIFY2(needed <= label->height(), qPrintable(label->text()));
  }
  QVERIFY2(m_panel->widget()->minimumSizeHint().width() <= m_panel->viewport()->width(),
           qPrintable(QStringLiteral("%1 wide, %2 needed")
                          .arg(m_panel->viewport()->width())
                          .arg(m_panel->widget()->minimumSizeHint().width())));
}

PENSTOCK_TEST(TestControlsPanel)
#include "tst_controls_panel.moc"
