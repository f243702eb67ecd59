// SPDX-License-Identifier: GPL-3.0-or-later
// Turns wheel, mouse and keys over the charts into moves of their common view: zoom, pan, freeze,
// crosshair. What a move means is decided by ChartSet.
#pragma once

#include <QObject>
#include <QPoint>
#include <optional>

class QKeyEvent;
class QMouseEvent;
class QWheelEvent;

namespace penstock::ui {

class ChartSet;

/// Threads: GUI. Installed as event filter of each chart; the set is borrowed.
class ChartNavigation : public QObject {
  Q_OBJECT

 public:
  explicit ChartNavigation(ChartSet& set) : m_set(set) {}

  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void onWheel(int index, const QWheelEvent& event);
  void onPress(int index, const QMouseEvent& event);
  void onMove(int index, const QMouseEvent& event);
  bool onKey(int index, const QKeyEvent& event);
  bool onViewKey(int index, const QKeyEvent& event);
  void pan(double fractionOfSpan);
  void zoom(double factor, std::optional<double> around);
  void stepMarker(int direction);
  void moveCrosshair(int index, int pixels);

  struct Drag {
    QPoint start;
    double viewTo = 0;
    double secondsPerPixel = 0;
    enum class Phase { Pressed, Moving } phase = Phase::Pressed;
  };

  ChartSet& m_set;
  std::optional<Drag> m_drag;
};

}  // namespace penstock::ui
