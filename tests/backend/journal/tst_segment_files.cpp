// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <string>

#include "journal/file/segment_files.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestSegmentFiles : public QObject {
  Q_OBJECT

 private slots:
  void namesAreReadBack() {
    QCOMPARE(QString::fromStdString(segmentName(42)), QString("segment-000000042"));
    QVERIFY(parseSegmentName(segmentName((1u << 29) - 1)) == (1u << 29) - 1);
    for (const char* name : {"segment-", "segment-00000004x", "segment-000000000",
                             "segment-999999999", "spare-000000042", "segment-0000000421"}) {
      QVERIFY2(!parseSegmentName(name), name);
    }
  }

  void namesOfFilesSetAsideAreNoSegments() {
    for (const std::uint32_t attempt : {1u, 2u, 30u}) {
      const std::string name = setAsideName(42, attempt);
      QVERIFY(!parseSegmentName(name));
      QVERIFY(parseSetAsideName(name) == 42u);
    }
    for (const char* name : {"segment-000000042", "segment-000000042.old", "identity", ""}) {
      QVERIFY2(!parseSetAsideName(name), name);
    }
  }

  void fileSetAsideIsNeverOverwritten() {
    for (int round = 0; round < 3; ++round) {
      QVERIFY(m_stock->create(5).isOk());
      QVERIFY(m_stock->setAside(5).isOk());
    }
    QCOMPARE(m_disk->list("/j")->size(), std::size_t{3});
    QVERIFY(m_stock->takeStock().isOk());
    QCOMPARE(m_disk->list("/j")->size(), std::size_t{3});
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      QCOMPARE(m_disk->afterPowerLoss(seed)->list("/j")->size(), std::size_t{3});
    }
  }

  void spareIsPreparedAndTaken() {
    QVERIFY(m_stock->prepareSpares().isOk());
    QCOMPARE(m_stock->readySpares(), std::size_t{2});
    const auto opened = m_stock->create(5);
    QVERIFY(opened.isOk());
    QCOMPARE(opened->preparedBytes, std::uint64_t{65536});
    QCOMPARE(*opened->file->size(), std::uint64_t{65536});
    QCOMPARE(m_stock->readySpares(), std::size_t{1});
  }

  void stopGivesUpTheSpareThatIsBeingMade() {
    m_stock->stopPreparing();
    const std::uint64_t writes = m_disk->calls(SimulatedFileSystem::Call::Write);
    QVERIFY(m_stock->prepareSpares().code() == StatusCode::Cancelled);
    QCOMPARE(m_disk->calls(SimulatedFileSystem::Call::Write), writes);
    QVERIFY(m_disk->list("/j")->empty());  // nothing half made is left
    QVERIFY(m_stock->create(5).isOk());    // who writes goes on
  }

  void withoutASpareAnEmptyFileIsMade() {
    const auto opened = m_stock->create(5);
    QVERIFY(opened.isOk());
    QCOMPARE(opened->preparedBytes, std::uint64_t{0});
  }

  void nameOfATakenSpareSurvivesPowerLoss() {
    QVERIFY(m_stock->prepareSpares().isOk());
    QVERIFY(m_stock->create(5).isOk());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      QVERIFY(m_disk->afterPowerLoss(seed)->exists("/j/segment-000000005"));
    }
  }

  void oldSegmentBecomesASpareOrIsDeleted() {
    QVERIFY(m_stock->prepareSpares().isOk());
    for (const std::uint32_t number : {5u, 6u}) QVERIFY(m_stock->create(number).isOk());
    QVERIFY(m_stock->prepareSpares().isOk());
    QVERIFY(m_stock->recycle(5).isOk());  // enough spares
    QVERIFY(m_stock->create(7).isOk());
    QVERIFY(m_stock->recycle(6).isOk());
    QCOMPARE(m_stock->readySpares(), std::size_t{2});
    QCOMPARE(m_disk->list("/j")->size(), std::size_t{3});
  }

  void leftoversOfTheWrongSizeAreRemoved() {
    QVERIFY(m_stock->prepareSpares().isOk());
    QVERIFY(m_disk->open("/j/spare-000000009.tmp", FileSystem::OpenMode::CreateNew).isOk());
    m_disk->cut("/j/spare-000000001", 4096);
    SegmentFiles again(*m_disk, kOptions);
    QVERIFY(again.takeStock().isOk());
    QVERIFY(*m_disk->list("/j") == std::vector<std::string>({"spare-000000002"}));
    QVERIFY(again.prepareSpares().isOk());
    QCOMPARE(m_disk->list("/j")->size(), std::size_t{2});
  }

  void noSpareIsMadeOfTheFloor() {
    auto options = kOptions;
    options.freeSpaceFloorBytes = 100'000;
    SegmentFiles stock(*m_disk, options);
    m_disk->setCapacity(100'000 + 65536 + 65535);
    for (int round = 0; round < 2; ++round) {
      QVERIFY(stock.prepareSpares().isOk());
      QCOMPARE(stock.readySpares(), std::size_t{1});
    }
    m_disk->setCapacity(100'000 + 2 * 65536);
    QVERIFY(stock.prepareSpares().isOk());
    QCOMPARE(stock.readySpares(), std::size_t{2});
  }

  void fullDiskLeavesNothingBehind() {
    m_disk->plan({SimulatedFileSystem::Call::Write, SimulatedFileSystem::Fault::NoSpace, 0, 1});
    QVERIFY(m_stock->prepareSpares().code() == StatusCode::IoError);
    QVERIFY(m_disk->list("/j")->empty());
    m_disk->setCapacity(1 << 20);
    QVERIFY(m_stock->prepareSpares().isOk());
  }

  void init() {
    m_disk = std::make_unique<SimulatedFileSystem>();
    QVERIFY(m_disk->createDirectories("/j").isOk());
    m_stock = std::make_unique<SegmentFiles>(*m_disk, kOptions);
  }

 private:
  inline static const SegmentFiles::Options kOptions{"/j", 65536, 2};
  std::unique_ptr<SimulatedFileSystem> m_disk;
  std::unique_ptr<SegmentFiles> m_stock;
};

PENSTOCK_TEST(TestSegmentFiles)

}  // namespace penstock::test

#include "tst_segment_files.moc"
