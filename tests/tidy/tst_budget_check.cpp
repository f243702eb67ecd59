// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/budget_check.h"

namespace penstock::tidy {

class TestBudgetCheck : public QObject {
  Q_OBJECT

 private slots:
  void longLineIsFound() {
    const auto findings = checkBudgets({makeSourceFile("a/b.cpp", QString(101, 'x') + "\n")});
    QCOMPARE(findings.size(), 1U);
    QCOMPARE(findings[0].line, 1);
    QVERIFY(checkBudgets({makeSourceFile("a/b.cpp", QString(100, 'x') + "\n")}).empty());
  }

  void wideCharactersCountOnce() {
    QVERIFY(checkBudgets({makeSourceFile("a/b.cpp", "// " + QString(97, QChar(0x2264)))}).empty());
  }

  void longFunctionIsFound() {
    const QString body = QStringLiteral("  a();\n");
    const QString fits = "void f() {\n" + body.repeated(58) + "}\n";
    QVERIFY(checkBudgets({makeSourceFile("a/b.cpp", fits)}).empty());
    const auto findings =
        checkBudgets({makeSourceFile("a/b.cpp", "\nvoid f() {\n" + body.repeated(59) + "}\n")});
    QCOMPARE(findings.size(), 1U);
    QCOMPARE(findings[0].line, 2);
    QVERIFY(findings[0].message.contains("void f()"));
  }

  void longHeaderIsFound() {
    QCOMPARE(checkBudgets({makeSourceFile("a/b.h", QString(251, '\n'))}).size(), 1U);
    QVERIFY(checkBudgets({makeSourceFile("a/b.h", QString(250, '\n'))}).empty());
  }

  void longSourceIsFound() {
    QCOMPARE(checkBudgets({makeSourceFile("a/b.cpp", QString(501, '\n'))}).size(), 1U);
    QVERIFY(checkBudgets({makeSourceFile("a/b.cpp", QString(500, '\n'))}).empty());
  }

  void crowdedFolderIsFound() {
    SourceFiles files;
    for (int i = 0; i < 15; ++i) {
      files.push_back(makeSourceFile(QStringLiteral("a/unit%1.h").arg(i), ""));
      files.push_back(makeSourceFile(QStringLiteral("a/unit%1.cpp").arg(i), ""));
    }
    QVERIFY(checkBudgets(files).empty());
    files.push_back(makeSourceFile("a/one_more.cpp", ""));
    const auto findings = checkBudgets(files);
    QCOMPARE(findings.size(), 1U);
    QCOMPARE(findings[0].path, QStringLiteral("a"));
  }
};

PENSTOCK_TEST(TestBudgetCheck)

}  // namespace penstock::tidy

#include "tst_budget_check.moc"
