// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/build_check.h"

namespace penstock::tidy {

class TestBuildCheck : public QObject {
  Q_OBJECT

 private slots:
  void unnamedSourceIsFound() {
    const auto findings = checkEverySourceIsBuilt(
        {makeSourceFile("backend/a/CMakeLists.txt", "penstock_library(a SOURCES b.cpp)"),
         makeSourceFile("backend/a/b.cpp", ""), makeSourceFile("backend/a/c.cpp", "")});
    QCOMPARE(findings.size(), 1U);
    QCOMPARE(findings[0].path, QStringLiteral("backend/a/c.cpp"));
  }

  void nameInACommentDoesNotCount() {
    QCOMPARE(checkEverySourceIsBuilt(
                 {makeSourceFile("a/CMakeLists.txt", "# b.cpp"), makeSourceFile("a/b.cpp", "")})
                 .size(),
             1U);
  }

  void parentMayNameIt() {
    QVERIFY(checkEverySourceIsBuilt({makeSourceFile("a/CMakeLists.txt", "file/b.cpp"),
                                     makeSourceFile("a/file/b.cpp", "")})
                .empty());
  }

  void sameNameElsewhereDoesNotCount() {
    QCOMPARE(checkEverySourceIsBuilt({makeSourceFile("a/CMakeLists.txt", "b.cpp"),
                                      makeSourceFile("a/b.cpp", ""), makeSourceFile("c/b.cpp", "")})
                 .size(),
             1U);
  }
};

PENSTOCK_TEST(TestBuildCheck)

}  // namespace penstock::tidy

#include "tst_build_check.moc"
