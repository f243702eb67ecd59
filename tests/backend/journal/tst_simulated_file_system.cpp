// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <set>
#include <string>

#include "tests/support/simulated_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span(text)); }

}  // namespace

class TestSimulatedFileSystem : public QObject {
  Q_OBJECT

 private slots:
  void syncedBytesSurviveEveryPowerLoss() {
    auto file = create("/d/a");
    QVERIFY(file->writeAt(0, bytesOf(std::string(2000, 's'))).isOk());
    QVERIFY(file->syncData().isOk());
    QVERIFY(m_files->syncDirectory("/d").isOk());
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      QVERIFY(*readWholeFile(*m_files->afterPowerLoss(seed), "/d/a") == std::string(2000, 's'));
    }
  }

  void unsyncedBytesAreLostAndTornBySectors() {
    auto file = create("/d/a");
    QVERIFY(file->writeAt(0, bytesOf(std::string(2048, 's'))).isOk());
    QVERIFY(file->syncData().isOk());
    QVERIFY(m_files->syncDirectory("/d").isOk());
    QVERIFY(file->writeAt(0, bytesOf(std::string(2048, 'u'))).isOk());
    std::set<std::string> outcomes;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      const std::string content = *readWholeFile(*m_files->afterPowerLoss(seed), "/d/a");
      for (std::size_t at = 0; at < content.size(); ++at) {
        QCOMPARE(content[at], content[at / 512 * 512]);
      }
      outcomes.insert(content);
    }
    QCOMPARE(outcomes.size(), std::size_t{16});  // every subset of four sectors
  }

  void bytesOfAFailedSyncStayReadableAndAreNeverMadeDurable() {
    auto file = create("/d/a");
    QVERIFY(m_files->syncDirectory("/d").isOk());
    QVERIFY(file->writeAt(0, bytesOf("lost")).isOk());
    m_files->plan({Call::Sync, Fault::IoError, 0, 1});
    QVERIFY(file->syncData().code() == StatusCode::IoError);
    QVERIFY(file->syncData().isOk());
    QVERIFY(*readWholeFile(*m_files, "/d/a") == "lost");
    QVERIFY(*readWholeFile(*m_files->afterPowerLoss(0), "/d/a") == "");
  }

  void whatFailedBeforeNeverComesBackOverNewerBytes() {
    auto file = create("/d/a");
    QVERIFY(m_files->syncDirectory("/d").isOk());
    QVERIFY(file->writeAt(0, bytesOf(std::string(1536, 'o'))).isOk());
    m_files->plan({Call::Sync, Fault::IoError, 0, 1});
    QVERIFY(!file->syncData().isOk());
    QVERIFY(file->writeAt(512, bytesOf(std::string(512, 'n'))).isOk());
    QVERIFY(file->syncData().isOk());
    std::set<std::string> before;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const std::string content = *readWholeFile(*m_files->afterPowerLoss(seed), "/d/a");
      QCOMPARE(content.substr(512, 512), std::string(512, 'n'));
      before.insert(content.substr(0, 512));
    }
    QCOMPARE(before.size(), std::size_t{2});  // there or not, as before
  }

  void unsyncedNamesMayVanish() {
    QVERIFY(create("/d/a")->syncData().isOk());
    std::set<bool> outcomes;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      outcomes.insert(m_files->afterPowerLoss(seed)->exists("/d/a"));
    }
    QCOMPARE(outcomes.size(), std::size_t{2});
  }

  void plannedCallsFail() {
    auto file = create("/d/a");
    m_files->plan({Call::Write, Fault::ShortWrite, 1, 2});
    QVERIFY(file->writeAt(0, bytesOf("1234")).isOk());
    QVERIFY(!file->writeAt(4, bytesOf("1234")).isOk());
    QVERIFY(!file->writeAt(8, bytesOf("1234")).isOk());
    QVERIFY(file->writeAt(12, bytesOf("1234")).isOk());
    QVERIFY(*readWholeFile(*m_files, "/d/a") == std::string("123412\0\00012\0\0001234", 16));
  }

  void killLosesNothingThatWasWritten() {
    auto file = create("/d/a");
    QVERIFY(file->writeAt(0, bytesOf("kept")).isOk());
    QVERIFY(*readWholeFile(*m_files->afterKill(), "/d/a") == "kept");
  }

  void init() {
    m_files = std::make_unique<SimulatedFileSystem>();
    QVERIFY(m_files->createDirectories("/d").isOk());
  }

 private:
  using Call = SimulatedFileSystem::Call;
  using Fault = SimulatedFileSystem::Fault;

  std::unique_ptr<File> create(const std::string& path) {
    auto file = m_files->open(path, FileSystem::OpenMode::CreateNew);
    CHECK(file.isOk());
    return std::move(file).value();
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
};

PENSTOCK_TEST(TestSimulatedFileSystem)

}  // namespace penstock::test

#include "tst_simulated_file_system.moc"
