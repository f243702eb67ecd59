// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/leftover_check.h"

#include <QRegularExpression>

namespace penstock::tidy {

Findings checkLeftovers(const SourceFiles& files) {
  static const QRegularExpression kWords("\\b(TODO|FIXME|XXX|HACK)\\b");
  Findings findings;
  for (const SourceFile& file : files) {
    if (file.path.startsWith("tests/tidy/")) continue;
    auto matches = kWords.globalMatch(file.text);
    while (matches.hasNext()) {
      const QRegularExpressionMatch match = matches.next();
      findings.push_back({file.path, lineOf(file.text, match.capturedStart()),
                          match.captured() + ": do it now, or leave it out"});
    }
  }
  return findings;
}

}  // namespace penstock::tidy
