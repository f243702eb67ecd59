// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/source_file.h"

namespace penstock::tidy {

class TestSourceFile : public QObject {
  Q_OBJECT

 private slots:
  void commentsAndLiteralsAreBlanked_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("code");
    QTest::newRow("line comment") << "a; // b\nc"
                                  << "a;     \nc";
    QTest::newRow("block comment") << "a/* b\nc */d"
                                   << "a    \n    d";
    QTest::newRow("string") << "f(\"x{\")"
                            << "f(\"  \")";
    QTest::newRow("escaped quote") << "f(\"\\\"{\")"
                                   << "f(\"   \")";
    QTest::newRow("raw string") << "R\"(a\")\";b"
                                << "R\"    \";b";
    QTest::newRow("character") << "c='{';d"
                               << "c=   ;d";
    QTest::newRow("quote character") << "c='\"';d{"
                                     << "c=   ;d{";
    QTest::newRow("escaped character") << "c='\\'';d{"
                                       << "c=    ;d{";
    QTest::newRow("digit separator") << "1'000'000 {"
                                     << "1'000'000 {";
    QTest::newRow("slashes in a string") << "f(\"//\"); g();"
                                         << "f(\"  \"); g();";
  }

  void commentsAndLiteralsAreBlanked() {
    QFETCH(QString, text);
    QFETCH(QString, code);
    QCOMPARE(blankLiterals(text), code);
  }

  void otherFilesKeepTheirText() {
    QCOMPARE(makeSourceFile("a/CMakeLists.txt", "a // b").code, QStringLiteral("a // b"));
  }

  void folderAndNameComeFromThePath() {
    const SourceFile file = makeSourceFile("backend/base/status.h", "");
    QCOMPARE(file.folder(), QStringLiteral("backend/base"));
    QCOMPARE(file.name(), QStringLiteral("status.h"));
    QCOMPARE(makeSourceFile("README.md", "").folder(), QString());
  }

  void linesCountFromOne() {
    QCOMPARE(lineOf("a\nb\nc", 0), 1);
    QCOMPARE(lineOf("a\nb\nc", 4), 3);
  }
};

PENSTOCK_TEST(TestSourceFile)

}  // namespace penstock::tidy

#include "tst_source_file.moc"
