// SPDX-License-Identifier: Apache-2.0
#include <QPlainTextEdit>
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
};

void TestDeadLettersPanel::aChosenLetterIsShownInFull() {
  FakeEngineLink link;
  fillTables(link);
  HandClock clock;
  BrowseDesk desk(link);
  DeadLettersPanel panel(desk);
  panel.resize(1000, 160);
  panel.show();
  clock.advance(100ms);
  panel.pages()->tick(clock.steadyNow());
  desk.poll();
  QCOMPARE(panel.pages()->model().rowCount(), 12);
  panel.pages()->view()->selectRow(3);
  const QString text = panel.details()->toPlainText();
  QVERIFY(text.contains(QStringLiteral("16790003")));
  QVERIFY(text.contains(QStringLiteral("SQLITE_CONSTRAINT_UNIQUE")));
  QVERIFY(text.contains(QStringLiteral("\"table\": \"slots\"")));
}

PENSTOCK_TEST(TestDeadLettersPanel)
#include "tst_dead_letters_panel.moc"
