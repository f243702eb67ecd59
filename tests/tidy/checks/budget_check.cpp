// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/budget_check.h"

#include <QSet>
#include <map>

#include "tests/tidy/checks/function_finder.h"

namespace penstock::tidy {

namespace {

void checkLines(const SourceFile& file, Findings& findings) {
  const QStringList lines = file.text.split('\n');
  for (int i = 0; i < lines.size(); ++i) {
    const auto columns = lines[i].toUcs4().size();
    if (columns <= kColumnsMax) continue;
    findings.push_back(
        {file.path, i + 1, QStringLiteral("%1 columns, at most %2").arg(columns).arg(kColumnsMax)});
  }
}

void checkLength(const SourceFile& file, Findings& findings) {
  const int limit = file.isHeader() ? kHeaderLinesMax : kSourceLinesMax;
  const auto lines = file.text.count('\n');
  if (lines > limit) {
    findings.push_back(
        {file.path, 0, QStringLiteral("%1 lines, at most %2: divide it").arg(lines).arg(limit)});
  }
}

void checkFunctions(const SourceFile& file, Findings& findings) {
  for (const FoundFunction& function : findFunctions(file.code)) {
    if (function.lines() <= kFunctionLinesMax) continue;
    findings.push_back({file.path, function.firstLine,
                        QStringLiteral("function of %1 lines, at most %2: %3")
                            .arg(function.lines())
                            .arg(kFunctionLinesMax)
                            .arg(function.head.left(kColumnsMax))});
  }
}

}  // namespace

Findings checkBudgets(const SourceFiles& files) {
  Findings findings;
  std::map<QString, QSet<QString>> units;
  for (const SourceFile& file : files) {
    if (file.isCpp() || file.isBuildFile()) checkLines(file, findings);
    if (!file.isCpp()) continue;
    checkLength(file, findings);
    checkFunctions(file, findings);
    units[file.folder()].insert(file.name().section('.', 0, 0));
  }
  for (const auto& [folder, stems] : units) {
    if (stems.size() <= kUnitsMax) continue;
    findings.push_back(
        {folder, 0, QStringLiteral("%1 units, at most %2").arg(stems.size()).arg(kUnitsMax)});
  }
  return findings;
}

}  // namespace penstock::tidy
