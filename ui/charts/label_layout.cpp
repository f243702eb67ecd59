// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/label_layout.h"

#include <algorithm>
#include <numeric>

namespace penstock::ui {

std::vector<double> spreadLabels(const std::vector<double>& wanted, const LabelColumn& column) {
  const std::size_t count = wanted.size();
  if (count == 0) return {};
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    return wanted[left] < wanted[right];
  });
  const double room = column.bottom - column.top;
  const double step = std::min(column.height, room / static_cast<double>(count));
  const double first = column.top + step / 2;
  const double last = column.bottom - step / 2;
  std::vector<double> middles(count);
  double least = first;
  for (const std::size_t at : order) {  // down: each below the one before
    middles[at] = std::max(wanted[at], least);
    least = middles[at] + step;
  }
  double most = last;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {  // and up again from the floor
    middles[*at] = std::min(middles[*at], most);
    most = middles[*at] - step;
  }
  return middles;
}

}  // namespace penstock::ui
