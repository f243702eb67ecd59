// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chart_set.h"

#include <QClipboard>
#include <QEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QResizeEvent>
#include <algorithm>
#include <cmath>

#include "metrics/rates.h"
#include "ui/charts/chart_overlay.h"
#include "ui/charts/view_bar.h"
#include "ui/models/status_text.h"

namespace penstock::ui {

namespace {

using std::chrono::milliseconds;

constexpr int kColumns = 2;
constexpr int kRows = kChartCount / kColumns;
constexpr milliseconds kShortestSpan{10'000};
constexpr double kNoDataAfter = 2;  ///< seconds without a sample
constexpr std::chrono::seconds kSpokenEvery{5};

double secondsOf(milliseconds span) { return std::chrono::duration<double>(span).count(); }
double secondsOf(std::int64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

ChartSet::ChartSet(const SampleStore& store, QWidget* parent)
    : QWidget(parent), m_store(store), m_navigation(*this) {
  for (const ChartSpec& spec : dashboardCharts(m_depthUnit)) {
    auto* chart = new TimeChart(spec, this);
    chart->setObjectName("chart" + QString::number(m_charts.size() + 1));
    chart->installEventFilter(&m_navigation);
    m_charts.push_back(chart);
  }
  m_viewBar = new ViewBar(this);
  connect(m_viewBar, &ViewBar::backWanted, this, &ChartSet::backToLive);
  showViewBar();
  setMinimumSize(kColumns * 240, ViewBar::kHeight + kRows * 70);
}

ChartSet::Drawing ChartSet::tick(SteadyTime now, std::int64_t wallMicros) {
  m_nowMicros = wallMicros;
  notePace();
  if (!isVisible()) return Drawing::Skipped;
  if (m_frozen) {
    showViewBar();
    return Drawing::Skipped;
  }
  if (!m_pacer.mayDraw(now)) return Drawing::Skipped;
  m_view = {secondsOf(wallMicros) - secondsOf(m_span), secondsOf(wallMicros)};
  takeAndRedraw();
  m_drawnAt = now;
  renewAccessibleTexts(now);
  return Drawing::Done;
}

// The drawing that a tick asks for happens after it; the next tick reads what it took.
void ChartSet::notePace() {
  if (!m_drawnAt) return;
  double millis = 0;
  for (const TimeChart* each : m_charts) {
    if (each->isVisible()) millis += each->lastDrawMillis();
  }
  const milliseconds before = m_pacer.interval();
  m_pacer.drawn(*m_drawnAt, std::chrono::microseconds(std::llround(millis * 1000)));
  m_drawnAt.reset();
  if (m_pacer.interval() != before) emit paceChanged();
}

void ChartSet::takeAndRedraw() {
  const std::vector<Band> bands = bandsInView();
  for (int at = 0; at < kChartCount; ++at) {
    TimeChart* each = chart(at);
    if (!each->isVisible()) continue;
    each->take(m_store);
    each->setBands(bands);
    each->setMarkers(m_store.markers());
    each->setLimits(limitsOf(at));
    each->setTimeSpan(m_view);
    each->redraw();
  }
}

std::vector<Band> ChartSet::bandsInView() const {
  std::vector<Band> bands = m_store.bands();
  const SnapshotPointer newest = m_store.newest();
  if (newest == nullptr || m_store.rows().empty()) return bands;
  const double last = m_store.rows().back().time;
  const double now = secondsOf(m_nowMicros);
  if (now - last > kNoDataAfter) bands.push_back({BandKind::NoData, {last, now}});
  return bands;
}

std::vector<LimitLine> ChartSet::limitsOf(int index) const {
  const SnapshotPointer newest = m_store.newest();
  if (newest == nullptr) return {};
  const ChartSpec& spec = chart(index)->spec();
  std::vector<LimitLine> limits;
  const bool showsBytes = spec.unit == Unit::Bytes;
  for (const BudgetSnapshot& budget : newest->budgets) {
    if (!showsBytes || budget.limitBytes == 0) continue;
    const double share = budget.highPercent > 0 ? budget.highPercent / 100.0 : 1;
    limits.push_back({static_cast<double>(budget.limitBytes) * share,
                      QString::fromStdString(budget.name) + " high"});
  }
  const bool showsPool = !spec.lines.empty() && spec.lines.front().series == Series::Committing;
  const SinkSnapshot* sink = findSink(*newest, m_store.sink());
  if (showsPool && sink != nullptr) {
    limits.push_back({static_cast<double>(sink->lanes), QStringLiteral("lanes")});
  }
  return limits;
}

void ChartSet::setSpan(milliseconds span) {
  const milliseconds wanted = std::clamp(span, kShortestSpan, milliseconds(longestSpan()));
  if (wanted == m_span) return;
  const double middle = (m_view.from + m_view.to) / 2;
  m_span = wanted;
  const double half = secondsOf(wanted) / 2;
  m_view = m_frozen ? TimeSpan{middle - half, middle + half}
                    : TimeSpan{secondsOf(m_nowMicros) - 2 * half, secondsOf(m_nowMicros)};
  takeAndRedraw();
  showViewBar();
  emit spanChanged();
}

void ChartSet::freeze() {
  if (m_frozen) return;
  m_frozen = true;
  m_frozenAtMicros = m_nowMicros;
  m_samplesWhenFrozen = m_store.samplesTaken();
  showViewBar();
  emit frozenChanged();
}

void ChartSet::backToLive() {
  for (TimeChart* each : m_charts) each->resetValueAxis();
  m_view = {secondsOf(m_nowMicros) - secondsOf(m_span), secondsOf(m_nowMicros)};
  const bool wasFrozen = m_frozen;
  m_frozen = false;
  showViewBar();
  takeAndRedraw();
  if (wasFrozen) emit frozenChanged();
}

void ChartSet::showViewBar() {
  if (m_frozen) {
    m_viewBar->showFrozen(frozenText(m_frozenAtMicros, missedSamples(), m_timeStyle));
  } else {
    m_viewBar->showLive(liveText(m_span, m_timeStyle));
  }
}

std::uint64_t ChartSet::missedSamples() const {
  return m_frozen ? m_store.samplesTaken() - m_samplesWhenFrozen : 0;
}

void ChartSet::showMoment(std::int64_t wallMicros) {
  freeze();
  moveViewTo(secondsOf(wallMicros) + secondsOf(m_span) / 2);
  setCrosshair(secondsOf(wallMicros));
}

void ChartSet::moveViewTo(double to) {
  const double now = secondsOf(m_nowMicros);
  const double oldest = now - secondsOf(std::chrono::milliseconds(SampleStore::kKept));
  const double length = secondsOf(m_span);
  const double clamped = std::clamp(to, std::min(oldest + length, now), now);
  m_view = {clamped - length, clamped};
  takeAndRedraw();
}

void ChartSet::setTimeStyle(TimeStyle style) {
  m_timeStyle = style;
  for (TimeChart* each : m_charts) {
    each->setTimeStyle(style);
    each->redraw();
  }
  showViewBar();
}

void ChartSet::setShade(Shade shade) {
  m_shade = shade;
  m_viewBar->setShade(shade);
  for (TimeChart* each : m_charts) {
    each->setShade(shade);
    each->redraw();
  }
}

void ChartSet::setDepthUnit(DepthUnit unit) {
  if (unit == m_depthUnit) return;
  m_depthUnit = unit;
  chart(0)->setSpec(dashboardCharts(unit).front());
  takeAndRedraw();
}

void ChartSet::focusChart(int index) {
  if (m_maximised >= 0 && m_maximised != index) toggleMaximised(index);
  chart(index)->setFocus(Qt::ShortcutFocusReason);
}

void ChartSet::toggleMaximised(int index) {
  m_maximised = m_maximised == index ? -1 : index;
  arrange();
  takeAndRedraw();
  chart(index)->setFocus(Qt::OtherFocusReason);
  emit maximisedChanged();
}

int ChartSet::indexOf(const QObject* object) const {
  const auto found = std::find(m_charts.begin(), m_charts.end(), object);
  return found == m_charts.end() ? -1 : static_cast<int>(found - m_charts.begin());
}

// By hand: the axes of all charts get the same height although the bottom row has time labels. What
// the view shows has a line of its own above them, so that it covers nothing and moves nothing.
void ChartSet::arrange() {
  const int labels =
      chartMargins(TimeLabels::Shown).bottom - chartMargins(TimeLabels::Hidden).bottom;
  const QRect room = rect().adjusted(0, ViewBar::kHeight, 0, 0);
  const int rowHeight = (room.height() - labels) / kRows;
  m_viewBar->setGeometry(0, 0, width(), ViewBar::kHeight);
  for (int at = 0; at < kChartCount; ++at) {
    TimeChart* each = chart(at);
    const int row = at / kColumns;
    const int column = at % kColumns;
    const bool isAlone = m_maximised == at;
    const bool isLast = row == kRows - 1;
    each->setTimeLabels(isAlone || isLast ? TimeLabels::Shown : TimeLabels::Hidden);
    const int left = column * width() / kColumns;
    const int right = (column + 1) * width() / kColumns;
    const int top = room.top() + row * rowHeight;
    const int bottom = isLast ? height() : top + rowHeight;
    each->setGeometry(isAlone ? room : QRect(QPoint(left, top), QPoint(right - 1, bottom - 1)));
    each->setVisible(m_maximised < 0 || isAlone);
  }
}

void ChartSet::resizeEvent(QResizeEvent* event) {
  QWidget::resizeEvent(event);
  arrange();
  takeAndRedraw();
}

void ChartSet::setCrosshair(std::optional<double> time) {
  m_crosshair = time;
  for (TimeChart* each : m_charts) each->setCrosshair(time);
}

void ChartSet::renewAccessibleTexts(SteadyTime now) {
  if (m_spokenAt && now - *m_spokenAt < kSpokenEvery) return;
  m_spokenAt = now;
  for (TimeChart* each : m_charts) each->setAccessibleDescription(each->spokenValues());
}

void ChartSet::openMenu(int index, const QPoint& globalPosition) {
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  TimeChart* each = chart(index);
  menu->addAction(tr("Show as table"), this, [this, index] { emit tableWanted(index); });
  menu->addAction(tr("Copy the point"), this,
                  [each] { QGuiApplication::clipboard()->setText(each->pointAsText()); });
  QAction* log = menu->addAction(tr("Logarithmic scale"), this, [each] {
    const bool isLog = each->scale() == ValueScale::Logarithmic;
    each->setScale(isLog ? ValueScale::Linear : ValueScale::Logarithmic);
    each->redraw();
  });
  log->setCheckable(true);
  log->setChecked(each->scale() == ValueScale::Logarithmic);
  menu->addAction(m_maximised == index ? tr("Show all charts") : tr("Maximise"), this,
                  [this, index] { toggleMaximised(index); });
  menu->addAction(tr("Back to live"), this, &ChartSet::backToLive)->setEnabled(m_frozen);
  menu->popup(globalPosition);
}

}  // namespace penstock::ui
