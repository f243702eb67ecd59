// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestJournalFaults : public QObject {
  Q_OBJECT

 private slots:
  void failedSyncSealsAndTellsTheWaiter() {
    auto journal = openJournal(*m_files);
    listen(*journal);
    const auto good = appendSynced(*journal, 0, 3);
    m_files->plan({Call::Sync, Fault::IoError, 0, 1});
    const auto lost = journal->append(RecordType::ChangeSet, "lost", inAWhile());
    QVERIFY(lost.isOk());
    QVERIFY(journal->waitSynced(*lost, inAWhile()).code() == StatusCode::IoError);
    const auto later = appendUntilTaken(*journal, "later");
    QVERIFY(segmentOf(later.sequence) > segmentOf(*lost));
    QVERIFY(journal->waitSynced(*lost, inAWhile()).code() == StatusCode::IoError);  // still
    QCOMPARE(failures().size(), std::size_t{1});
    QVERIFY(failures()[0].first == *lost);
    QVERIFY(failures()[0].status.code() == StatusCode::IoError);
    auto expected = good;
    expected.push_back(later);
    QVERIFY(readAll(*journal).records == expected);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {  // the lost one never comes back
      auto files = m_files->afterPowerLoss(seed);
      auto again = openJournal(*files);
      QVERIFY(readAll(*again).records == expected);
      QVERIFY(again->recovered().damages.empty());
    }
  }

  /// The header of the segment that seals the one before may be in the page cache alone, with a
  /// group that is not whole: what a start concludes from it has to hold after a power loss too.
  void headerThatAStartWentByIsSynced() {
    appendSynced(*openJournal(*m_files), 0, 3);
    (void)openJournal(*m_files);  // begins a segment
    const std::uint32_t newest = recoverJournal(*m_files, kDirectory)->end.segment;
    const auto path = kDirectory + "/" + segmentName(newest);
    const auto headerIn = [&](FileSystem& files) {
      std::vector<std::byte> block(limits::kJournalBlockBytes);
      auto file = files.open(path, FileSystem::OpenMode::Read);
      CHECK(file.isOk() && (*file)->readAt(0, block).isOk());
      return block;
    };
    std::vector<std::byte> torn = headerIn(*m_files);
    torn[kGroupHeaderBytes + 8] ^= std::byte{1};
    overwrite(*m_files, path, 0, std::vector<std::byte>(4 * torn.size()));
    QVERIFY((*m_files->open(path, FileSystem::OpenMode::CreateOrOpen))->writeAt(0, torn).isOk());
    const auto found = recoverJournal(*m_files, kDirectory);
    QVERIFY(found.isOk() && found->end.segment == newest);
    QCOMPARE(found->end.offset, std::uint64_t{0});
    appendSynced(*openJournal(*m_files), 10, 2);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      QVERIFY(headerIn(*m_files->afterPowerLoss(seed)) == torn);
    }
  }

  void everyCallFailingOnceLosesNothingAcknowledged_data() {
    QTest::addColumn<int>("call");
    QTest::addColumn<int>("fault");
    QTest::newRow("write EIO") << int(Call::Write) << int(Fault::IoError);
    QTest::newRow("write ENOSPC") << int(Call::Write) << int(Fault::NoSpace);
    QTest::newRow("short write") << int(Call::Write) << int(Fault::ShortWrite);
    QTest::newRow("sync") << int(Call::Sync) << int(Fault::IoError);
    QTest::newRow("open") << int(Call::Open) << int(Fault::IoError);
    QTest::newRow("rename") << int(Call::Rename) << int(Fault::IoError);
    QTest::newRow("sync directory") << int(Call::SyncDirectory) << int(Fault::IoError);
  }
  void everyCallFailingOnceLosesNothingAcknowledged() {
    QFETCH(int, call);
    QFETCH(int, fault);
    for (std::uint64_t nth = 0; nth < 45; ++nth) {
      m_files = std::make_unique<SimulatedFileSystem>();
      std::vector<StoredRecord> acknowledged;
      auto journal = openJournal(*m_files);
      m_files->plan({static_cast<Call>(call), static_cast<Fault>(fault), nth, 1});
      for (std::uint64_t number = 0; number < 40; ++number) {
        if (number % 10 == 5) static_cast<void>(journal->prepareSpares());
        const std::string payload = payloadOf(number);
        const Sequence sequence = appendWhenTaken(*journal, payload);
        if (journal->waitSynced(sequence, inAWhile()).isOk()) {
          acknowledged.push_back({sequence, payload});
        }
      }
      m_files->clearFaults();
      QVERIFY(acknowledged.size() >= 2);
      QVERIFY(readAll(*journal).records == acknowledged);
      auto files = m_files->afterPowerLoss(nth);
      journal.reset();
      QVERIFY(readAll(*openJournal(*files)).records == acknowledged);
    }
  }

  void fullDiskRefusesUntilThereIsRoom() {
    auto options = smallOptions();
    options.unknownAfter = std::chrono::milliseconds(1);
    auto journal = openJournal(*m_files, options);
    listen(*journal);
    std::vector<StoredRecord> acknowledged = appendSynced(*journal, 0, 10);
    m_files->setCapacity(200 * 1024);
    Status last;
    for (std::uint64_t number = 10; number < 200 && last.isOk(); ++number) {
      const auto sequence = journal->append(RecordType::ChangeSet, payloadOf(number), inAWhile());
      last = sequence.status();
      if (sequence) last = journal->waitSynced(*sequence, inAWhile());
      if (last.isOk()) acknowledged.push_back({*sequence, payloadOf(number)});
    }
    QVERIFY(last.code() == StatusCode::Unknown);         // no room for the segment that would tell
    QVERIFY(readAll(*journal).records == acknowledged);  // reading goes on
    QVERIFY(journal->append(RecordType::ChangeSet, "x", inAWhile()).status().code() ==
            StatusCode::Unavailable);
    m_files->setCapacity(1 << 30);
    acknowledged.push_back(appendUntilTaken(*journal, "room again"));
    QVERIFY(readAll(*journal).records == acknowledged);
    QVERIFY(journal->counters().failedSyncs > 1);
  }

  void fullDiskAtStartLeavesTheJournalReadable() {
    auto journal = openJournal(*m_files);
    auto acknowledged = appendSynced(*journal, 0, 10);
    journal.reset();
    m_files->setCapacity(1);
    journal = openJournal(*m_files);
    QVERIFY(readAll(*journal).records == acknowledged);
    QVERIFY(journal->append(RecordType::ChangeSet, "x", inAWhile()).status().code() ==
            StatusCode::Unavailable);
    m_files->setCapacity(1 << 30);
    acknowledged.push_back(appendUntilTaken(*journal, "room again"));
    QVERIFY(readAll(*journal).records == acknowledged);
  }

  void startThatFailsLeavesNoSegmentBehind() {
    appendSynced(*openJournal(*m_files), 0, 10);
    const auto names = *m_files->list(kDirectory);
    auto options = smallOptions();
    options.readFirst = [](Journal& journal) {
      const auto reader = journal.openReader(journal.oldestKept());
      CHECK(reader.isOk() && readAll(**reader).records.size() == 10);
      return Status(StatusCode::IoError, "not now");
    };
    for (int start = 0; start < 3; ++start) {
      const auto refused = FileJournal::open(*m_files, systemClock(), options);
      QVERIFY(refused.status().message() == "not now");
      QVERIFY(*m_files->list(kDirectory) == names);
    }
  }

  void attemptsOnAFullDiskLeaveNoFilesBehind() {
    auto options = smallOptions();
    options.unknownAfter = std::chrono::milliseconds(1);
    m_files->setCapacity(200);  // room for the identity alone
    for (int start = 0; start < 3; ++start) {
      QVERIFY(!FileJournal::open(*m_files, systemClock(), options).isOk());
      QCOMPARE(m_files->list(kDirectory)->size(), std::size_t{1});
    }
    m_files->setCapacity(1 << 30);
    appendSynced(*openJournal(*m_files), 0, 10);
    const std::size_t files = m_files->list(kDirectory)->size();
    m_files->setCapacity(1);
    {
      const auto journal = openJournal(*m_files);
      while (journal->counters().failedSyncs < 10) std::this_thread::yield();
    }
    QCOMPARE(m_files->list(kDirectory)->size(), files);
  }

  void failingPreparationsComeSlowerAndSlower() {
    auto options = smallOptions();
    options.drive = FileJournalOptions::Drive::Steps;
    FakeClock clock;
    const auto journal = std::move(FileJournal::open(*m_files, clock, options)).value();
    m_files->plan({Call::Write, Fault::NoSpace, 0, 1'000'000});
    std::chrono::milliseconds pause = limits::kSpareRetryInitial;
    for (int failures = 0; failures < 10; ++failures) {
      QVERIFY(!journal->prepareSpares().isOk());
      clock.moveTo(clock.steadyNow() + pause - std::chrono::milliseconds(1));
      const std::uint64_t writes = m_files->calls(Call::Write);
      QVERIFY(journal->prepareSpares().isOk());
      QCOMPARE(m_files->calls(Call::Write), writes);
      clock.moveTo(clock.steadyNow() + std::chrono::milliseconds(1));
      pause = std::min(pause * 2, limits::kSpareRetryMax);
    }
    m_files->clearFaults();
    QVERIFY(journal->prepareSpares().isOk());
    QCOMPARE(spareCount(), 1);
  }

  void segmentThatCannotBeRemovedCountsUntilItIs_data() {
    QTest::addColumn<int>("call");
    QTest::newRow("recycled") << int(Call::Rename);
    QTest::newRow("opened") << int(Call::Open);
    QTest::newRow("deleted") << int(Call::Remove);
    QTest::newRow("directory") << int(Call::SyncDirectory);
  }
  void segmentThatCannotBeRemovedCountsUntilItIs() {
    QFETCH(int, call);
    auto journal = openJournal(*m_files);
    if (static_cast<Call>(call) == Call::Remove) QVERIFY(journal->prepareSpares().isOk());
    appendSynced(*journal, 0, 60);
    if (static_cast<Call>(call) == Call::Remove) QVERIFY(journal->prepareSpares().isOk());
    const auto before = segmentBytes();
    QCOMPARE(journal->usage().usedBytes, before);
    for (int attempt = 0; attempt < 3; ++attempt) {
      m_files->plan({static_cast<Call>(call), Fault::IoError, 0, 1});
      QVERIFY(!journal->retire(journal->syncedHead()).isOk());
      QVERIFY(journal->usage().usedBytes >= segmentBytes());
      auto files = m_files->afterKill();  // no gap is left behind
      QVERIFY(recoverJournal(*files, kDirectory)->damages.empty());
    }
    QVERIFY(journal->retire(journal->syncedHead()).isOk());
    QCOMPARE(journal->usage().usedBytes, segmentBytes());
    QCOMPARE(journal->usage().segments, 1u);
  }

  void closingWhileTheDiskFailsEndsAndTells() {
    auto journal = openJournal(*m_files);
    listen(*journal);
    m_files->plan({Call::Sync, Fault::IoError, 0, 1'000'000});
    const auto lost = journal->append(RecordType::ChangeSet, "lost", inAWhile());
    QVERIFY(lost.isOk());
    QVERIFY(journal->close().isOk());
    QVERIFY(journal->waitSynced(*lost, inAWhile()).code() == StatusCode::Unknown);
    QCOMPARE(failures().size(), std::size_t{1});
    QVERIFY(failures()[0].status.code() == StatusCode::Unknown);
  }

  void init() {
    m_files = std::make_unique<SimulatedFileSystem>();
    const MutexLock lock(m_mutex);
    m_failures.clear();
  }

 private:
  using Call = SimulatedFileSystem::Call;
  using Fault = SimulatedFileSystem::Fault;

  void listen(FileJournal& journal) {
    journal.setFailureListener([this](const AppendFailure& failure) {
      const MutexLock lock(m_mutex);
      m_failures.push_back(failure);
    });
  }
  std::vector<AppendFailure> failures() {
    const MutexLock lock(m_mutex);
    return m_failures;
  }

  std::vector<std::string> namesOf(std::string_view prefix) {
    std::vector<std::string> names = *m_files->list(kDirectory);
    std::erase_if(names, [&](const std::string& name) { return !name.starts_with(prefix); });
    return names;
  }
  int spareCount() { return static_cast<int>(namesOf("spare-").size()); }
  std::uint64_t segmentBytes() {
    std::uint64_t sum = 0;
    for (const std::string& name : namesOf("segment-")) {
      sum += m_files->sizeOf(kDirectory + "/" + name);
    }
    return sum;
  }

  /// Tries again while the journal refuses.
  static Sequence appendWhenTaken(Journal& journal, const std::string& payload) {
    for (;;) {
      const auto sequence = journal.append(RecordType::ChangeSet, payload, inAWhile());
      if (sequence) return *sequence;
      CHECK(sequence.status().code() == StatusCode::Unavailable);
      std::this_thread::yield();
    }
  }

  static StoredRecord appendUntilTaken(Journal& journal, const std::string& payload) {
    const Sequence sequence = appendWhenTaken(journal, payload);
    CHECK(journal.waitSynced(sequence, inAWhile()).isOk());
    return {sequence, payload};
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
  Mutex m_mutex;
  std::vector<AppendFailure> m_failures GUARDED_BY(m_mutex);
};

PENSTOCK_TEST(TestJournalFaults)

}  // namespace penstock::test

#include "tst_journal_faults.moc"
