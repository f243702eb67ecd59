// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/range_export.h"

#include <QSaveFile>
#include <QTimer>
#include <algorithm>

#include "metrics/csv.h"
#include "metrics/history_point.h"
#include "model/limits.h"

namespace penstock::ui {

namespace {

constexpr std::size_t kRowsPerSlice = 250;  // a few milliseconds
constexpr std::uint32_t kHistoryPointsMax = 36'000;
constexpr std::chrono::seconds kHistoryPatience{5};

// The columns of the header, in their order.
QStringList snapshotColumns() {
  QStringList columns;
  const QString header = QString::fromStdString(csvSnapshotHeader());
  for (const QString& column : header.split(',')) columns << column.trimmed();
  return columns;
}

}  // namespace

RangeExport::RangeExport(EngineLink& link, RangeExportRequest request, Done done, QObject* parent)
    : QObject(parent),
      m_link(link),
      m_request(std::move(request)),
      m_done(std::move(done)),
      m_file(std::make_unique<QSaveFile>(m_request.path)),
      m_slices(new QTimer(this)),
      m_sinkName(m_request.sink) {
  connect(m_slices, &QTimer::timeout, this, &RangeExport::writeSlice);
}

RangeExport::~RangeExport() = default;

void RangeExport::start() {
  m_slices->start(0);
  if (!m_file->open(QIODevice::WriteOnly)) return;
  m_file->write(QByteArray::fromStdString(csvSnapshotHeader()));
  m_samples = m_link.samplesSince(0, limits::kSampleRing);
  if (!m_samples.empty() && m_sinkName.empty() && !m_samples.back()->sinks.empty()) {
    m_sinkName = m_samples.back()->sinks.front().name;
  }
  const std::int64_t oldest =
      m_samples.empty() ? m_request.toMicros : m_samples.front()->wallMicros;
  if (m_request.fromMicros < oldest && m_request.sink.empty()) {
    m_asked = m_link.requestHistory({m_request.fromMicros, oldest - 1, kHistoryPointsMax});
    QTimer::singleShot(kHistoryPatience, this, [this] { m_asked.reset(); });
  }
}

RangeExport::Taken RangeExport::takeHistory(const HistoryPage& page) {
  if (!m_asked || page.request != *m_asked) return Taken::NotMine;
  m_asked.reset();
  m_history = page.points;
  return Taken::Yes;
}

void RangeExport::writeSlice() {
  if (!m_file->isOpen()) {
    finish(Status(StatusCode::IoError, m_file->errorString().toStdString()));
    return;
  }
  if (m_asked) return;  // older rows come first
  std::size_t left = kRowsPerSlice;
  for (; left > 0 && m_nextPoint < m_history.size(); --left) {
    writeHistoryRow(m_history[m_nextPoint++]);
  }
  for (; left > 0 && m_nextSample < m_samples.size(); --left, ++m_nextSample) {
    const Snapshot& now = *m_samples[m_nextSample];
    const bool inRange =
        now.wallMicros >= m_request.fromMicros && now.wallMicros <= m_request.toMicros;
    if (!inRange) continue;
    const Snapshot* before = m_nextSample == 0 ? nullptr : m_samples[m_nextSample - 1].get();
    m_file->write(QByteArray::fromStdString(csvSnapshotRow(now, before, m_request.sink)));
    ++m_rows;
  }
  const bool all = m_nextPoint == m_history.size() && m_nextSample == m_samples.size();
  if (!all) return;
  if (m_file->commit()) {
    finish(Status::ok());
  } else {
    finish(Status(StatusCode::IoError, m_file->errorString().toStdString()));
  }
}

void RangeExport::writeHistoryRow(const HistoryPoint& point) {
  static const QStringList kColumns = snapshotColumns();
  const std::vector<std::string>& names = historyMetricNames();
  std::vector<CsvCell> cells;
  for (const QString& column : kColumns) {
    const auto at = std::ranges::find(names, column.toStdString());
    const auto index = std::size_t(at - names.begin());
    if (at != names.end() && index < point.metrics.size()) {
      cells.push_back(CsvCell::ofNumber(point.metrics[index].last));
    } else if (column == QStringLiteral("time")) {
      cells.push_back(CsvCell::ofTime(point.toMicros));
    } else if (column == QStringLiteral("sink")) {
      cells.push_back({m_sinkName, CsvCell::Kind::Text});
    } else {
      cells.push_back(CsvCell::none());
    }
  }
  m_file->write(QByteArray::fromStdString(csvRow(cells)));
  ++m_rows;
}

void RangeExport::finish(Status status) {
  m_slices->stop();
  if (!m_done) return;
  const Done done = std::exchange(m_done, nullptr);
  done({std::move(status), m_request.path, m_rows});
}

}  // namespace penstock::ui
