// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QImage>
#include <QPainter>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>

#include "base/worker.h"
#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/charts/chart_export.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

namespace {

QByteArray contentOf(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool holdsColor(const QImage& image, const QColor& color) {
  int found = 0;
  for (int y = 0; y < image.height(); ++y) {
    for (int x = 0; x < image.width(); ++x) {
      if (image.pixelColor(x, y).rgb() == color.rgb() && ++found > 50) return true;
    }
  }
  return false;
}

}  // namespace

class TestChartExport : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    QVERIFY(m_folder.isValid());
    m_link.publishEvenly(3000);
    m_store.poll(m_link);
    m_set = std::make_unique<ChartSet>(m_store);
    m_set->setShade(Shade::Dark);  // exports are light all the same
    m_set->resize(1000, 420);
    m_set->show();
    m_set->setSpan(5min);
    m_set->tick(SteadyTime{1h}, m_store.newest()->wallMicros);
  }
  void cleanupTestCase() { m_set.reset(); }

  void aPngOpensAgainAndIsNotBlank() {
    QVERIFY(write("all.png", {}).isOk());
    const QImage image(m_folder.filePath("all.png"));
    QCOMPARE(image.width(), 2 * (2 * 640 + 24));
    QCOMPARE(image.pixelColor(2, 2), QColor(Qt::white));
    QVERIFY(holdsColor(image, chartColors(Shade::Light).lines[0]));
    QVERIFY(holdsColor(image, chartColors(Shade::Light).text));
  }

  void anSvgOpensAgainAndNothingSpillsOver() {
    m_set->chart(0)->zoomValueAxis(0.2);
    QVERIFY(write("one.svg", {0}).isOk());
    m_set->chart(0)->resetValueAxis();
    const QByteArray text = contentOf(m_folder.filePath("one.svg"));
    QVERIFY(text.contains("Queue depth"));
    QVERIFY(text.contains("embedded"));
    QVERIFY(text.contains("Penstock 0.1.0"));
    QSvgRenderer renderer(text);
    QVERIFY(renderer.isValid());
    QImage image(renderer.defaultSize(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    renderer.render(&painter);
    painter.end();
    QVERIFY(holdsColor(image, chartColors(Shade::Light).text) ||
            holdsColor(image, chartColors(Shade::Light).lines[0]));
    for (int y = 0; y < 44; ++y) {  // the header above the chart
      for (int x = 0; x < image.width(); ++x) {
        QVERIFY(image.pixelColor(x, y) != chartColors(Shade::Light).lines[0]);
      }
    }
  }

  void thePictureShowsTheTimeThatWasAskedForWhateverTheChartsShowNow() {
    ExportRequest request = requestFor("span.svg", {0});
    const double newest = double(m_store.newest()->wallMicros) / 1e6;
    request.span = TimeSpan{newest - 180, newest - 120};
    Status status(StatusCode::Unknown, "no answer");
    exportCharts(*m_set, request, {}, this, [&](Status result) { status = result; });
    QVERIFY(status.isOk());
    const QByteArray text = contentOf(m_folder.filePath("span.svg"));
    const auto moment = [&](double seconds) {
      return formatMoment(std::llround(seconds * 1e6), m_set->timeStyle()).toUtf8();
    };
    QVERIFY(text.contains(moment(request.span->from)));
    QVERIFY(text.contains(moment(request.span->to)));
    QVERIFY(!text.contains(moment(newest)));
  }

  void thereAreAsManyTimeLabelsAsFit() {
    QVERIFY(write("labels.svg", {0}).isOk());
    const QByteArray text = contentOf(m_folder.filePath("labels.svg"));
    const double newest = double(m_store.newest()->wallMicros) / 1e6;
    int labels = 0;  // of five minutes, one a minute
    for (double back = 0; back < 300; ++back) {
      const auto micros = std::llround((newest - back) * 1e6);
      if (micros / 1'000'000 % 60 != 0) continue;
      const QString label = formatMinute(micros, TimeStyle::Local, micros);
      if (text.contains('>' + label.toUtf8() + '<')) ++labels;
    }
    QVERIFY2(labels >= 4, qPrintable(QString::number(labels)));
  }

  void aPdfHasItsHeaderAndFonts() {
    QVERIFY(write("all.pdf", {}).isOk());
    const QByteArray bytes = contentOf(m_folder.filePath("all.pdf"));
    QVERIFY(bytes.startsWith("%PDF-1."));
    QVERIFY(bytes.trimmed().endsWith("%%EOF"));
    QVERIFY(bytes.contains("/Font"));
    QVERIFY(bytes.size() > 10'000);
  }

  void aPngIsEncodedElsewhere() {
    const QString path = m_folder.filePath("elsewhere.png");
    Worker worker;
    int answers = 0;
    const RunElsewhere elsewhere = [&worker](std::function<void()> job) {
      worker = Worker("export", ThreadPriority::Background, std::move(job));
    };
    exportCharts(*m_set, requestFor("elsewhere.png", {}), elsewhere, this, [&](Status status) {
      QVERIFY(status.isOk());
      ++answers;
    });
    QTRY_COMPARE(answers, 1);
    QVERIFY(!QImage(path).isNull());
  }

  void aRefusedFileIsAClearError() {
    ExportRequest request = requestFor("x.png", {});
    request.path = m_folder.filePath("no/such/folder/x.png");
    Status status;
    exportCharts(*m_set, request, {}, this, [&](Status result) { status = result; });
    QVERIFY(status.code() == StatusCode::IoError);
    QVERIFY(QString::fromStdString(status.message()).contains("no/such/folder/x.png: "));
  }

  void aWrongRequestIsInvalid() {
    QVERIFY(write("x.png", {6}).code() == StatusCode::Invalid);
    ExportRequest request;
    Status status;
    exportCharts(*m_set, request, {}, this, [&](Status result) { status = result; });
    QVERIFY(status.code() == StatusCode::Invalid);
  }

  void formatsAreKnownByTheirEndings() {
    QVERIFY(exportFormatOf("a.PNG") == ExportFormat::Png);
    QVERIFY(exportFormatOf("a.b.svg") == ExportFormat::Svg);
    QVERIFY(exportFormatOf("a.pdf") == ExportFormat::Pdf);
    QVERIFY(!exportFormatOf("pdf"));
    QVERIFY(!exportFormatOf("a.txt"));
  }

 private:
  ExportRequest requestFor(const QString& name, std::vector<int> charts) const {
    ExportRequest request;
    request.path = m_folder.filePath(name);
    request.format = exportFormatOf(name).value_or(ExportFormat::Png);
    request.charts = std::move(charts);
    request.node = "embedded (local) <b>";
    request.version = "Penstock 0.1.0";
    return request;
  }
  Status write(const QString& name, std::vector<int> charts) {
    Status result(StatusCode::Unknown, "no answer");
    exportCharts(*m_set, requestFor(name, std::move(charts)), {}, this,
                 [&](Status status) { result = status; });
    return result;
  }

  QTemporaryDir m_folder;
  FakeEngineLink m_link;
  SampleStore m_store;
  std::unique_ptr<ChartSet> m_set;
};
PENSTOCK_TEST(TestChartExport)

}  // namespace penstock::test
#include "tst_chart_export.moc"
