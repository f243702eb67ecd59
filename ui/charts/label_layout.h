// SPDX-License-Identifier: GPL-3.0-or-later
// Where the labels at the ends of lines stand so that none covers another: as near as possible to
// the end of their line, in the order of the values. Pure.
#pragma once

#include <vector>

namespace penstock::ui {

struct LabelColumn {
  double top = 0;     ///< of the room, pixels
  double bottom = 0;  ///< of the room
  double height = 0;  ///< of a label
};

/// For each wanted middle of a label the middle it gets. Labels keep the order of their wishes
/// (first come first where those are equal) and the distance of a label's height; when there is not
/// enough room they share it evenly.
std::vector<double> spreadLabels(const std::vector<double>& wanted, const LabelColumn& column);

}  // namespace penstock::ui
