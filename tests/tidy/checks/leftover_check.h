// SPDX-License-Identifier: Apache-2.0
//
// Finds notes to oneself that were left behind, in code, build files and documentation.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

// Skips tests/tidy, which has to write the words.
Findings checkLeftovers(const SourceFiles& files);

}  // namespace penstock::tidy
