// SPDX-License-Identifier: GPL-3.0-or-later
// Charts as files that users take away: PNG at twice the size, SVG, PDF, always in the light
// palette, with title, axis names, units, legend, node, time range and version.
#pragma once

#include <QString>
#include <functional>
#include <vector>

#include "base/status.h"
#include "ui/charts/chart_set.h"

namespace penstock::ui {

enum class ExportFormat : std::uint8_t { Png, Svg, Pdf };
/// By the ending of a file name; none for another ending.
std::optional<ExportFormat> exportFormatOf(const QString& path);
/// For a file dialog: `PNG image (*.png)` …
QString exportFilter();

struct ExportRequest {
  QString path;
  ExportFormat format = ExportFormat::Png;
  std::vector<int> charts;       ///< from 0; empty: all
  std::optional<TimeSpan> span;  ///< none: what is in view
  QString node;                  ///< name and environment of the node
  QString version;               ///< `Penstock 0.1.0`
};

/// Runs a job away from the GUI thread, for example on a base/worker. An empty one runs it at once.
using RunElsewhere = std::function<void(std::function<void()> job)>;
/// Called once, on the thread of the GUI, when the file is there or could not be made.
using ExportDone = std::function<void(Status)>;

/// Draws what `set` has in view (a few milliseconds, on the caller's thread); what is slow about a
/// PNG, encoding and writing, is handed to `elsewhere`. A file that could not be written whole is
/// not left behind, and an older one of that name stays as it was.
/// `context`: an object of the GUI thread; when it dies first, `done` is not called.
/// Errors: Invalid: nothing to draw or no path; IoError: the file system refused, with its reason.
void exportCharts(const ChartSet& set, const ExportRequest& request, const RunElsewhere& elsewhere,
                  QObject* context, ExportDone done);

}  // namespace penstock::ui
