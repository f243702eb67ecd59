// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/link_check.h"

#include <QDir>
#include <QRegularExpression>
#include <QSet>
#include <map>

namespace penstock::tidy {

namespace {

// Blanks code blocks and code spans, where brackets are no links.
QString withoutCode(const QString& markdown) {
  static const QRegularExpression kCode(
      "^(```|~~~).*?^\\1|`[^`\\n]*`",
      QRegularExpression::MultilineOption | QRegularExpression::DotMatchesEverythingOption);
  QString text = markdown;
  auto matches = kCode.globalMatch(markdown);
  while (matches.hasNext()) {
    const QRegularExpressionMatch match = matches.next();
    for (qsizetype i = match.capturedStart(); i < match.capturedEnd(); ++i) {
      if (text[i] != '\n') text[i] = ' ';
    }
  }
  return text;
}

// The anchors of the headings, as web views of repositories make them.
QSet<QString> anchorsOf(const QString& markdown) {
  static const QRegularExpression kHeading("^#{1,6}\\s+(.+?)\\s*#*$",
                                           QRegularExpression::MultilineOption);
  static const QRegularExpression kDropped("[^\\w\\- ]");
  QSet<QString> anchors;
  auto matches = kHeading.globalMatch(markdown);
  while (matches.hasNext()) {
    const QString title = matches.next().captured(1).toLower();
    anchors.insert(QString(title).remove(kDropped).replace(' ', '-'));
  }
  return anchors;
}

QSet<QString> withFolders(const QStringList& paths) {
  QSet<QString> all(paths.begin(), paths.end());
  for (const QString& path : paths) {
    for (auto slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      all.insert(path.left(slash));
    }
  }
  return all;
}

struct Repository {
  QSet<QString> places;
  std::map<QString, QSet<QString>> anchors;  // by Markdown file
};

QString complaintAbout(const QString& target, const SourceFile& from,
                       const Repository& repository) {
  static const QRegularExpression kElsewhere("^[a-z][a-z0-9+.-]*:");
  if (kElsewhere.match(target).hasMatch()) return {};
  const QString file = target.section('#', 0, 0);
  const QString anchor = target.contains('#') ? target.section('#', 1) : QString();
  QString path = from.path;
  if (!file.isEmpty()) {
    path = QDir::cleanPath(from.folder().isEmpty() ? file : from.folder() + "/" + file);
  }
  if (path != "." && !repository.places.contains(path)) return "dead link: " + target;
  const auto known = repository.anchors.find(path);
  const bool misses =
      !anchor.isEmpty() && known != repository.anchors.end() && !known->second.contains(anchor);
  return misses ? "no such heading: " + target : QString();
}

}  // namespace

Findings checkLinks(const SourceFiles& files, const QStringList& allPaths) {
  static const QRegularExpression kLink(
      "\\]\\(\\s*<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\s*\\)|^\\[[^\\]]+\\]:\\s*(\\S+)",
      QRegularExpression::MultilineOption);
  Repository repository{withFolders(allPaths), {}};
  for (const SourceFile& file : files) {
    if (file.isMarkdown()) repository.anchors[file.path] = anchorsOf(file.text);
  }
  Findings findings;
  for (const SourceFile& file : files) {
    if (!file.isMarkdown()) continue;
    auto matches = kLink.globalMatch(withoutCode(file.text));
    while (matches.hasNext()) {
      const QRegularExpressionMatch match = matches.next();
      const QString target = match.captured(1).isEmpty() ? match.captured(2) : match.captured(1);
      const QString complaint = complaintAbout(target, file, repository);
      if (complaint.isEmpty()) continue;
      findings.push_back({file.path, lineOf(file.text, match.capturedStart()), complaint});
    }
  }
  return findings;
}

}  // namespace penstock::tidy
