// SPDX-License-Identifier: GPL-3.0-or-later
// One chart: up to four lines over time, their names and values at their ends, limits, bands and
// markers, a crosshair. It shows what it is told to show; ChartSet tells all six the same.
#pragma once

#include <QMetaObject>
#include <QSharedPointer>
#include <QString>
#include <QWidget>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "ui/charts/chart_spec.h"
#include "ui/models/palette.h"
#include "ui/models/sample_store.h"

class QCustomPlot;
class QCPGraph;
class QCPPainter;

namespace penstock::ui {

class ChartOverlay;
class ClockTicker;
struct ChartPicture;

/// A dashed labelled line.
struct LimitLine {
  double value = 0;
  QString name;
  bool operator==(const LimitLine&) const = default;
};

enum class TimeLabels : std::uint8_t { Shown, Hidden };
enum class ValueScale : std::uint8_t { Linear, Logarithmic };

/// Threads: GUI.
/// Owns: its copy of the lines in view; the store is borrowed for the time of a call.
class TimeChart : public QWidget {
  Q_OBJECT

 public:
  explicit TimeChart(const ChartSpec& spec, QWidget* parent = nullptr);
  ~TimeChart() override;

  const ChartSpec& spec() const { return m_spec; }
  void setSpec(const ChartSpec& spec);

  /// Takes what is new in the store; reads all of it again when its generation changed.
  void take(const SampleStore& store);
  /// Shows exactly these rows (exports).
  void showRows(const std::vector<SampleRow>& rows);
  void setBands(const std::vector<Band>& bands);
  void setMarkers(const std::deque<Marker>& markers);
  void setLimits(const std::vector<LimitLine>& limits);

  void setTimeSpan(TimeSpan span);
  void setTimeStyle(TimeStyle style);
  void setShade(Shade shade);
  void setTimeLabels(TimeLabels labels);
  void setScale(ValueScale scale);
  ValueScale scale() const { return m_scale; }
  /// Scales the upper end of the value axis by hand; the next resetValueAxis() gives it back.
  void zoomValueAxis(double factor);
  void resetValueAxis();
  double valueZoom() const { return m_valueZoom; }
  /// The crosshair at a time of the axis, or none. Draws its own layer alone.
  void setCrosshair(std::optional<double> time);
  /// Series that the keyboard has stepped to; it is named in the spoken sentence and drawn on top.
  void stepSeries(int by);
  int currentSeries() const { return m_currentSeries; }

  /// Draws, merged with other requests of this turn of the event loop; a hidden chart does nothing.
  void redraw();
  /// Draws now, for pictures.
  void redrawNow();
  /// What the last drawing took.
  double lastDrawMillis() const;
  int plotWidth() const;  ///< between the ends of the time axis, logical pixels
  /// The time under a point of this widget, if it is over the axes.
  std::optional<double> timeAt(const QPointF& position) const;
  /// `14:02:10  accepted 1.2 k/s, persisted 1.1 k/s` at the crosshair or the newest moment.
  QString spokenValues() const;
  /// The point under the crosshair as text for the clipboard: name, time, value by line.
  QString pointAsText() const;
  /// Whether any line has a value within the time in view.
  bool hasData() const;

  /// Paints into `place` of the painter, vectors where the device can, and cuts the lines to the
  /// axes for good: of charts made for a picture alone.
  enum class Legend : std::uint8_t { None, Shown };
  void paintTo(QCPPainter& painter, const QRect& place, Legend legend);

  /// For tests: the plot itself.
  QCustomPlot* plot() const { return m_plot; }

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void showEvent(QShowEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  void buildPlot();
  void buildLines();
  void applyColors();
  void applyMargins();
  void fitValueAxis();
  void fillLabels();
  void prepare();
  void clipLines();
  void followScreen();
  QString momentText(double time) const;
  double highestInView() const;
  double lowestPositiveInView() const;
  double valueAt(int line, double time) const;

  ChartSpec m_spec;
  QCustomPlot* m_plot = nullptr;
  std::vector<QCPGraph*> m_lines;
  std::unique_ptr<ChartPicture> m_picture;
  std::unique_ptr<ChartOverlay> m_overlay;
  QSharedPointer<ClockTicker> m_clock;
  QMetaObject::Connection m_screenChange;
  TimeSpan m_span;
  TimeStyle m_timeStyle = TimeStyle::Local;
  Shade m_shade = Shade::Light;
  TimeLabels m_timeLabels = TimeLabels::Shown;
  ValueScale m_scale = ValueScale::Linear;
  std::optional<double> m_crosshair;
  double m_valueZoom = 1;
  int m_currentSeries = 0;
  std::uint64_t m_generation = 0;
  std::uint64_t m_nextRow = 0;
};

}  // namespace penstock::ui
