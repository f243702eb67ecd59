// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_overlay.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/label_layout.h"
#include "ui/models/display_text.h"
#include "ui/models/state_mark.h"

namespace penstock::ui {

namespace {

constexpr int kFontPixels = 11;
constexpr int kTitleHeight = 18;
constexpr int kSwatchWidth = 14;
constexpr int kPad = 4;
constexpr int kHatchStep = 7;
constexpr int kMarkerSize = 8;
constexpr double kMarkerNear = 4;  ///< pixels

class Layerable : public QCPLayerable {
 public:
  Layerable(QCustomPlot* plot, const QString& layer, const ChartPicture& picture)
      : QCPLayerable(plot, layer), m_picture(picture) {}

 protected:
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override {
    painter->setAntialiasing(false);
  }
  QRect clipRect() const override { return mParentPlot->viewport(); }

  QRect axes() const { return mParentPlot->axisRect()->rect(); }
  double xOf(double time) const { return mParentPlot->xAxis->coordToPixel(time); }
  double yOf(double value) const { return mParentPlot->yAxis->coordToPixel(value); }
  const ChartColors& colors() const { return chartColors(m_picture.shade); }

  const ChartPicture& m_picture;
};

// Lines at 45 degrees, cut by calculation: SVG knows neither clipping nor patterns.
void paintHatching(QCPPainter& painter, const QRectF& place) {
  for (double x = place.left() - place.height(); x < place.right(); x += kHatchStep) {
    const double from = std::max(x, place.left());
    const double to = std::min(x + place.height(), place.right());
    if (from >= to) continue;
    painter.drawLine(QLineF(from, place.bottom() - (from - x), to, place.bottom() - (to - x)));
  }
}

class BandLayerable final : public Layerable {
 public:
  using Layerable::Layerable;

 protected:
  void draw(QCPPainter* painter) override {
    painter->setFont(chartFont());
    // Names last: bands overlap, and a name would be covered by the next band.
    for (const Band& band : m_picture.bands) paintBand(*painter, band, placeOf(band));
    for (const Band& band : m_picture.bands) paintName(*painter, band.kind, placeOf(band));
  }

 private:
  // Null when it is not in view; a short band is still seen.
  QRectF placeOf(const Band& band) const {
    const QRectF all = axes();
    const double left = std::max(all.left(), xOf(band.span.from));
    const double right = std::min(all.right(), xOf(band.span.to));
    if (right <= left) return {};
    return {left, all.top(), std::max(1.0, right - left), all.height()};
  }

  void paintBand(QCPPainter& painter, const Band& band, const QRectF& place) const {
    if (place.isNull()) return;
    if (band.kind == BandKind::NoData) {
      painter.setPen(QPen(colors().bandNoData, 1));
      painter.setAntialiasing(true);
      paintHatching(painter, place);
      painter.setAntialiasing(false);
    } else {
      painter.fillRect(place,
                       band.kind == BandKind::Paused ? colors().bandPaused : colors().bandPressure);
    }
  }

  void paintName(QCPPainter& painter, BandKind kind, const QRectF& place) const {
    const QString name = kind == BandKind::Paused         ? QStringLiteral("paused")
                         : kind == BandKind::Backpressure ? QStringLiteral("backpressure")
                                                          : QStringLiteral("no data");
    const QFontMetrics metrics(chartFont());
    const int width = metrics.horizontalAdvance(name);
    if (width + 2 * kPad > place.width()) return;
    // Backpressure stands a line lower: it often overlaps with a pause.
    const double line = kind == BandKind::Backpressure ? metrics.height() : 0;
    const QRectF box(place.left() + kPad, place.bottom() - metrics.height() - line, width,
                     metrics.height());
    if (kind == BandKind::NoData) painter.fillRect(box, colors().background);
    painter.setPen(colors().mutedText);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, name);
  }
};

class MarkLayerable final : public Layerable {
 public:
  using Layerable::Layerable;

 protected:
  void draw(QCPPainter* painter) override {
    painter->setFont(chartFont());
    paintTitle(*painter);
    for (const LimitLine& limit : m_picture.limits) paintLimit(*painter, limit);
    paintMarkers(*painter);
    if (!m_picture.emptyText.isEmpty()) paintEmpty(*painter);
    if (m_picture.isFocused) paintFocus(*painter);
  }

 private:
  void paintTitle(QCPPainter& painter) const {
    QFont bold = chartFont();
    bold.setBold(true);
    const QRect line(kPad, 0, mParentPlot->viewport().width(), kTitleHeight);
    painter.setFont(bold);
    painter.setPen(colors().text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, m_picture.title);
    const int used = QFontMetrics(bold).horizontalAdvance(m_picture.title + ' ');
    painter.setFont(chartFont());
    painter.setPen(colors().mutedText);
    painter.drawText(line.adjusted(used, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     m_picture.unitName);
  }

  void paintLimit(QCPPainter& painter, const LimitLine& limit) const {
    const QRectF all = axes();
    const double y = std::round(yOf(limit.value));
    if (!std::isfinite(y) || y < all.top() || y > all.bottom()) return;
    painter.setPen(QPen(colors().limit, 1, Qt::DashLine));
    painter.drawLine(QLineF(all.left(), y, all.right(), y));
    const QFontMetrics metrics(chartFont());
    const bool hasRoomAbove = y - metrics.height() > all.top();
    const double top = hasRoomAbove ? y - metrics.height() : y + 1;
    const QString text =
        displayText(limit.name) + ' ' + formatQuantity(limit.value, m_picture.unit);
    painter.setPen(colors().mutedText);
    painter.drawText(QRectF(all.left() + kPad, top, all.width() - kPad, metrics.height()),
                     Qt::AlignLeft | Qt::AlignVCenter, text);
  }

  // Of several on one spot the worst is drawn.
  void paintMarkers(QCPPainter& painter) const {
    const QRectF all = axes();
    std::vector<std::pair<double, const Marker*>> drawn;
    for (const Marker& marker : m_picture.markers) {
      const double x = std::round(xOf(marker.time));
      if (x < all.left() || x > all.right()) continue;
      const bool isOnLast = !drawn.empty() && x - drawn.back().first < kMarkerSize / 2;
      if (!isOnLast) {
        drawn.emplace_back(x, &marker);
      } else if (marker.severity > drawn.back().second->severity) {
        drawn.back().second = &marker;
      }
    }
    for (const auto& [x, marker] : drawn) paintMarker(painter, x, *marker);
  }

  void paintMarker(QCPPainter& painter, double x, const Marker& marker) const {
    const QRectF all = axes();
    const QColor color = colorOf(marker.severity);
    painter.setPen(QPen(color, 1, Qt::DotLine));
    painter.drawLine(QLineF(x, all.top(), x, all.bottom()));
    const QPointF head(x, all.top());
    const double half = kMarkerSize / 2.0;
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.setAntialiasing(true);
    if (marker.kind == EventKind::Started || marker.kind == EventKind::Stopped) {
      painter.drawRect(QRectF(head.x() - half, head.y() - half, kMarkerSize, kMarkerSize));
    } else if (marker.kind == EventKind::Command || marker.kind == EventKind::Workload) {
      const QPolygonF triangle{head + QPointF(-half, -half), head + QPointF(half, -half),
                               head + QPointF(0, half)};
      painter.drawPolygon(triangle);
    } else {
      const QPolygonF diamond{head + QPointF(0, -half), head + QPointF(half, 0),
                              head + QPointF(0, half), head + QPointF(-half, 0)};
      painter.drawPolygon(diamond);
    }
    painter.setAntialiasing(false);
    painter.setBrush(Qt::NoBrush);
  }

  QColor colorOf(Severity severity) const {
    switch (severity) {
      case Severity::Info:
        return colors().mutedText;
      case Severity::Warning:
        return toneColors(Tone::Caution, m_picture.shade).text;
      case Severity::Critical:
        return toneColors(Tone::Alarm, m_picture.shade).text;
    }
    return colors().mutedText;
  }

  void paintEmpty(QCPPainter& painter) const {
    painter.setPen(colors().mutedText);
    painter.drawText(axes().adjusted(kPad, kPad, -kPad, -kPad), Qt::AlignCenter | Qt::TextWordWrap,
                     m_picture.emptyText);
  }

  void paintFocus(QCPPainter& painter) const {
    painter.setPen(QPen(colors().lines[0], 1));
    painter.drawRect(mParentPlot->viewport().adjusted(0, 0, -1, -1));
  }
};

class CrosshairLayerable final : public Layerable {
 public:
  using Layerable::Layerable;

 protected:
  void draw(QCPPainter* painter) override {
    painter->setFont(chartFont());
    if (m_picture.crosshair) paintCrosshair(*painter, *m_picture.crosshair);
    paintMoment(*painter);
    if (m_picture.hasLegend) paintLegend(*painter);
    if (m_picture.emptyText.isEmpty()) paintLabels(*painter);
  }

 private:
  void paintCrosshair(QCPPainter& painter, double time) const {
    const QRectF all = axes();
    const double x = std::round(xOf(time));
    if (x < all.left() || x > all.right()) return;
    painter.setPen(QPen(colors().crosshair, 1));
    painter.drawLine(QLineF(x, all.top(), x, all.bottom()));
  }

  void paintMoment(QCPPainter& painter) const {
    if (m_picture.moment.isEmpty()) return;
    QFont bold = chartFont();
    bold.setBold(true);
    const QFontMetrics metrics(chartFont());
    const int left = kPad + QFontMetrics(bold).horizontalAdvance(m_picture.title + ' ') +
                     metrics.horizontalAdvance(m_picture.unitName) + 3 * kPad;
    const QRect line(left, 0, mParentPlot->viewport().width() - kPad - left, kTitleHeight);
    if (line.width() <= 0) return;
    painter.setPen(colors().text);
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(m_picture.moment, Qt::ElideRight, line.width()));
  }

  // In one row above the axes, from the right.
  void paintLegend(QCPPainter& painter) const {
    const QFontMetrics metrics(chartFont());
    double right = axes().right();
    for (auto label = m_picture.labels.rbegin(); label != m_picture.labels.rend(); ++label) {
      const int width = metrics.horizontalAdvance(label->name);
      painter.setPen(colors().text);
      painter.drawText(QRectF(right - width, 0, width + 1, kTitleHeight),
                       Qt::AlignLeft | Qt::AlignVCenter, label->name);
      const double swatchRight = right - width - kPad;
      painter.setPen(label->pen);
      painter.drawLine(QLineF(swatchRight - 2 * kSwatchWidth, kTitleHeight / 2.0, swatchRight,
                              kTitleHeight / 2.0));
      right = swatchRight - 2 * kSwatchWidth - 3 * kPad;
    }
  }

  void paintLabels(QCPPainter& painter) const {
    const QRectF all = axes();
    const QFontMetrics metrics(chartFont());
    std::vector<double> wanted;
    std::vector<const EndLabel*> labels;
    for (const EndLabel& label : m_picture.labels) {
      if (label.value.isEmpty()) continue;
      const double y = yOf(label.endValue);
      wanted.push_back(std::isfinite(y) ? std::clamp(y, all.top(), all.bottom()) : all.bottom());
      labels.push_back(&label);
    }
    // A little beyond the axes: a label at the floor is centred on the floor.
    const LabelColumn column{all.top() - metrics.height() / 2.0,
                             all.bottom() + metrics.height() / 2.0,
                             static_cast<double>(metrics.height())};
    const std::vector<double> middles = spreadLabels(wanted, column);
    for (std::size_t at = 0; at < labels.size(); ++at) {
      paintLabel(painter, *labels[at], middles[at]);
    }
  }

  void paintLabel(QCPPainter& painter, const EndLabel& label, double middle) const {
    const QFontMetrics metrics(chartFont());
    const double left = axes().right() + kPad;
    const double swatchY = std::round(middle);
    painter.setPen(label.pen);
    painter.drawLine(QLineF(left, swatchY, left + kSwatchWidth, swatchY));
    painter.drawLine(QLineF(left, swatchY + 1, left + kSwatchWidth, swatchY + 1));
    const double textLeft = left + kSwatchWidth + kPad;
    const double width = mParentPlot->viewport().width() - textLeft;
    const QRectF box(textLeft, middle - metrics.height() / 2.0, width, metrics.height());
    const bool isEmphasised =
        m_picture.emphasised >= 0 &&
        &label == &m_picture.labels[static_cast<std::size_t>(m_picture.emphasised)];
    QFont font = chartFont();
    font.setUnderline(isEmphasised);
    painter.setFont(font);
    painter.setPen(colors().text);
    painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, label.name + ' ' + label.value);
  }
};

}  // namespace

QFont chartFont() {
  QFont font = QApplication::font();
  font.setPixelSize(kFontPixels);
  return font;
}

ChartMargins chartMargins(TimeLabels timeLabels) {
  const QFontMetrics metrics(chartFont());
  // The widest that occurs: `888 MiB` beside the axis, `committing 888,888` at the lines' ends.
  ChartMargins margins;
  margins.left = metrics.horizontalAdvance(QStringLiteral("888 MiB")) + 3 * kPad;
  margins.right =
      metrics.horizontalAdvance(QStringLiteral("dead letters 888 k/s")) + kSwatchWidth + 3 * kPad;
  margins.top = kTitleHeight + 5;
  margins.bottom = timeLabels == TimeLabels::Shown ? metrics.height() + 2 * kPad : kPad + 3;
  return margins;
}

ChartOverlay::ChartOverlay(QCustomPlot* plot, const ChartPicture& picture) {
  plot->addLayer("bands", plot->layer("grid"), QCustomPlot::limBelow);
  plot->addLayer("marks", plot->layer("axes"), QCustomPlot::limAbove);
  plot->addLayer("crosshair", plot->layer("marks"), QCustomPlot::limAbove);
  m_crosshairLayer = plot->layer("crosshair");
  m_crosshairLayer->setMode(QCPLayer::lmBuffered);
  // Children of the plot, which deletes them.
  new BandLayerable(plot, "bands", picture);
  new MarkLayerable(plot, "marks", picture);
  new CrosshairLayerable(plot, "crosshair", picture);
}

void ChartOverlay::redrawCrosshair() { m_crosshairLayer->replot(); }

}  // namespace penstock::ui
