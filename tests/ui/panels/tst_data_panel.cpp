// SPDX-License-Identifier: Apache-2.0
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/data_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestDataPanel : public QObject {
  Q_OBJECT

 private slots:
  void listsTheTablesAndShowsTheFirst();
  void anotherTableIsAskedFor();
  void exportAsksForAllRowsOfTheTable();
};

static void turn(DataPanel& panel, BrowseDesk& desk, HandClock& clock) {
  for (int i = 0; i < 3; ++i) {
    clock.advance(300ms);
    panel.tick(clock.steadyNow());
    desk.poll();
  }
}

void TestDataPanel::listsTheTablesAndShowsTheFirst() {
  FakeEngineLink link;
  fillTables(link);
  HandClock clock;
  BrowseDesk desk(link);
  DataPanel panel(desk);
  QSignalSpy known(&panel, &DataPanel::tablesKnown);
  panel.show();
  turn(panel, desk, clock);
  QCOMPARE(panel.tables()->count(), 3);
  QCOMPARE(known.count(), 1);
  QCOMPARE(panel.pages()->model().rowCount(), 200);
  QCOMPARE(link.browses().back().table, std::string("moves"));
}

void TestDataPanel::anotherTableIsAskedFor() {
  FakeEngineLink link;
  fillTables(link);
  HandClock clock;
  BrowseDesk desk(link);
  DataPanel panel(desk);
  panel.show();
  turn(panel, desk, clock);
  panel.tables()->setCurrentRow(2);
  turn(panel, desk, clock);
  QCOMPARE(link.browses().back().table, std::string("slots"));
}

void TestDataPanel::exportAsksForAllRowsOfTheTable() {
  FakeEngineLink link;
  fillTables(link);
  HandClock clock;
  BrowseDesk desk(link);
  DataPanel panel(desk);
  panel.show();
  QVERIFY(!panel.pages()->exportButton()->isEnabled());
  turn(panel, desk, clock);
  std::string wanted;
  connect(panel.pages(), &PageTable::exportWanted, this,
          [&wanted](const BrowseRequest& request) { wanted = request.table; });
  QTest::mouseClick(panel.pages()->exportButton(), Qt::LeftButton);
  QCOMPARE(wanted, std::string("moves"));
}

PENSTOCK_TEST(TestDataPanel)
#include "tst_data_panel.moc"
