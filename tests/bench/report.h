// SPDX-License-Identifier: Apache-2.0
// What was measured, as a table for people and as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/runner.h"

namespace penstock::bench {

/// The head of the table, and one row of it; each ends with a line feed.
std::string tableHead();
std::string tableRow(const LineResult& result);

/// `{"cases":[{"name","unit","higher_is_better","pairs","ours","peer","ratio"}]}`.
std::string toJson(const std::vector<LineResult>& results);

}  // namespace penstock::bench
