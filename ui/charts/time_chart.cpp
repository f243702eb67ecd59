// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/time_chart.h"

#include <qcustomplot.h>

#include <QWindow>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "ui/charts/chart_overlay.h"
#include "ui/charts/line_clip.h"
#include "ui/charts/value_ticker.h"
#include "ui/models/display_text.h"

namespace penstock::ui {

namespace {

static_assert(kLinesPerChartMax == 4);  // a dash for each

// In pixels on and off; longer than Qt's own dots, which fade to nothing on a thin line.
QPen penOf(const QColor& color, std::size_t line) {
  QPen pen(color, 1);
  switch (line) {
    case 0:
      break;
    case 1:
      pen.setDashPattern({6, 3});
      break;
    case 2:
      pen.setDashPattern({2, 2});
      break;
    default:
      pen.setDashPattern({8, 2, 2, 2});
      break;
  }
  pen.setCapStyle(Qt::FlatCap);  // square ends would close the gaps
  return pen;
}

constexpr double kHeadroom = 1.08;
// A limit is shown when it is near; far above it would press the lines to the floor.
constexpr double kLimitReach = 2.5;
constexpr double kNearestSample = 5;  ///< seconds: how old a value at the crosshair may be
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// The smallest upper end of the value axis, where nothing or little happens.
double leastUpper(Unit unit) {
  switch (unit) {
    case Unit::Count:
      return 4;
    case Unit::PerSecond:
      return 1;
    case Unit::Bytes:
      return 1024;
    case Unit::Seconds:
      return 0.01;
    case Unit::Percent:
      return 100;
  }
  return 1;
}

// In coarse steps, so that the axis does not breathe with every sample.
double niceUpper(double value, Unit unit) {
  if (unit == Unit::Bytes) {
    const double power = std::pow(2, std::floor(std::log2(value)));
    return value <= power ? power : value <= power * 1.5 ? power * 1.5 : power * 2;
  }
  const double magnitude = std::pow(10, std::floor(std::log10(value)));
  for (const double step : {1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0}) {
    if (value <= step * magnitude * (1 + 1e-9)) return step * magnitude;
  }
  return 10 * magnitude;
}

std::int64_t microsOf(double seconds) {
  return static_cast<std::int64_t>(std::llround(seconds * 1e6));
}

}  // namespace

TimeChart::TimeChart(const ChartSpec& spec, QWidget* parent)
    : QWidget(parent), m_spec(spec), m_picture(std::make_unique<ChartPicture>()) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumSize(240, 70);
  buildPlot();
  setSpec(spec);
}

TimeChart::~TimeChart() {
  delete m_plot;  // before the picture that its layers look at
}

void TimeChart::buildPlot() {
  m_plot = new QCustomPlot(this);
  m_plot->setAttribute(Qt::WA_TransparentForMouseEvents);
  m_plot->setFocusPolicy(Qt::NoFocus);
  m_plot->setPlottingHint(QCP::phImmediateRefresh, false);
  m_overlay = std::make_unique<ChartOverlay>(m_plot, *m_picture);
  m_plot->axisRect()->setAutoMargins(QCP::msNone);
  for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
    axis->setTickLengthIn(0);
    axis->setTickLengthOut(3);
    axis->setTickLabelPadding(3);
    axis->setTickLabelFont(chartFont());
    axis->grid()->setZeroLinePen(Qt::NoPen);
  }
  m_plot->xAxis->grid()->setVisible(false);
  setTimeStyle(m_timeStyle);
}

void TimeChart::setSpec(const ChartSpec& spec) {
  CHECK(spec.lines.size() <= kLinesPerChartMax);
  m_spec = spec;
  m_generation = 0;
  m_currentSeries = 0;
  m_picture->title = spec.title;
  m_picture->unitName = '(' + spec.unitName + ')';
  m_picture->unit = spec.unit;
  setAccessibleName(spec.fullTitle());
  buildLines();
  setScale(m_scale);
  applyColors();
  applyMargins();
}

void TimeChart::buildLines() {
  m_plot->clearGraphs();
  m_lines.clear();
  for (std::size_t at = 0; at < m_spec.lines.size(); ++at) {
    QCPGraph* line = m_plot->addGraph();
    line->setName(m_spec.lines[at].name);
    m_lines.push_back(line);
  }
}

void TimeChart::applyColors() {
  const ChartColors& colors = chartColors(m_shade);
  m_picture->shade = m_shade;
  m_plot->setBackground(QBrush(colors.background));
  for (QCPAxis* axis : {m_plot->xAxis, m_plot->yAxis}) {
    axis->setBasePen(QPen(colors.axis, 1));
    axis->setTickPen(QPen(colors.axis, 1));
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLabelColor(colors.mutedText);
    axis->grid()->setPen(QPen(colors.grid, 1));
  }
  m_picture->labels.clear();
  for (std::size_t at = 0; at < m_lines.size(); ++at) {
    // Exactly 1: any other width of a jagged line costs hundreds of times as much.
    const QPen pen = penOf(colors.lines[at], at);
    m_lines[at]->setPen(pen);
    m_picture->labels.push_back({m_spec.lines[at].name, {}, pen, kUnknown});
  }
}

void TimeChart::applyMargins() {
  const ChartMargins margins = chartMargins(m_timeLabels);
  m_plot->axisRect()->setMargins(
      QMargins(margins.left, margins.top, margins.right, margins.bottom));
  m_plot->xAxis->setTickLabels(m_timeLabels == TimeLabels::Shown);
}

void TimeChart::take(const SampleStore& store) {
  const auto& rows = store.rows();
  const bool isFresh = m_generation != store.generation();
  if (isFresh) m_nextRow = store.firstRow();
  m_nextRow = std::max(m_nextRow, store.firstRow());
  const std::size_t first = static_cast<std::size_t>(m_nextRow - store.firstRow());
  for (std::size_t line = 0; line < m_lines.size(); ++line) {
    QVector<QCPGraphData> fresh;
    fresh.reserve(static_cast<qsizetype>(rows.size() - first));
    for (std::size_t at = first; at < rows.size(); ++at) {
      fresh.append({rows[at].time, rows[at][m_spec.lines[line].series]});
    }
    const auto points = m_lines[line]->data();
    if (isFresh) points->clear();
    points->add(fresh, true);
    if (!rows.empty()) points->removeBefore(rows.front().time);
  }
  m_generation = store.generation();
  m_nextRow = store.endRow();
}

void TimeChart::showRows(const std::vector<SampleRow>& rows) {
  for (std::size_t line = 0; line < m_lines.size(); ++line) {
    QVector<QCPGraphData> points;
    for (const SampleRow& row : rows) {
      points.append({row.time, row[m_spec.lines[line].series]});
    }
    m_lines[line]->data()->clear();
    m_lines[line]->data()->add(points, true);
  }
  fitValueAxis();
}

void TimeChart::clipLines() {
  const QCPRange values = m_plot->yAxis->range();
  for (QCPGraph* line : m_lines) {
    std::vector<LinePoint> points;
    for (const QCPGraphData& point : *line->data()) points.push_back({point.key, point.value});
    QVector<QCPGraphData> clipped;
    for (const LinePoint& point : clipLine(points, m_span, {values.lower, values.upper})) {
      clipped.append({point.time, point.value});
    }
    line->data()->clear();
    line->data()->add(clipped, true);
  }
}

void TimeChart::setBands(const std::vector<Band>& bands) { m_picture->bands = bands; }

void TimeChart::setMarkers(const std::deque<Marker>& markers) {
  m_picture->markers.assign(markers.begin(), markers.end());
  std::stable_sort(m_picture->markers.begin(), m_picture->markers.end(),
                   [](const Marker& left, const Marker& right) { return left.time < right.time; });
}

void TimeChart::setLimits(const std::vector<LimitLine>& limits) { m_picture->limits = limits; }

void TimeChart::setTimeSpan(TimeSpan span) {
  m_span = span;
  m_plot->xAxis->setRange(span.from, span.to);
}

void TimeChart::setTimeStyle(TimeStyle style) {
  m_timeStyle = style;
  m_clock = QSharedPointer<ClockTicker>::create(style);
  m_plot->xAxis->setTicker(m_clock);
}

void TimeChart::setShade(Shade shade) {
  m_shade = shade;
  applyColors();
}

void TimeChart::setTimeLabels(TimeLabels labels) {
  m_timeLabels = labels;
  applyMargins();
}

void TimeChart::setScale(ValueScale scale) {
  m_scale = scale;
  QCPAxis* axis = m_plot->yAxis;
  if (scale == ValueScale::Logarithmic) {
    axis->setScaleType(QCPAxis::stLogarithmic);
    axis->setTicker(QSharedPointer<LogTicker>::create(m_spec.unit));
  } else {
    axis->setScaleType(QCPAxis::stLinear);
    axis->setTicker(QSharedPointer<ValueTicker>::create(m_spec.unit));
  }
  const QString scaleName = scale == ValueScale::Logarithmic ? ", log)" : ")";
  m_picture->unitName = '(' + m_spec.unitName + scaleName;
}

void TimeChart::zoomValueAxis(double factor) {
  m_valueZoom = std::clamp(m_valueZoom * factor, 1e-4, 1e3);
}

void TimeChart::resetValueAxis() { m_valueZoom = 1; }

double TimeChart::highestInView() const {
  double highest = 0;
  for (const QCPGraph* line : m_lines) {
    bool isFound = false;
    const QCPRange range = line->getValueRange(isFound, QCP::sdBoth, {m_span.from, m_span.to});
    if (isFound) highest = std::max(highest, range.upper);
  }
  return highest;
}

double TimeChart::lowestPositiveInView() const {
  double lowest = std::numeric_limits<double>::infinity();
  for (const QCPGraph* line : m_lines) {
    bool isFound = false;
    const QCPRange range = line->getValueRange(isFound, QCP::sdPositive, {m_span.from, m_span.to});
    if (isFound) lowest = std::min(lowest, range.lower);
  }
  return lowest;
}

void TimeChart::fitValueAxis() {
  double needed = highestInView() * kHeadroom;
  for (const LimitLine& limit : m_picture->limits) {
    const bool isNear = limit.value > needed && limit.value <= needed * kLimitReach;
    if (isNear) needed = limit.value * kHeadroom;
  }
  needed = std::max(needed, leastUpper(m_spec.unit));
  const double upper = niceUpper(needed, m_spec.unit) * m_valueZoom;
  double lower = 0;
  if (m_scale == ValueScale::Logarithmic) {
    const double lowest = lowestPositiveInView();
    lower = std::isfinite(lowest) ? std::pow(10, std::floor(std::log10(lowest))) : upper / 1000;
    lower = std::min(lower, upper / 10);
  }
  m_plot->yAxis->setRange(lower, upper);
}

double TimeChart::valueAt(int line, double time) const {
  const auto points = m_lines[static_cast<std::size_t>(line)]->data();
  const auto next = points->findBegin(time, true);  // the sample at or before that time
  if (next == points->constEnd() || next->key > time || time - next->key > kNearestSample) {
    return kUnknown;
  }
  return next->value;
}

void TimeChart::fillLabels() {
  const double time = std::min(m_crosshair.value_or(m_span.to), m_span.to);
  for (std::size_t at = 0; at < m_lines.size(); ++at) {
    EndLabel& label = m_picture->labels[at];
    const double value = valueAt(static_cast<int>(at), time);
    label.endValue = valueAt(static_cast<int>(at), m_span.to);
    label.value = formatQuantity(value, m_spec.unit);
  }
  const bool isStepped = hasFocus() && m_lines.size() > 1;
  m_picture->emphasised = isStepped ? m_currentSeries : -1;
  m_picture->crosshair = m_crosshair;
  m_picture->moment = m_crosshair ? momentText(*m_crosshair) : QString();
}

// What happened under the crosshair, or just the time there.
QString TimeChart::momentText(double time) const {
  constexpr double kNear = 4;  // pixels
  const std::int64_t micros = microsOf(time);
  const QString clock = formatClock(micros, m_timeStyle, micros);
  const double reach = kNear * m_span.length() / std::max(1, m_plot->axisRect()->width());
  for (const Marker& marker : m_picture->markers) {
    if (std::abs(marker.time - time) <= reach) {
      return clock + "  " + displayText(marker.text, 120);
    }
  }
  return clock;
}

void TimeChart::setCrosshair(std::optional<double> time) {
  m_crosshair = time;
  if (!isVisible()) return;
  fillLabels();
  m_overlay->redrawCrosshair();
}

void TimeChart::stepSeries(int by) {
  const int count = static_cast<int>(m_lines.size());
  m_currentSeries = (m_currentSeries + by % count + count) % count;
  setCrosshair(m_crosshair);
}

void TimeChart::prepare() {
  fitValueAxis();
  m_picture->emptyText = hasData() ? QString() : m_spec.emptyText;
  m_picture->isFocused = hasFocus();
  const int labelWidth = QFontMetrics(chartFont()).horizontalAdvance("00:00:00") * 3 / 2;
  m_clock->setLabelCount(m_plot->axisRect()->width() / std::max(1, labelWidth));
  constexpr int kPixelsPerValue = 45;
  m_plot->yAxis->ticker()->setTickCount(
      std::max(3, m_plot->axisRect()->height() / kPixelsPerValue));
  fillLabels();
}

void TimeChart::redraw() {
  if (!isVisible()) return;
  prepare();
  m_plot->replot(QCustomPlot::rpQueuedReplot);
}

void TimeChart::redrawNow() {
  prepare();
  m_plot->replot(QCustomPlot::rpQueuedRefresh);
}

double TimeChart::lastDrawMillis() const { return m_plot->replotTime(); }

int TimeChart::plotWidth() const { return m_plot->axisRect()->width(); }

std::optional<double> TimeChart::timeAt(const QPointF& position) const {
  const QRect axes = m_plot->axisRect()->rect();
  if (position.x() < axes.left() || position.x() > axes.right()) return std::nullopt;
  return m_plot->xAxis->pixelToCoord(position.x());
}

QString TimeChart::spokenValues() const {
  const double time = std::min(m_crosshair.value_or(m_span.to), m_span.to);
  const std::int64_t micros = microsOf(time);
  if (!hasData()) return m_spec.emptyText;
  QStringList parts;
  for (int at = 0; at < static_cast<int>(m_lines.size()); ++at) {
    parts << m_spec.lines[static_cast<std::size_t>(at)].name + ' ' +
                 formatQuantity(valueAt(at, time), m_spec.unit);
  }
  std::rotate(parts.begin(), parts.begin() + m_currentSeries, parts.end());
  return formatClock(micros, m_timeStyle, micros) + "  " + parts.join(", ");
}

QString TimeChart::pointAsText() const {
  const double time = std::min(m_crosshair.value_or(m_span.to), m_span.to);
  QString text = m_spec.fullTitle() + '\t' + formatMoment(microsOf(time), m_timeStyle);
  for (int at = 0; at < static_cast<int>(m_lines.size()); ++at) {
    const double value = valueAt(at, time);
    text += '\n' + m_spec.lines[static_cast<std::size_t>(at)].name + '\t';
    text += std::isfinite(value) ? QString::number(value, 'g', 12) : QString();
  }
  return text;
}

bool TimeChart::hasData() const {
  return std::any_of(m_lines.begin(), m_lines.end(), [this](const QCPGraph* line) {
    bool isFound = false;
    line->getValueRange(isFound, QCP::sdBoth, {m_span.from, m_span.to});
    return isFound;
  });
}

void TimeChart::paintTo(QCPPainter& painter, const QRect& place, Legend legend) {
  m_picture->hasLegend = legend == Legend::Shown;
  // Nobody has laid out a chart that was never on a screen; its time labels go by its width.
  m_plot->setViewport(QRect(QPoint(0, 0), place.size()));
  m_plot->plotLayout()->update(QCPLayoutElement::upLayout);
  prepare();
  clipLines();
  painter.save();
  painter.translate(place.topLeft());
  m_plot->toPainter(&painter, place.width(), place.height());
  painter.restore();
  m_picture->hasLegend = false;
}

void TimeChart::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  m_plot->setGeometry(rect());
}

void TimeChart::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  followScreen();
  redraw();
}

// QCustomPlot 2.1.0 keeps the pixel ratio of the first screen.
void TimeChart::followScreen() {
  m_plot->setBufferDevicePixelRatio(devicePixelRatioF());
  QWindow* handle = window()->windowHandle();
  if (handle == nullptr) return;
  const auto follow = [this] {
    m_plot->setBufferDevicePixelRatio(devicePixelRatioF());
    redraw();
  };
  disconnect(m_screenChange);
  m_screenChange = connect(handle, &QWindow::screenChanged, this, follow);
}

void TimeChart::focusInEvent(QFocusEvent* event) {
  QWidget::focusInEvent(event);
  redraw();
}

void TimeChart::focusOutEvent(QFocusEvent* event) {
  QWidget::focusOutEvent(event);
  redraw();
}

}  // namespace penstock::ui
