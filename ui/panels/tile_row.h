// SPDX-License-Identifier: GPL-3.0-or-later
// The eight tiles side by side, symptoms left and causes right.
#pragma once

#include <QWidget>
#include <array>

#include "ui/panels/tile.h"

namespace penstock::ui {

/// Threads: GUI.
class TileRow : public QWidget {
  Q_OBJECT

 public:
  explicit TileRow(QWidget* parent = nullptr);

  void showTexts(const std::array<TileText, kTileCount>& texts);
  /// The last two minutes of the store as sparklines.
  void showSparklines(const SampleStore& store);
  void setShade(Shade shade);
  void setSparklines(Tile::Sparkline sparkline);
  Tile* tile(TileKind kind) const { return m_tiles[std::size_t(kind)]; }

 private:
  std::array<Tile*, kTileCount> m_tiles{};
};

}  // namespace penstock::ui
