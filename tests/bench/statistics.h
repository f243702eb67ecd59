// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a comparison: median, least and most of several runs, quantiles of one, and
// ratios turned so that more is better. Pure functions of numbers.
#pragma once

#include <vector>

namespace penstock::bench {

enum class Better { Higher, Lower };

struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

/// Of an even count the median is the mean of the middle two. Expects: at least one figure.
Spread spreadOf(std::vector<double> figures);

/// Pair by pair, so that what disturbed both halves of a pair cancels: ours / peer, or peer / ours
/// when lower is better. Expects: as many of ours as of the peer's, at least one, none of them 0.
Spread ratioOf(const std::vector<double>& ours, const std::vector<double>& peer, Better better);

/// The figure that the given part (0 to 1) of all figures does not exceed: nearest rank.
/// Expects: at least one figure.
double quantileOf(std::vector<double> figures, double part);

}  // namespace penstock::bench
