// SPDX-License-Identifier: Apache-2.0
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/dialogs/health_dialog.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

class TestHealthDialog : public QObject {
  Q_OBJECT

 private slots:
  void itIsAskedOnceAndTellsTheWorstFirst() {
    FakeEngineLink link;
    BrowseDesk desk(link);
    BrowsePage page;
    page.subject = BrowseSubject::Health;
    page.columns = {"level", "sink", "about", "finding", "advice"};
    page.rows = {{{"critical"}, {"berlin"}, {"fsync"}, {"off: a crash …"}, {"set fsync = on"}},
                 {{"good"}, {"berlin"}, {"max_connections"}, {"85 of 100 are left"}, {""}},
                 {{"good"}, {"(node)"}, {"sync"}, {"always"}, {""}}};
    page.total = 3;
    link.setPage(page);
    HealthDialog dialog(desk);
    dialog.show();
    HandClock clock;
    for (int i = 0; i < 50; ++i) {
      clock.advance(100ms);
      dialog.tick(clock.steadyNow());
      desk.poll();
    }
    QCOMPARE(link.browses().size(), std::size_t{1});
    QCOMPARE(dialog.summary(), QStringLiteral("1 critical, 2 good"));
    const QAbstractItemModel& rows = dialog.pages()->model();
    QCOMPARE(rows.headerData(3, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("Finding"));
    dialog.pages()->view()->selectRow(0);
    QCOMPARE(dialog.detail(), QStringLiteral("critical, berlin, fsync:\noff: a crash …\n"
                                             "→ set fsync = on"));
    QVERIFY(dialog.pages()->exportButton()->isEnabled());
  }

  void aNodeThatIsAwayIsToldSo() {
    FakeEngineLink link;
    BrowseDesk desk(link);
    HealthDialog dialog(desk);
    dialog.show();
    dialog.setConnected(false);
    QVERIFY(dialog.pages()->emptyText().contains("Not connected"));
  }
};
PENSTOCK_TEST(TestHealthDialog)

}  // namespace penstock::test
#include "tst_health_dialog.moc"
