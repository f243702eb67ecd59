// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/link_check.h"

namespace penstock::tidy {

namespace {

Findings linksOf(const QString& path, const QString& markdown) {
  return checkLinks({makeSourceFile(path, markdown)}, {"README.md", "doc/a.md", "doc/b.md"});
}

}  // namespace

class TestLinkCheck : public QObject {
  Q_OBJECT

 private slots:
  void deadLinkIsFound() {
    const auto findings = linksOf("README.md", "\nsee [it](doc/missing.md)");
    QCOMPARE(findings.size(), 1U);
    QCOMPARE(findings[0].line, 2);
  }

  void deadPictureIsFound() { QCOMPARE(linksOf("README.md", "![x](window.png)").size(), 1U); }

  void deadReferenceIsFound() { QCOMPARE(linksOf("README.md", "[x]: missing.md").size(), 1U); }

  void deadAnchorIsFound() {
    QCOMPARE(linksOf("README.md", "# A title\n[x](#another-title)").size(), 1U);
    QVERIFY(linksOf("README.md", "# A `title`, so\n[x](#a-title-so)").empty());
  }

  void linksAreRelativeToTheirFile() {
    QVERIFY(linksOf("doc/a.md", "[x](b.md) [y](../README.md) [z](../doc)").empty());
    QCOMPARE(linksOf("doc/a.md", "[x](doc/b.md)").size(), 1U);
  }

  void theWebAndCodeAreLeftAlone() {
    QVERIFY(linksOf("README.md", "[x](https://example.org/y) [m](mailto:a@b.c)").empty());
    QVERIFY(linksOf("README.md", "`[x](y.md)`\n```\n[x](y.md)\n```\n").empty());
  }
};

PENSTOCK_TEST(TestLinkCheck)

}  // namespace penstock::tidy

#include "tst_link_check.moc"
