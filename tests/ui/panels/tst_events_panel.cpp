// SPDX-License-Identifier: Apache-2.0
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/events_panel.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestEventsPanel : public QObject {
  Q_OBJECT

 private slots:
  void filtersByTextAndBySeverity();
  void aDoubleClickTellsTheMoment();
  void everySeverityFitsItsColumn();
};

static void fill(EventsPanel& panel) {
  FakeEngineLink link;
  link.publish(healthySnapshot());
  fillTables(link);
  panel.model().add(link.eventsSince(0, 100), 7);
}

void TestEventsPanel::filtersByTextAndBySeverity() {
  EventsPanel panel;
  fill(panel);
  QCOMPARE(panel.view()->model()->rowCount(), 2);
  QTest::keyClicks(panel.filter(), QStringLiteral("ada"));
  QCOMPARE(panel.view()->model()->rowCount(), 1);
  panel.filter()->clear();
  panel.severity()->setCurrentIndex(1);
  emit panel.severity()->activated(1);
  QCOMPARE(panel.view()->model()->rowCount(), 1);
}

void TestEventsPanel::aDoubleClickTellsTheMoment() {
  EventsPanel panel;
  fill(panel);
  panel.resize(900, 160);
  panel.show();
  QSignalSpy chosen(&panel, &EventsPanel::momentChosen);
  emit panel.view()->doubleClicked(panel.view()->model()->index(0, 0));
  QCOMPARE(chosen.count(), 1);
  QVERIFY(chosen.front().front().toLongLong() > 0);
}

void TestEventsPanel::everySeverityFitsItsColumn() {
  EventsPanel panel;
  std::vector<Event> events(3);
  events[0].severity = Severity::Info;
  events[1].severity = Severity::Warning;
  events[2].severity = Severity::Critical;
  for (std::size_t i = 0; i < events.size(); ++i) events[i].number = i + 1;
  panel.model().add(events, 7);
  panel.resize(1020, 160);
  panel.show();
  constexpr int kSeverity = 1;
  QVERIFY(panel.view()->model()->rowCount() == 3);
  const QAbstractItemView& view = *panel.view();
  QVERIFY(panel.view()->columnWidth(kSeverity) >= view.sizeHintForColumn(kSeverity));
}

PENSTOCK_TEST(TestEventsPanel)
#include "tst_events_panel.moc"
