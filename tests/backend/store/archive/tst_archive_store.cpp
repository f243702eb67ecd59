// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <QTest>
#include <algorithm>

#include "store/archive/format.h"
#include "store/archive/verify.h"
#include "tests/backend/store/archive/archive_rig.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

class TestArchiveStore : public QObject {
  Q_OBJECT

 private slots:
  void whatIsCommittedIsReadBackInOrderOnce() {
    const bool holds = rc::check([](std::uint32_t seed, const std::vector<std::uint8_t>& steps) {
      SimulatedFileSystem files;
      ArchivedHistory history(seed, 3 * steps.size());
      RC_ASSERT(runSteps(files, history, steps) == std::string());
      const auto report =
          steps.empty() ? Result<ArchiveReport>(ArchiveReport()) : verifyArchive(files, kArchive);
      RC_ASSERT(report.isOk() && report->damages.empty() && !report->tornTail);
    });
    QVERIFY(holds);
  }

  void checkpointIsWhatWasCommittedLast() {
    SimulatedFileSystem files;
    {
      ArchiveRig rig(files);
      QVERIFY(rig.store().readCheckpoints(journalNamed(1))->empty());
      QVERIFY(*rig.attach() == kNoSequence);
      QVERIFY(isCommitted(rig.commit(m_history, 0, 3)));
      QVERIFY(isCommitted(rig.move(m_history.sequenceAt(3), Sequence{90'000'000})));
      QVERIFY(rig.lane().readCheckpoints()->front().settled == Sequence{90'000'000});
    }
    ArchiveRig again(files);
    QVERIFY(again.store().readCheckpoints(journalNamed(1))->front().settled ==
            Sequence{90'000'000});
    QVERIFY(*again.attach() == Sequence{90'000'000});
  }

  void commitTellsHowManyChangesItKeeps() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    const CommitResult result = rig.commit(m_history, 0, 4);
    std::uint64_t changes = 0;
    for (const JournaledChangeSet& each : m_history.range(0, 4).changeSets) {
      changes += each.changeSet->changeCount();
    }
    QCOMPARE(result.rows, changes);
    QCOMPARE(rig.move(m_history.sequenceAt(4), m_history.sequenceAt(5)).rows, std::uint64_t{0});
  }

  void journalsDoNotMix() {
    SimulatedFileSystem files;
    {
      ArchiveRig rig(files);
      QVERIFY(rig.attach(journalNamed(1)).isOk());
      QVERIFY(isCommitted(rig.commit(m_history, 0, 3)));
    }
    {
      ArchiveRig other(files);
      QVERIFY(*other.attach(journalNamed(2)) == kNoSequence);
      QVERIFY(isCommitted(other.commit(m_history, 0, 2)));
    }
    ArchiveRig first(files);
    QVERIFY(*first.attach(journalNamed(1)) == m_history.sequenceAt(3));
    QVERIFY(isCommitted(first.commit(m_history, 3, 4)));
    QCOMPARE(dataFiles(files).size(), std::size_t{3});
    const auto report = verifyArchive(files, kArchive);
    QVERIFY(report.isOk() && report->damages.empty());
    QCOMPARE(report->changeSets, std::uint64_t{6});
  }

  void anotherProcessIsRefused() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    ArchiveRig other(files);
    const auto refused = other.attach(journalNamed(1), "two");
    QVERIFY(refused.status().code() == StatusCode::Unavailable);
    QVERIFY(refused.status().message().find("in use by") != std::string::npos);
    QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
  }

  /// By the same store, or by one that the lock did not keep out.
  void laneOfAnEarlierOwnerLosesTheFence() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach(journalNamed(1), "one").isOk());
    QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
    QVERIFY(rig.store().attach(journalNamed(1), "two").isOk());
    QVERIFY(rig.commit(m_history, 1, 2).outcome == CommitOutcome::FenceLost);
    QVERIFY(*rig.attach(journalNamed(1), "three") == m_history.sequenceAt(1));
    QVERIFY(isCommitted(rig.commit(m_history, 1, 2)));
  }

  void otherSequenceThanExpectedLosesTheFence() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    QVERIFY(rig.commit(m_history, 1, 2).outcome == CommitOutcome::FenceLost);
    QVERIFY(isCommitted(rig.commit(m_history, 0, 2)));
    QVERIFY(rig.commit(m_history, 0, 2).outcome == CommitOutcome::FenceLost);
    QCOMPARE(readLines(files)->size(), std::size_t{2});
  }

  void whatSomebodyElseAppendsLosesTheFence() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    QVERIFY(isCommitted(rig.commit(m_history, 0, 2)));
    const std::string path = kArchive + ("/" + dataFiles(files).front());
    {
      auto file = files.open(path, FileSystem::OpenMode::ReadWrite);
      const std::byte more{1};
      QVERIFY((*file)->writeAt(files.sizeOf(path), std::span(&more, 1)).isOk());
    }
    QVERIFY(rig.commit(m_history, 2, 3).outcome == CommitOutcome::FenceLost);
    QVERIFY(files.remove(path).isOk());
    QVERIFY(rig.commit(m_history, 2, 3).outcome == CommitOutcome::Broken);
  }

  void largeFileIsClosedAndFollowed() {
    SimulatedFileSystem files;
    ArchiveRig rig(files, tinyFiles());
    QVERIFY(rig.attach().isOk());
    for (std::size_t i = 0; i < 3; ++i) QVERIFY(isCommitted(rig.commit(m_history, i, i + 1)));
    const std::vector<std::string> names = dataFiles(files);
    QCOMPARE(names.size(), std::size_t{3});
    QCOMPARE(names[1], std::string("changes-2023-11-14-00000002.ndjson.zst"));
    const auto manifest =
        readWholeFile(files, kArchive + std::string("/changes-2023-11-14-00000002.manifest.json"));
    QVERIFY(manifest.isOk());
    const QByteArray sequence = QByteArray::number(toNumber(m_history.sequenceAt(2)));
    QVERIFY(manifest->find("\"first_sequence\": " + sequence.toStdString()) != std::string::npos);
    QVERIFY(manifest->find("\"change_sets\": 1,") != std::string::npos);
    QVERIFY(!files.exists(kArchive + std::string("/changes-2023-11-14-00000003.manifest.json")));
    QVERIFY(*readLines(files) == firstLines(3));
  }

  void fileOfAnEarlierDayIsClosed() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
    rig.wait(1h);
    QVERIFY(isCommitted(rig.commit(m_history, 1, 2)));
    QCOMPARE(dataFiles(files).size(), std::size_t{1});
    rig.wait(2h);  // past midnight
    QVERIFY(isCommitted(rig.commit(m_history, 2, 3)));
    QCOMPARE(dataFiles(files).back(), std::string("changes-2023-11-15-00000002.ndjson.zst"));
    QVERIFY(*readLines(files) == firstLines(3));
  }

  void oldFileIsClosedWithinADay() {
    SimulatedFileSystem files;
    ArchiveOptions options;
    options.fileAgeMax = 1h;
    ArchiveRig rig(files, options);
    QVERIFY(rig.attach().isOk());
    QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
    rig.wait(1h);
    QVERIFY(isCommitted(rig.commit(m_history, 1, 2)));
    QCOMPARE(dataFiles(files).back(), std::string("changes-2023-11-14-00000002.ndjson.zst"));
  }

  /// Names sort in journal order whatever the clock does.
  void dateNeverGoesBack() {
    SimulatedFileSystem files;
    {
      ArchiveRig rig(files, tinyFiles());
      QVERIFY(rig.attach().isOk());
      rig.wait(48h);
      QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
    }
    ArchiveRig back(files, tinyFiles());
    QVERIFY(back.attach().isOk());
    QVERIFY(isCommitted(back.commit(m_history, 1, 2)));
    QCOMPARE(dataFiles(files).back(), std::string("changes-2023-11-16-00000002.ndjson.zst"));
    QVERIFY(*readLines(files) == firstLines(2));
  }

  void fileGoesOnOverARestart() {
    SimulatedFileSystem files;
    for (std::size_t i = 0; i < 3; ++i) {
      ArchiveRig rig(files);
      QVERIFY(*rig.attach() == m_history.sequenceAt(i));
      QVERIFY(isCommitted(rig.commit(m_history, i, i + 1)));
    }
    QCOMPARE(dataFiles(files).size(), std::size_t{1});
    QVERIFY(*readLines(files) == firstLines(3));
  }

  void otherFilesAreLeftAlone() {
    SimulatedFileSystem files;
    QVERIFY(files.createDirectories(kArchive).isOk());
    QVERIFY(replaceFile(files, kArchive + std::string("/README"), "mine").isOk());
    QVERIFY(replaceFile(files, kArchive + std::string("/changes-x.ndjson.zst"), "mine").isOk());
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
    QVERIFY(*readWholeFile(files, kArchive + std::string("/README")) == "mine");
    QVERIFY(verifyArchive(files, kArchive)->damages.empty());
  }

  void whatAnArchiveCannotDoIsSaid() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.store().takes() == StoreTakes::ChangeSets);
    QVERIFY(rig.store().runScript("SELECT 1").code() == StatusCode::Unsupported);
    QVERIFY(rig.store().readCatalog().status().code() == StatusCode::Unsupported);
    QVERIFY(rig.store().listDeadLetters({})->empty());
    QCOMPARE(*rig.store().countDeadLetters(), std::uint64_t{0});
    QCOMPARE(rig.store().describeTarget(), std::string("archive /archive"));
    QVERIFY(!ArchiveStore::create(files, rig.clock, {}).isOk());
  }

  void newerFormatIsRefused() {
    SimulatedFileSystem files;
    {
      ArchiveRig rig(files);
      QVERIFY(rig.attach().isOk());
      QVERIFY(isCommitted(rig.commit(m_history, 0, 1)));
    }
    const std::string path = kArchive + ("/" + dataFiles(files).front());
    std::string bytes = readWholeFile(files, path)->substr(0, archive::kRecordBytes);
    bytes[12] = 2;
    const std::uint64_t sum =
        archive::hashBytes(std::as_bytes(std::span(bytes)).first(archive::kRecordBytes - 8));
    std::memcpy(bytes.data() + archive::kRecordBytes - 8, &sum, sizeof sum);
    auto file = files.open(path, FileSystem::OpenMode::ReadWrite);
    QVERIFY((*file)->writeAt(0, std::as_bytes(std::span(bytes))).isOk());
    ArchiveRig rig(files);
    QVERIFY(rig.attach().status().code() == StatusCode::Unsupported);
  }

 private:
  static bool isCommitted(const CommitResult& result) {
    if (result.outcome != CommitOutcome::Committed) qInfo("%s", result.message.c_str());
    return result.outcome == CommitOutcome::Committed;
  }
  std::vector<std::string> firstLines(std::size_t count) const {
    return {m_history.lines().begin(),
            m_history.lines().begin() + static_cast<std::ptrdiff_t>(count)};
  }

  /// Commits three change sets with each step, which says what else is done. What went wrong.
  static std::string runSteps(SimulatedFileSystem& files, const ArchivedHistory& history,
                              const std::vector<std::uint8_t>& steps) {
    ArchiveOptions options;
    options.fileBytesMax = 1500;
    auto rig = std::make_unique<ArchiveRig>(files, options);
    if (!rig->attach()) return "attach";
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i] % 4 == 0) {
        rig.reset();
        rig = std::make_unique<ArchiveRig>(files, options);
        const auto settled = rig->attach();
        if (!settled || *settled != history.sequenceAt(3 * i)) return "another checkpoint";
      }
      if (steps[i] % 8 == 1) rig->wait(20h);
      const std::size_t middle = 3 * i + steps[i] % 3 + 1;
      if (!isCommitted(rig->commit(history, 3 * i, middle))) return "commit";
      if (middle == 3 * i + 3) continue;
      if (!isCommitted(rig->commit(history, middle, 3 * i + 3))) return "commit";
    }
    rig.reset();
    const auto lines = readLines(files);
    const bool isSame = steps.empty() || (lines.isOk() && *lines == history.lines());
    return isSame ? "" : "other lines";
  }

  const ArchivedHistory m_history{7, 20};
};

PENSTOCK_TEST(TestArchiveStore)

}  // namespace penstock::test

#include "tst_archive_store.moc"
