// SPDX-License-Identifier: Apache-2.0
//
// How a source opens: with its licence in the first line, and a header also with what it is for and
// a guard. app/ and ui/ are GPL-3.0-or-later, everything else is Apache-2.0.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

Findings checkOpenings(const SourceFiles& files);

}  // namespace penstock::tidy
