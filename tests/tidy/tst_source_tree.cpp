// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/banned_call_check.h"
#include "tests/tidy/checks/budget_check.h"
#include "tests/tidy/checks/build_check.h"
#include "tests/tidy/checks/include_check.h"
#include "tests/tidy/checks/leftover_check.h"
#include "tests/tidy/checks/link_check.h"
#include "tests/tidy/checks/opening_check.h"
#include "tests/tidy/checks/source_tree.h"

namespace penstock::tidy {

class TestSourceTree : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_tree = readSourceTree(PENSTOCK_SOURCE_TREE);
    QVERIFY(!m_tree.files.empty());
  }

  void hiddenAndBuiltFilesAreSkipped() {
    for (const QString& path : m_tree.allPaths) {
      QVERIFY2(!path.startsWith("build/") && !path.startsWith(".git/"), qPrintable(path));
    }
    QVERIFY(m_tree.allPaths.contains("tests/tidy/tst_source_tree.cpp"));
  }

  void includesFollowTheTable() {
    expectNothing(checkIncludes(m_tree.files, {m_tree.allPaths, PENSTOCK_QT_HEADERS}));
  }
  void budgetsAreKept() { expectNothing(checkBudgets(m_tree.files)); }
  void everySourceIsBuilt() { expectNothing(checkEverySourceIsBuilt(m_tree.files)); }
  void nothingIsLeftOver() { expectNothing(checkLeftovers(m_tree.files)); }
  void bannedCallsAreNotUsed() { expectNothing(checkBannedCalls(m_tree.files)); }
  void linksLeadSomewhere() { expectNothing(checkLinks(m_tree.files, m_tree.allPaths)); }
  void sourcesOpenAsAgreed() { expectNothing(checkOpenings(m_tree.files)); }

 private:
  static void expectNothing(const Findings& findings) {
    QVERIFY2(findings.empty(), qPrintable("\n" + describe(findings)));
  }

  SourceTree m_tree;
};

PENSTOCK_TEST(TestSourceTree)

}  // namespace penstock::tidy

#include "tst_source_tree.moc"
