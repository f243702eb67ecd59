// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/tile_row.h"

#include <QHBoxLayout>
#include <algorithm>
#include <cmath>

namespace penstock::ui {

namespace {

constexpr double kSparklineSeconds = 120;
constexpr std::size_t kSparklinePoints = 60;

// The highest value of each part of the span: a spike of one sample stays.
std::vector<double> sparklineOf(const std::deque<SampleRow>& rows, Series series) {
  if (rows.empty()) return {};
  const double to = rows.back().time;
  const double from = to - kSparklineSeconds;
  std::vector<double> values(kSparklinePoints, std::nan(""));
  for (auto row = rows.rbegin(); row != rows.rend() && row->time > from; ++row) {
    const double place = (row->time - from) / kSparklineSeconds * double(kSparklinePoints);
    const auto at = std::clamp<std::size_t>(std::size_t(place), 0, kSparklinePoints - 1);
    const double value = (*row)[series];
    if (std::isfinite(value)) values[at] = std::fmax(values[at], value);
  }
  return values;
}

}  // namespace

TileRow::TileRow(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("tiles"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(4, 0, 4, 0);
  row->setSpacing(4);
  for (std::size_t i = 0; i < kTileCount; ++i) {
    m_tiles[i] = new Tile(TileKind(i), this);
    row->addWidget(m_tiles[i], 1);
  }
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TileRow::showTexts(const std::array<TileText, kTileCount>& texts) {
  for (std::size_t i = 0; i < kTileCount; ++i) m_tiles[i]->showText(texts[i]);
}

void TileRow::showSparklines(const SampleStore& store) {
  for (std::size_t i = 0; i < kTileCount; ++i) {
    m_tiles[i]->showSparkline(sparklineOf(store.rows(), tileSeries(TileKind(i))));
  }
}

void TileRow::setShade(Shade shade) {
  for (Tile* tile : m_tiles) tile->setShade(shade);
}

void TileRow::setSparklines(Tile::Sparkline sparkline) {
  for (Tile* tile : m_tiles) tile->setSparkline(sparkline);
}

}  // namespace penstock::ui
