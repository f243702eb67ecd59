// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_report.h"

#include <QXmlStreamReader>
#include <algorithm>
#include <array>
#include <map>

namespace penstock::test {

namespace {

// One <Incident> or <Message>.
struct Entry {
  QString kind;
  QString row;
  QString text;
};

Entry readEntry(QXmlStreamReader& xml) {
  Entry entry;
  entry.kind = xml.attributes().value("type").toString();
  while (xml.readNextStartElement()) {
    if (xml.name() == QStringLiteral("DataTag")) {
      entry.row = xml.readElementText();
    } else if (xml.name() == QStringLiteral("Description")) {
      entry.text = xml.readElementText();
    } else {
      xml.skipCurrentElement();
    }
  }
  return entry;
}

bool isFixture(const QString& function) {
  return function == "initTestCase" || function == "cleanupTestCase";
}

// Why this entry fails its function; empty if it does not.
QString reasonToFail(const Entry& entry) {
  if (entry.kind == "fail" || entry.kind == "xpass") {
    return entry.text.isEmpty() ? entry.kind : entry.text;
  }
  if (entry.kind == "skip") {
    return QStringLiteral("skipped: ") + entry.text;
  }
  static const std::array kWarnings{"warn", "qwarn", "qcritical", "qfatal", "system"};
  const bool isWarning =
      std::ranges::any_of(kWarnings, [&](const char* kind) { return entry.kind == kind; });
  if (isWarning && !isPlatformWarning(entry.text)) {
    return QStringLiteral("unannounced warning: ") + entry.text;
  }
  return {};
}

// Collects the verdicts of one class; the first reason of a function is kept.
class Verdicts {
 public:
  void add(const QString& className, const QString& function, const Entry& entry) {
    const QString row = entry.row.isEmpty() ? QString() : "(" + entry.row + ")";
    const QString name = className + "::" + function + row;
    const QString reason = reasonToFail(entry);
    if (!reason.isEmpty()) {
      QString& kept = m_verdicts[name].reason;
      kept = kept.isEmpty() ? reason : kept;
    } else if (entry.kind == "pass") {
      m_verdicts[name].counts = !isFixture(function);
    }
  }

  TestReport report() const {
    TestReport report;
    for (const auto& [name, verdict] : m_verdicts) {
      if (!verdict.reason.isEmpty()) {
        report.failures.push_back({name, verdict.reason});
      } else if (verdict.counts) {
        ++report.passed;
      }
    }
    return report;
  }

 private:
  struct Verdict {
    QString reason;
    bool counts = false;
  };
  std::map<QString, Verdict> m_verdicts;
};

}  // namespace

TestReport readTestReport(const QByteArray& bytes) {
  QXmlStreamReader xml(bytes);
  Verdicts verdicts;
  QString className;
  QString function;
  while (!xml.atEnd()) {
    if (xml.readNext() != QXmlStreamReader::StartElement) {
      continue;
    }
    if (xml.name() == QStringLiteral("TestCase")) {
      className = xml.attributes().value("name").toString();
    } else if (xml.name() == QStringLiteral("TestFunction")) {
      function = xml.attributes().value("name").toString();
    } else if (xml.name() == QStringLiteral("Incident") ||
               xml.name() == QStringLiteral("Message")) {
      verdicts.add(className, function, readEntry(xml));
    }
  }
  TestReport report = verdicts.report();
  if (xml.hasError()) {
    report.failures.push_back({className + "::" + function, "report ends: " + xml.errorString()});
  }
  return report;
}

bool isPlatformWarning(const QString& message) {
  static const std::array kTexts{
      "This plugin does not support propagateSizeHints()",
      "This plugin does not support raise()",
      "This plugin does not support grabbing the keyboard",
      "QStandardPaths: XDG_RUNTIME_DIR not set",
  };
  return std::ranges::any_of(kTexts, [&](const char* text) { return message.startsWith(text); });
}

}  // namespace penstock::test
