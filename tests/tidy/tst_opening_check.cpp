// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/opening_check.h"

namespace penstock::tidy {

class TestOpeningCheck : public QObject {
  Q_OBJECT

 private slots:
  void missingLicenceIsFound() {
    QCOMPARE(checkOpenings({makeSourceFile("backend/a.cpp", "int a;\n")}).size(), 1U);
    QCOMPARE(checkOpenings({makeSourceFile("backend/CMakeLists.txt", "a()\n")}).size(), 1U);
  }

  void wrongLicenceIsFound() {
    const QString apache = QStringLiteral("// SPDX-License-Identifier: Apache-2.0\n");
    QVERIFY(checkOpenings({makeSourceFile("backend/a.cpp", apache)}).empty());
    QVERIFY(checkOpenings({makeSourceFile("tests/a.cpp", apache)}).empty());
    QCOMPARE(checkOpenings({makeSourceFile("ui/a.cpp", apache)}).size(), 1U);
    QCOMPARE(checkOpenings({makeSourceFile("app/a.cpp", apache)}).size(), 1U);
  }

  void headerWithoutPurposeIsFound() {
    const QString first = QStringLiteral("// SPDX-License-Identifier: Apache-2.0\n");
    const QString guard = QStringLiteral("#pragma once\n");
    const QString purpose = QStringLiteral("//\n// What it is for.\n");
    QCOMPARE(checkOpenings({makeSourceFile("backend/a.h", first + guard)}).size(), 1U);
    QVERIFY(checkOpenings({makeSourceFile("backend/a.h", first + purpose + guard)}).empty());
  }

  void headerWithoutGuardIsFound() {
    QCOMPARE(checkOpenings({makeSourceFile("backend/a.h",
                                           "// SPDX-License-Identifier: Apache-2.0\n"
                                           "// What it is for.\n")})
                 .size(),
             1U);
  }
};

PENSTOCK_TEST(TestOpeningCheck)

}  // namespace penstock::tidy

#include "tst_opening_check.moc"
