// SPDX-License-Identifier: GPL-3.0-or-later
// Every colour of the window, light and dark: lines of charts, states, surfaces. Colour never says
// a thing alone: a state always has a word and a shape too (ui/models/state_mark.h), a line a dash.
#pragma once

#include <QColor>
#include <QPalette>
#include <array>
#include <cstdint>

class QApplication;

namespace penstock::ui {

/// What the user chose.
enum class Theme : std::uint8_t { System, Light, Dark };
/// What is shown.
enum class Shade : std::uint8_t { Light, Dark };

/// How a state looks. Lines of charts never use these colours.
enum class Tone : std::uint8_t {
  Neutral,  ///< nothing to say
  Good,
  Notice,   ///< blue: frozen, recovering, draining
  Caution,  ///< amber: paused
  Alarm,    ///< red: somebody has to act
  Stale,    ///< dimmed: what is shown is old
};
inline constexpr std::array kTones{Tone::Neutral, Tone::Good,  Tone::Notice,
                                   Tone::Caution, Tone::Alarm, Tone::Stale};

struct ToneColors {
  QColor text;        ///< readable (4.5:1) on the window, on a table and on `background`
  QColor background;  ///< behind the status line or a tile
};

inline constexpr std::size_t kLinesPerChartMax = 4;

struct ChartColors {
  QColor background;
  QColor text;
  QColor mutedText;
  QColor grid;
  QColor axis;
  QColor limit;
  QColor crosshair;
  QColor bandPaused;
  QColor bandPressure;
  QColor bandNoData;  ///< of the hatching
  std::array<QColor, kLinesPerChartMax + 1> lines;
};

const ChartColors& chartColors(Shade shade);
const ToneColors& toneColors(Tone tone, Shade shade);

/// Whether text is lighter than its window; Qt 6.4 has no other way to ask the system.
Shade shadeOf(const QPalette& palette);
/// The palette of the Fusion style in a shade.
QPalette fusionPalette(Shade shade);
/// Sets style and palette of the application; System takes the palette of the desktop, if the
/// desktop has one. Returns the shade that is now shown.
Shade applyTheme(QApplication& application, Theme theme);

/// Contrast of two opaque colours, from 1 to 21, as WCAG 2.1 defines it.
double contrastOf(const QColor& first, const QColor& second);

}  // namespace penstock::ui
