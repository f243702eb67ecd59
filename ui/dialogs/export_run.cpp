// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/export_run.h"

#include <QDir>
#include <QTimer>
#include <cmath>

#include "ui/models/quantity.h"

namespace penstock::ui {

ExportRun::ExportRun(ExportSource source, const ExportChoice& choice, Done done, QObject* parent)
    : QObject(parent), m_source(std::move(source)), m_choice(choice), m_done(std::move(done)) {}

void ExportRun::start() {
  m_pending = 1;  // this function itself, so that nothing ends before all have begun
  if (!QDir().mkpath(m_choice.folder)) {
    ++m_pending;
    end(m_choice.folder, Status(StatusCode::IoError, "the folder cannot be made"), {});
  } else {
    if (m_choice.csv) startCsv();
    if (m_choice.png) startCharts(ExportFormat::Png, QStringLiteral(".png"));
    if (m_choice.svg) startCharts(ExportFormat::Svg, QStringLiteral(".svg"));
    if (m_choice.pdf) startCharts(ExportFormat::Pdf, QStringLiteral(".pdf"));
  }
  QTimer::singleShot(0, this, [this] {
    --m_pending;
    if (m_pending == 0 && m_done) std::exchange(m_done, nullptr)(m_report);
  });
}

QString ExportRun::pathOf(const QString& ending) const {
  return QDir(m_choice.folder).filePath(m_source.fileStem + ending);
}

void ExportRun::startCsv() {
  ++m_pending;
  RangeExportRequest request;
  request.path = pathOf(QStringLiteral(".csv"));
  request.fromMicros = std::llround(m_source.span.from * 1e6);
  request.toMicros = std::llround(m_source.span.to * 1e6);
  request.sink = m_source.sink;
  m_csv = new RangeExport(
      *m_source.link, request,
      [this](const RangeExportResult& result) {
        end(result.path, result.status, QStringLiteral("%1 rows").arg(formatCount(result.rows)));
      },
      this);
  m_csv->start();
}

void ExportRun::startCharts(ExportFormat format, const QString& ending) {
  ++m_pending;
  ExportRequest request;
  request.path = pathOf(ending);
  request.format = format;
  request.span = m_source.span;
  request.node = m_source.node;
  request.version = m_source.version;
  exportCharts(*m_source.charts, request, m_source.runElsewhere, this,
               [this, path = request.path](const Status& status) { end(path, status, {}); });
}

void ExportRun::takeHistory(const HistoryPage& page) {
  if (m_csv != nullptr) (void)m_csv->takeHistory(page);
}

void ExportRun::end(const QString& path, const Status& status, const QString& remark) {
  const QString native = QDir::toNativeSeparators(path);
  if (status.isOk()) {
    m_report.written << (remark.isEmpty() ? native : QStringLiteral("%1 (%2)").arg(native, remark));
  } else {
    m_report.failures << QStringLiteral("%1: %2").arg(native,
                                                      QString::fromStdString(status.message()));
  }
  --m_pending;
  if (m_pending == 0 && m_done) std::exchange(m_done, nullptr)(m_report);
}

}  // namespace penstock::ui
