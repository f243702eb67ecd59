// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/source_tree.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <algorithm>

namespace penstock::tidy {

namespace {

bool isLookedAt(const QString& path) {
  const QString top = path.section('/', 0, 0);
  const bool hidden = path.startsWith('.') || path.contains(QStringLiteral("/."));
  return top == ".ci" || (top != "build" && !hidden);
}

bool isText(const QString& path) {
  static const QStringList kEndings{".cpp",  ".h",   ".txt", ".cmake", ".md", ".json",
                                    ".toml", ".sql", ".in",  ".sh",    ".yml"};
  const bool known = std::any_of(kEndings.begin(), kEndings.end(),
                                 [&](const QString& ending) { return path.endsWith(ending); });
  return known || !path.section('/', -1).contains('.');
}

}  // namespace

SourceTree readSourceTree(const QString& top) {
  const QDir directory(top);
  SourceTree tree;
  QDirIterator entries(top, QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
  while (entries.hasNext()) {
    const QString path = directory.relativeFilePath(entries.next());
    if (isLookedAt(path)) tree.allPaths += path;
  }
  tree.allPaths.sort();
  for (const QString& path : tree.allPaths) {
    QFile file(directory.filePath(path));
    if (!isText(path) || path.startsWith("LICENSES/") || !file.open(QIODevice::ReadOnly)) continue;
    tree.files.push_back(makeSourceFile(path, QString::fromUtf8(file.readAll())));
  }
  return tree;
}

}  // namespace penstock::tidy
