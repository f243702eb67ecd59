// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/palette.h"

#include <QApplication>
#include <QStyleFactory>
#include <algorithm>
#include <cmath>

namespace penstock::ui {

namespace {

// Lines: Okabe and Ito's colours, which people with any kind of colour vision tell apart; of them
// those that reach 3:1 on the background.
const ChartColors kLightChart{
    .background = QColor(0xFFFFFF),
    .text = QColor(0x1F2328),
    .mutedText = QColor(0x57606A),
    .grid = QColor(0xE6E8EB),
    .axis = QColor(0x8C959F),
    .limit = QColor(0x57606A),
    .crosshair = QColor(0x57606A),
    .bandPaused = QColor(0xFFF3D6),
    .bandPressure = QColor(0xFDE7E4),
    .bandNoData = QColor(0xB4BAC2),
    .lines = {QColor(0x0072B2), QColor(0xD55E00), QColor(0x009E73), QColor(0xCC79A7),
              QColor(Qt::black)},
};

const ChartColors kDarkChart{
    .background = QColor(0x1E1E1E),
    .text = QColor(0xE6E6E6),
    .mutedText = QColor(0xA8ADB3),
    .grid = QColor(0x33363A),
    .axis = QColor(0x6E757C),
    .limit = QColor(0xA8ADB3),
    .crosshair = QColor(0xA8ADB3),
    .bandPaused = QColor(0x3A3018),
    .bandPressure = QColor(0x402322),
    .bandNoData = QColor(0x5A6067),
    .lines = {QColor(0x56B4E9), QColor(0xE69F00), QColor(0x009E73), QColor(0xCC79A7),
              QColor(0xF0E442)},
};

constexpr QRgb kLightWindow = 0xFFF3F4F6;
constexpr QRgb kDarkWindow = 0xFF2A2A2C;

struct ToneByShade {
  ToneColors light;
  ToneColors dark;
};

const ToneByShade& bothShades(Tone tone) {
  static const std::array<ToneByShade, kTones.size()> kTable{{
      {{QColor(0x1F2328), QColor(kLightWindow)}, {QColor(0xE6E6E6), QColor(kDarkWindow)}},
      {{QColor(0x116329), QColor(0xDDF4E4)}, {QColor(0x6FDD8B), QColor(0x17301F)}},
      {{QColor(0x0A4A94), QColor(0xDCEBFC)}, {QColor(0x8AC2FF), QColor(0x16283D)}},
      {{QColor(0x7A4B00), QColor(0xFFF0C7)}, {QColor(0xF5C451), QColor(0x362A0C)}},
      {{QColor(0xA40E26), QColor(0xFFE3E1)}, {QColor(0xFF9A93), QColor(0x431A1B)}},
      {{QColor(0x57606A), QColor(0xECEEF0)}, {QColor(0xA8ADB3), QColor(0x303235)}},
  }};
  return kTable[static_cast<std::size_t>(tone)];
}

double linearOf(double channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminanceOf(const QColor& color) {
  return 0.2126 * linearOf(color.redF()) + 0.7152 * linearOf(color.greenF()) +
         0.0722 * linearOf(color.blueF());
}

struct Surfaces {
  QColor window, base, alternate, button, text, muted, border, highlight, highlightedText, link;
};

Surfaces surfacesOf(Shade shade) {
  if (shade == Shade::Dark) {
    return {QColor(kDarkWindow), QColor(0x1E1E1E), QColor(0x242426), QColor(0x38383B),
            QColor(0xE6E6E6),    QColor(0x8D9299), QColor(0x161617), QColor(0x2F6DB5),
            QColor(0xFFFFFF),    QColor(0x8AC2FF)};
  }
  return {QColor(kLightWindow), QColor(0xFFFFFF), QColor(0xF6F7F9), QColor(0xE9EBEE),
          QColor(0x1F2328),     QColor(0x767D85), QColor(0xAFB5BC), QColor(0x0A5CB8),
          QColor(0xFFFFFF),     QColor(0x0A4A94)};
}

}  // namespace

const ChartColors& chartColors(Shade shade) {
  return shade == Shade::Dark ? kDarkChart : kLightChart;
}

const ToneColors& toneColors(Tone tone, Shade shade) {
  const ToneByShade& both = bothShades(tone);
  return shade == Shade::Dark ? both.dark : both.light;
}

Shade shadeOf(const QPalette& palette) {
  const double window = luminanceOf(palette.color(QPalette::Active, QPalette::Window));
  const double text = luminanceOf(palette.color(QPalette::Active, QPalette::WindowText));
  return window < text ? Shade::Dark : Shade::Light;
}

QPalette fusionPalette(Shade shade) {
  const Surfaces surfaces = surfacesOf(shade);
  QPalette palette(surfaces.text, surfaces.button, surfaces.button.lighter(130), surfaces.border,
                   surfaces.border.lighter(115), surfaces.text, surfaces.highlightedText,
                   surfaces.base, surfaces.window);
  palette.setColor(QPalette::AlternateBase, surfaces.alternate);
  palette.setColor(QPalette::ToolTipBase, surfaces.base);
  palette.setColor(QPalette::ToolTipText, surfaces.text);
  palette.setColor(QPalette::PlaceholderText, surfaces.muted);
  palette.setColor(QPalette::Highlight, surfaces.highlight);
  palette.setColor(QPalette::HighlightedText, surfaces.highlightedText);
  palette.setColor(QPalette::Link, surfaces.link);
  palette.setColor(QPalette::LinkVisited, surfaces.link);
  palette.setColor(QPalette::Shadow, QColor(0x101012));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, surfaces.muted);
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, surfaces.border);
  return palette;
}

Shade applyTheme(QApplication& application, Theme theme) {
  if (auto* fusion = QStyleFactory::create("Fusion")) application.setStyle(fusion);
  Shade shade = theme == Theme::Dark ? Shade::Dark : Shade::Light;
  if (theme == Theme::System) {
    application.setPalette(QPalette());  // gives the desktop's own palette back, to be asked
    shade = shadeOf(application.palette());
  }
  application.setPalette(fusionPalette(shade));
  return shade;
}

double contrastOf(const QColor& first, const QColor& second) {
  const double one = luminanceOf(first) + 0.05;
  const double other = luminanceOf(second) + 0.05;
  return std::max(one, other) / std::min(one, other);
}

}  // namespace penstock::ui
