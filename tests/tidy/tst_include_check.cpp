// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/include_check.h"

namespace penstock::tidy {

namespace {

Findings findingsFor(const QString& path, const QString& include) {
  const IncludeContext context{
      {"backend/model/value.h", "backend/queue/window.h", "backend/flush/fold.h",
       "backend/store/store.h", "backend/store/sqlite/s.h", "backend/engine/engine.h",
       "backend/engine/engine_link.h", "backend/metrics/history/h.h", "ui/charts/c.h"},
      PENSTOCK_QT_HEADERS};
  return checkIncludes({makeSourceFile(path, "#include " + include + "\n")}, context);
}

}  // namespace

class TestIncludeCheck : public QObject {
  Q_OBJECT

 private slots:
  void forbiddenIncludeIsFound_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("include");
    QTest::newRow("base includes model") << "backend/base/a.h"
                                         << "\"model/value.h\"";
    QTest::newRow("queue includes flush") << "backend/queue/a.cpp"
                                          << "\"flush/fold.h\"";
    QTest::newRow("journal includes queue") << "backend/journal/a.cpp"
                                            << "\"queue/window.h\"";
    QTest::newRow("flush includes sqlite") << "backend/flush/a.cpp"
                                           << "\"store/sqlite/s.h\"";
    QTest::newRow("engine includes sqlite") << "backend/engine/a.cpp"
                                            << "\"store/sqlite/s.h\"";
    QTest::newRow("engine includes history") << "backend/engine/a.cpp"
                                             << "\"metrics/history/h.h\"";
    QTest::newRow("backend includes ui") << "backend/link/a.cpp"
                                         << "\"ui/charts/c.h\"";
    QTest::newRow("ui includes queue") << "ui/panels/a.cpp"
                                       << "\"queue/window.h\"";
    QTest::newRow("workload includes engine") << "backend/workload/a.cpp"
                                              << "\"engine/engine.h\"";
    QTest::newRow("Qt in the queue") << "backend/queue/a.cpp"
                                     << "<QString>";
    QTest::newRow("widgets in link") << "backend/link/a.cpp"
                                     << "<QLabel>";
    QTest::newRow("sockets in ui") << "ui/panels/a.cpp"
                                   << "<QWebSocket>";
    QTest::newRow("plot in panels") << "ui/panels/a.cpp"
                                    << "<qcustomplot.h>";
    QTest::newRow("plot in app") << "app/desktop/a.cpp"
                                 << "<qcustomplot.h>";
    QTest::newRow("sqlite in flush") << "backend/flush/a.cpp"
                                     << "<sqlite3.h>";
    QTest::newRow("sqlite in store") << "backend/store/a.cpp"
                                     << "<sqlite3.h>";
    QTest::newRow("system in queue") << "backend/queue/a.cpp"
                                     << "<unistd.h>";
    QTest::newRow("unknown library") << "app/desktop/a.cpp"
                                     << "<curl/curl.h>";
    QTest::newRow("beside itself") << "backend/queue/a.cpp"
                                   << "\"window.h\"";
    QTest::newRow("upwards") << "backend/queue/a.cpp"
                             << "\"../model/value.h\"";
    QTest::newRow("no such file") << "backend/queue/a.cpp"
                                  << "\"model/missing.h\"";
    QTest::newRow("ours in brackets") << "backend/queue/a.cpp"
                                      << "<model/value.h>";
    QTest::newRow("folder without row") << "backend/other/a.cpp"
                                        << "<string>";
  }

  void forbiddenIncludeIsFound() {
    QFETCH(QString, path);
    QFETCH(QString, include);
    QCOMPARE(findingsFor(path, include).size(), 1U);
  }

  void allowedIncludeIsLeftAlone_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("include");
    QTest::newRow("own folder") << "backend/queue/a.cpp"
                                << "\"queue/window.h\"";
    QTest::newRow("model") << "backend/queue/a.cpp"
                           << "\"model/value.h\"";
    QTest::newRow("flush includes queue") << "backend/flush/a.cpp"
                                          << "\"queue/window.h\"";
    QTest::newRow("flush includes the store") << "backend/flush/a.cpp"
                                              << "\"store/store.h\"";
    QTest::newRow("sqlite at home") << "backend/store/sqlite/a.cpp"
                                    << "<sqlite3.h>";
    QTest::newRow("plot at home") << "ui/charts/a.cpp"
                                  << "<qcustomplot.h>";
    QTest::newRow("sqlite in tests") << "tests/backend/store/a.cpp"
                                     << "<sqlite3.h>";
    QTest::newRow("ui asks the engine") << "ui/panels/a.cpp"
                                        << "\"engine/engine_link.h\"";
    QTest::newRow("app") << "app/application/a.cpp"
                         << "\"store/sqlite/s.h\"";
    QTest::newRow("from the top") << "ui/panels/a.cpp"
                                  << "\"ui/charts/c.h\"";
    QTest::newRow("own moc") << "tests/backend/a.cpp"
                             << "\"a.moc\"";
  }

  void allowedIncludeIsLeftAlone() {
    QFETCH(QString, path);
    QFETCH(QString, include);
    const auto findings = findingsFor(path, include);
    QVERIFY2(findings.empty(), qPrintable(describe(findings)));
  }
};

PENSTOCK_TEST(TestIncludeCheck)

}  // namespace penstock::tidy

#include "tst_include_check.moc"
