// SPDX-License-Identifier: GPL-3.0-or-later
// The six charts of the dashboard in a grid: one span of time, one crosshair, one freeze. The wheel
// changes the span and stays live; dragging into the past freezes and says so.
#pragma once

#include <QWidget>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "ui/charts/chart_navigation.h"
#include "ui/charts/chart_spec.h"
#include "ui/charts/redraw_pacer.h"
#include "ui/charts/time_chart.h"
#include "ui/models/sample_store.h"

namespace penstock::ui {

class ViewBar;

/// Threads: GUI.
/// Expects: tick() about five times a second or more; the store outlives the set.
class ChartSet : public QWidget {
  Q_OBJECT

 public:
  explicit ChartSet(const SampleStore& store, QWidget* parent = nullptr);

  enum class Drawing : std::uint8_t { Done, Skipped };
  /// Follows the time and draws what is new, unless it is too early or nothing is visible. The
  /// limits of the charts come from the store's newest sample.
  Drawing tick(SteadyTime now, std::int64_t wallMicros);

  void setSpan(std::chrono::milliseconds span);
  std::chrono::milliseconds span() const { return m_span; }
  /// What is in view, in time of the wall.
  TimeSpan timeInView() const { return m_view; }

  /// *Freeze charts*: the view stands still, the engine goes on, samples are still taken.
  void freeze();
  void backToLive();
  bool isFrozen() const { return m_frozen; }
  /// When it was frozen, microseconds since 1970 UTC.
  std::int64_t frozenAtMicros() const { return m_frozenAtMicros; }
  std::uint64_t missedSamples() const;
  /// Freezes and shows this moment in the middle (an event the user clicked).
  void showMoment(std::int64_t wallMicros);

  void setTimeStyle(TimeStyle style);
  TimeStyle timeStyle() const { return m_timeStyle; }
  void setShade(Shade shade);
  void setDepthUnit(DepthUnit unit);
  DepthUnit depthUnit() const { return m_depthUnit; }

  /// Charts count from 0.
  TimeChart* chart(int index) const { return m_charts[static_cast<std::size_t>(index)]; }
  void focusChart(int index);
  /// Shows one chart alone, or all again when it is alone already.
  void toggleMaximised(int index);
  /// Which chart is alone; below 0: none.
  int maximised() const { return m_maximised; }

  const RedrawPacer& pacer() const { return m_pacer; }
  const SampleStore& store() const { return m_store; }
  /// The store's bands, and the one since the last sample when none came for a while.
  std::vector<Band> bandsInView() const;
  /// The limits that the charts show now, by chart.
  std::vector<LimitLine> limitsOf(int index) const;

 signals:
  /// Emitted on: GUI. Meaning: frozen or live again, by whatever way; ask isFrozen().
  void frozenChanged();
  /// Emitted on: GUI. Meaning: the wheel or a key chose another span; ask span().
  void spanChanged();
  /// Emitted on: GUI. Meaning: charts draw slower or at their usual pace; ask pacer().note().
  void paceChanged();
  /// Emitted on: GUI. Meaning: the user asks for the values of this chart as a table.
  void tableWanted(int chart);
  void maximisedChanged();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  friend class ChartNavigation;

  int indexOf(const QObject* object) const;
  void openMenu(int index, const QPoint& globalPosition);
  /// Shows the span that ends at `to` (seconds since 1970), within what is kept.
  void moveViewTo(double to);
  double newestTime() const { return static_cast<double>(m_nowMicros) / 1e6; }
  const std::optional<double>& crosshair() const { return m_crosshair; }
  void setCrosshair(std::optional<double> time);

  void arrange();
  void takeAndRedraw();
  void notePace();
  void showViewBar();
  void renewAccessibleTexts(SteadyTime now);

  const SampleStore& m_store;
  ChartNavigation m_navigation;
  std::vector<TimeChart*> m_charts;
  ViewBar* m_viewBar = nullptr;
  RedrawPacer m_pacer;
  /// When charts were asked to draw, while what it took is not read yet.
  std::optional<SteadyTime> m_drawnAt;
  TimeSpan m_view;
  std::chrono::milliseconds m_span = kUsualSpan;
  bool m_frozen = false;
  std::int64_t m_frozenAtMicros = 0;
  std::uint64_t m_samplesWhenFrozen = 0;
  std::int64_t m_nowMicros = 0;
  TimeStyle m_timeStyle = TimeStyle::Local;
  Shade m_shade = Shade::Light;
  DepthUnit m_depthUnit = DepthUnit::ChangeSets;
  int m_maximised = -1;
  std::optional<double> m_crosshair;
  std::optional<SteadyTime> m_spokenAt;
};

}  // namespace penstock::ui
