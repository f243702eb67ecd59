// SPDX-License-Identifier: GPL-3.0-or-later
// Cuts a line to a rectangle. Screens clip by themselves; SVG does not, and a curve would spill
// over axes and labels. Pure.
#pragma once

#include <vector>

#include "ui/models/sample_store.h"

namespace penstock::ui {

struct LinePoint {
  double time = 0;
  double value = 0;
  bool operator==(const LinePoint&) const = default;
};

struct ValueSpan {
  double from = 0;
  double to = 1;
};

/// The part of the line within both spans, with points where it crosses their edges. Where it is
/// outside it is broken by a NaN; NaNs of the line stay.
/// Expects: points in order of time.
std::vector<LinePoint> clipLine(const std::vector<LinePoint>& line, TimeSpan times,
                                ValueSpan values);

}  // namespace penstock::ui
