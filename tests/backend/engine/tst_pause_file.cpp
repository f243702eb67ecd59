// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>

#include "engine/pause_file.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

const std::string kPath = "/data/paused-primary";

}  // namespace

class TestPauseFile : public QObject {
  Q_OBJECT

 private slots:
  void whatWasWrittenIsReadUntilItIsRemoved() {
    SimulatedFileSystem disk;
    QVERIFY(disk.createDirectories("/data").isOk());
    const PauseFile file(disk, kPath);
    QVERIFY(!file.read());
    QVERIFY(file.write({"anna", "two\nlines", 1'700'000'000'000'000}).isOk());
    const auto pause = file.read();
    QVERIFY(pause.has_value());
    QCOMPARE(QString::fromStdString(pause->who), QString("anna"));
    QCOMPARE(QString::fromStdString(pause->why), QString("two lines"));
    QVERIFY(pause->sinceMicros == 1'700'000'000'000'000);
    QVERIFY(file.remove().isOk());
    QVERIFY(!file.read());
    QVERIFY(file.remove().isOk());
  }

  void outlivesAPowerLoss() {
    SimulatedFileSystem disk;
    QVERIFY(disk.createDirectories("/data").isOk());
    QVERIFY(PauseFile(disk, kPath).write({"anna", "", 1}).isOk());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto after = disk.afterPowerLoss(seed);
      QVERIFY(PauseFile(*after, kPath).read().has_value());
    }
  }

  // Going on by mistake cannot be taken back; standing still can.
  void damagedFileStillMeansPaused() {
    SimulatedFileSystem disk;
    QVERIFY(disk.createDirectories("/data").isOk());
    QVERIFY(replaceFile(disk, kPath, "").isOk());
    const auto pause = PauseFile(disk, kPath).read();
    QVERIFY(pause.has_value());
    QVERIFY(!pause->who.empty());
  }

  void fullDiskIsTold() {
    SimulatedFileSystem disk;
    QVERIFY(disk.createDirectories("/data").isOk());
    disk.plan({SimulatedFileSystem::Call::Write, SimulatedFileSystem::Fault::NoSpace});
    QVERIFY(!PauseFile(disk, kPath).write({"anna", "", 1}).isOk());
  }
};

PENSTOCK_TEST(TestPauseFile)

}  // namespace penstock::test

#include "tst_pause_file.moc"
