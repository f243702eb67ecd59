// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"

namespace penstock::bench {

Spread spreadOf(std::vector<double> figures) {
  CHECK(!figures.empty());
  std::sort(figures.begin(), figures.end());
  const std::size_t middle = figures.size() / 2;
  const bool isOdd = figures.size() % 2 == 1;
  const double median = isOdd ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
  return {median, figures.front(), figures.back()};
}

Spread ratioOf(const std::vector<double>& ours, const std::vector<double>& peer, Better better) {
  CHECK(ours.size() == peer.size());
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ratios.push_back(better == Better::Higher ? ours[i] / peer[i] : peer[i] / ours[i]);
  }
  return spreadOf(std::move(ratios));
}

double quantileOf(std::vector<double> figures, double part) {
  CHECK(!figures.empty());
  CHECK(part >= 0 && part <= 1);
  const double rank = std::ceil(part * static_cast<double>(figures.size()));
  const auto index = static_cast<std::ptrdiff_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(figures.begin(), figures.begin() + index, figures.end());
  return figures[static_cast<std::size_t>(index)];
}

}  // namespace penstock::bench
