// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/include_table.h"

namespace penstock::tidy {

class TestIncludeTable : public QObject {
  Q_OBJECT

 private slots:
  void nearestRowWins() {
    QCOMPARE(rowOf("backend/store/store.h")->folder, QStringLiteral("backend/store"));
    QCOMPARE(rowOf("backend/store/sqlite/a.h")->folder, QStringLiteral("backend/store/sqlite"));
    QCOMPARE(rowOf("backend/journal/file/a.h")->folder, QStringLiteral("backend/journal"));
    QVERIFY(rowOf("elsewhere/a.h") == nullptr);
    QVERIFY(rowOf("backend/storey/a.h") == nullptr);
  }

  void librariesAreKnown_data() {
    QTest::addColumn<QString>("header");
    QTest::addColumn<QString>("library");
    QTest::newRow("std") << "unordered_map"
                         << "std";
    QTest::newRow("system") << "sys/resource.h"
                            << "system";
    QTest::newRow("sqlite") << "sqlite3.h"
                            << "sqlite3";
    QTest::newRow("Beast") << "boost/beast/core.hpp"
                           << "boost";
    QTest::newRow("QtCore") << "QString"
                            << "QtCore";
    QTest::newRow("QtWidgets") << "QDockWidget"
                               << "QtWidgets";
    QTest::newRow("QtSql") << "QSqlQuery"
                           << "QtSql";
    QTest::newRow("with module") << "QtWidgets/QLabel"
                                 << "QtWidgets";
    QTest::newRow("QCustomPlot") << "qcustomplot.h"
                                 << "QCustomPlot";
    QTest::newRow("unknown class") << "QNoSuchClass"
                                   << "";
    QTest::newRow("unknown library") << "curl/curl.h"
                                     << "";
    QTest::newRow("header of C") << "string.h"
                                 << "";
  }

  void librariesAreKnown() {
    QFETCH(QString, header);
    QFETCH(QString, library);
    QCOMPARE(libraryOf(header, PENSTOCK_QT_HEADERS), library);
  }
};

PENSTOCK_TEST(TestIncludeTable)

}  // namespace penstock::tidy

#include "tst_include_table.moc"
