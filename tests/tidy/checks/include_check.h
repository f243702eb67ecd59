// SPDX-License-Identifier: Apache-2.0
//
// Holds every #include of the tree against the include table, and against how includes are written:
// our own with quotes, from backend/ or from the top of the repository.
#pragma once

#include <QString>

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

struct IncludeContext {
  QStringList allPaths;  // of the repository, to tell which file is meant
  QString qtHeaders;     // as in libraryOf()
};

Findings checkIncludes(const SourceFiles& files, const IncludeContext& context);

}  // namespace penstock::tidy
