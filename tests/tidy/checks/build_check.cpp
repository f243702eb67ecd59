// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/build_check.h"

#include <QRegularExpression>
#include <QSet>

namespace penstock::tidy {

namespace {

// The sources that one build file names, as paths from the top.
void addNamedSources(const SourceFile& buildFile, QSet<QString>& named) {
  static const QRegularExpression kComment("#[^\\n]*");
  static const QRegularExpression kSource("[\\w./-]+\\.cpp\\b");
  const QString text = QString(buildFile.text).remove(kComment);
  const QString folder = buildFile.folder();
  auto matches = kSource.globalMatch(text);
  while (matches.hasNext()) {
    const QString name = matches.next().captured();
    named.insert(folder.isEmpty() ? name : folder + "/" + name);
  }
}

}  // namespace

Findings checkEverySourceIsBuilt(const SourceFiles& files) {
  QSet<QString> named;
  for (const SourceFile& file : files) {
    if (file.name() == "CMakeLists.txt") addNamedSources(file, named);
  }
  Findings findings;
  for (const SourceFile& file : files) {
    if (file.isSource() && !named.contains(file.path)) {
      findings.push_back({file.path, 0, "no target builds it: name it in a CMakeLists.txt"});
    }
  }
  return findings;
}

}  // namespace penstock::tidy
