// SPDX-License-Identifier: Apache-2.0
#include <qcustomplot.h>

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/charts/chart_set.h"
#include "ui/charts/chart_table.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

namespace {

/// A shown set over ten minutes of samples.
struct Scene {
  FakeEngineLink link;
  SampleStore store;
  ChartSet set{store};
  SteadyTime now{1h};

  Scene() {
    link.publishEvenly(6000);
    store.poll(link);
    set.resize(1000, 420);
    set.show();
    tick();
  }
  ChartSet::Drawing tick() {
    now += 1s;
    const auto drawing = set.tick(now, store.newest()->wallMicros);
    QCoreApplication::processEvents();
    return drawing;
  }
  double newest() const { return static_cast<double>(store.newest()->wallMicros) / 1e6; }
  void drag(int pixels) {
    TimeChart* chart = set.chart(0);
    const QPoint start(200, 60);
    QTest::mousePress(chart, Qt::LeftButton, {}, start);
    QMouseEvent move(QEvent::MouseMove, QPointF(start + QPoint(pixels, 0)),
                     chart->mapToGlobal(start + QPoint(pixels, 0)), Qt::NoButton, Qt::LeftButton,
                     {});
    QCoreApplication::sendEvent(chart, &move);
    QTest::mouseRelease(chart, Qt::LeftButton, {}, start + QPoint(pixels, 0));
  }
  void wheel(int notches, Qt::KeyboardModifiers modifiers) {
    TimeChart* chart = set.chart(0);
    QWheelEvent event(QPointF(200, 60), chart->mapToGlobal(QPointF(200, 60)), {},
                      QPoint(0, 120 * notches), Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(chart, &event);
  }
};

}  // namespace

class TestChartSet : public QObject {
  Q_OBJECT

 private slots:
  void allChartsShowTheSameTime() {
    Scene scene;
    QVERIFY(std::abs(scene.set.timeInView().to - scene.newest()) < 1e-6);
    QCOMPARE(scene.set.timeInView().length(), 900.0);
    const QCPAxisRect& first = *scene.set.chart(0)->plot()->axisRect();
    for (int at = 0; at < kChartCount; ++at) {
      QCustomPlot& plot = *scene.set.chart(at)->plot();
      QCOMPARE(plot.xAxis->range().upper, scene.set.timeInView().to);
      QCOMPARE(plot.axisRect()->left(), first.left());
      QCOMPARE(plot.axisRect()->width(), first.width());
      QVERIFY(std::abs(plot.axisRect()->height() - first.height()) <= 2);
      QCOMPARE(plot.xAxis->tickLabels(), at >= 4);  // the bottom row alone
    }
  }

  void draggingIntoThePastFreezes() {
    Scene scene;
    const QSignalSpy changes(&scene.set, &ChartSet::frozenChanged);
    scene.drag(8);
    QVERIFY(!scene.set.isFrozen());
    scene.drag(-60);
    QVERIFY(!scene.set.isFrozen());
    scene.drag(60);
    QVERIFY(scene.set.isFrozen());
    QCOMPARE(changes.count(), 1);
    QVERIFY(scene.set.timeInView().to < scene.newest() - 10);
  }

  void frozenChartsStandStillAndCountWhatTheyMiss() {
    Scene scene;
    scene.set.freeze();
    const double to = scene.set.timeInView().to;
    scene.link.publishEvenly(318);
    scene.store.poll(scene.link);
    QVERIFY(scene.tick() == ChartSet::Drawing::Skipped);
    QCOMPARE(scene.set.timeInView().to, to);
    QCOMPARE(scene.set.missedSamples(), std::uint64_t{318});
    auto* back = scene.set.findChild<QPushButton*>("backToLive");
    QVERIFY(back->isVisible());
    QTest::mouseClick(back, Qt::LeftButton);
    QVERIFY(!scene.set.isFrozen());
    QVERIFY(!back->isVisible());
    scene.tick();
    QVERIFY(std::abs(scene.set.timeInView().to - scene.newest()) < 1e-6);
  }

  void theWheelChangesTheSpanAndStaysLive() {
    Scene scene;
    const QSignalSpy changes(&scene.set, &ChartSet::spanChanged);
    scene.wheel(1, {});
    QVERIFY(!scene.set.isFrozen());
    QVERIFY(scene.set.span() == 720s);
    QVERIFY(std::abs(scene.set.timeInView().to - scene.newest()) < 1e-6);
    scene.wheel(-50, {});
    QVERIFY(scene.set.span() == 3600s);
    scene.wheel(100, {});
    QVERIFY(scene.set.span() == 10s);
    QCOMPARE(changes.count(), 3);
  }

  void controlAndWheelChangeOneValueAxis() {
    Scene scene;
    const double before = scene.set.chart(0)->plot()->yAxis->range().upper;
    const double other = scene.set.chart(1)->plot()->yAxis->range().upper;
    scene.wheel(1, Qt::ControlModifier);
    scene.tick();
    QVERIFY(scene.set.chart(0)->plot()->yAxis->range().upper < before);
    QCOMPARE(scene.set.chart(1)->plot()->yAxis->range().upper, other);
    QVERIFY(scene.set.span() == kUsualSpan);
  }

  void keysMoveTheView() {
    Scene scene;
    TimeChart* chart = scene.set.chart(1);
    QTest::keyClick(chart, Qt::Key_Left);
    QVERIFY(scene.set.isFrozen());
    QVERIFY(std::abs(scene.newest() - scene.set.timeInView().to - 90) < 1e-6);
    QTest::keyClick(chart, Qt::Key_Right);
    QVERIFY(!scene.set.isFrozen());
    QTest::keyClick(chart, Qt::Key_Plus);
    QVERIFY(scene.set.span() == 720s);
    QTest::keyClick(chart, Qt::Key_Minus);
    QVERIFY(scene.set.span() == kUsualSpan);
    QTest::keyClick(chart, Qt::Key_L);
    QVERIFY(chart->scale() == ValueScale::Logarithmic);
    QTest::keyClick(chart, Qt::Key_Down);
    QVERIFY(chart->spokenValues().section("  ", 1).startsWith("persisted"));
    QTest::keyClick(chart, Qt::Key_Return);
    QCOMPARE(scene.set.maximised(), 1);
    QVERIFY(!scene.set.chart(0)->isVisible());
    QTest::keyClick(chart, Qt::Key_Enter);
    QCOMPARE(scene.set.maximised(), -1);
    QTest::keyClick(chart, Qt::Key_Left);
    QTest::keyClick(chart, Qt::Key_Home);
    QVERIFY(!scene.set.isFrozen());
  }

  void aDoubleClickMaximises() {
    Scene scene;
    QTest::mouseDClick(scene.set.chart(2), Qt::LeftButton, {}, QPoint(200, 50));
    QCOMPARE(scene.set.maximised(), 2);
    QCOMPARE(scene.set.chart(2)->width(), scene.set.width());
    QCOMPARE(scene.set.chart(2)->geometry().bottom(), scene.set.rect().bottom());
    QVERIFY(!scene.set.chart(1)->isVisible());
    QTest::mouseDClick(scene.set.chart(2), Qt::LeftButton, {}, QPoint(200, 50));
    QCOMPARE(scene.set.maximised(), -1);
  }

  void eventsAreSteppedThrough() {
    Scene scene;
    Event event;
    event.number = 1;
    event.kind = EventKind::Command;
    event.what = "pause";
    event.wallMicros = scene.link.samples()[3000]->wallMicros;
    scene.store.addEvents({event});
    QTest::keyClick(scene.set.chart(0), Qt::Key_Left, Qt::ControlModifier);
    QVERIFY(scene.set.isFrozen());
    QVERIFY(scene.set.chart(0)->pointAsText().contains(
        formatMoment(event.wallMicros, TimeStyle::Local)));
  }

  void whatTheViewShowsCoversNoChartAndMovesNone() {
    Scene scene;
    const auto* bar = scene.set.findChild<QWidget*>("viewBar");
    const auto* text = bar->findChild<QLabel*>("viewText");
    QCOMPARE(text->text().replace(QChar(0x00A0), ' '), "Live: the last 15 min, local time");
    std::vector<QRect> places;
    for (int at = 0; at < kChartCount; ++at) places.push_back(scene.set.chart(at)->geometry());
    scene.set.freeze();
    QVERIFY(text->text().startsWith("Charts frozen at"));
    for (int at = 0; at < kChartCount; ++at) {
      QCOMPARE(scene.set.chart(at)->geometry(), places[std::size_t(at)]);
      QVERIFY(!scene.set.chart(at)->geometry().intersects(bar->geometry()));
    }
    scene.set.toggleMaximised(2);
    QVERIFY(!scene.set.chart(2)->geometry().intersects(bar->geometry()));
    scene.set.backToLive();
    scene.set.setSpan(1h);
    scene.set.setTimeStyle(TimeStyle::Utc);
    QCOMPARE(text->text().replace(QChar(0x00A0), ' '), "Live: the last 1 h, times in UTC");
  }

  void theCrosshairIsOneForAll() {
    Scene scene;
    QTest::mouseMove(scene.set.chart(0), QPoint(150, 60));
    QMouseEvent move(QEvent::MouseMove, QPointF(150, 60), QPointF(150, 60), Qt::NoButton,
                     Qt::NoButton, {});
    QCoreApplication::sendEvent(scene.set.chart(0), &move);
    const QString moment = scene.set.chart(0)->pointAsText().section('\n', 0, 0).section('\t', 1);
    for (int at = 1; at < kChartCount; ++at) {
      QVERIFY(scene.set.chart(at)->pointAsText().contains(moment));
    }
  }

  void aHiddenSetDoesNotDraw() {
    Scene scene;
    scene.set.hide();
    QVERIFY(scene.tick() == ChartSet::Drawing::Skipped);
  }

  void tooEarlyTicksDoNotDraw() {
    Scene scene;
    scene.now += 1s;
    QVERIFY(scene.set.tick(scene.now, 0) == ChartSet::Drawing::Done);
    QVERIFY(scene.set.tick(scene.now + 50ms, 0) == ChartSet::Drawing::Skipped);
    QVERIFY(scene.set.tick(scene.now + 200ms, 0) == ChartSet::Drawing::Done);
  }

  void theSpokenSentenceIsRenewedEveryFiveSecondsAtMost() {
    Scene scene;
    const QString first = scene.set.chart(0)->accessibleDescription();
    QVERIFY(!first.isEmpty());
    scene.link.publishEvenly(10);
    scene.store.poll(scene.link);
    scene.tick();
    QCOMPARE(scene.set.chart(0)->accessibleDescription(), first);
    for (int second = 0; second < 5; ++second) scene.tick();
    QVERIFY(scene.set.chart(0)->accessibleDescription() != first);
  }

  void silenceIsABandOfNoData() {
    Scene scene;
    scene.now += 1s;
    scene.set.tick(scene.now, scene.store.newest()->wallMicros + 30'000'000);
    const std::vector<Band> bands = scene.set.bandsInView();
    QVERIFY(!bands.empty());
    QVERIFY(bands.back().kind == BandKind::NoData);
    QVERIFY(std::abs(bands.back().span.length() - 30) < 1e-3);
  }

  void aChartCanBeReadAsATable() {
    Scene scene;
    const TimeSpan minute{scene.newest() - 60, scene.newest()};
    const ChartTable table(scene.set.chart(1)->spec(), scene.store, minute, TimeStyle::Utc);
    QVERIFY(std::abs(table.rowCount() - 600) <= 1);
    QCOMPARE(table.headerData(2, Qt::Horizontal, Qt::DisplayRole).toString(), QString("persisted"));
    QCOMPARE(table.index(table.rowCount() - 1, 1).data().toString().remove(QChar(0x00A0)),
             QString("1k/s"));
  }

  void bytesHaveTheirLimits() {
    Scene scene;
    scene.set.setDepthUnit(DepthUnit::Bytes);
    QCOMPARE(scene.set.chart(0)->spec().unitName, QString("bytes"));
    QCOMPARE(scene.set.limitsOf(0).size(), std::size_t{1});
    QCOMPARE(scene.set.limitsOf(0).front().name, QString("memory high"));
    QVERIFY(scene.set.chart(0)->hasData());
  }

  void rangesAreData() {
    QCOMPARE(rangeChoices().size(), std::size_t{7});
    QCOMPARE(rangeChoices().front().name, QString("1m"));
    QVERIFY(rangeChoices()[3].availability == RangeChoice::Availability::Now);
    QVERIFY(rangeChoices()[4].availability == RangeChoice::Availability::NeedsLongerHistory);
  }
};
PENSTOCK_TEST(TestChartSet)

}  // namespace penstock::test
#include "tst_chart_set.moc"
