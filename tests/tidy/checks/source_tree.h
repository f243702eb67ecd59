// SPDX-License-Identifier: Apache-2.0
//
// Reads the files of the repository that the checks look at: everything written by hand, nothing
// that was built.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

struct SourceTree {
  SourceFiles files;     // sources, headers, build files, Markdown, scripts; by path
  QStringList allPaths;  // of every file, these and others (pictures, data)
};

// top: the folder that holds the first CMakeLists.txt. Skips build/ and what is hidden, but .ci.
SourceTree readSourceTree(const QString& top);

}  // namespace penstock::tidy
