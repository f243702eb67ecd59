// SPDX-License-Identifier: Apache-2.0
//
// What a person may choose for random tests: their seed and their amounts. `--seed N` among the
// arguments of any test program is the variable PENSTOCK_SEED=N.
#pragma once

#include <QStringList>
#include <cstdint>

namespace penstock::test {

// Takes `--seed N` out and puts it into the environment, for RapidCheck's properties too. False:
// there is no number behind it.
bool takeSeed(QStringList& arguments);

// The number that a variable of the environment holds.
std::uint64_t numberFrom(const char* variable, std::uint64_t otherwise);

// PENSTOCK_SEED, else another each time; tells it, so that a failure can be had again.
unsigned newSeed();

}  // namespace penstock::test
