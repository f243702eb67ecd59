// SPDX-License-Identifier: Apache-2.0
//
// Finds sources that no target builds: code that nobody compiles is not code. A source is built if
// the CMakeLists.txt of its folder, or of one above it, names it.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

Findings checkEverySourceIsBuilt(const SourceFiles& files);

}  // namespace penstock::tidy
