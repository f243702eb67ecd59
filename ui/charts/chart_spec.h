// SPDX-License-Identifier: GPL-3.0-or-later
// Which charts there are and which lines each of them has. The dashboard's six are data: another
// chart is another entry.
#pragma once

#include <QString>
#include <chrono>
#include <vector>

#include "ui/models/quantity.h"
#include "ui/models/sample_store.h"

namespace penstock::ui {

struct LineSpec {
  Series series = Series::QueueDepth;
  QString name;  ///< short: it stands at the end of the line
};

struct ChartSpec {
  QString title;     ///< `Queue depth`
  QString unitName;  ///< `change sets`, `per second`, for the title, the table and exports
  Unit unit = Unit::Count;
  std::vector<LineSpec> lines;  ///< kLinesPerChartMax at most
  QString emptyText;            ///< what an empty chart waits for
  QString fullTitle() const { return title + " (" + unitName + ")"; }
};

enum class DepthUnit : std::uint8_t { ChangeSets, Bytes };

inline constexpr int kChartCount = 6;
/// The charts of the dashboard, in reading order.
std::vector<ChartSpec> dashboardCharts(DepthUnit depthUnit);

struct RangeChoice {
  QString name;  ///< `15m`, as on the button
  std::chrono::seconds span{0};
  enum class Availability : std::uint8_t {
    Now,
    NeedsLongerHistory
  } availability = Availability::Now;
};
/// 1m 5m 15m 1h 6h 24h 7d; those beyond what the node keeps are marked.
const std::vector<RangeChoice>& rangeChoices();
/// Of those that are not.
std::chrono::seconds longestSpan();
inline constexpr std::chrono::seconds kUsualSpan{15 * 60};

}  // namespace penstock::ui
