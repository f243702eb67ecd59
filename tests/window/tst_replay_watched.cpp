// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QProgressBar>
#include <QTemporaryDir>
#include <QTest>

#include "tests/integration/history.h"
#include "tests/support/test_main.h"
#include "tests/window/click_times.h"
#include "tests/window/window_rig.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

/// The history of a repository, replayed from the window and watched in its charts.
class TestReplayWatched : public QObject {
  Q_OBJECT

 private slots:
  void theChartsShowItAndTheDatabaseEndsAsExpected() {
    const QTemporaryDir folder;
    WindowRig rig(folder.path());
    QFile schema(QStringLiteral(PENSTOCK_HISTORY_SCHEMA));
    QVERIFY(schema.open(QIODevice::ReadOnly));
    QVERIFY(rig.application().engine().runSchema(schema.readAll().toStdString()).isOk());
    rig.window().tables()->open(TableTabs::Tab::Workload);
    rig.window().tables()->workload()->chooseFile(historyFile("changes.ndjson"));
    rig.click(rig.button("startReplay"));
    QVERIFY(until(120s, [&] {
      return rig.workload() == WorkloadState::Passed || rig.workload() == WorkloadState::Failed;
    }));
    const QString told = QString::fromStdString(rig.newest()->workload.message);
    QVERIFY2(rig.workload() == WorkloadState::Passed, qPrintable(told));
    QCOMPARE(rig.newest()->acceptedSets, std::uint64_t{18'396});
    QCOMPARE(rig.sink().deadLettersTotal, std::uint64_t{0});
    const auto shown = [&] { return rig.window().tables()->workload()->stateText(); };
    QVERIFY(until(20s, [&] { return shown().contains("check passed"); }));
    const QProgressBar* bar = rig.window().tables()->workload()->findChild<QProgressBar*>();
    QCOMPARE(bar->value(), bar->maximum());
    double persisted = 0;
    for (const SampleRow& row : rig.window().charts()->store().rows()) {
      persisted = std::fmax(persisted, row[Series::Persisted]);
    }
    QVERIFY2(persisted > 1'000, qPrintable(QString::number(persisted)));
    QVERIFY(rig.window().charts()->chart(1)->hasData());
    QCOMPARE(difference(historyRowsIn(folder.path()), expectedRows()), QString());
  }
};

PENSTOCK_TEST(TestReplayWatched)

}  // namespace penstock::test
#include "tst_replay_watched.moc"
