// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/leftover_check.h"

namespace penstock::tidy {

class TestLeftoverCheck : public QObject {
  Q_OBJECT

 private slots:
  void plantedNoteIsFound() {
    for (const char* word : {"TODO", "FIXME", "XXX", "HACK"}) {
      const auto findings =
          checkLeftovers({makeSourceFile("a/b.cpp", QStringLiteral("\n// %1: later").arg(word))});
      QCOMPARE(findings.size(), 1U);
      QCOMPARE(findings[0].line, 2);
    }
  }

  void documentationIsLookedAt() {
    QCOMPARE(checkLeftovers({makeSourceFile("README.md", "TODO: write")}).size(), 1U);
  }

  void partsOfWordsAreLeftAlone() {
    QVERIFY(checkLeftovers({makeSourceFile("a/b.cpp", "int kTODOs; // mastodon")}).empty());
  }
};

PENSTOCK_TEST(TestLeftoverCheck)

}  // namespace penstock::tidy

#include "tst_leftover_check.moc"
