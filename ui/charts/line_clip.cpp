// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/line_clip.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace penstock::ui {

namespace {

struct Piece {
  LinePoint from;
  LinePoint to;
};

// Liang and Barsky: the part of a segment within a rectangle, as the range of its parameter.
std::optional<Piece> clipSegment(const LinePoint& from, const LinePoint& to, TimeSpan times,
                                 ValueSpan values) {
  const double width = to.time - from.time;
  const double height = to.value - from.value;
  double enter = 0;
  double leave = 1;
  const auto cut = [&](double direction, double distance) {
    if (direction == 0) return distance >= 0;
    const double at = distance / direction;
    if (direction < 0) enter = std::max(enter, at);
    if (direction > 0) leave = std::min(leave, at);
    return enter <= leave;
  };
  const bool isInside = cut(-width, from.time - times.from) && cut(width, times.to - from.time) &&
                        cut(-height, from.value - values.from) &&
                        cut(height, values.to - from.value);
  if (!isInside) return std::nullopt;
  const auto at = [&](double parameter) {
    if (parameter == 0) return from;
    if (parameter == 1) return to;
    return LinePoint{from.time + parameter * width, from.value + parameter * height};
  };
  return Piece{at(enter), at(leave)};
}

}  // namespace

std::vector<LinePoint> clipLine(const std::vector<LinePoint>& line, TimeSpan times,
                                ValueSpan values) {
  std::vector<LinePoint> clipped;
  const auto breakLine = [&](double time) {
    if (clipped.empty() || std::isnan(clipped.back().value)) return;
    clipped.push_back(
        {std::clamp(time, times.from, times.to), std::numeric_limits<double>::quiet_NaN()});
  };
  for (std::size_t at = 1; at < line.size(); ++at) {
    const LinePoint& from = line[at - 1];
    const LinePoint& to = line[at];
    if (std::isnan(from.value) || std::isnan(to.value)) {
      breakLine(to.time);
      continue;
    }
    const std::optional<Piece> piece = clipSegment(from, to, times, values);
    if (!piece) {
      breakLine(to.time);
      continue;
    }
    if (clipped.empty() || clipped.back() != piece->from) {
      breakLine(piece->from.time);
      clipped.push_back(piece->from);
    }
    clipped.push_back(piece->to);
  }
  return clipped;
}

}  // namespace penstock::ui
