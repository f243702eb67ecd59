// SPDX-License-Identifier: Apache-2.0
// Mistakes of a recovery, made to the files before the real one reads them.
#pragma once

#include <string>

#include "tests/simulation/planted_bug.h"
#include "tests/simulation/simulated_disk.h"

namespace penstock::test {

void plantBeforeRecovery(PlantedBug bug, SimulatedDisk& disk, const std::string& directory);

}  // namespace penstock::test
