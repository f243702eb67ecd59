// SPDX-License-Identifier: Apache-2.0
#include <qcustomplot.h>

#include <QTest>
#include <set>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/charts/time_chart.h"
#include "ui/models/history_rows.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

const std::vector<ChartSpec>& specs() {
  static const std::vector<ChartSpec> kSpecs = dashboardCharts(DepthUnit::ChangeSets);
  return kSpecs;
}

std::vector<SampleRow> evenRows(int count) {
  std::vector<SampleRow> rows;
  for (int at = 0; at < count; ++at) {
    SampleRow row;
    row.time = 1'790'000'000 + at * 0.1;
    row.values.fill(100);
    rows.push_back(row);
  }
  return rows;
}

TimeSpan spanOf(const std::vector<SampleRow>& rows) {
  return {rows.front().time, rows.back().time};
}

int pixelsOf(const QImage& image, const QColor& color, const QRect& place) {
  int count = 0;
  for (int y = place.top(); y <= place.bottom(); ++y) {
    for (int x = place.left(); x <= place.right(); ++x) {
      const QColor pixel = image.pixelColor(x, y);
      const int distance = std::abs(pixel.red() - color.red()) +
                           std::abs(pixel.green() - color.green()) +
                           std::abs(pixel.blue() - color.blue());
      if (distance < 60) ++count;
    }
  }
  return count;
}

}  // namespace

class TestTimeChart : public QObject {
  Q_OBJECT

 private slots:
  void everyPenIsExactlyOneWide() {
    for (const Shade shade : {Shade::Light, Shade::Dark}) {
      for (const ChartSpec& spec : specs()) {
        TimeChart chart(spec);
        chart.setShade(shade);
        const QCustomPlot& plot = *chart.plot();
        for (int at = 0; at < plot.graphCount(); ++at) {
          QCOMPARE(plot.graph(at)->pen().widthF(), 1.0);
          QCOMPARE(plot.graph(at)->pen().color().alpha(), 255);
          QVERIFY(plot.graph(at)->brush().style() == Qt::NoBrush);
        }
        QCOMPARE(chart.plot()->xAxis->basePen().widthF(), 1.0);
        QCOMPARE(chart.plot()->yAxis->grid()->pen().widthF(), 1.0);
      }
    }
  }

  void linesDifferInColourAndDash() {
    for (const ChartSpec& spec : specs()) {
      QVERIFY(spec.lines.size() <= kLinesPerChartMax);
      TimeChart chart(spec);
      std::set<QVector<qreal>> dashes;
      std::set<QRgb> colors;
      for (int at = 0; at < chart.plot()->graphCount(); ++at) {
        dashes.insert(chart.plot()->graph(at)->pen().dashPattern());
        colors.insert(chart.plot()->graph(at)->pen().color().rgb());
      }
      QCOMPARE(dashes.size(), spec.lines.size());
      QCOMPARE(colors.size(), spec.lines.size());
    }
  }

  void aSpikeOfOneSampleIsDrawn() {
    TimeChart chart(specs()[0]);
    chart.resize(500, 160);
    std::vector<SampleRow> rows = evenRows(9000);
    rows[4321].values.fill(1000);
    chart.setTimeSpan(spanOf(rows));
    chart.showRows(rows);
    chart.show();
    chart.redrawNow();
    const QImage image = chart.grab().toImage();
    const QRect axes = chart.plot()->axisRect()->rect();
    const QRect upperHalf(axes.left(), axes.top(), axes.width(), axes.height() / 2);
    QVERIFY(pixelsOf(image, chartColors(Shade::Light).lines[0], upperHalf) > 10);
  }

  void aGapIsNotALine() {
    TimeChart chart(specs()[0]);
    chart.resize(500, 160);
    std::vector<SampleRow> rows = evenRows(100);
    for (std::size_t at = 60; at < rows.size(); ++at) rows[at].time += 20;
    for (std::size_t at = 0; at < rows.size(); at += 2) rows[at].values.fill(50);
    rows.insert(rows.begin() + 60, gapRow(rows[59].time + 10));
    chart.setTimeSpan(spanOf(rows));
    chart.showRows(rows);
    chart.show();
    chart.redrawNow();
    const QImage image = chart.grab().toImage();
    const QRect axes = chart.plot()->axisRect()->rect();
    const auto column = [&](double time) {
      return QRect(int(chart.plot()->xAxis->coordToPixel(time)), axes.top(), 3, axes.height());
    };
    const QColor line = chartColors(Shade::Light).lines[0];
    QCOMPARE(pixelsOf(image, line, column(rows[59].time + 10)), 0);
    QVERIFY(pixelsOf(image, line, column(rows[30].time)) > 0);
  }

  void theValueAxisBeginsAtZeroAndHoldsEverything() {
    TimeChart chart(specs()[0]);
    std::vector<SampleRow> rows = evenRows(50);
    rows[10].values.fill(12'480);
    chart.setTimeSpan(spanOf(rows));
    chart.showRows(rows);
    QCOMPARE(chart.plot()->yAxis->range().lower, 0.0);
    QVERIFY(chart.plot()->yAxis->range().upper >= 12'480);
    QVERIFY(chart.plot()->yAxis->range().upper <= 2 * 12'480);
    chart.setScale(ValueScale::Logarithmic);
    chart.showRows(rows);
    QCOMPARE(chart.plot()->yAxis->range().lower, 100.0);  // the smallest positive value
  }

  void theStoreIsReadOnceAndThenContinued() {
    FakeEngineLink link;
    SampleStore store;
    TimeChart chart(specs()[1]);
    link.publishEvenly(100);
    store.poll(link);
    chart.take(store);
    QCOMPARE(chart.plot()->graph(0)->dataCount(), 100);
    link.publishEvenly(3);
    store.poll(link);
    chart.take(store);
    chart.take(store);
    QCOMPARE(chart.plot()->graph(2)->dataCount(), 103);
    store.setSink("other");
    store.poll(link);
    chart.take(store);
    QCOMPARE(chart.plot()->graph(0)->dataCount(), 103);
  }

  void aHiddenChartDoesNothing() {
    TimeChart chart(specs()[0]);
    QCoreApplication::processEvents();  // the plot draws itself once when it is made
    int drawings = 0;
    connect(chart.plot(), &QCustomPlot::afterReplot, this, [&] { ++drawings; });
    chart.redraw();
    QCoreApplication::processEvents();
    QCOMPARE(drawings, 0);
    chart.show();
    QCoreApplication::processEvents();
    drawings = 0;
    for (int at = 0; at < 100; ++at) chart.redraw();
    QCoreApplication::processEvents();
    QCOMPARE(drawings, 1);
  }

  void hostileNamesAreDrawnAsText() {
    ChartSpec spec = specs()[0];
    spec.title = "<b>Depth</b>";
    spec.lines[0].name = QString("\u202Eevil<br>") + QString(5000, 'x');
    TimeChart chart(spec);
    chart.resize(400, 140);
    const std::vector<SampleRow> rows = evenRows(50);
    chart.setTimeSpan(spanOf(rows));
    chart.showRows(rows);
    Marker marker;
    marker.time = rows[25].time;
    marker.text = std::string("\0<img>\xff", 7) + std::string(100'000, 'y');
    chart.setMarkers({marker});
    chart.setLimits({{120, "<limit>"}});
    chart.show();
    chart.setCrosshair(rows[25].time);
    chart.redrawNow();
    QVERIFY(!chart.grab().isNull());
    QVERIFY(chart.spokenValues().contains("evil<br>"));
  }

  void withoutDataItSaysWhatItWaitsFor() {
    TimeChart chart(specs()[2]);
    chart.setTimeSpan({100, 200});
    QVERIFY(!chart.hasData());
    QCOMPARE(chart.spokenValues(), specs()[2].emptyText);
    QVERIFY(chart.focusPolicy() == Qt::StrongFocus);
    QCOMPARE(chart.accessibleName(), QString("Delay (seconds)"));
  }

  void thePointUnderTheCrosshairCanBeTaken() {
    TimeChart chart(specs()[1]);
    std::vector<SampleRow> rows = evenRows(50);
    rows[20].values[static_cast<std::size_t>(Series::Persisted)] = 77;
    chart.setTimeStyle(TimeStyle::Utc);
    chart.setTimeSpan(spanOf(rows));
    chart.showRows(rows);
    chart.setCrosshair(rows[20].time + 0.01);
    QVERIFY(chart.pointAsText().contains("persisted\t77"));
    QVERIFY(chart.spokenValues().contains("14:13:22"));
  }
};
PENSTOCK_TEST(TestTimeChart)

}  // namespace penstock::test
#include "tst_time_chart.moc"
