// SPDX-License-Identifier: Apache-2.0
//
// Finds links and pictures in Markdown files that lead nowhere within the repository: missing
// files, and headings that no longer exist. Addresses of the web are not looked up.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

// allPaths: every file of the repository; its folders are known from them.
Findings checkLinks(const SourceFiles& files, const QStringList& allPaths);

}  // namespace penstock::tidy
