// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/checks/function_finder.h"

#include <QRegularExpression>
#include <QStringList>
#include <utility>

#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

namespace {

QString withoutPreprocessor(const QString& code) {
  QStringList lines = code.split('\n');
  bool continued = false;
  for (QString& line : lines) {
    const bool directive = continued || line.trimmed().startsWith('#');
    continued = directive && line.endsWith('\\');
    if (directive) line.clear();
  }
  return lines.join('\n');
}

// What may stand before a declaration without ending in a semicolon.
qsizetype lengthOfLabels(const QString& head) {
  static const QRegularExpression kLabels(
      "^(\\s*((public|private|protected|signals|Q_SIGNALS)(\\s+(slots|Q_SLOTS))?\\s*:(?!:)|"
      "Q_OBJECT\\b|Q_GADGET\\b|(Q_|PENSTOCK_)[A-Z_]+\\([^)]*\\)))*\\s*");
  return kLabels.match(head).capturedLength();
}

bool opensContainer(const QString& head) {
  static const QRegularExpression kContainer(
      "^(template\\s*<[^;]*>\\s*)?(inline\\s+|export\\s+|typedef\\s+)*"
      "(namespace|class|struct|union|enum|extern)\\b");
  static const QRegularExpression kFunction("\\)\\s*(const|noexcept|override|\\s)*$");
  if (!kContainer.match(head).hasMatch()) return false;
  return !head.startsWith("struct") || !kFunction.match(head).hasMatch();
}

class BraceReader {
 public:
  explicit BraceReader(const QString& code) : m_code(withoutPreprocessor(code)) {}

  std::vector<FoundFunction> read() {
    while (m_position < m_code.size()) {
      step(m_code[m_position]);
    }
    return std::move(m_functions);
  }

 private:
  // One character between functions: at the level of namespaces and classes.
  void step(QChar letter) {
    if (letter == '(') ++m_parentheses;
    if (letter == ')') --m_parentheses;
    if (letter == '{') {
      openBrace();
      return;
    }
    ++m_position;
    if ((letter == ';' && m_parentheses <= 0) || letter == '}') {
      m_headStart = m_position;
      m_parentheses = 0;
    }
  }

  void openBrace() {
    const QString raw = m_code.mid(m_headStart, m_position - m_headStart);
    const qsizetype labels = lengthOfLabels(raw);
    const QString head = raw.mid(labels).simplified();
    if (m_parentheses <= 0 && opensContainer(head)) {
      m_headStart = ++m_position;
      return;
    }
    const qsizetype end = endOfBlock(m_position);
    const bool isFunction = m_parentheses <= 0 && head.contains('(');
    m_position = end;
    if (!isFunction || continuesInitialisers(end)) return;
    m_functions.push_back({head, lineOf(m_code, m_headStart + labels), lineOf(m_code, end - 1)});
    m_headStart = m_position;
  }

  // After `: m_a{1}` the function's own body is still to come.
  bool continuesInitialisers(qsizetype end) const {
    qsizetype next = end;
    while (next < m_code.size() && m_code[next].isSpace()) ++next;
    return next < m_code.size() && QStringLiteral(",{)(").contains(m_code[next]);
  }

  qsizetype endOfBlock(qsizetype open) const {
    int depth = 0;
    for (qsizetype i = open; i < m_code.size(); ++i) {
      if (m_code[i] == '{') ++depth;
      if (m_code[i] == '}' && --depth == 0) return i + 1;
    }
    return m_code.size();
  }

  const QString m_code;
  qsizetype m_position = 0;
  qsizetype m_headStart = 0;
  int m_parentheses = 0;
  std::vector<FoundFunction> m_functions;
};

}  // namespace

std::vector<FoundFunction> findFunctions(const QString& code) { return BraceReader(code).read(); }

}  // namespace penstock::tidy
