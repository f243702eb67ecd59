// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_navigation.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <cmath>

#include "ui/charts/chart_set.h"

namespace penstock::ui {

namespace {

constexpr int kDragPixels = 8;  ///< less is a click that slipped
constexpr double kZoomStep = 1.25;
constexpr double kPanStep = 0.1;
constexpr double kLiveEdge = 0.5;  ///< seconds from now that still count as live

}  // namespace

bool ChartNavigation::eventFilter(QObject* watched, QEvent* event) {
  const int index = m_set.indexOf(watched);
  if (index < 0) return false;
  switch (event->type()) {
    case QEvent::Wheel:
      onWheel(index, *static_cast<QWheelEvent*>(event));
      return true;
    case QEvent::MouseButtonPress:
      onPress(index, *static_cast<QMouseEvent*>(event));
      return false;
    case QEvent::MouseMove:
      onMove(index, *static_cast<QMouseEvent*>(event));
      return false;
    case QEvent::MouseButtonRelease:
      m_drag.reset();
      return false;
    case QEvent::Leave:
      m_set.setCrosshair(std::nullopt);
      return false;
    case QEvent::MouseButtonDblClick:
      m_drag.reset();
      m_set.toggleMaximised(index);
      return true;
    case QEvent::ContextMenu:
      m_set.openMenu(index, static_cast<QContextMenuEvent*>(event)->globalPos());
      return true;
    case QEvent::KeyPress:
      return onKey(index, *static_cast<QKeyEvent*>(event));
    default:
      return false;
  }
}

void ChartNavigation::onWheel(int index, const QWheelEvent& event) {
  const double notches = event.angleDelta().y() / 120.0;
  if (notches == 0) return;
  const double factor = std::pow(kZoomStep, -notches);
  if (event.modifiers().testFlag(Qt::ControlModifier)) {
    m_set.chart(index)->zoomValueAxis(factor);
    m_set.chart(index)->redraw();
    return;
  }
  zoom(factor, m_set.chart(index)->timeAt(event.position()));
}

void ChartNavigation::onPress(int index, const QMouseEvent& event) {
  if (event.button() != Qt::LeftButton) return;
  const int width = std::max(1, m_set.chart(index)->plotWidth());
  m_drag = Drag{event.pos(), m_set.timeInView().to, m_set.timeInView().length() / width};
}

void ChartNavigation::onMove(int index, const QMouseEvent& event) {
  const bool isDragging = m_drag && event.buttons().testFlag(Qt::LeftButton);
  if (!isDragging) {
    m_set.setCrosshair(m_set.chart(index)->timeAt(event.position()));
    return;
  }
  const int pixels = event.pos().x() - m_drag->start.x();
  if (m_drag->phase == Drag::Phase::Pressed) {
    // To the right is into the past; to the left of live there is nothing.
    const bool mayMove = m_set.isFrozen() ? std::abs(pixels) > kDragPixels : pixels > kDragPixels;
    if (!mayMove) return;
    m_drag->phase = Drag::Phase::Moving;
    m_set.freeze();
  }
  m_set.moveViewTo(m_drag->viewTo - pixels * m_drag->secondsPerPixel);
}

bool ChartNavigation::onKey(int index, const QKeyEvent& event) {
  const bool isControl = event.modifiers().testFlag(Qt::ControlModifier);
  const bool isShift = event.modifiers().testFlag(Qt::ShiftModifier);
  const int direction = event.key() == Qt::Key_Left ? -1 : 1;
  switch (event.key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
      if (isControl) {
        stepMarker(direction);
      } else if (isShift) {
        moveCrosshair(index, direction);
      } else {
        pan(direction * kPanStep);
      }
      return true;
    default:
      return !isControl && onViewKey(index, event);
  }
}

bool ChartNavigation::onViewKey(int index, const QKeyEvent& event) {
  TimeChart* chart = m_set.chart(index);
  switch (event.key()) {
    case Qt::Key_Up:
      chart->stepSeries(-1);
      return true;
    case Qt::Key_Down:
      chart->stepSeries(1);
      return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      zoom(1 / kZoomStep, std::nullopt);
      return true;
    case Qt::Key_Minus:
      zoom(kZoomStep, std::nullopt);
      return true;
    case Qt::Key_Home:
      m_set.backToLive();
      return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
      m_set.toggleMaximised(index);
      return true;
    case Qt::Key_L: {
      const bool isLog = chart->scale() == ValueScale::Logarithmic;
      chart->setScale(isLog ? ValueScale::Linear : ValueScale::Logarithmic);
      chart->redraw();
      return true;
    }
    case Qt::Key_C:
      QGuiApplication::clipboard()->setText(chart->pointAsText());
      return true;
    default:
      return false;
  }
}

// Forward to the newest moment is back to live.
void ChartNavigation::pan(double fractionOfSpan) {
  if (!m_set.isFrozen() && fractionOfSpan > 0) return;
  const double to = m_set.timeInView().to + fractionOfSpan * m_set.timeInView().length();
  if (m_set.isFrozen() && to >= m_set.newestTime() - kLiveEdge) {
    m_set.backToLive();
    return;
  }
  m_set.freeze();
  m_set.moveViewTo(to);
}

// Live: the newest moment stays at the right. Frozen: what is under the mouse stays there.
void ChartNavigation::zoom(double factor, std::optional<double> around) {
  const TimeSpan before = m_set.timeInView();
  const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(m_set.span() * factor);
  m_set.setSpan(span);
  if (!m_set.isFrozen() || !around) return;
  const double share = (before.to - *around) / before.length();
  m_set.moveViewTo(*around + share * m_set.timeInView().length());
}

void ChartNavigation::stepMarker(int direction) {
  const double from = m_set.crosshair().value_or(m_set.timeInView().to);
  std::optional<double> nearest;
  for (const Marker& marker : m_set.store().markers()) {
    const double distance = (marker.time - from) * direction;
    if (distance <= 1e-6) continue;
    if (!nearest || distance < (*nearest - from) * direction) nearest = marker.time;
  }
  if (nearest) m_set.showMoment(static_cast<std::int64_t>(std::llround(*nearest * 1e6)));
}

void ChartNavigation::moveCrosshair(int index, int pixels) {
  const TimeSpan view = m_set.timeInView();
  const double perPixel = view.length() / std::max(1, m_set.chart(index)->plotWidth());
  const double time = m_set.crosshair().value_or(view.to) + pixels * perPixel;
  m_set.setCrosshair(std::clamp(time, view.from, view.to));
}

}  // namespace penstock::ui
