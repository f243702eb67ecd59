// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QTest>
#include <random>

#include "base/check.h"
#include "store/archive/verify.h"
#include "tests/backend/store/archive/archive_rig.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// A process that archives is killed at random moments and started again, over real files.
class TestArchiveKill : public QObject {
  Q_OBJECT

 private slots:
  void killedProcessLosesNothingAndDoublesNothing() {
    std::mt19937 random(newSeed());
    std::size_t committed = 0;  // change sets, as the last process told, or more
    for (int kills = 0; kills < kKills && committed < m_history.size(); ++kills) {
      const std::size_t told = archiveUntilKilled(committed, random() % kCommitsPerLife);
      ArchiveRig rig(posixFileSystem(), options());
      const Result<Sequence> settled = rig.attach();
      QVERIFY2(settled.isOk(), settled.status().message().c_str());
      std::size_t place = told;
      while (place < m_history.size() && m_history.sequenceAt(place) != *settled) place += kStep;
      QVERIFY(m_history.sequenceAt(place) == *settled);
      committed = place;
    }
    QVERIFY(committed > 0);
    ArchiveRig last(posixFileSystem(), options());
    QVERIFY(last.attach().isOk());
    for (; committed < m_history.size(); committed += kStep) {
      QVERIFY(last.commit(m_history, committed, committed + kStep).outcome ==
              CommitOutcome::Committed);
    }
    QVERIFY(*readLines(posixFileSystem(), options().directory) == m_history.lines());
    const auto report = verifyArchive(posixFileSystem(), options().directory);
    QVERIFY(report.isOk() && report->damages.empty() && !report->tornTail);
    QVERIFY(report->files > 1);
  }

 private:
  static constexpr int kKills = 30;
  static constexpr std::size_t kStep = 5;
  static constexpr std::size_t kCommitsPerLife = 40;

  ArchiveOptions options() const {
    ArchiveOptions options;
    options.directory = m_directory.filePath("archive").toStdString();
    options.fileBytesMax = 20'000;
    return options;
  }

  /// Kills it while it goes on behind the commit `commits`. Returns the last place that it told.
  std::size_t archiveUntilKilled(std::size_t from, std::size_t commits) const {
    int pipe[2];
    CHECK(::pipe(pipe) == 0);
    const pid_t child = fork();
    if (child == 0) archive(from, pipe[1]);
    ::close(pipe[1]);
    std::size_t told = from;
    for (std::size_t next = 0; commits > 0; --commits, told = next) {
      if (::read(pipe[0], &next, sizeof next) != sizeof next) break;
    }
    ::kill(child, SIGKILL);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    // What it has told meanwhile.
    for (std::size_t next = 0; ::read(pipe[0], &next, sizeof next) == sizeof next;) told = next;
    ::close(pipe[0]);
    return told;
  }

  [[noreturn]] void archive(std::size_t done, int pipe) const {
    ArchiveRig rig(posixFileSystem(), options());
    bool isGood = rig.attach().isOk();
    while (isGood && done < m_history.size()) {
      isGood = rig.commit(m_history, done, done + kStep).outcome == CommitOutcome::Committed;
      done += kStep;
      if (isGood) isGood = ::write(pipe, &done, sizeof done) == sizeof done;
    }
    ::_exit(isGood ? 0 : 1);
  }

  const QTemporaryDir m_directory;
  const ArchivedHistory m_history{13, 5000};
};

PENSTOCK_TEST(TestArchiveKill)

}  // namespace penstock::test

#include "tst_archive_kill.moc"
