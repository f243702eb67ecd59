// SPDX-License-Identifier: Apache-2.0
// How evenly something is shared (Jain, Chiu and Hawe: A Quantitative Measure of Fairness, 1984).
#pragma once

#include <vector>

namespace penstock::test {

/// 1: all have the same; 1/n: one has everything. Expects: not all are 0.
inline double jainIndex(const std::vector<double>& parts) {
  double sum = 0;
  double squares = 0;
  for (const double part : parts) {
    sum += part;
    squares += part * part;
  }
  return sum * sum / (static_cast<double>(parts.size()) * squares);
}

}  // namespace penstock::test
