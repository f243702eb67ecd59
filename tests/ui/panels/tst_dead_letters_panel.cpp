// SPDX-License-Identifier: Apache-2.0
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/dead_letters_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestDeadLettersPanel : public QObject {
  Q_OBJECT

 private slots:
  void aChosenLetterIsShownInFull();
  void allOfThemCanBeExported();

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
  DeadLettersPanel panel(desk);
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
  DeadLettersPanel panel(desk);
  panel.show();
  const QSignalSpy wanted(panel.pages(), &PageTable::exportWanted);
  QVERIFY(!panel.pages()->exportButton()->isEnabled());
  turn(panel, desk);
  QTest::mouseClick(panel.pages()->exportButton(), Qt::LeftButton);
  QCOMPARE(wanted.count(), 1);
  const auto request = wanted.front().front().value<BrowseRequest>();
  QVERIFY(request.subject == BrowseSubject::DeadLetters);
}

PENSTOCK_TEST(TestDeadLettersPanel)
#include "tst_dead_letters_panel.moc"
