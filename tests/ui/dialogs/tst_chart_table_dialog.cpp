// SPDX-License-Identifier: Apache-2.0
#include <QClipboard>
#include <QGuiApplication>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/dialogs/chart_table_dialog.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;
using namespace std::chrono_literals;

class TestChartTableDialog : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void theRangeInViewIsATableThatStandsStill();
  void allOfItCanBeTakenToASpreadsheet();

 private:
  void tick() {
    m_store->poll(*m_link);
    m_now += 1s;
    m_charts->tick(m_now, m_link->newest()->wallMicros);
  }

  std::unique_ptr<FakeEngineLink> m_link;
  std::unique_ptr<SampleStore> m_store;
  std::unique_ptr<ChartSet> m_charts;
  SteadyTime m_now{1h};
};

void TestChartTableDialog::init() {
  m_charts.reset();
  m_link = std::make_unique<FakeEngineLink>();
  m_store = std::make_unique<SampleStore>();
  m_charts = std::make_unique<ChartSet>(*m_store);
  m_link->publishEvenly(1'200);
  m_charts->setSpan(60s);
  m_charts->resize(800, 400);
  m_charts->show();
  tick();
}

void TestChartTableDialog::theRangeInViewIsATableThatStandsStill() {
  ChartTableDialog dialog(*m_charts, 1);
  dialog.setAttribute(Qt::WA_DeleteOnClose, false);
  dialog.show();
  QVERIFY(!dialog.isModal());
  QCOMPARE(dialog.windowTitle(), QStringLiteral("Rates (per second)"));
  QCOMPARE(dialog.view()->model()->columnCount(), 4);
  QVERIFY(std::abs(dialog.view()->model()->rowCount() - 600) <= 1);
  m_charts->setSpan(30s);
  m_link->publishEvenly(10);
  tick();
  QVERIFY(std::abs(dialog.view()->model()->rowCount() - 600) <= 1);
  QTest::mouseClick(dialog.renewButton(), Qt::LeftButton);
  QVERIFY(std::abs(dialog.view()->model()->rowCount() - 300) <= 1);
}

void TestChartTableDialog::allOfItCanBeTakenToASpreadsheet() {
  ChartTableDialog dialog(*m_charts, 1);
  dialog.setAttribute(Qt::WA_DeleteOnClose, false);
  QTest::mouseClick(dialog.copyButton(), Qt::LeftButton);
  const QStringList lines = QGuiApplication::clipboard()->text().trimmed().split('\n');
  QCOMPARE(lines.size(), dialog.view()->model()->rowCount() + 1);
  QCOMPARE(lines.front(), QStringLiteral("time\taccepted\tpersisted\tcoalesced"));
  // 1,199 samples of 100 ms after 2026-09-21T14:13:20Z.
  QCOMPARE(lines.back(), QStringLiteral("2026-09-21T14:15:19.900Z\t1000\t900\t100"));
}

PENSTOCK_TEST(TestChartTableDialog)
#include "tst_chart_table_dialog.moc"
