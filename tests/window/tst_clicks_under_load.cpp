// SPDX-License-Identifier: Apache-2.0
#include <QCheckBox>
#include <QDir>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QSqlDatabase>
#include <QSqlError>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>
#include <ctime>

#include "tests/support/test_main.h"
#include "tests/window/click_times.h"
#include "tests/window/exported_files.h"
#include "tests/window/window_rig.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/table_export.h"
#include "ui/main_window/status_line.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

namespace {

constexpr int kRounds = 5;

std::function<bool(const QWidget&)> paintsNewText(const WindowRig& rig, const char* label) {
  return [&rig, label, before = rig.text(label)](const QWidget& painted) {
    return painted.objectName() == QLatin1String(label) && rig.text(label) != before;
  };
}

}  // namespace

/// Feedback to every click within 100 ms and its effect within 1 s (medians, in release), while the
/// game is played as fast as the machine can and the database cannot keep up.
class TestClicksUnderLoad : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init() {
    m_busyAtStart = std::clock();
    m_clock.start();
  }
  void cleanup();
  void cleanupTestCase();

  void pauseAndResume();
  void flush();
  void poolFromOneToSixteenAndBack();
  void batchRowsAndLinger();
  void rangeAsCsvAndChartsAsPngSvgPdf();
  void aTableAsCsv();
  void freezeAndBack();
  void theGameIsStoppedAndItsCheckSkipped();

 private:
  ClickTime click(const char* name, const char* answer, std::function<bool()> isInEffect) {
    return timeClick({m_rig->button(name), paintsNewText(*m_rig, answer), std::move(isInEffect)});
  }
  void judge(const ClickTimes& times) {
    qInfo("%s", qPrintable(times.summary()));
    QVERIFY2(times.complaint().isEmpty(), qPrintable(times.complaint()));
  }

  QTemporaryDir m_folder;
  QTemporaryDir m_exports;
  std::unique_ptr<WindowRig> m_rig;
  std::clock_t m_busyAtStart = 0;
  QElapsedTimer m_clock;
};

void TestClicksUnderLoad::initTestCase() {
  QVERIFY(m_folder.isValid() && m_exports.isValid());
  m_rig = std::make_unique<WindowRig>(m_folder.path());
  m_rig->startGame(0);
  QVERIFY(until(60s, [this] { return m_rig->newest()->acceptedSets > 20'000; }));
}

void TestClicksUnderLoad::cleanup() {
  const double busy = double(std::clock() - m_busyAtStart) / CLOCKS_PER_SEC;
  qInfo("the process used %.0f %% of a core; %llu change sets wait",
        busy * 100'000 / double(std::max<qint64>(1, m_clock.elapsed())),
        static_cast<unsigned long long>(m_rig->sink().queueDepth));
}

void TestClicksUnderLoad::cleanupTestCase() { m_rig.reset(); }

void TestClicksUnderLoad::pauseAndResume() {
  ClickTimes asks(QStringLiteral("pause: the question"));
  ClickTimes pauses(QStringLiteral("pause"));
  ClickTimes resumes(QStringLiteral("resume"));
  const auto isAsked = [this] { return m_rig->window().findChild<QMessageBox*>() != nullptr; };
  const auto isPaused = [this] { return m_rig->sink().state == SinkState::Paused; };
  for (int round = 0; round < kRounds; ++round) {
    const auto isQuestion = [](const QWidget& painted) {
      return qobject_cast<const QMessageBox*>(&painted) != nullptr;
    };
    asks.add(timeClick({m_rig->button("pauseButton"), isQuestion, isAsked}));
    pauses.add(click("confirmButton", "verbProgress", [&] {
      return isPaused() && m_rig->window().statusLine()->statusText().startsWith("Paused");
    }));
    QVERIFY(m_rig->button("pauseButton")->text().startsWith("Resume"));
    resumes.add(click("pauseButton", "verbProgress", [&] {
      return !isPaused() && !m_rig->button("pauseButton")->text().startsWith("Resume");
    }));
    QVERIFY(until(20s, [&] { return !isAsked(); }));
  }
  judge(asks);
  judge(pauses);
  judge(resumes);
}

// How long it takes to persist what waits is the database's business; that the node has begun is
// what a click can ask for.
void TestClicksUnderLoad::flush() {
  ClickTimes flushes(QStringLiteral("flush"));
  for (int round = 0; round < kRounds; ++round) {
    flushes.add(click("flushButton", "verbProgress", [this] {
      return m_rig->text("verbProgress").contains("Flush now") &&
             m_rig->text("verbProgress").contains("acknowledged");
    }));
  }
  judge(flushes);
}

void TestClicksUnderLoad::poolFromOneToSixteenAndBack() {
  ClickTimes resizes(QStringLiteral("resize"));
  for (int round = 0; round < kRounds; ++round) {
    for (const int size : {1, 16}) {
      QVERIFY(until(20s, [&] { return !m_rig->button("applyButton")->isEnabled(); }));
      m_rig->type("Pool size", size);
      resizes.add(click("applyButton", "settingsProgress",
                        [&] { return m_rig->sink().workers == std::uint32_t(size); }));
    }
  }
  judge(resizes);
}

void TestClicksUnderLoad::batchRowsAndLinger() {
  ClickTimes settings(QStringLiteral("batch rows and linger"));
  for (int round = 0; round < kRounds; ++round) {
    QVERIFY(until(20s, [&] { return !m_rig->button("applyButton")->isEnabled(); }));
    m_rig->type("Batch rows", 4'000 + round * 500);
    m_rig->type("Linger", 20 + round * 10);
    settings.add(click("applyButton", "settingsProgress", [&] {
      return m_rig->sink().batchRows == std::uint32_t(4'000 + round * 500) &&
             m_rig->sink().lingerMs == std::uint32_t(20 + round * 10);
    }));
  }
  judge(settings);
}

void TestClicksUnderLoad::rangeAsCsvAndChartsAsPngSvgPdf() {
  ClickTimes exports(QStringLiteral("export of everything"));
  for (int round = 0; round < kRounds; ++round) {
    m_rig->window().actionsOf()[Act::Export]->trigger();
    auto* dialog = m_rig->window().findChild<ExportDialog*>();
    QVERIFY(dialog != nullptr);
    const QString folder = m_exports.filePath(QString::number(round));
    dialog->findChild<QLineEdit*>()->setText(folder);
    for (QCheckBox* choice : dialog->findChildren<QCheckBox*>()) choice->setChecked(true);
    exports.add(timeClick({dialog->exportButton(), paintsNewText(*m_rig, "exportResult"),
                           [dialog] { return dialog->resultText().startsWith("Written:"); }}));
    dialog->close();
    QVERIFY(until(20s, [&] { return m_rig->window().findChild<ExportDialog*>() == nullptr; }));
    const QStringList files = QDir(folder).entryList(QDir::Files, QDir::Name);
    QCOMPARE(files.size(), 4);
    QCOMPARE(problemOfRangeCsv(QDir(folder).filePath(files[0])), QString());
    QCOMPARE(problemOfPdf(QDir(folder).filePath(files[1])), QString());
    QCOMPARE(problemOfPng(QDir(folder).filePath(files[2])), QString());
    QCOMPARE(problemOfSvg(QDir(folder).filePath(files[3])), QString());
  }
  judge(exports);
}

void TestClicksUnderLoad::aTableAsCsv() {
  m_rig->window().tables()->open(TableTabs::Tab::Data);
  PageTable* pages = m_rig->window().tables()->data()->pages();
  QVERIFY(until(20s, [&] { return pages->model().rowCount() > 0; }));
  ClickTimes opens(QStringLiteral("export of a table: the question for a file"));
  const auto chooser = [this] { return m_rig->window().findChild<QFileDialog*>(); };
  opens.add(timeClick({pages->exportButton(),
                       [](const QWidget& painted) {
                         return qobject_cast<const QFileDialog*>(painted.window()) != nullptr;
                       },
                       [&] { return chooser() != nullptr; }}));
  const QString path = m_exports.filePath("table.csv");
  chooser()->setOption(QFileDialog::DontConfirmOverwrite);
  chooser()->findChild<QLineEdit*>(QStringLiteral("fileNameEdit"))->setText(path);
  QMetaObject::invokeMethod(chooser(), "accept");
  auto* run = m_rig->window().findChild<TableExport*>();
  QVERIFY(run != nullptr);
  QVERIFY2(until(60s, [&] { return run->message().contains("rows written to"); }),
           qPrintable(run->message()));
  QVERIFY2(run->message().contains(path), qPrintable(run->message()));
  run->close();
  const std::vector<QStringList> records = readCsv(path);
  QVERIFY2(records.size() > 100, qPrintable(QString::number(records.size())));
  QCOMPARE(records.front(), QStringList({"player", "number", "field", "round"}));
  for (const QStringList& record : records) QCOMPARE(record.size(), 4);
  judge(opens);
}

void TestClicksUnderLoad::freezeAndBack() {
  ClickTimes freezes(QStringLiteral("freeze"));
  ClickTimes backs(QStringLiteral("back to live"));
  QAbstractButton* freeze = nullptr;
  for (auto* one : m_rig->window().findChildren<QAbstractButton*>()) {
    if (one->text() == "Freeze charts") freeze = one;
  }
  QVERIFY(freeze != nullptr);
  const ChartSet* charts = m_rig->window().charts();
  for (int round = 0; round < kRounds; ++round) {
    freezes.add(
        timeClick({freeze, paintsNewText(*m_rig, "viewText"), [&] { return charts->isFrozen(); }}));
    backs.add(timeClick({m_rig->button("backToLive"), paintsNewText(*m_rig, "viewText"),
                         [&] { return !charts->isFrozen(); }}));
  }
  judge(freezes);
  judge(backs);
}

/// Another program holds the database, so that the check waits, however quick the machine is.
void TestClicksUnderLoad::theGameIsStoppedAndItsCheckSkipped() {
  QVERIFY(m_rig->sink().queueDepth > 0);  // the database did not keep up: cores were busy
  const SinkOptions& sink = m_rig->application().engine().options().sinks.front();
  auto other = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), QStringLiteral("other"));
  other.setDatabaseName(QString::fromStdString(sink.database));
  other.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=30000"));
  QVERIFY(other.open());
  QSqlQuery held(other);
  QVERIFY2(held.exec(QStringLiteral("BEGIN IMMEDIATE")), qPrintable(held.lastError().text()));
  m_rig->window().tables()->open(TableTabs::Tab::Workload);
  const auto isState = [this](WorkloadState state) {
    return [this, state] { return m_rig->workload() == state; };
  };
  m_rig->click(m_rig->button("stopWorkload"));
  QVERIFY(until(20s, isState(WorkloadState::Checking)));
  QVERIFY(until(20s, [this] { return m_rig->button("stopWorkload")->text().contains("check"); }));
  m_rig->click(m_rig->button("stopWorkload"));
  QVERIFY(until(20s, isState(WorkloadState::Cancelled)));
  QVERIFY(held.exec(QStringLiteral("ROLLBACK")));
}

PENSTOCK_TEST(TestClicksUnderLoad)

}  // namespace penstock::test
#include "tst_clicks_under_load.moc"
