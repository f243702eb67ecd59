// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <vector>

#include "tests/backend/journal/journal_rig.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestGroupLoop : public QObject {
  Q_OBJECT

 private slots:
  void oneStepWritesOneGroup() {
    open();
    QVERIFY(m_journal->step().kind == Kind::Idle);
    const Sequence first = append("first");
    const Sequence second = append("second");
    QVERIFY(m_journal->syncedHead() < first);
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QVERIFY(m_journal->syncedHead() == second);
    QVERIFY(m_journal->step().kind == Kind::Idle);
    QCOMPARE(m_journal->counters().groups, std::uint64_t{2});  // with that of the catalog
  }

  void failureIsTriedAgainAtItsTimeAndToldInTime() {
    open();
    const Sequence lost = append("lost");
    m_files->plan({Call::Sync, Fault::IoError, 0, 4});
    GroupLoop::Step step = m_journal->step();  // and begins a new segment at once, in vain
    QVERIFY(step.kind == Kind::Failed);
    QVERIFY(step.until == m_clock.steadyNow() + std::chrono::milliseconds(250));
    QVERIFY(m_failures.empty());
    QVERIFY(m_journal->trouble().message().find("input/output error") != std::string::npos);
    m_clock.moveTo(m_clock.steadyNow() + std::chrono::seconds(5));
    QVERIFY(m_journal->step().kind == Kind::Failed);
    QCOMPARE(m_failures.size(), std::size_t{1});
    QVERIFY(m_failures[0].first == lost && m_failures[0].last == lost);
    QVERIFY(m_failures[0].status.code() == StatusCode::Unknown);
    QVERIFY(m_journal->step().kind == Kind::Failed);
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QCOMPARE(m_failures.size(), std::size_t{1});  // told once
    QVERIFY(m_journal->trouble().isOk());
    QVERIFY(m_journal->step().kind == Kind::Idle);
    QVERIFY(segmentOf(append("later")) > segmentOf(lost));
  }

  void segmentsBegunInVainDoNotMakeRetirementLookLikeDamage() {
    open();
    append("good");
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    append("lost");
    m_files->plan({Call::Sync, Fault::IoError, 0, 3});
    m_files->plan({Call::Remove, Fault::IoError, 0, 2});
    while (m_journal->step().kind == Kind::Failed) continue;
    const Sequence passed = append("passed");
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QVERIFY(m_journal->setCatalog(someCatalog("others")).isOk());  // begins a new segment
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QVERIFY(m_journal->retire(passed).isOk());
    QVERIFY(m_journal->oldestKept() == passed);
    m_journal.reset();
    open();
    QVERIFY(m_journal->recovered().damages.empty());
    QVERIFY(m_journal->oldestKept() == passed);
  }

  void stoppedWhileTheDiskFailsItEndsAfterOneTry() {
    open();
    append("lost");
    m_files->plan({Call::Sync, Fault::IoError, 0, 1'000});
    const std::uint64_t syncs = m_files->calls(Call::Sync);
    QVERIFY(m_journal->close().isOk());
    QCOMPARE(m_files->calls(Call::Sync), syncs + 2);
    QCOMPARE(m_failures.size(), std::size_t{1});
    QVERIFY(m_failures[0].status.code() == StatusCode::Unknown);
  }

  void whatIsStagedIsWrittenByClosing() {
    open();
    const Sequence last = append("last");
    QVERIFY(m_journal->close().isOk());
    QVERIFY(m_journal->syncedHead() == last);
    QVERIFY(!m_journal->append(RecordType::ChangeSet, "x", SteadyTime::min()).isOk());
  }

  void init() { m_files = std::make_unique<SimulatedFileSystem>(); }
  void cleanup() { m_journal.reset(); }

 private:
  using Kind = GroupLoop::Step::Kind;
  using Call = SimulatedFileSystem::Call;
  using Fault = SimulatedFileSystem::Fault;

  void open() {
    FileJournalOptions options = smallOptions();
    options.drive = FileJournalOptions::Drive::Steps;
    options.retryPause = std::chrono::milliseconds(250);
    auto journal = FileJournal::open(*m_files, m_clock, options);
    QVERIFY(journal.isOk());
    m_journal = std::move(journal).value();
    m_failures.clear();
    m_journal->setFailureListener(
        [this](const AppendFailure& failure) { m_failures.push_back(failure); });
  }
  Sequence append(std::string_view payload) {
    const auto sequence = m_journal->append(RecordType::ChangeSet, payload, SteadyTime::min());
    CHECK(sequence.isOk());
    return *sequence;
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
  FakeClock m_clock;
  std::unique_ptr<FileJournal> m_journal;
  std::vector<AppendFailure> m_failures;
};

PENSTOCK_TEST(TestGroupLoop)

}  // namespace penstock::test

#include "tst_group_loop.moc"
