// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/value_ticker.h"

#include <QDateTime>
#include <array>
#include <cmath>

namespace penstock::ui {

namespace {

constexpr int kValueTicks = 3;  ///< in a chart of the dashboard

double roundDecimal(double step) {
  const double magnitude = std::pow(10, std::floor(std::log10(step)));
  const double mantissa = step / magnitude;
  return (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10) * magnitude;
}

double roundBinary(double step) { return std::pow(2, std::ceil(std::log2(std::max(step, 1.0)))); }

// Above a minute people count in parts of sixty, beyond hours in hours.
double roundSeconds(double step) {
  if (step <= 10) return roundDecimal(step);
  for (const double candidate : {15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0}) {
    if (step <= candidate) return candidate;
  }
  return roundDecimal(step / 3600) * 3600;
}

double offsetOf(double time, TimeStyle style) {
  if (style == TimeStyle::Utc) return 0;
  return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(time * 1000)).offsetFromUtc();
}

}  // namespace

ValueTicker::ValueTicker(Unit unit) : m_unit(unit) { setTickCount(kValueTicks); }

double ValueTicker::getTickStep(const QCPRange& range) {
  const double wanted = std::max(range.size() / tickCount(), 1e-9);
  switch (m_unit) {
    case Unit::Bytes:
      return roundBinary(wanted);
    case Unit::Seconds:
      return roundSeconds(wanted);
    case Unit::Count:
      return std::max(1.0, roundDecimal(wanted));  // no half change sets
    case Unit::PerSecond:
    case Unit::Percent:
      return roundDecimal(wanted);
  }
  return roundDecimal(wanted);
}

int ValueTicker::getSubTickCount(double) { return 0; }

QString ValueTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
  return formatTick(std::abs(tick) < 1e-12 ? 0 : tick, m_unit);
}

QString LogTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
  return formatTick(tick, m_unit);
}

double ClockTicker::getTickStep(const QCPRange& range) {
  static constexpr std::array kSteps{1.0,    2.0,    5.0,     10.0,    15.0,   30.0,
                                     60.0,   120.0,  300.0,   600.0,   900.0,  1800.0,
                                     3600.0, 7200.0, 10800.0, 21600.0, 43200.0};
  const double wanted = range.size() / std::max(1, m_labelCount);
  m_step = 86400 * std::max(1.0, std::ceil(wanted / 86400));
  for (const double step : kSteps) {
    if (wanted > step) continue;
    m_step = step;
    break;
  }
  return m_step;
}

int ClockTicker::getSubTickCount(double) { return 0; }

// At round times of the zone: half an hour's offset (India) moves the ticks with it.
QVector<double> ClockTicker::createTickVector(double tickStep, const QCPRange& range) {
  QVector<double> ticks;
  const double offset = offsetOf(range.upper, m_style);
  double tick = std::ceil((range.lower + offset) / tickStep) * tickStep - offset;
  for (; tick <= range.upper && ticks.size() < 100; tick += tickStep) ticks << tick;
  return ticks;
}

QString ClockTicker::getTickLabel(double tick, const QLocale&, QChar, int) {
  const auto micros = static_cast<std::int64_t>(std::llround(tick * 1e6));
  return m_step < 60 ? formatClock(micros, m_style, micros) : formatMinute(micros, m_style, micros);
}

}  // namespace penstock::ui
