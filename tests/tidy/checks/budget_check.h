// SPDX-License-Identifier: Apache-2.0
//
// The budgets that keep the code readable: how long a line, a function, a header and a source may
// be, and how many units a folder may hold.
#pragma once

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

constexpr int kColumnsMax = 100;       // of a line of code or of a build file
constexpr int kFunctionLinesMax = 60;  // from its head to its closing brace
constexpr int kHeaderLinesMax = 250;
constexpr int kSourceLinesMax = 500;
constexpr int kUnitsMax = 15;  // in a folder; a header with its source is one

Findings checkBudgets(const SourceFiles& files);

}  // namespace penstock::tidy
