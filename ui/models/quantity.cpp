// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/quantity.h"

#include <QDateTime>
#include <QTimeZone>
#include <array>
#include <cmath>

namespace penstock::ui {

namespace {

constexpr QChar kNoBreakSpace(0x00A0);
constexpr QChar kFigureSpace(0x2007);
constexpr QChar kMinus(0x2212);
const QString kUnknown(QChar(0x2013));
constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kDay = 86400;

QString withCommas(const QString& digits) {
  QString text = digits;
  for (qsizetype at = text.size() - 3; at > 0; at -= 3) text.insert(at, ',');
  return text;
}

// `1.25`, `12.5`, `125`: three figures, without zeros that say nothing.
QString threeFigures(double value) {
  const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  QString text = QString::number(value, 'f', decimals);
  if (text.contains('.')) {
    while (text.endsWith('0')) text.chop(1);
    if (text.endsWith('.')) text.chop(1);
  }
  return text;
}

// Like it, of two figures: for tiles and labels, where the third only dances.
QString twoFigures(double value) {
  return value < 9.95 ? threeFigures(std::round(value * 10) / 10)
                      : QString::number(std::round(value), 'f', 0);
}

struct Scaled {
  double value = 0;
  QString prefix;
};

Scaled scaleBy(double value, double step, const std::array<const char*, 6>& prefixes) {
  std::size_t at = 0;
  // 999.5 would print as 1000 of the smaller unit.
  while (value >= step * 0.9995 && at + 1 < prefixes.size()) {
    value /= step;
    ++at;
  }
  return {value, QString::fromUtf8(prefixes[at])};
}

Quantity countOf(double value) {
  if (value < 999'999.5) {
    if (value >= 99.5 || value == std::floor(value)) {
      return {withCommas(QString::number(std::round(value), 'f', 0)), {}};
    }
    return {threeFigures(value), {}};
  }
  const Scaled scaled = scaleBy(value, 1000, {"", "k", "M", "G", "T", "P"});
  return {threeFigures(scaled.value), scaled.prefix};
}

Quantity rateOf(double value) {
  const Scaled scaled = scaleBy(value, 1000, {"", "k", "M", "G", "T", "P"});
  return {twoFigures(scaled.value), scaled.prefix + "/s"};
}

Quantity bytesOf(double value) {
  const Scaled scaled = scaleBy(value, 1024, {"B", "KiB", "MiB", "GiB", "TiB", "PiB"});
  return {twoFigures(scaled.value), scaled.prefix};
}

Quantity secondsOf(double value) {
  if (value == 0) return {"0", "s"};
  if (value < 0.9995e-3) return {twoFigures(value * 1e6), "µs"};
  if (value < 0.9995) return {twoFigures(value * 1e3), "ms"};
  if (value < 99.5) return {twoFigures(value), "s"};
  if (value < 99.5 * kMinute) return {twoFigures(value / kMinute), "min"};
  if (value < 47.5 * kHour) return {twoFigures(value / kHour), "h"};
  return {countOf(std::round(value / kDay)).value, "d"};
}

QDateTime momentOf(std::int64_t wallMicros, TimeStyle style) {
  const qint64 millis = wallMicros / 1000;
  return style == TimeStyle::Utc ? QDateTime::fromMSecsSinceEpoch(millis, Qt::UTC)
                                 : QDateTime::fromMSecsSinceEpoch(millis, Qt::LocalTime);
}

QString clockText(std::int64_t wallMicros, TimeStyle style, std::int64_t nowMicros,
                  const QString& format) {
  const QDateTime moment = momentOf(wallMicros, style);
  const bool isToday = moment.date() == momentOf(nowMicros, style).date();
  return moment.toString(isToday ? format : "yyyy-MM-dd " + format);
}

}  // namespace

QString Quantity::toString() const {
  if (unit.isEmpty()) return value;
  return unit.startsWith('/') ? value + unit : value + kNoBreakSpace + unit;
}

Quantity quantityOf(double value, Unit unit) {
  if (!std::isfinite(value)) return {kUnknown, {}};
  if (value < 0) {
    Quantity positive = quantityOf(-value, unit);
    positive.value.prepend(kMinus);
    return positive;
  }
  switch (unit) {
    case Unit::Count:
      return countOf(value);
    case Unit::PerSecond:
      return rateOf(value);
    case Unit::Bytes:
      return bytesOf(value);
    case Unit::Seconds:
      return secondsOf(value);
    case Unit::Percent:
      return {twoFigures(value), "%"};
  }
  return {kUnknown, {}};
}

QString formatQuantity(double value, Unit unit) { return quantityOf(value, unit).toString(); }

QString formatCount(std::uint64_t value) { return withCommas(QString::number(value)); }

QString formatTick(double value, Unit unit) {
  if (value == 0) return QStringLiteral("0");
  if (!std::isfinite(value)) return {};
  if (unit == Unit::Seconds || unit == Unit::Bytes || unit == Unit::Percent) {
    return formatQuantity(value, unit);
  }
  const QString sign = value < 0 ? QString(kMinus) : QString();
  const Scaled scaled = scaleBy(std::abs(value), 1000, {"", "k", "M", "G", "T", "P"});
  const QString prefix = scaled.prefix.isEmpty() ? QString() : kNoBreakSpace + scaled.prefix;
  return sign + threeFigures(scaled.value) + prefix;
}

QString formatDuration(double seconds) {
  if (!std::isfinite(seconds)) return kUnknown;
  if (seconds < 99.5)
    return formatQuantity(seconds < 1 ? seconds : std::round(seconds), Unit::Seconds);
  const auto twoParts = [](double whole, double part, const QString& wholeUnit,
                           const QString& partUnit) {
    QString text = QString::number(whole, 'f', 0) + kNoBreakSpace + wholeUnit;
    if (part > 0) text += ' ' + QString::number(part, 'f', 0) + kNoBreakSpace + partUnit;
    return text;
  };
  const double minutes = std::round(seconds / kMinute);
  if (minutes < 60) return twoParts(minutes, 0, "min", {});
  if (minutes < 10 * 60) {
    const double rounded = minutes < 120 ? minutes : std::round(minutes / 10) * 10;
    return twoParts(std::floor(rounded / 60), std::fmod(rounded, 60), "h", "min");
  }
  const double hours = std::round(seconds / kHour);
  if (hours < 48) return twoParts(hours, 0, "h", {});
  return withCommas(QString::number(std::round(seconds / kDay), 'f', 0)) + kNoBreakSpace + "d";
}

QString padFigures(const QString& text, int width) {
  return text.rightJustified(width, kFigureSpace);
}

QString formatClock(std::int64_t wallMicros, TimeStyle style, std::int64_t nowMicros) {
  return clockText(wallMicros, style, nowMicros, "HH:mm:ss");
}

QString formatMinute(std::int64_t wallMicros, TimeStyle style, std::int64_t nowMicros) {
  return clockText(wallMicros, style, nowMicros, "HH:mm");
}

QString formatMoment(std::int64_t wallMicros, TimeStyle style) {
  const QDateTime moment = momentOf(wallMicros, style);
  const QString zone =
      style == TimeStyle::Utc ? QStringLiteral("UTC") : moment.timeZoneAbbreviation();
  return moment.toString("yyyy-MM-dd HH:mm:ss.zzz ") + zone;
}

}  // namespace penstock::ui
