// SPDX-License-Identifier: Apache-2.0
//
// Calls that have a better place or a better way here. Each ban names what to use instead; the
// only exceptions are the folders and files that are that place.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

struct Ban {
  QString pattern;     // a regular expression over code without comments and literals
  QString instead;     // what to use
  QStringList where;   // folders in which it holds
  QStringList exempt;  // beginnings of paths: the place that does it for all
};

const std::vector<Ban>& bans();

Findings checkBannedCalls(const SourceFiles& files);

}  // namespace penstock::tidy
