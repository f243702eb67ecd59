// SPDX-License-Identifier: Apache-2.0
#include <QRegularExpression>
#include <QTest>
#include <algorithm>
#include <array>

#include "tests/support/test_main.h"
#include "tests/tidy/checks/banned_call_check.h"

namespace penstock::tidy {

namespace {

struct Planted {
  const char* name;
  const char* path;
  const char* code;
  const char* instead;  // part of what the ban advises
};

// At least one call for every ban.
constexpr std::array kPlanted{
    Planted{"thread", "backend/queue/a.cpp", "std::thread t;", "Worker"},
    Planted{"jthread", "tests/backend/a.cpp", "std::jthread t(f);", "Worker"},
    Planted{"QThread", "ui/panels/a.cpp", "QThread* t;", "Worker"},
    Planted{"detach", "app/a.cpp", "t.detach();", "joined"},
    Planted{"sleep_for", "tests/a.cpp", "std::this_thread::sleep_for(1s);", "wait"},
    Planted{"usleep", "backend/a.cpp", "usleep(10);", "wait"},
    Planted{"qWait", "tests/ui/a.cpp", "QTest::qWait(10);", "wait"},
    Planted{"msleep", "ui/a.cpp", "QThread::msleep(10);", "wait"},
    Planted{"mutex", "backend/queue/a.h", "std::mutex m;", "base/mutex.h"},
    Planted{"lock", "backend/a.cpp", "std::unique_lock lock(m);", "base/mutex.h"},
    Planted{"QMutex", "ui/a.cpp", "QMutexLocker l(&m);", "base/mutex.h"},
    Planted{"condition", "app/a.cpp", "std::condition_variable c;", "base/mutex.h"},
    Planted{"printf", "backend/a.cpp", "std::printf(x);", "logLine"},
    Planted{"fprintf", "backend/a.cpp", "fprintf(stderr, x);", "logLine"},
    Planted{"cerr", "backend/a.cpp", "std::cerr << 1;", "logLine"},
    Planted{"qWarning", "backend/link/a.cpp", "qWarning(x);", "logLine"},
    Planted{"open", "backend/journal/a.cpp", "int f = ::open(p, 0);", "FileSystem"},
    Planted{"fsync", "backend/base/worker.cpp", "fsync(f);", "FileSystem"},
    Planted{"rename", "backend/a.cpp", "std::rename(a, b);", "FileSystem"},
    Planted{"ofstream", "backend/a.cpp", "std::ofstream f(p);", "FileSystem"},
    Planted{"filesystem", "backend/a.cpp", "std::filesystem::remove(p);", "FileSystem"},
    Planted{"QFile", "backend/link/a.cpp", "QFile f(p);", "FileSystem"},
    Planted{"fdatasync", "app/a.cpp", "::fdatasync(f);", "FileSystem"},
    Planted{"clock", "backend/queue/a.cpp", "steady_clock::now();", "Clock"},
    Planted{"rand", "backend/workload/a.cpp", "rand() % 3", "seed"},
    Planted{"assert", "backend/a.cpp", "assert(x);", "CHECK"},
    Planted{"abort", "backend/a.cpp", "std::abort();", "CHECK"},
    Planted{"shell", "app/a.cpp", "std::system(x);", "shell"},
    Planted{"strcpy", "backend/a.cpp", "strcpy(a, b);", "std::string"},
    Planted{"QSKIP", "tests/backend/a.cpp", "QSKIP(\"no\");", "a test that runs"},
    Planted{"processEvents", "ui/a.cpp", "qApp->processEvents();", "event loop"},
    Planted{"exec", "ui/dialogs/a.cpp", "dialog.exec();", "open()"},
    Planted{"QMessageBox", "ui/a.cpp", "QMessageBox::warning(this, a, b);", "open()"},
    Planted{"no context", "ui/a.cpp", "connect(b, &B::clicked, [this] {});", "context"},
    Planted{"SIGNAL", "ui/a.cpp", "connect(a, SIGNAL(b()), c, SLOT(d()));", "members"},
    Planted{"setData", "ui/charts/a.cpp", "graph->setData(x, y);", "removeBefore"},
    Planted{"savePng", "ui/charts/a.cpp", "plot->savePng(p);", "toPainter"},
};

}  // namespace

class TestBannedCallCheck : public QObject {
  Q_OBJECT

 private slots:
  void plantedCallIsFound_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("instead");
    for (const Planted& planted : kPlanted) {
      QTest::newRow(planted.name) << QString(planted.path) << QString(planted.code)
                                  << QString(planted.instead);
    }
  }

  void plantedCallIsFound() {
    QFETCH(QString, path);
    QFETCH(QString, code);
    QFETCH(QString, instead);
    const auto findings = checkBannedCalls({makeSourceFile(path, "\n" + code + "\n")});
    const bool found = std::ranges::any_of(findings, [&](const Finding& finding) {
      return finding.line == 2 && finding.message.contains(instead);
    });
    QVERIFY2(found, qPrintable(describe(findings)));
  }

  void everyBanHasAPlantedCall() {
    const auto isTried = [](const Ban& ban) {
      return std::ranges::any_of(kPlanted, [&](const Planted& planted) {
        const QString code = makeSourceFile(planted.path, planted.code).code;
        return QRegularExpression(ban.pattern).match(code).hasMatch();
      });
    };
    for (const Ban& ban : bans()) {
      QVERIFY2(QRegularExpression(ban.pattern).isValid(), qPrintable(ban.pattern));
      QVERIFY2(isTried(ban), qPrintable(ban.pattern));
    }
  }

  void harmlessCodeIsLeftAlone_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("code");
    QTest::newRow("place of threads") << "backend/base/worker.cpp"
                                      << "std::thread t;";
    QTest::newRow("place of mutexes") << "backend/base/mutex.h"
                                      << "std::mutex m;";
    QTest::newRow("place of files") << "backend/base/file_system.cpp"
                                    << "::open(p, 0);";
    QTest::newRow("comment") << "backend/a.cpp"
                             << "// std::thread is banned";
    QTest::newRow("string") << "backend/a.cpp"
                            << "f(\"printf(x)\");";
    QTest::newRow("snprintf") << "backend/a.cpp"
                              << "std::snprintf(b, sizeof b, x);";
    QTest::newRow("own open") << "backend/a.cpp"
                              << "files.open(p); file->rename(a, b);";
    QTest::newRow("core count") << "backend/a.cpp"
                                << "std::thread::hardware_concurrency();";
    QTest::newRow("printing program") << "app/daemon/main.cpp"
                                      << "std::printf(x);";
    QTest::newRow("connect with context") << "ui/a.cpp"
                                          << "connect(b, &B::c, this, [this] {});";
    QTest::newRow("menu") << "ui/a.cpp"
                          << "menu.exec(position);";
    QTest::newRow("setData of a model") << "ui/models/a.cpp"
                                        << "model->setData(i, v);";
    QTest::newRow("static_assert") << "backend/a.h"
                                   << "static_assert(a < b);";
  }

  void harmlessCodeIsLeftAlone() {
    QFETCH(QString, path);
    QFETCH(QString, code);
    const auto findings = checkBannedCalls({makeSourceFile(path, code)});
    QVERIFY2(findings.empty(), qPrintable(describe(findings)));
  }
};

PENSTOCK_TEST(TestBannedCallCheck)

}  // namespace penstock::tidy

#include "tst_banned_call_check.moc"
