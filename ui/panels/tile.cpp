// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/tile.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <cmath>

#include "ui/models/state_mark.h"

namespace penstock::ui {

namespace {

constexpr int kMargin = 7;
constexpr int kMarkSize = 10;
constexpr int kSparklineHeight = 18;
constexpr double kValuePointsMin = 9;

QString explanationOf(TileKind kind) {
  switch (kind) {
    case TileKind::Depth:
      return QStringLiteral("Change sets that are journaled and not yet in the database.");
    case TileKind::OldestAge:
      return QStringLiteral("How long the oldest of them has been waiting.");
    case TileKind::TimeToEmpty:
      return QStringLiteral("When the queue would be empty if the last seconds went on.");
    case TileKind::FlushRate:
      return QStringLiteral("Change sets persisted per second.");
    case TileKind::Pool:
      return QStringLiteral("Workers that commit, prepare or are idle, of the pool's size.");
    case TileKind::Pressure:
      return QStringLiteral("Whether a budget is above its high watermark, so that intake waits.");
    case TileKind::Journal:
      return QStringLiteral("Disk that the journal uses of its budget, and when it will be full.");
    case TileKind::DeadLetters:
      return QStringLiteral("Change sets the database refused for good, awaiting a decision.");
  }
  return {};
}

}  // namespace

Tile::Tile(TileKind kind, QWidget* parent) : QWidget(parent) {
  m_text.kind = kind;
  setToolTip(QStringLiteral("<p>") + explanationOf(kind));
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Tile::showText(const TileText& text) {
  const bool same = text.value == m_text.value && text.unit == m_text.unit &&
                    text.detail == m_text.detail && text.word == m_text.word &&
                    text.title == m_text.title && text.tone == m_text.tone &&
                    text.limitFraction == m_text.limitFraction;
  if (same) return;
  m_text = text;
  setAccessibleName(text.spoken());
  setToolTip(QStringLiteral("<p>%1</p><p>%2</p>")
                 .arg(explanationOf(text.kind), text.spoken().toHtmlEscaped()));
  update();
}

void Tile::showSparkline(std::vector<double> values) {
  m_values = std::move(values);
  if (m_sparkline == Sparkline::Shown) update();
}

void Tile::setShade(Shade shade) {
  m_shade = shade;
  update();
}

void Tile::setSparkline(Sparkline sparkline) {
  m_sparkline = sparkline;
  updateGeometry();
  update();
}

QSize Tile::sizeHint() const { return {150, m_sparkline == Sparkline::Shown ? 84 : 62}; }

QSize Tile::minimumSizeHint() const { return {110, sizeHint().height()}; }

QFont Tile::titleFont() const {
  QFont small = font();
  small.setPointSizeF(font().pointSizeF() * 0.8);
  small.setBold(true);
  return small;
}

QFont Tile::detailFont() const {
  QFont small = font();
  small.setPointSizeF(font().pointSizeF() * 0.85);
  return small;
}

// As large as fits, so that a long value shrinks before it is shortened.
QFont Tile::valueFont() const {
  QFont large = font();
  large.setBold(true);
  const double pointsMax = font().pointSizeF() * 1.6;
  const int unitWidth =
      m_text.unit.isEmpty() ? 0 : QFontMetrics(detailFont()).horizontalAdvance(m_text.unit) + 4;
  for (double points = pointsMax; points > kValuePointsMin; points -= 0.5) {
    large.setPointSizeF(points);
    const int needed = QFontMetrics(large).horizontalAdvance(m_text.value) + unitWidth;
    if (needed <= width() - 2 * kMargin) return large;
  }
  large.setPointSizeF(std::min(pointsMax, kValuePointsMin));
  return large;
}

// From the whole to the least: the word of the state is the last to go, and the tooltip has it all.
QStringList Tile::detailChoices() const {
  const bool said = m_text.word.isEmpty() || m_text.tone == Tone::Neutral ||
                    m_text.tone == Tone::Good || m_text.value == m_text.word ||
                    m_text.detail.contains(m_text.word, Qt::CaseInsensitive);
  const QString clause = m_text.detail.section(QStringLiteral(", "), 0, 0);
  if (said) return {m_text.detail, clause};
  if (m_text.detail.isEmpty()) return {m_text.word};
  const QString comma = QStringLiteral(", ");
  return {m_text.word + comma + m_text.detail, m_text.word + comma + clause, m_text.word};
}

QString Tile::detailLine() const {
  const QStringList choices = detailChoices();
  const QFontMetrics metrics(detailFont());
  for (const QString& choice : choices) {
    if (metrics.horizontalAdvance(choice) <= width() - 2 * kMargin) return choice;
  }
  return choices.back();
}

bool Tile::isElided() const {
  const int room = width() - 2 * kMargin;
  const int unitWidth =
      m_text.unit.isEmpty() ? 0 : QFontMetrics(detailFont()).horizontalAdvance(m_text.unit) + 4;
  const int valueWidth = QFontMetrics(valueFont()).horizontalAdvance(m_text.value);
  return QFontMetrics(titleFont()).horizontalAdvance(m_text.title) > room - kMarkSize - 3 ||
         QFontMetrics(detailFont()).horizontalAdvance(detailLine()) > room ||
         valueWidth + unitWidth > room;
}

void Tile::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  const bool stands = m_text.tone != Tone::Neutral && m_text.tone != Tone::Good;
  const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
  const QColor edge = palette().color(QPalette::Mid);
  painter.setPen(QPen(stands ? toneColors(m_text.tone, m_shade).text : edge, 1));
  painter.setBrush(stands ? toneColors(m_text.tone, m_shade).background
                          : palette().color(QPalette::Base));
  painter.drawRoundedRect(frame, 3, 3);
  paintTexts(painter);
  if (m_sparkline == Sparkline::Shown) {
    paintSparkline(painter, {kMargin, height() - kSparklineHeight - 5, width() - 2 * kMargin,
                             kSparklineHeight});
  }
}

void Tile::paintTexts(QPainter& painter) const {
  const int room = width() - 2 * kMargin;
  const bool stale = m_text.tone == Tone::Stale;
  const QColor strong = m_text.tone == Tone::Neutral || m_text.tone == Tone::Good
                            ? palette().color(QPalette::Text)
                            : toneColors(m_text.tone, m_shade).text;
  int top = 5;
  const QFontMetrics title(titleFont());
  painter.setFont(titleFont());
  painter.setPen(strong);
  painter.drawText(kMargin, top + title.ascent(),
                   title.elidedText(m_text.title, Qt::ElideRight, room - kMarkSize - 3));
  paintMark(painter, QRectF(width() - kMargin - kMarkSize, top + 1, kMarkSize, kMarkSize),
            m_text.tone, toneColors(m_text.tone, m_shade).text);
  top += title.height() + 1;
  const QFont large = valueFont();
  const QFontMetrics value(large);
  QFont biggest = font();
  biggest.setBold(true);
  biggest.setPointSizeF(font().pointSizeF() * 1.6);
  const QFontMetrics line(biggest);  // the baseline stays where it is when the font shrinks
  painter.setFont(large);
  painter.setPen(stale ? toneColors(Tone::Stale, m_shade).text : strong);
  const QString shown = value.elidedText(m_text.value, Qt::ElideRight, room);
  painter.drawText(kMargin, top + line.ascent(), shown);
  painter.setFont(detailFont());
  painter.drawText(kMargin + value.horizontalAdvance(shown) + 4, top + line.ascent(), m_text.unit);
  top += line.height() - 1;
  const QFontMetrics detail(detailFont());
  painter.drawText(kMargin, top + detail.ascent(),
                   detail.elidedText(detailLine(), Qt::ElideRight, room));
}

void Tile::paintSparkline(QPainter& painter, const QRect& place) const {
  double highest = 0;
  for (const double value : m_values) {
    if (std::isfinite(value)) highest = std::max(highest, value);
  }
  if (m_values.size() < 2 || highest <= 0) highest = 1;
  const ChartColors& colors = chartColors(m_shade);
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setPen(QPen(colors.axis, 1));
  painter.drawLine(place.bottomLeft(), place.bottomRight());
  QPolygonF run;
  painter.setPen(QPen(palette().color(QPalette::Text), 1));
  painter.setRenderHint(QPainter::Antialiasing);
  const double step = double(place.width()) / std::max<double>(1, double(m_values.size()) - 1);
  for (std::size_t i = 0; i < m_values.size(); ++i) {
    if (!std::isfinite(m_values[i])) {
      painter.drawPolyline(run);
      run.clear();
      continue;
    }
    const double share = std::clamp(m_values[i] / highest, 0.0, 1.0);
    run << QPointF(place.left() + double(i) * step, place.bottom() - share * (place.height() - 2));
  }
  painter.drawPolyline(run);
  const double latest = m_values.empty() ? 0 : m_values.back();
  const bool hasLimit = m_text.limitFraction > 0 && std::isfinite(latest) && latest > 0;
  const double limit = hasLimit ? latest / m_text.limitFraction : 0;
  if (!hasLimit || limit > highest) return;
  painter.setPen(QPen(colors.limit, 1, Qt::DashLine));
  const int y = place.bottom() - int(limit / highest * (place.height() - 2));
  painter.drawLine(place.left(), y, place.right(), y);
}

}  // namespace penstock::ui
