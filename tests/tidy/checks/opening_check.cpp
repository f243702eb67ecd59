// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/opening_check.h"

#include <QRegularExpression>

namespace penstock::tidy {

namespace {

QString licenceOf(const QString& path) {
  const bool isApplication = path.startsWith("app/") || path.startsWith("ui/");
  return isApplication ? QStringLiteral("GPL-3.0-or-later") : QStringLiteral("Apache-2.0");
}

// Whether a comment that says something follows the licence.
bool saysItsPurpose(const QString& text) {
  static const QRegularExpression kPurpose("^[^\\n]*\\n(//\\s*\\n)?//[^\\n]*\\w+ \\w+ \\w+");
  return kPurpose.match(text).hasMatch();
}

}  // namespace

Findings checkOpenings(const SourceFiles& files) {
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.isCpp() && !file.isBuildFile()) continue;
    const QString mark = file.isCpp() ? QStringLiteral("//") : QStringLiteral("#");
    const QString expected = mark + " SPDX-License-Identifier: " + licenceOf(file.path);
    if (file.text.section('\n', 0, 0) != expected) {
      findings.push_back({file.path, 1, "the first line must be `" + expected + "`"});
    }
    if (!file.isHeader()) continue;
    if (!saysItsPurpose(file.text)) {
      findings.push_back({file.path, 2, "a header opens with what it is for, as a comment"});
    }
    if (!file.code.contains("#pragma once")) {
      findings.push_back({file.path, 0, "no #pragma once"});
    }
  }
  return findings;
}

}  // namespace penstock::tidy
