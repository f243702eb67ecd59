// SPDX-License-Identifier: GPL-3.0-or-later
// What a chart shows besides lines and axes: bands behind the lines; title, limits, markers above
// them; and on a layer of its own, which is redrawn alone, the crosshair and the labels that follow
// it. Drawn by hand, so that pictures, SVG and PDF get the same.
#pragma once

#include <qcustomplot.h>

#include <optional>
#include <vector>

#include "ui/charts/time_chart.h"

namespace penstock::ui {

/// Of the label at the end of a line.
struct EndLabel {
  QString name;
  QString value;
  QPen pen;
  double endValue = 0;  ///< NaN: the line has no end in view
};

/// Everything the layers draw; the chart fills it.
struct ChartPicture {
  QString title;
  QString unitName;
  QString emptyText;  ///< empty: there is data
  QString moment;     ///< at the top right: time of the crosshair, or what happened there
  std::vector<EndLabel> labels;
  std::vector<LimitLine> limits;
  std::vector<Band> bands;
  std::vector<Marker> markers;
  std::optional<double> crosshair;
  int emphasised = -1;  ///< the line that the keyboard is on; below 0: none
  bool isFocused = false;
  bool hasLegend = false;  ///< above the axes, for exports, besides the values at the ends
  Shade shade = Shade::Light;
  Unit unit = Unit::Count;
};

/// The font of labels and ticks, and what is reserved around the axes with it; the same for every
/// chart, so that their times stand below one another.
QFont chartFont();
struct ChartMargins {
  int left = 0;
  int right = 0;
  int top = 0;
  int bottom = 0;
};
ChartMargins chartMargins(TimeLabels timeLabels);

/// Puts the layers into a plot; they live as long as the plot does.
/// Owns: the layers are children of the plot; the picture is borrowed.
class ChartOverlay {
 public:
  ChartOverlay(QCustomPlot* plot, const ChartPicture& picture);
  /// Draws crosshair and labels alone.
  void redrawCrosshair();

 private:
  QCPLayer* m_crosshairLayer = nullptr;
};

}  // namespace penstock::ui
