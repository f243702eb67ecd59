// SPDX-License-Identifier: GPL-3.0-or-later
// Turns samples and points of the kept history into rows of the charts, and rows into fewer rows:
// minimum and maximum of each second, never an average. Pure.
#pragma once

#include <string>
#include <vector>

#include "ui/models/sample_store.h"

namespace penstock::ui {

constexpr std::size_t indexOf(Series series) { return static_cast<std::size_t>(series); }

/// A row without a value, which breaks every line.
SampleRow gapRow(double time);
bool isGapRow(const SampleRow& row);

/// The row of one sample; rates against `before` (of the same run, or null).
SampleRow liveRow(const Snapshot& sample, const Snapshot* before, const std::string& sink,
                  double time);

/// Two rows (minima, maxima) for each second of `rows`; gaps stay where they are.
std::vector<SampleRow> thinnedRows(const std::vector<SampleRow>& rows);

struct HistoryRows {
  std::vector<SampleRow> rows;
  std::vector<Band> bands;
  double usualStep = 1;  ///< seconds between two points
};

/// The rows of history points that end before `before` (seconds since 1970). Minimum and maximum of
/// a point are a row each; another run, or a missing point, is a gap.
HistoryRows historyRows(const std::vector<HistoryPoint>& points, double before);

}  // namespace penstock::ui
