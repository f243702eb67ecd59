// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <vector>

#include "store/archive/verify.h"
#include "tests/backend/store/archive/archive_rig.h"
#include "tests/backend/store/archive/step_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace std::chrono_literals;

/// The end comes at every step; what is left must be a beginning of the history with a checkpoint
/// that fits, and it goes on from there.
class TestArchiveCrash : public QObject {
  Q_OBJECT

 private slots:
  void killAtAnyStepLosesNothingAndDoublesNothing() {
    std::vector<Moment> moments;
    record([&](SimulatedFileSystem& files, std::size_t acknowledged) {
      moments.push_back({files.afterKill(), acknowledged});
    });
    QVERIFY(moments.size() > 100);
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const std::string problem = goOn(*moments[i].files, moments[i].acknowledged, i);
      QVERIFY2(problem.empty(), (std::to_string(i) + ": " + problem).c_str());
    }
  }

  void powerLossAtAnyStepLosesNothingAndDoublesNothing() {
    std::vector<Moment> moments;
    record([&](SimulatedFileSystem& files, std::size_t acknowledged) {
      for (std::uint64_t seed = 0; seed < 6; ++seed) {
        moments.push_back({files.afterPowerLoss(moments.size() * 6 + seed), acknowledged});
      }
    });
    for (std::size_t i = 0; i < moments.size(); ++i) {
      const std::string problem = goOn(*moments[i].files, moments[i].acknowledged, i);
      QVERIFY2(problem.empty(), (std::to_string(i) + ": " + problem).c_str());
    }
  }

  /// Also of the start that follows: at each of its steps, what it is about to tell or has told.
  void endDuringTheStartChangesNothing() {
    std::vector<Moment> torn;
    record([&](SimulatedFileSystem& files, std::size_t acknowledged) {
      torn.push_back({files.afterKill(), acknowledged});
    });
    for (std::size_t i = 0; i < torn.size(); i += 7) {
      std::vector<Moment> moments;
      SimulatedFileSystem& disk = *torn[i].files;
      {
        StepFileSystem files(disk, [&] {
          moments.push_back({disk.afterPowerLoss(moments.size()), torn[i].acknowledged});
        });
        ArchiveRig rig(files, options());
        QVERIFY(rig.attach().isOk());
      }
      for (std::size_t j = 0; j < moments.size(); ++j) {
        const std::string problem = goOn(*moments[j].files, moments[j].acknowledged, j);
        QVERIFY2(problem.empty(),
                 (std::to_string(i) + "/" + std::to_string(j) + ": " + problem).c_str());
      }
    }
  }

  void failuresOfTheDiskAreTransientAndHurtNothing_data() {
    using Call = SimulatedFileSystem::Call;
    QTest::addColumn<int>("call");
    QTest::addColumn<int>("fault");
    const std::vector<std::pair<Call, const char*>> calls{
        {Call::Open, "open"},     {Call::Read, "read"},
        {Call::Write, "write"},   {Call::Sync, "sync"},
        {Call::Rename, "rename"}, {Call::Truncate, "truncate"},
        {Call::Remove, "remove"}, {Call::SyncDirectory, "sync of the directory"}};
    using Fault = SimulatedFileSystem::Fault;
    for (const auto& [call, name] : calls) {
      QTest::newRow(name) << static_cast<int>(call) << static_cast<int>(Fault::IoError);
    }
    QTest::newRow("no space") << static_cast<int>(Call::Write) << static_cast<int>(Fault::NoSpace);
    QTest::newRow("short write") << static_cast<int>(Call::Write)
                                 << static_cast<int>(Fault::ShortWrite);
  }
  /// At the n-th call, for every n, once or several times in a row; then a power loss.
  void failuresOfTheDiskAreTransientAndHurtNothing() {
    QFETCH(int, call);
    QFETCH(int, fault);
    for (std::uint64_t after = 0; after < 60; ++after) {
      for (const std::uint64_t times : {1u, 3u}) {
        SimulatedFileSystem files;
        files.plan({static_cast<SimulatedFileSystem::Call>(call),
                    static_cast<SimulatedFileSystem::Fault>(fault), after, times});
        const std::string problem = insist(files);
        QVERIFY2(problem.empty(), (std::to_string(after) + ": " + problem).c_str());
        files.clearFaults();
        QVERIFY2(*readLines(files) == m_history.lines(), std::to_string(after).c_str());
        const auto lost = files.afterPowerLoss(after);
        QVERIFY2(*readLines(*lost) == m_history.lines(), std::to_string(after).c_str());
        QVERIFY(verifyArchive(*lost, kArchive)->damages.empty());
      }
    }
  }

  void fullDiskIsWaitedFor() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    QVERIFY(rig.commit(m_history, 0, 4).outcome == CommitOutcome::Committed);
    files.setCapacity(0);
    for (int i = 0; i < 3; ++i) {
      QVERIFY(rig.commit(m_history, 4, 8).outcome == CommitOutcome::Transient);
      QVERIFY(rig.lane().reopen().isOk());
    }
    files.setCapacity(1'000'000);
    QVERIFY(rig.commit(m_history, 4, m_history.size()).outcome == CommitOutcome::Committed);
    QCOMPARE(dataFiles(files).size(), std::size_t{1});
    QVERIFY(*readLines(files) == m_history.lines());
  }

  /// Nothing is written to it any more, as the kernel may have thrown away what it could not write.
  void fileWhoseSyncFailedIsClosed() {
    SimulatedFileSystem files;
    ArchiveRig rig(files);
    QVERIFY(rig.attach().isOk());
    QVERIFY(rig.commit(m_history, 0, 4).outcome == CommitOutcome::Committed);
    files.plan({SimulatedFileSystem::Call::Sync, SimulatedFileSystem::Fault::IoError, 0, 1});
    QVERIFY(rig.commit(m_history, 4, 8).outcome == CommitOutcome::Transient);
    QVERIFY(rig.lane().reopen().isOk());
    QVERIFY(rig.lane().readCheckpoints()->front().settled == m_history.sequenceAt(4));
    QVERIFY(rig.commit(m_history, 4, m_history.size()).outcome == CommitOutcome::Committed);
    QCOMPARE(dataFiles(files).size(), std::size_t{2});
    QVERIFY(*readLines(*files.afterPowerLoss(0)) == m_history.lines());
  }

 private:
  static constexpr std::size_t kStep = 6;

  struct Moment {
    std::unique_ptr<SimulatedFileSystem> files;
    std::size_t acknowledged = 0;  // change sets
  };

  static ArchiveOptions options() {
    ArchiveOptions options;
    options.fileBytesMax = 1500;
    return options;
  }

  /// Commits all of the history, six at a time, with a restart in the midst of it.
  void record(const std::function<void(SimulatedFileSystem&, std::size_t)>& onStep) const {
    SimulatedFileSystem disk;
    std::size_t done = 0;
    StepFileSystem files(disk, [&] { onStep(disk, done); });
    for (const std::size_t end : {m_history.size() / 2, m_history.size()}) {
      ArchiveRig rig(files, options());
      QVERIFY(*rig.attach() == m_history.sequenceAt(done));
      for (; done < end; done += kStep) {
        QVERIFY(rig.commit(m_history, done, done + kStep).outcome == CommitOutcome::Committed);
      }
    }
    onStep(disk, done);
  }

  std::size_t placeOf(Sequence sequence) const {
    std::size_t place = 0;
    while (place <= m_history.size() && m_history.sequenceAt(place) != sequence) ++place;
    return place;
  }

  /// Starts again on what is left, and commits the rest. What is wrong.
  std::string goOn(SimulatedFileSystem& files, std::size_t acknowledged, std::uint64_t seed) const {
    ArchiveRig rig(files, options());
    const Result<Sequence> settled = rig.attach();
    if (!settled) return settled.status().message();
    const std::size_t place = placeOf(*settled);
    if (place != acknowledged && place != acknowledged + kStep) return "another checkpoint";
    // What it has told it holds, whatever happens now.
    const auto lost = files.afterPowerLoss(seed);
    ArchiveRig afterLoss(*lost, options());
    const Result<Sequence> again = afterLoss.attach();
    if (!again || *again != *settled) return "what was told is not kept";
    for (std::size_t done = place; done < m_history.size(); done += kStep) {
      const CommitResult result = rig.commit(m_history, done, done + kStep);
      if (result.outcome != CommitOutcome::Committed) return result.message;
    }
    const auto lines = readLines(files);
    // What is torn is cut off by the next commit; when all was there, there is none.
    if (!lines && place < m_history.size()) return lines.status().message();
    if (lines && *lines != m_history.lines()) return "other lines";
    const auto report = verifyArchive(files, kArchive);
    if (!report) return report.status().message();
    return report->damages.empty() ? "" : describe(report->damages.front());
  }

  /// As a flush worker does it, until all is committed.
  std::string insist(SimulatedFileSystem& files) const {
    ArchiveRig rig(files, options());
    Result<Sequence> attached = rig.attach();
    for (int i = 0; i < 10 && !attached; ++i) {
      if (attached.status().code() != StatusCode::Unavailable) return attached.status().message();
      attached = rig.attach();
    }
    if (!attached) return attached.status().message();
    int failures = 0;
    for (std::size_t done = 0; done < m_history.size();) {
      const CommitResult result = rig.commit(m_history, done, done + kStep);
      if (result.outcome == CommitOutcome::Committed) {
        done += kStep;
        continue;
      }
      if (result.outcome != CommitOutcome::Transient || ++failures > 10) return result.message;
      const Status opened = rig.lane().reopen();
      if (!opened.isOk() && opened.code() != StatusCode::Unavailable) return opened.message();
    }
    return "";
  }

  const ArchivedHistory m_history{11, 48};
};

PENSTOCK_TEST(TestArchiveCrash)

}  // namespace penstock::test

#include "tst_archive_crash.moc"
