// SPDX-License-Identifier: GPL-3.0-or-later
// One figure of the top row: title, state mark, value with unit, a line of detail and a sparkline
// with its limit. It paints itself, so that a new number costs no layout and moves nothing.
#pragma once

#include <QWidget>
#include <vector>

#include "ui/models/tile_text.h"

namespace penstock::ui {

/// Threads: GUI.
class Tile : public QWidget {
  Q_OBJECT

 public:
  explicit Tile(TileKind kind, QWidget* parent = nullptr);

  void showText(const TileText& text);
  /// Values oldest first; NaN is a gap. Empty: no sparkline.
  void showSparkline(std::vector<double> values);
  void setShade(Shade shade);
  enum class Sparkline : std::uint8_t { Shown, Hidden };
  void setSparkline(Sparkline sparkline);

  const TileText& text() const { return m_text; }
  /// Whether any of its texts had to be shortened at the present size.
  bool isElided() const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QFont titleFont() const;
  QFont detailFont() const;
  QFont valueFont() const;
  void paintTexts(QPainter& painter) const;
  void paintSparkline(QPainter& painter, const QRect& place) const;
  QStringList detailChoices() const;
  QString detailLine() const;

  TileText m_text;
  std::vector<double> m_values;
  Shade m_shade = Shade::Light;
  Sparkline m_sparkline = Sparkline::Shown;
};

}  // namespace penstock::ui
