// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/state_mark.h"

#include <QPainter>
#include <QPixmap>
#include <QPolygonF>
#include <cmath>
#include <numbers>

namespace penstock::ui {

namespace {

QPolygonF polygonOf(const QRectF& place, int corners, double turn) {
  QPolygonF polygon;
  const double radius = std::min(place.width(), place.height()) / 2;
  for (int corner = 0; corner < corners; ++corner) {
    const double angle = turn + corner * 2 * std::numbers::pi / corners;
    polygon << place.center() + QPointF(std::cos(angle), std::sin(angle)) * radius;
  }
  return polygon;
}

void paintFilled(QPainter& painter, const QRectF& place, Tone tone) {
  constexpr double kUp = -std::numbers::pi / 2;
  switch (tone) {
    case Tone::Good:
      painter.drawEllipse(place.adjusted(1, 1, -1, -1));
      return;
    case Tone::Notice:
      painter.drawRect(place.adjusted(1, 1, -1, -1));
      return;
    case Tone::Caution:
      painter.drawPolygon(polygonOf(place, 3, kUp));
      return;
    case Tone::Alarm:
      painter.drawPolygon(polygonOf(place, 8, std::numbers::pi / 8));
      return;
    case Tone::Neutral:
    case Tone::Stale:
      return;
  }
}

}  // namespace

void paintMark(QPainter& painter, const QRectF& place, Tone tone, const QColor& color) {
  if (tone == Tone::Neutral) return;
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  if (tone == Tone::Stale) {
    const double width = place.width() / 6;
    painter.setPen(QPen(color, width));
    painter.setBrush(Qt::NoBrush);
    painter.drawEllipse(place.adjusted(1, 1, -1, -1));
  } else {
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    paintFilled(painter, place, tone);
  }
  painter.restore();
}

QIcon markIcon(Tone tone, Shade shade, int size) {
  QIcon icon;
  for (const int ratio : {1, 2, 3}) {
    QPixmap pixmap(size * ratio, size * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintMark(painter, QRectF(0, 0, size, size), tone, toneColors(tone, shade).text);
    painter.end();
    icon.addPixmap(pixmap);
  }
  return icon;
}

QString markName(Tone tone) {
  switch (tone) {
    case Tone::Neutral:
      return {};
    case Tone::Good:
      return QStringLiteral("disc");
    case Tone::Notice:
      return QStringLiteral("square");
    case Tone::Caution:
      return QStringLiteral("triangle");
    case Tone::Alarm:
      return QStringLiteral("octagon");
    case Tone::Stale:
      return QStringLiteral("ring");
  }
  return {};
}

}  // namespace penstock::ui
