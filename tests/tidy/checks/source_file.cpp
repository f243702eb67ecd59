// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

namespace {

void blank(QString& text, qsizetype from, qsizetype to) {
  for (qsizetype i = from; i < to && i < text.size(); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

// Where a literal that opens at `start` with `quote` ends: just behind its closing quote.
qsizetype endOfLiteral(const QString& text, qsizetype start, QChar quote) {
  qsizetype i = start + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return i + 1;
}

qsizetype endOfRawString(const QString& text, qsizetype quote) {
  const qsizetype open = text.indexOf('(', quote);
  if (open < 0) return text.size();
  const QString closing = ")" + text.mid(quote + 1, open - quote - 1) + "\"";
  const qsizetype end = text.indexOf(closing, open);
  return end < 0 ? text.size() : end + closing.size();
}

qsizetype endOrAll(qsizetype found, qsizetype length, const QString& text) {
  return found < 0 ? text.size() : found + length;
}

bool isRawString(const QString& text, qsizetype quote) {
  const bool prefixed = quote > 0 && text[quote - 1] == 'R';
  return prefixed && (quote == 1 || !text[quote - 2].isLetterOrNumber() ||
                      QStringLiteral("uUL8").contains(text[quote - 2]));
}

// 1'000 and 0xff'ff are numbers.
bool isDigitSeparator(const QString& text, qsizetype quote) {
  return quote > 0 && quote + 1 < text.size() && text[quote - 1].isLetterOrNumber() &&
         text[quote + 1].isLetterOrNumber() &&
         (quote + 2 >= text.size() || text[quote + 2] != '\'');
}

}  // namespace

QString blankLiterals(const QString& text) {
  QString code = text;
  qsizetype i = 0;
  while (i < text.size()) {
    const QChar letter = text[i];
    const QChar next = i + 1 < text.size() ? text[i + 1] : QChar();
    qsizetype end = i + 1;
    if (letter == '/' && next == '/') {
      end = endOrAll(text.indexOf('\n', i), 0, text);
      blank(code, i, end);
    } else if (letter == '/' && next == '*') {
      end = endOrAll(text.indexOf("*/", i + 2), 2, text);
      blank(code, i, end);
    } else if (letter == '"') {
      end = isRawString(text, i) ? endOfRawString(text, i) : endOfLiteral(text, i, letter);
      blank(code, i + 1, end - 1);
    } else if (letter == '\'' && !isDigitSeparator(text, i)) {
      end = endOfLiteral(text, i, letter);
      blank(code, i, end);
    }
    i = end;
  }
  return code;
}

SourceFile makeSourceFile(const QString& path, const QString& text) {
  SourceFile file{path, text, text};
  if (file.isCpp()) file.code = blankLiterals(text);
  return file;
}

int lineOf(const QString& text, qsizetype position) {
  return static_cast<int>(QStringView(text).left(position).count(u'\n')) + 1;
}

QString describe(const Findings& findings) {
  QStringList lines;
  for (const Finding& finding : findings) {
    lines += QStringLiteral("%1(%2): %3").arg(finding.path).arg(finding.line).arg(finding.message);
  }
  return lines.join('\n');
}

}  // namespace penstock::tidy
