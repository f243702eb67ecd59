// SPDX-License-Identifier: Apache-2.0
#include <QLineEdit>
#include <QScrollBar>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/queue_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestPageTable : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void asksOnceItIsSeenAndShowsThePage();
  void anEmptyQueueSaysWhatItWaitsFor();
  void typingAsksOnceAfterAPause();
  void pagesGoForthAndBack();
  void aRefreshKeepsSelectionAndScrollPosition();
  void columnsGrowWithWhatTheyHoldAndNeverShrink();
  void aFailureIsSaidAndRowsStay();
  void nothingIsAskedWithoutConnection();

 private:
  void turn(std::chrono::milliseconds by) {
    m_clock.advance(by);
    m_panel->pages()->tick(m_clock.steadyNow());
    m_desk->poll();
  }
  QToolButton* button(const char* name) const {
    for (QToolButton* found : m_panel->pages()->findChildren<QToolButton*>()) {
      if (found->accessibleName() == QString::fromLatin1(name)) return found;
    }
    return nullptr;
  }

  std::unique_ptr<FakeEngineLink> m_link;
  std::unique_ptr<BrowseDesk> m_desk;
  std::unique_ptr<QueuePanel> m_panel;
  HandClock m_clock;
};

void TestPageTable::init() {
  m_panel.reset();
  m_link = std::make_unique<FakeEngineLink>();
  m_desk = std::make_unique<BrowseDesk>(*m_link);
  m_panel = std::make_unique<QueuePanel>(*m_desk);
  m_panel->resize(900, 160);
  m_panel->show();
}

void TestPageTable::asksOnceItIsSeenAndShowsThePage() {
  fillTables(*m_link);
  m_panel->hide();
  turn(100ms);
  QVERIFY(m_link->browses().empty());
  m_panel->show();
  turn(100ms);
  QCOMPARE(m_link->browses().size(), std::size_t{1});
  QCOMPARE(m_panel->pages()->model().rowCount(), 200);
  QCOMPARE(m_panel->pages()->emptyText(), QString());
}

void TestPageTable::anEmptyQueueSaysWhatItWaitsFor() {
  turn(100ms);
  QVERIFY(m_panel->pages()->emptyText().startsWith(QStringLiteral("Nothing waits")));
}

void TestPageTable::typingAsksOnceAfterAPause() {
  turn(100ms);
  QTest::keyClicks(m_panel->pages()->filter(), QStringLiteral("player:42"));
  turn(100ms);
  QCOMPARE(m_link->browses().size(), std::size_t{1});
  turn(300ms);
  QCOMPARE(m_link->browses().size(), std::size_t{2});
  QCOMPARE(m_link->browses().back().filter, std::string("player:42"));
  QVERIFY(m_panel->pages()->emptyText().contains(QStringLiteral("player:42")));
}

void TestPageTable::pagesGoForthAndBack() {
  fillTables(*m_link);
  turn(100ms);
  QVERIFY(!button("Previous page")->isEnabled());
  QTest::mouseClick(button("Next page"), Qt::LeftButton);
  turn(100ms);
  QCOMPARE(m_link->browses().back().offset, std::uint64_t{200});
  QTest::mouseClick(button("Next page"), Qt::LeftButton);
  turn(100ms);
  QCOMPARE(m_panel->pages()->model().rowCount(), 100);
  QVERIFY(!button("Next page")->isEnabled());
  QTest::mouseClick(button("Previous page"), Qt::LeftButton);
  turn(100ms);
  QCOMPARE(m_link->browses().back().offset, std::uint64_t{200});
}

void TestPageTable::aRefreshKeepsSelectionAndScrollPosition() {
  fillTables(*m_link);
  turn(100ms);
  QTableView* view = m_panel->pages()->view();
  view->selectRow(50);
  view->verticalScrollBar()->setValue(40);
  const int scrolled = view->verticalScrollBar()->value();
  const std::size_t asked = m_link->browses().size();
  for (int i = 0; i < 5; ++i) turn(1'100ms);
  QVERIFY(m_link->browses().size() >= asked + 4);
  QCOMPARE(view->selectionModel()->selectedRows().size(), 1);
  QCOMPARE(view->selectionModel()->selectedRows().front().row(), 50);
  QCOMPARE(view->verticalScrollBar()->value(), scrolled);
}

void TestPageTable::columnsGrowWithWhatTheyHoldAndNeverShrink() {
  const auto page = [](const std::string& key) {
    BrowsePage made;
    made.subject = BrowseSubject::Queue;
    made.columns = {"sequence", "key", "change set"};
    made.rows = {{{"1", PageCell::Kind::Number}, {key}, {"{}"}}};
    return made;
  };
  m_link->setPage(page("7"));
  turn(100ms);
  const int narrow = m_panel->pages()->view()->columnWidth(1);
  m_link->setPage(page("a key that needs much more room"));
  turn(1'100ms);
  const int wide = m_panel->pages()->view()->columnWidth(1);
  QVERIFY(wide > narrow);
  m_link->setPage(page("7"));
  turn(1'100ms);
  QCOMPARE(m_panel->pages()->view()->columnWidth(1), wide);
}

void TestPageTable::aFailureIsSaidAndRowsStay() {
  fillTables(*m_link);
  turn(100ms);
  BrowsePage failed;
  failed.subject = BrowseSubject::Queue;
  failed.status = Status(StatusCode::Unavailable, "the database is away");
  m_link->setPage(failed);
  turn(1'100ms);
  QVERIFY(m_panel->pages()->emptyText().contains(QStringLiteral("the database is away")));
  QCOMPARE(m_panel->pages()->model().rowCount(), 200);
}

void TestPageTable::nothingIsAskedWithoutConnection() {
  m_panel->pages()->setConnected(false);
  turn(2s);
  QVERIFY(m_link->browses().empty());
  QVERIFY(m_panel->pages()->emptyText().contains(QStringLiteral("Not connected")));
}

PENSTOCK_TEST(TestPageTable)
#include "tst_page_table.moc"
