// SPDX-License-Identifier: GPL-3.0-or-later
// The eight tiles at the top of the window as words: symptoms left (depth, age, time to empty,
// flush rate), causes right (pool, pressure, journal, dead letters). Pure.
#pragma once

#include <QString>
#include <array>
#include <cstdint>

#include "ui/models/sample_store.h"
#include "ui/models/status_text.h"

namespace penstock::ui {

enum class TileKind : std::uint8_t {
  Depth,
  OldestAge,
  TimeToEmpty,
  FlushRate,
  Pool,
  Pressure,
  Journal,
  DeadLetters,
};
inline constexpr std::size_t kTileCount = 8;

struct TileText {
  TileKind kind = TileKind::Depth;
  QString title;   ///< `TIME TO EMPTY`
  QString value;   ///< the big figure or word
  QString unit;    ///< behind it, small; may be empty
  QString detail;  ///< the line below
  QString word;    ///< of its state: `ok`, `paused`, `full` …
  Tone tone = Tone::Neutral;
  double limitFraction = -1;  ///< of a limit in use, 0 to 1; below 0: no limit
  /// All of it in a sentence, for assistive technology.
  QString spoken() const;
};

/// All eight, in order. Without a sample every value is `–` and says what it waits for; when the
/// sample is stale, tone is Stale and the detail tells its age.
std::array<TileText, kTileCount> tileTexts(const StatusInput& input);

/// The series a tile's sparkline shows.
Series tileSeries(TileKind kind);

}  // namespace penstock::ui
