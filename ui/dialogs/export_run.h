// SPDX-License-Identifier: GPL-3.0-or-later
// One export of what is in view: the samples as CSV, the charts as pictures, into a folder, under
// names that tell node and time. Tells at the end what was written and what was not.
#pragma once

#include <QObject>
#include <QStringList>
#include <functional>

#include "ui/charts/chart_export.h"
#include "ui/dialogs/range_export.h"

namespace penstock::ui {

struct ExportChoice {
  QString folder;
  bool csv = true;
  bool png = true;
  bool svg = false;
  bool pdf = false;
  bool isEmpty() const { return !csv && !png && !svg && !pdf; }
};

struct ExportSource {
  EngineLink* link = nullptr;
  const ChartSet* charts = nullptr;
  QString node;      ///< for people: `embedded (local)`
  QString fileStem;  ///< `penstock-embedded-2026-11-21T140211`
  QString version;   ///< `Penstock 0.1.0`
  std::string sink;  ///< empty: the primary
  TimeSpan span;     ///< seconds since 1970 UTC
  RunElsewhere runElsewhere;
};

struct ExportReport {
  QStringList written;   ///< a line for each file: path, and rows if it has any
  QStringList failures;  ///< a line for each file that could not be written
};

/// Threads: GUI.
/// Expects: link and charts outlive it.
class ExportRun : public QObject {
  Q_OBJECT

 public:
  using Done = std::function<void(const ExportReport&)>;

  ExportRun(ExportSource source, const ExportChoice& choice, Done done, QObject* parent = nullptr);

  /// `done` is called once, later.
  void start();
  /// History pages that nobody else asked for.
  void takeHistory(const HistoryPage& page);

 private:
  void startCsv();
  void startCharts(ExportFormat format, const QString& ending);
  QString pathOf(const QString& ending) const;
  void end(const QString& path, const Status& status, const QString& remark);

  const ExportSource m_source;
  const ExportChoice m_choice;
  Done m_done;
  RangeExport* m_csv = nullptr;
  ExportReport m_report;
  int m_pending = 0;
};

}  // namespace penstock::ui
