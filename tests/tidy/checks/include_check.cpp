// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/include_check.h"

#include <QRegularExpression>
#include <QSet>
#include <algorithm>

#include "tests/tidy/checks/include_table.h"

namespace penstock::tidy {

namespace {

// As the include table writes it: without `backend/`.
QString shortName(const QString& path) {
  static const QString kBackend = QStringLiteral("backend/");
  return path.startsWith(kBackend) ? path.mid(kBackend.size()) : path;
}

bool covers(const QString& part, const QString& included) {
  return included == part || included.startsWith(part + "/");
}

bool allowsOurs(const IncludeRow& row, const QString& included) {
  const QString inner = shortName(included);
  bool allowed = covers(row.folder, included) || row.ours.contains("*");
  for (const QString& part : row.ours) {
    if (part.startsWith('!') && covers(part.mid(1), inner)) return false;
    allowed = allowed || covers(part, inner);
  }
  return allowed;
}

bool allowsLibrary(const IncludeRow& row, const QString& library) {
  static const QStringList kOnePlaceAlone{"sqlite3", "QCustomPlot"};
  return row.libraries.contains(library) ||
         (row.libraries.contains("*") && !kOnePlaceAlone.contains(library));
}

QString complaintAboutOurs(const IncludeRow& row, const QString& header,
                           const QSet<QString>& paths) {
  const QStringList places{"backend/" + header, header};
  const auto found = std::find_if(places.begin(), places.end(),
                                  [&](const QString& place) { return paths.contains(place); });
  if (found == places.end()) {
    return "no file \"" + header + "\": write it from backend/ or from the top";
  }
  if (!allowsOurs(row, *found)) return row.folder + " may not include \"" + header + "\"";
  return {};
}

QString complaintAboutLibrary(const IncludeRow& row, const QString& header,
                              const QString& qtHeaders) {
  const QString library = libraryOf(header, qtHeaders);
  if (library.isEmpty()) return "<" + header + "> belongs to no library of the include table";
  if (!allowsLibrary(row, library)) {
    return row.folder + " may not include <" + header + "> of " + library;
  }
  return {};
}

}  // namespace

Findings checkIncludes(const SourceFiles& files, const IncludeContext& context) {
  static const QRegularExpression kInclude("^[ \\t]*#[ \\t]*include[ \\t]*([<\"])([^>\"\\n]+)[>\"]",
                                           QRegularExpression::MultilineOption);
  const QSet<QString> paths(context.allPaths.begin(), context.allPaths.end());
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.isCpp()) continue;
    const IncludeRow* row = rowOf(file.path);
    if (row == nullptr) {
      findings.push_back({file.path, 0, "no row of the include table covers this folder"});
      continue;
    }
    auto matches = kInclude.globalMatch(file.text);
    while (matches.hasNext()) {
      const QRegularExpressionMatch match = matches.next();
      const QString header = match.captured(2);
      if (header == file.name().section('.', 0, 0) + ".moc") continue;
      const QString complaint = match.captured(1) == "<"
                                    ? complaintAboutLibrary(*row, header, context.qtHeaders)
                                    : complaintAboutOurs(*row, header, paths);
      if (complaint.isEmpty()) continue;
      findings.push_back({file.path, lineOf(file.text, match.capturedStart(1)), complaint});
    }
  }
  return findings;
}

}  // namespace penstock::tidy
