// SPDX-License-Identifier: Apache-2.0
//
// Finds the functions of a C++ source by its braces. It knows formatted code, not the language:
// lambdas and local classes count as lines of the function around them.
#pragma once

#include <QString>
#include <vector>

namespace penstock::tidy {

struct FoundFunction {
  QString head;       // from the first word to the opening brace, spaces folded
  int firstLine = 0;  // of the head
  int lastLine = 0;   // of the closing brace

  int lines() const { return lastLine - firstLine + 1; }
};

// code: as SourceFile::code, with literals blanked.
std::vector<FoundFunction> findFunctions(const QString& code);

}  // namespace penstock::tidy
