// SPDX-License-Identifier: GPL-3.0-or-later
// Numbers and times as people read them: `12,480`, `1.2 k/s`, `31 MiB`, `42 s`, `3 ms`, `14:02:11`.
// The same everywhere (tiles, axes, tables, sentences), whatever the locale of the desktop.
#pragma once

#include <QString>
#include <cstdint>

namespace penstock::ui {

enum class Unit : std::uint8_t {
  Count,      ///< change sets, workers
  PerSecond,  ///< SI prefixes
  Bytes,      ///< IEC prefixes
  Seconds,    ///< µs to days
  Percent,
};

enum class TimeStyle : std::uint8_t { Local, Utc };

/// A number and its unit apart, for tiles that print them in two sizes.
struct Quantity {
  QString value;
  QString unit;              ///< `k/s`, `MiB`, `s`; empty for a plain count
  QString toString() const;  ///< joined by a space that does not break
};

/// Three significant figures where a prefix is used, whole numbers below 10,000 (counts: below a
/// million). `–` for NaN and infinities.
Quantity quantityOf(double value, Unit unit);
QString formatQuantity(double value, Unit unit);
/// `12,480`, of any size.
QString formatCount(std::uint64_t value);
/// A label of an axis: short, the same width or less as `8.88 M`.
QString formatTick(double value, Unit unit);
/// `42 s`, `3 min`, `2 h 10 min`: of an estimate, so no more than two parts.
QString formatDuration(double seconds);
/// Right-aligned in `width` figures with figure spaces, so that digits do not dance.
QString padFigures(const QString& text, int width);

/// `14:02:11`, with the date before it when `now` is on another day.
QString formatClock(std::int64_t wallMicros, TimeStyle style, std::int64_t nowMicros);
/// `14:02`, likewise.
QString formatMinute(std::int64_t wallMicros, TimeStyle style, std::int64_t nowMicros);
/// `2026-11-21 14:02:11.250` with the name of the zone.
QString formatMoment(std::int64_t wallMicros, TimeStyle style);

}  // namespace penstock::ui
