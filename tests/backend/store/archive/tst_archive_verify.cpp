// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "store/archive/verify.h"
#include "tests/backend/store/archive/archive_rig.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestArchiveVerify : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_files = std::make_unique<SimulatedFileSystem>();
    ArchiveOptions options;
    options.fileBytesMax = 700;
    ArchiveRig rig(*m_files, options);
    QVERIFY(rig.attach().isOk());
    for (std::size_t i = 0; i + 2 <= m_history.size(); i += 2) {
      QVERIFY(rig.commit(m_history, i, i + 2).outcome == CommitOutcome::Committed);
    }
    m_names = dataFiles(*m_files);
    QVERIFY(m_names.size() >= 3);
  }

  void goodArchiveIsCounted() {
    const auto report = verifyArchive(*m_files, kArchive);
    QVERIFY(report.isOk() && report->damages.empty() && !report->tornTail);
    QCOMPARE(report->files, std::uint64_t{m_names.size()});
    QCOMPARE(report->changeSets, std::uint64_t{m_history.size()});
    QCOMPARE(report->commits, std::uint64_t{m_history.size() / 2});
    QVERIFY(verifyArchive(*m_files, "/elsewhere").status().code() == StatusCode::NotFound);
  }

  /// Each bit of a closed file, and of its manifest, is guarded.
  void flippedBitIsNamed() {
    for (const std::string& name : {m_names[1], manifestOf(m_names[1])}) {
      const std::string path = kArchive + ("/" + name);
      for (std::uint64_t bit = 0; bit < m_files->sizeOf(path) * 8; bit += 7) {
        m_files->flipBit(path, bit);
        const auto report = verifyArchive(*m_files, kArchive);
        QVERIFY2(report.isOk() && !report->damages.empty(), std::to_string(bit).c_str());
        QCOMPARE(report->damages.front().file, m_names[1]);
        m_files->flipBit(path, bit);
      }
    }
    QVERIFY(verifyArchive(*m_files, kArchive)->damages.empty());
  }

  void flippedBitTellsWhatIsLost() {
    const std::string path = kArchive + ("/" + m_names[0]);
    m_files->flipBit(path, (128 + 128 + 20) * 8);  // in the first frame
    const auto report = verifyArchive(*m_files, kArchive);
    QCOMPARE(report->damages.size(), std::size_t{1});
    const ArchiveDamage& damage = report->damages.front();
    QCOMPARE(damage.offset, std::uint64_t{128});
    QVERIFY(damage.after == kNoSequence && damage.upTo == m_history.sequenceAt(2));
    QVERIFY(describe(damage).find("checksum") != std::string::npos);
    QCOMPARE(report->changeSets, std::uint64_t{m_history.size() - 2});
  }

  void flippedBitInAClosingFileStopsTheArchive() {
    SimulatedFileSystem files;
    ArchiveRig rig(files, tinyFiles());
    QVERIFY(rig.attach().isOk());
    QVERIFY(rig.commit(m_history, 0, 2).outcome == CommitOutcome::Committed);
    files.flipBit(kArchive + ("/" + dataFiles(files).front()), 300 * 8);
    const CommitResult result = rig.commit(m_history, 2, 4);
    QVERIFY(result.outcome == CommitOutcome::Broken);
    QVERIFY(result.message.find("offset 128") != std::string::npos);
  }

  void damageAtTheEndOfAFileReachesToTheNext() {
    const std::string path = kArchive + ("/" + m_names[0]);
    m_files->cut(path, m_files->sizeOf(path) - 5);
    const auto report = verifyArchive(*m_files, kArchive);
    QCOMPARE(report->damages.size(), std::size_t{1});
    QVERIFY(report->damages.front().upTo > report->damages.front().after);
  }

  void missingFilesAreNamed() {
    QVERIFY(m_files->remove(kArchive + ("/" + m_names[1])).isOk());
    auto report = verifyArchive(*m_files, kArchive);
    QCOMPARE(report->damages.size(), std::size_t{2});
    QVERIFY(describe(report->damages[0]).find("is missing") != std::string::npos);
    QVERIFY(m_files->remove(kArchive + ("/" + manifestOf(m_names[1]))).isOk());
    report = verifyArchive(*m_files, kArchive);
    QCOMPARE(report->damages.size(), std::size_t{1});
    QCOMPARE(report->damages.front().file, m_names[2]);
    QVERIFY(report->damages.front().upTo > report->damages.front().after);
  }

  /// An operator may keep the oldest files elsewhere.
  void oldestFilesMayBeMovedAway() {
    QVERIFY(m_files->remove(kArchive + ("/" + m_names[0])).isOk());
    QVERIFY(m_files->remove(kArchive + ("/" + manifestOf(m_names[0]))).isOk());
    QVERIFY(verifyArchive(*m_files, kArchive)->damages.empty());
    ArchiveRig rig(*m_files);
    QVERIFY(*rig.attach() == m_history.sequenceAt(m_history.size()));
  }

  void missingManifestIsNamed() {
    QVERIFY(m_files->remove(kArchive + ("/" + manifestOf(m_names[0]))).isOk());
    const auto report = verifyArchive(*m_files, kArchive);
    QCOMPARE(report->damages.size(), std::size_t{1});
    QVERIFY(report->damages.front().what.find("no manifest") != std::string::npos);
  }

  void tornEndIsNoDamage() {
    const std::string path = kArchive + ("/" + m_names.back());
    m_files->cut(path, m_files->sizeOf(path) - 1);
    const auto report = verifyArchive(*m_files, kArchive);
    QVERIFY(report.isOk() && report->damages.empty() && report->tornTail.has_value());
    QCOMPARE(report->tornTail->file, m_names.back());
  }

 private:
  static std::string manifestOf(const std::string& name) {
    return name.substr(0, name.find('.')) + ".manifest.json";
  }

  const ArchivedHistory m_history{5, 30};
  std::unique_ptr<SimulatedFileSystem> m_files;
  std::vector<std::string> m_names;
};

PENSTOCK_TEST(TestArchiveVerify)

}  // namespace penstock::test

#include "tst_archive_verify.moc"
