// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/queue_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

/// The trace beside what waits.
class TestQueuePanel : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void rowIsTracedByItsTableAndKey();
  void doubleClickTracesTheLine();
  void nothingIsAskedForTheTraceUntilItIsSeen();
  void whatIsNotFoundIsSaid();

 private:
  void turn(std::chrono::milliseconds by) {
    m_clock.advance(by);
    m_panel->tick(m_clock.steadyNow());
    m_desk->poll();
  }
  void click(const char* name) {
    auto* button = m_panel->findChild<QPushButton*>(QString::fromLatin1(name));
    QVERIFY(button != nullptr && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
  }
  const BrowseRequest& lastAsked() const { return m_link->browses().back(); }

  std::unique_ptr<FakeEngineLink> m_link;
  std::unique_ptr<BrowseDesk> m_desk;
  std::unique_ptr<QueuePanel> m_panel;
  HandClock m_clock;
};

void TestQueuePanel::init() {
  m_panel.reset();
  m_link = std::make_unique<FakeEngineLink>();
  m_desk = std::make_unique<BrowseDesk>(*m_link);
  m_panel = std::make_unique<QueuePanel>(*m_desk);
  m_panel->setTables({QStringLiteral("players"), QStringLiteral("slots")});
  m_panel->resize(900, 160);
  m_panel->show();
}

void TestQueuePanel::rowIsTracedByItsTableAndKey() {
  click("traceButton");
  auto* by = m_panel->findChild<QComboBox*>(QStringLiteral("tracedBy"));
  by->setCurrentIndex(by->findData(QStringLiteral("players")));
  emit by->activated(by->currentIndex());
  QTest::keyClicks(m_panel->tracePages()->filter(), QStringLiteral("42"));
  turn(100ms);
  turn(300ms);
  QVERIFY(lastAsked().subject == BrowseSubject::Trace);
  QCOMPARE(lastAsked().table, std::string("players"));
  QCOMPARE(lastAsked().filter, std::string("42"));
  // The tables are told again and again; the choice stays.
  m_panel->setTables({QStringLiteral("moves"), QStringLiteral("players")});
  QCOMPARE(by->currentData().toString(), QStringLiteral("players"));
  click("backToQueue");
  turn(1'100ms);
  QVERIFY(lastAsked().subject == BrowseSubject::Queue);
}

void TestQueuePanel::doubleClickTracesTheLine() {
  fillTables(*m_link);
  turn(100ms);
  QTableView* view = m_panel->pages()->view();
  const QModelIndex first = view->model()->index(0, 0);
  const QString sequence = first.data(PageModel::RawRole).toString();
  emit view->doubleClicked(view->model()->index(0, 3));
  turn(100ms);
  turn(300ms);
  QVERIFY(lastAsked().subject == BrowseSubject::Trace);
  QVERIFY(lastAsked().table.empty());
  QCOMPARE(QString::fromStdString(lastAsked().filter), sequence);
}

void TestQueuePanel::nothingIsAskedForTheTraceUntilItIsSeen() {
  for (int i = 0; i < 30; ++i) turn(100ms);
  for (const BrowseRequest& request : m_link->browses()) {
    QVERIFY(request.subject == BrowseSubject::Queue);
  }
}

void TestQueuePanel::whatIsNotFoundIsSaid() {
  click("traceButton");
  turn(100ms);
  QVERIFY(m_panel->tracePages()->emptyText().contains(QStringLiteral("key of a row")));
}

PENSTOCK_TEST(TestQueuePanel)

#include "tst_queue_panel.moc"
