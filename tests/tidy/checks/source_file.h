// SPDX-License-Identifier: Apache-2.0
//
// One file of the repository as the checks see it: its text, and its text with comments and
// literals blanked out, so that a word in a comment is not taken for code.
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

namespace penstock::tidy {

// What a check found. Line 0 means the whole file or folder.
struct Finding {
  QString path;
  int line = 0;
  QString message;
};
using Findings = std::vector<Finding>;

// Limits: text files of the repository, read whole.
struct SourceFile {
  QString path;  // from the top of the repository, with slashes
  QString text;
  QString code;  // as long as text, line for line; blanked for C++, as text otherwise

  bool isHeader() const { return path.endsWith(".h"); }
  bool isSource() const { return path.endsWith(".cpp"); }
  bool isCpp() const { return isHeader() || isSource(); }
  bool isBuildFile() const { return path.endsWith("CMakeLists.txt") || path.endsWith(".cmake"); }
  bool isMarkdown() const { return path.endsWith(".md"); }
  QString folder() const { return path.contains('/') ? path.section('/', 0, -2) : QString(); }
  QString name() const { return path.section('/', -1); }
};
using SourceFiles = std::vector<SourceFile>;

SourceFile makeSourceFile(const QString& path, const QString& text);

// Replaces comments, strings and characters of C++ by spaces; line breaks and quotes of strings
// stay.
QString blankLiterals(const QString& text);

// Lines from 1 for a position in the text.
int lineOf(const QString& text, qsizetype position);

// `path(line): message`, one a line.
QString describe(const Findings& findings);

}  // namespace penstock::tidy
