// SPDX-License-Identifier: Apache-2.0
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

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
  void withoutAnAnswerNoTableIsCalledEmpty();
  void rowsAreAskedForAnewWhenTheTabIsSeenAgain();
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

// A database that hangs: nobody knows what the table holds.
void TestDataPanel::withoutAnAnswerNoTableIsCalledEmpty() {
  FakeEngineLink link;
  fillTables(link);
  HandClock clock;
  BrowseDesk desk(link);
  DataPanel panel(desk);
  panel.show();
  turn(panel, desk, clock);
  QVERIFY(panel.pages()->emptyText().isEmpty());
  link.setPages(FakeEngineLink::Pages::Held);
  panel.tables()->setCurrentRow(2);
  turn(panel, desk, clock);
  QCOMPARE(panel.pages()->model().rowCount(), 0);
  QCOMPARE(panel.pages()->emptyText(), QStringLiteral("Waiting for an answer of the node …"));
  link.setPages(FakeEngineLink::Pages::Answered);
  panel.pages()->refresh();
  turn(panel, desk, clock);
  QVERIFY(panel.pages()->emptyText() != QStringLiteral("Waiting for an answer of the node …"));
}

void TestDataPanel::rowsAreAskedForAnewWhenTheTabIsSeenAgain() {
  FakeEngineLink link;
  fillTables(link);
  HandClock clock;
  BrowseDesk desk(link);
  DataPanel panel(desk);
  panel.show();
  turn(panel, desk, clock);
  const auto asked = [&link] {
    return std::ranges::count(link.browses(), BrowseSubject::Data, &BrowseRequest::subject);
  };
  const auto before = asked();
  turn(panel, desk, clock);
  QCOMPARE(asked(), before);
  panel.hide();
  panel.show();
  turn(panel, desk, clock);
  QCOMPARE(asked(), before + 1);
}

PENSTOCK_TEST(TestDataPanel)
#include "tst_data_panel.moc"
