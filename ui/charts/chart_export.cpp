// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_export.h"

#include <qcustomplot.h>

#include <QBuffer>
#include <QCoreApplication>
#include <QFileInfo>
#include <QImage>
#include <QImageWriter>
#include <QMetaObject>
#include <QPageSize>
#include <QPdfWriter>
#include <QPointer>
#include <QSaveFile>
#include <QSvgGenerator>
#include <cmath>
#include <numeric>

#include "ui/charts/chart_overlay.h"
#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

constexpr int kChartWidth = 640;
constexpr int kChartHeight = 220;
constexpr int kAloneHeight = 360;
constexpr int kHeaderHeight = 44;
constexpr int kMargin = 12;
constexpr int kPngScale = 2;
constexpr int kPdfDotsPerInch = 96;  // of the screen: fonts in pixels come out as there

// The charts of a picture, made anew in the light palette, and where each of them stands.
class Sheet {
 public:
  Sheet(const ChartSet& set, const ExportRequest& request) : m_request(request) {
    m_view = request.span.value_or(set.timeInView());
    m_timeStyle = set.timeStyle();
    std::vector<int> wanted = request.charts;
    if (wanted.empty()) {
      wanted.resize(kChartCount);
      std::iota(wanted.begin(), wanted.end(), 0);
    }
    m_columns = wanted.size() > 1 ? 2 : 1;
    for (const int index : wanted) m_charts.push_back(copyOf(set, index));
  }

  QSize size() const {
    const auto count = static_cast<int>(m_charts.size());
    const int rows = (count + m_columns - 1) / m_columns;
    return {m_columns * kChartWidth + 2 * kMargin,
            rows * chartHeight() + kHeaderHeight + 2 * kMargin};
  }

  QString title() const { return QStringLiteral("Penstock: ") + displayText(m_request.node, 120); }

  QString details() const {
    const auto text = [this](double seconds) {
      return formatMoment(static_cast<std::int64_t>(std::llround(seconds * 1e6)), m_timeStyle);
    };
    return text(m_view.from) + QStringLiteral(" – ") + text(m_view.to) + QStringLiteral("   ") +
           displayText(m_request.version, 80);
  }

  void paint(QCPPainter& painter) {
    const ChartColors& colors = chartColors(Shade::Light);
    painter.fillRect(QRect(QPoint(0, 0), size()), colors.background);
    QFont bold = chartFont();
    bold.setBold(true);
    bold.setPixelSize(15);
    painter.setPen(colors.text);
    painter.setFont(bold);
    painter.drawText(QPointF(kMargin, kMargin + 14), title());
    painter.setFont(chartFont());
    painter.setPen(colors.mutedText);
    painter.drawText(QPointF(kMargin, kMargin + 32), details());
    for (std::size_t at = 0; at < m_charts.size(); ++at) {
      const int row = static_cast<int>(at) / m_columns;
      const int column = static_cast<int>(at) % m_columns;
      const QRect place(kMargin + column * kChartWidth,
                        kMargin + kHeaderHeight + row * chartHeight(), kChartWidth, chartHeight());
      m_charts[at]->paintTo(painter, place, TimeChart::Legend::Shown);
    }
  }

 private:
  int chartHeight() const { return m_charts.size() == 1 ? kAloneHeight : kChartHeight; }

  std::unique_ptr<TimeChart> copyOf(const ChartSet& set, int index) const {
    const TimeChart& original = *set.chart(index);
    auto copy = std::make_unique<TimeChart>(original.spec());
    copy->resize(kChartWidth, kChartHeight);
    copy->setShade(Shade::Light);
    copy->setTimeStyle(m_timeStyle);
    copy->setScale(original.scale());
    copy->zoomValueAxis(original.valueZoom());
    copy->setTimeSpan(m_view);
    copy->setBands(set.bandsInView());
    copy->setMarkers(set.store().markers());
    copy->setLimits(set.limitsOf(index));
    const auto& rows = set.store().rows();
    copy->showRows(std::vector<SampleRow>(rows.begin(), rows.end()));
    return copy;
  }

  const ExportRequest& m_request;
  TimeSpan m_view;
  TimeStyle m_timeStyle = TimeStyle::Local;
  int m_columns = 2;
  std::vector<std::unique_ptr<TimeChart>> m_charts;
};

void paintOn(QPaintDevice& device, Sheet& sheet, QCPPainter::PainterMode mode) {
  QCPPainter painter;
  painter.begin(&device);
  painter.setMode(mode);
  sheet.paint(painter);
  painter.end();
}

QImage imageOf(Sheet& sheet) {
  QImage image(sheet.size() * kPngScale, QImage::Format_RGB32);
  image.setDevicePixelRatio(kPngScale);
  image.setDotsPerMeterX(static_cast<int>(kPngScale * 96 / 0.0254));
  image.setDotsPerMeterY(image.dotsPerMeterX());
  paintOn(image, sheet, QCPPainter::pmDefault);
  return image;
}

QByteArray svgOf(Sheet& sheet) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  QSvgGenerator generator;
  generator.setOutputDevice(&buffer);
  generator.setSize(sheet.size());
  generator.setViewBox(QRect(QPoint(0, 0), sheet.size()));
  // Escaped here: the generator writes both as they come, and `<` would break the file.
  generator.setTitle(sheet.title().toHtmlEscaped());
  generator.setDescription(sheet.details().toHtmlEscaped());
  paintOn(generator, sheet, QCPPainter::pmVectorized);
  return bytes;
}

QByteArray pdfOf(Sheet& sheet, const QString& creator) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QPdfWriter writer(&buffer);
  writer.setResolution(kPdfDotsPerInch);
  writer.setTitle(sheet.title());
  writer.setCreator(creator);
  const QSizeF points = QSizeF(sheet.size()) * 72 / kPdfDotsPerInch;
  writer.setPageSize(QPageSize(points, QPageSize::Point, QString(), QPageSize::ExactMatch));
  writer.setPageMargins(QMarginsF(0, 0, 0, 0));
  paintOn(writer, sheet, QCPPainter::pmVectorized);
  return bytes;
}

Status refused(const QString& path, const QString& reason) {
  return Status(StatusCode::IoError, (path + ": " + reason).toStdString());
}

// Whole or not at all: what was there before stays until the new file is complete.
Status writeFile(const QString& path, const QByteArray& bytes) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return refused(path, file.errorString());
  const bool isWritten = file.write(bytes) == bytes.size() && file.commit();
  return isWritten ? Status::ok() : refused(path, file.errorString());
}

Status writePng(const QString& path, const QImage& image) {
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  QImageWriter writer(&buffer, "png");
  if (!writer.write(image)) return refused(path, writer.errorString());
  return writeFile(path, bytes);
}

Status checkRequest(const ExportRequest& request) {
  if (request.path.isEmpty()) return Status(StatusCode::Invalid, "export: no file name given");
  const bool isKnown = std::all_of(request.charts.begin(), request.charts.end(),
                                   [](int chart) { return chart >= 0 && chart < kChartCount; });
  if (!isKnown) return Status(StatusCode::Invalid, "export: there is no such chart");
  return Status::ok();
}

std::function<Status()> writingOf(Sheet& sheet, const ExportRequest& request) {
  const QString path = request.path;
  switch (request.format) {
    case ExportFormat::Png:
      return [path, image = imageOf(sheet)] { return writePng(path, image); };
    case ExportFormat::Svg:
      return [path, bytes = svgOf(sheet)] { return writeFile(path, bytes); };
    case ExportFormat::Pdf:
      return [path, bytes = pdfOf(sheet, request.version)] { return writeFile(path, bytes); };
  }
  return [] { return Status(StatusCode::Invalid, "export: unknown format"); };
}

}  // namespace

std::optional<ExportFormat> exportFormatOf(const QString& path) {
  const QString ending = QFileInfo(path).suffix().toLower();
  if (ending == "png") return ExportFormat::Png;
  if (ending == "svg") return ExportFormat::Svg;
  if (ending == "pdf") return ExportFormat::Pdf;
  return std::nullopt;
}

QString exportFilter() {
  return QStringLiteral("PNG image (*.png);;SVG drawing (*.svg);;PDF document (*.pdf)");
}

void exportCharts(const ChartSet& set, const ExportRequest& request, const RunElsewhere& elsewhere,
                  QObject* context, ExportDone done) {
  if (const Status status = checkRequest(request); !status.isOk()) return done(status);
  Sheet sheet(set, request);
  std::function<Status()> write = writingOf(sheet, request);
  if (!elsewhere) return done(write());
  elsewhere(
      [write = std::move(write), context = QPointer<QObject>(context), done = std::move(done)] {
        // Whether the context still lives is asked on its own thread, where it dies.
        QMetaObject::invokeMethod(
            QCoreApplication::instance(),
            [context, done, status = write()] {
              if (context != nullptr) done(status);
            },
            Qt::QueuedConnection);
      });
}

}  // namespace penstock::ui
