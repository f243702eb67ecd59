// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/charts/chart_set.h"
#include "ui/dialogs/add_sink_dialog.h"
#include "ui/dialogs/chart_table_dialog.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/health_dialog.h"
#include "ui/dialogs/hints.h"
#include "ui/dialogs/leave_demo_dialog.h"
#include "ui/dialogs/manual_dialog.h"
#include "ui/dialogs/quit_dialog.h"
#include "ui/main_window/footer.h"
#include "ui/main_window/main_window.h"
#include "ui/panels/controls_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestMainWindow : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void cleanup();
  void keysDoWhatTheManualSays();
  void everyControlHasAnAccessibleName();
  void noKeyIsABareLetter();
  void heightsAreThoseOfTheDesign();
  void aLowWindowFoldsItsTables();
  void clicksAreAnsweredWithinAHundredMilliseconds();
  void theTimerPollsTheLinkByItself();
  void quittingWithWorkLeftAsks();
  void quittingWithNothingLeftDoesNotAsk();
  void leavingTheDemoAsksNothingMore();
  void aDemoThatCannotBeLeftGoesOn();
  void readOnlySendsNothing();
  void exportAllWritesFourFiles();
  void theScreenshotIsAPicture();
  void evidenceTakesThreeClicks();
  void aChartCanBeReadAsATableBesideTheCharts();
  void hintsComeOnceInADemo();
  void theFooterTellsWhatWatchingCosts();
  void healthIsAskedOfTheNode();
  void sinksAreAddedWhereTheApplicationCan();
  void sinksAreNotAddedByWhoOnlyWatches();

 private:
  void make(MainWindowOptions options = {}) {
    options.clock = &m_clock;
    options.theme = Theme::Light;
    m_window = std::make_unique<MainWindow>(*m_link, options);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
  }
  HandClock m_clock;
  std::unique_ptr<FakeEngineLink> m_link;
  std::unique_ptr<MainWindow> m_window;
};

void TestMainWindow::init() {
  m_link = std::make_unique<FakeEngineLink>();
  playHealthy(*m_link, m_clock);
}

void TestMainWindow::cleanup() { m_window.reset(); }

void TestMainWindow::keysDoWhatTheManualSays() {
  make();
  MainWindow& window = *m_window;
  QTest::keyClick(&window, Qt::Key_2, Qt::AltModifier);
  QVERIFY(window.charts()->span() == std::chrono::minutes(5));
  QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier);
  QVERIFY(window.tables()->queue()->pages()->filter()->hasFocus());
  QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
  QVERIFY(m_link->commands().back().kind == CommandKind::Flush);
  QTest::keyClick(&window, Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
  auto* question = window.findChild<QMessageBox*>();
  QVERIFY(question != nullptr);
  question->close();
  QTest::keyClick(&window, Qt::Key_F1);
  auto* manual = window.findChild<ManualDialog*>();
  QVERIFY(manual != nullptr && manual->isVisible());
  manual->close();
  QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
  auto* dialog = window.findChild<ExportDialog*>();
  QVERIFY(dialog != nullptr);
  QVERIFY(dialog->choice().csv && !dialog->choice().png);
  dialog->close();
  QTest::keyClick(&window, Qt::Key_F8);
  QVERIFY(window.charts()->isFrozen());
}

void TestMainWindow::everyControlHasAnAccessibleName() {
  make();
  for (const QWidget* widget : m_window->findChildren<QWidget*>()) {
    const bool takesFocus =
        widget->isVisible() && widget->isEnabled() && (widget->focusPolicy() & Qt::TabFocus) != 0;
    const bool isInner = widget->objectName().startsWith(QStringLiteral("qt_"));
    if (!takesFocus || isInner) continue;
    const auto* button = qobject_cast<const QAbstractButton*>(widget);
    const bool named =
        !widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty());
    QVERIFY2(named, qPrintable(QString::fromLatin1(widget->metaObject()->className()) + ' ' +
                               widget->objectName()));
  }
}

void TestMainWindow::noKeyIsABareLetter() {
  make();
  for (const QAction* action : m_window->actions()) {
    if (action->shortcut().isEmpty()) continue;
    const QKeyCombination key = action->shortcut()[0];
    const bool functionKey = key.key() >= Qt::Key_F1 && key.key() <= Qt::Key_F35;
    QVERIFY2(functionKey || key.keyboardModifiers() != Qt::NoModifier, qPrintable(action->text()));
  }
}

void TestMainWindow::heightsAreThoseOfTheDesign() {
  make();
  QCOMPARE(m_window->size(), QSize(1280, 800));
  QCOMPARE(m_window->controls()->width(), 252);
  QCOMPARE(m_window->tiles()->height(), 84);
  QVERIFY2(std::abs(m_window->tables()->height() - 180) <= 4,
           qPrintable(QString::number(m_window->tables()->height())));
  QVERIFY2(m_window->charts()->height() >= 396,
           qPrintable(QString::number(m_window->charts()->height())));
}

void TestMainWindow::aLowWindowFoldsItsTables() {
  make();
  m_window->resize(1024, 600);
  QCOMPARE(m_window->size(), QSize(1024, 600));
  QTRY_VERIFY(m_window->charts()->height() >= 350);
  QVERIFY(m_window->tables()->fold() == TableTabs::Fold::Folded);
  QTRY_VERIFY(m_window->tiles()->height() < 70);
  m_window->tables()->open(TableTabs::Tab::Events);
  QTRY_VERIFY(m_window->tables()->height() >= 150);
}

void TestMainWindow::clicksAreAnsweredWithinAHundredMilliseconds() {
  make();
  m_link->answerCommands(FakeEngineLink::Answers::ByHand);
  QElapsedTimer timer;
  timer.start();
  QTest::mouseClick(m_window->controls()->findChild<QPushButton*>(QStringLiteral("flushButton")),
                    Qt::LeftButton);
  const auto* label = m_window->controls()->findChild<QLabel*>(QStringLiteral("verbProgress"));
  QVERIFY(label->text().contains(QStringLiteral("sent")));
  QVERIFY2(timer.elapsed() < 100, qPrintable(QString::number(timer.elapsed())));
}

void TestMainWindow::theTimerPollsTheLinkByItself() {
  make();
  const std::uint64_t before = m_link->polls();
  QTRY_VERIFY(m_link->polls() >= before + 3);
}

void TestMainWindow::quittingWithWorkLeftAsks() {
  int quits = 0;
  MainWindowOptions options;
  options.aboutToQuit = [&quits] { ++quits; };
  make(options);
  QVERIFY(!m_window->close());
  auto* dialog = m_window->findChild<QuitDialog*>();
  QVERIFY(dialog != nullptr && dialog->isVisible());
  QTest::mouseClick(dialog->cancel(), Qt::LeftButton);
  QVERIFY(m_window->isVisible());
  QTRY_VERIFY(m_window->findChild<QuitDialog*>() == nullptr);
  QVERIFY(!m_window->close());
  QTest::mouseClick(m_window->findChild<QuitDialog*>()->quitNow(), Qt::LeftButton);
  QVERIFY(!m_window->isVisible());
  QCOMPARE(quits, 1);
}

// Work is left, but it stays in the demo; a question would wait behind the new window.
void TestMainWindow::leavingTheDemoAsksNothingMore() {
  int quits = 0;
  MainWindowOptions options;
  options.demo = true;
  options.leaveDemo = [](const QString&) { return Status::ok(); };
  options.aboutToQuit = [&quits] { ++quits; };
  make(options);
  m_window->actionsOf()[Act::LeaveDemo]->trigger();
  auto* dialog = m_window->findChild<LeaveDemoDialog*>();
  dialog->directory()->setText(QDir::temp().filePath(QStringLiteral("penstock-own-data")));
  QTest::mouseClick(dialog->leaveButton(), Qt::LeftButton);
  QVERIFY(m_window->findChild<QuitDialog*>() == nullptr);
  QVERIFY(!m_window->isVisible());
  QCOMPARE(quits, 1);
}

void TestMainWindow::aDemoThatCannotBeLeftGoesOn() {
  MainWindowOptions options;
  options.demo = true;
  options.leaveDemo = [](const QString&) {
    return Status(StatusCode::IoError, "penstock cannot be started");
  };
  make(options);
  m_window->actionsOf()[Act::LeaveDemo]->trigger();
  auto* dialog = m_window->findChild<LeaveDemoDialog*>();
  dialog->directory()->setText(QDir::temp().filePath(QStringLiteral("penstock-own-data")));
  QTest::mouseClick(dialog->leaveButton(), Qt::LeftButton);
  QVERIFY(m_window->isVisible());
  auto* told = m_window->findChild<QMessageBox*>();
  QVERIFY(told != nullptr && told->text().contains(QStringLiteral("cannot be started")));
  told->close();
}

void TestMainWindow::quittingWithNothingLeftDoesNotAsk() {
  Snapshot empty = healthySnapshotAt(901);
  empty.sinks.front().queueDepth = 0;
  m_link->publish(empty);
  make();
  QVERIFY(m_window->close());
}

void TestMainWindow::readOnlySendsNothing() {
  MainWindowOptions options;
  options.readOnly = true;
  make(options);
  QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
  QTest::keyClick(m_window.get(), Qt::Key_P, Qt::ControlModifier | Qt::ShiftModifier);
  QVERIFY(m_link->commands().empty());
  QVERIFY(m_window->findChild<QMessageBox*>() == nullptr);
}

void TestMainWindow::exportAllWritesFourFiles() {
  const QTemporaryDir folder;
  make();
  std::optional<ExportReport> report;
  m_window->exportAll(folder.path(), std::chrono::seconds(60),
                      [&report](const ExportReport& done) { report = done; });
  QTRY_VERIFY(report.has_value());
  QVERIFY2(report->failures.isEmpty(), qPrintable(report->failures.join('\n')));
  QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 4);
}

void TestMainWindow::theScreenshotIsAPicture() {
  const QTemporaryDir folder;
  make();
  const QString path = folder.filePath(QStringLiteral("window.png"));
  QVERIFY(m_window->saveScreenshot(path).isOk());
  QCOMPARE(QImage(path).size(), QSize(1280, 800) * m_window->devicePixelRatio());
  QVERIFY(!m_window->saveScreenshot(QStringLiteral("/nowhere/window.png")).isOk());
}

// One click on the menu of the button, one on its entry, one on Export.
void TestMainWindow::evidenceTakesThreeClicks() {
  const QTemporaryDir folder;
  make();
  m_window->actionsOf()[Act::Export]->trigger();
  auto* dialog = m_window->findChild<ExportDialog*>();
  QVERIFY(dialog != nullptr);
  dialog->findChild<QLineEdit*>()->setText(folder.path());
  QTest::mouseClick(dialog->exportButton(), Qt::LeftButton);
  QTRY_VERIFY(dialog->resultText().startsWith(QStringLiteral("Written:")));
  QVERIFY(dialog->resultText().contains(QStringLiteral(".csv (")));
  QVERIFY(dialog->resultText().contains(QStringLiteral(".png")));
  dialog->close();
}

void TestMainWindow::aChartCanBeReadAsATableBesideTheCharts() {
  make();
  m_window->refresh();
  emit m_window->charts()->tableWanted(2);
  auto* table = m_window->findChild<ChartTableDialog*>();
  QVERIFY(table != nullptr && table->isVisible() && !table->isModal());
  QVERIFY(table->windowTitle().startsWith(QStringLiteral("Delay")));
  QVERIFY(table->view()->model()->rowCount() > 800);
  table->close();
}

void TestMainWindow::hintsComeOnceInADemo() {
  const QTemporaryDir folder;
  MainWindowOptions options;
  options.demo = true;
  options.layoutFile = folder.filePath(QStringLiteral("window.ini"));
  make(options);
  auto* hints = m_window->findChild<Hints*>();
  QVERIFY(hints != nullptr && hints->isVisible());
  QTest::mouseClick(hints->dismiss(), Qt::LeftButton);
  make(options);
  QVERIFY(m_window->findChild<Hints*>() == nullptr);
}

void TestMainWindow::theFooterTellsWhatWatchingCosts() {
  make();
  const QString text = m_window->footer()->text();
  for (const char* part : {"ms/frame", "tick late p99", "lost 0", "history"}) {
    QVERIFY2(text.contains(QString::fromLatin1(part)), qPrintable(text));
  }
}

void TestMainWindow::healthIsAskedOfTheNode() {
  make();
  m_window->actionsOf()[Act::Health]->trigger();
  auto* dialog = m_window->findChild<HealthDialog*>();
  QVERIFY(dialog != nullptr && dialog->isVisible());
  m_window->refresh();
  const auto isOfHealth = [](const BrowseRequest& request) {
    return request.subject == BrowseSubject::Health;
  };
  QCOMPARE(std::ranges::count_if(m_link->browses(), isOfHealth), 1);
  m_window->actionsOf()[Act::Health]->trigger();
  QCOMPARE(m_window->findChildren<HealthDialog*>().size(), 1);
  dialog->close();
}

void TestMainWindow::sinksAreAddedWhereTheApplicationCan() {
  make();
  QVERIFY(!m_window->actionsOf()[Act::AddSink]->isEnabled());
  m_window.reset();
  MainWindowOptions options;
  options.sinkSetup.add = [](const SinkDraft&) { return SinkAdded(); };
  make(options);
  m_window->actionsOf()[Act::AddSink]->trigger();
  auto* dialog = m_window->findChild<AddSinkDialog*>();
  QVERIFY(dialog != nullptr && dialog->isVisible());
  dialog->field("name")->setText(QStringLiteral("primary"));  // there is one
  QVERIFY(dialog->incompleteBecause().contains(QStringLiteral("There is a sink of this name")));
  dialog->close();
}

void TestMainWindow::sinksAreNotAddedByWhoOnlyWatches() {
  MainWindowOptions options;
  options.sinkSetup.add = [](const SinkDraft&) { return SinkAdded(); };
  options.readOnly = true;
  make(options);
  QVERIFY(!m_window->actionsOf()[Act::AddSink]->isEnabled());
}

PENSTOCK_TEST(TestMainWindow)
#include "tst_main_window.moc"
