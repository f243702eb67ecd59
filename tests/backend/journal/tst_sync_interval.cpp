// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Kind = GroupLoop::Step::Kind;
using Call = SimulatedFileSystem::Call;
using Fault = SimulatedFileSystem::Fault;

constexpr auto kInterval = 10ms;

FileJournalOptions intervalOptions(FileJournalOptions::Drive drive) {
  FileJournalOptions options = smallOptions();
  options.drive = drive;
  options.syncInterval = kInterval;
  options.retryPause = 250ms;
  return options;
}

bool isPrefix(const std::vector<StoredRecord>& part, const std::vector<StoredRecord>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

bool holds(const std::vector<StoredRecord>& whole, const std::vector<StoredRecord>& part) {
  return std::ranges::includes(whole, part, {}, &StoredRecord::sequence, &StoredRecord::sequence);
}

}  // namespace

/// A journal that tells at the write, and syncs a little later.
class TestSyncInterval : public QObject {
  Q_OBJECT

 private slots:
  void init() { m_files = std::make_unique<SimulatedFileSystem>(); }
  void cleanup() {
    m_journal.reset();
    m_records.clear();
    m_failures.clear();
    m_news.clear();
  }

  void journaledAtTheWriteAndSyncedAtTheInterval() {
    open();
    const std::uint64_t syncs = m_files->calls(Call::Sync);
    const Sequence first = append();
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QVERIFY(m_journal->journaledHead() == first);
    QVERIFY(m_journal->syncedHead() < first);
    QVERIFY(readAll(*m_journal).records.empty());
    QCOMPARE(m_news.back().changeSets, 1u);
    QVERIFY(m_news.back().journaled == first && m_news.back().head < first);
    m_clock.moveTo(m_clock.steadyNow() + kInterval / 2);
    const Sequence second = append();
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    const GroupLoop::Step idle = m_journal->step();
    QVERIFY(idle.kind == Kind::Idle);
    QVERIFY(idle.until == m_clock.steadyNow() + kInterval / 2);  // counted from the first write
    QCOMPARE(m_files->calls(Call::Sync), syncs);
    QVERIFY(m_journal->usage().stagedBytes > 0);
    m_clock.moveTo(*idle.until);
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QCOMPARE(m_files->calls(Call::Sync), syncs + 1);
    QVERIFY(m_journal->syncedHead() == second);
    QVERIFY(readAll(*m_journal).records == m_records);
    QCOMPARE(m_news.back().changeSets, 0u);
    QCOMPARE(m_journal->usage().stagedBytes, 0u);
    QVERIFY(!m_journal->step().until);
  }

  void whatIsKeptForAFailureIsBounded() {
    FileJournalOptions options = intervalOptions(FileJournalOptions::Drive::Steps);
    options.segmentBytes = 64 * limits::kMiB;
    options.stagingBytes = 2 * limits::kGroupCommitBytesMax;
    open(options);
    const std::string large(limits::kChangeSetBytesMax, 'x');
    for (int i = 0; i < 20; ++i) {
      QVERIFY(m_journal->append(RecordType::ChangeSet, large, SteadyTime::min()).isOk());
      QVERIFY(m_journal->step().kind == Kind::Wrote);
      QVERIFY(m_journal->usage().stagedBytes <= 2 * limits::kGroupCommitBytesMax);
    }
    QVERIFY(m_journal->syncedHead() > kNoSequence);
  }

  void whoWaitsForTheSyncDoesNotWaitForTheInterval() {
    FileJournalOptions options = intervalOptions(FileJournalOptions::Drive::Thread);
    options.syncInterval = 60s;
    const auto journal = openJournal(*m_files, options);
    QCOMPARE(appendSynced(*journal, 0, 20).size(), std::size_t{20});
    QVERIFY(journal->syncedHead() == journal->journaledHead());
  }

  void aNewSegmentBeginsBehindASync() {
    open();
    while (segmentOf(m_journal->journaledHead()) < 4) {
      append();
      QVERIFY(m_journal->step().kind == Kind::Wrote);
      QVERIFY(segmentOf(m_journal->syncedHead()) == segmentOf(m_journal->journaledHead()));
    }
    QVERIFY(m_journal->close().isOk());
    QVERIFY(m_journal->syncedHead() == m_records.back().sequence);
    QVERIFY(readAll(*m_journal).records == m_records);
  }

  void anEndOfTheProcessTakesNothing() {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      runRandomly(seed);
      const auto left = m_files->afterKill();
      const auto journal = openJournal(*left);
      QVERIFY(isPrefix(written(), readAll(*journal).records));
      // And now a power loss takes nothing of that either.
      const auto later = left->afterPowerLoss(seed);
      QVERIFY(readAll(*openJournal(*later)).records == readAll(*journal).records);
      cleanup();
      init();
    }
  }

  void aPowerLossTakesAnEndOfWhatIsNotSyncedAtTheMost() {
    std::size_t taken = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      runRandomly(seed);
      const auto left = m_files->afterPowerLoss(seed);
      const auto report = verifyJournal(*left, kDirectory);
      QVERIFY(report.isOk() && report->damages.empty());
      const auto journal = openJournal(*left);
      const std::vector<StoredRecord> read = readAll(*journal).records;
      QVERIFY(isPrefix(read, m_records));
      QVERIFY(read.empty() ? synced().empty() : isPrefix(synced(), read));
      taken += written().size() > read.size() ? 1 : 0;
      QVERIFY(journal->journaledHead() > m_journal->journaledHead());  // no number twice
      cleanup();
      init();
    }
    QVERIFY(taken > 0);
  }

  void whatWasToldOutlivesAFailedSync() {
    open();
    append();
    append();
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    m_clock.moveTo(m_clock.steadyNow() + kInterval);
    m_files->plan({Call::Sync, Fault::IoError, 0, 1});
    QVERIFY(m_journal->step().kind == Kind::Wrote);  // the same bytes again, and a new segment
    QVERIFY(m_failures.empty());
    QVERIFY(m_journal->counters().failedSyncs == 1);
    QVERIFY(m_journal->trouble().isOk());
    QVERIFY(readAll(*m_journal).records == m_records);
    append();
    QVERIFY(segmentOf(m_records.back().sequence) > segmentOf(m_records.front().sequence));
    QVERIFY(m_journal->close().isOk());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto left = m_files->afterPowerLoss(seed);
      QVERIFY(readAll(*openJournal(*left)).records == m_records);
    }
  }

  void whatWasNotToldIsNotJournaledWhenAWriteFails() {
    open();
    append();
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    const Sequence lost = append();
    m_files->plan({Call::Write, Fault::ShortWrite, 0, 1});
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    QCOMPARE(m_failures.size(), std::size_t{1});
    QVERIFY(m_failures[0].first == lost && m_failures[0].last == lost);
    QVERIFY(m_failures[0].status.code() == StatusCode::IoError);
    append();
    QVERIFY(m_journal->close().isOk());
    for (const auto& left : {m_files->afterPowerLoss(1), m_files->afterKill()}) {
      QVERIFY(readAll(*openJournal(*left)).records == m_records);
    }
  }

  void aDiskThatFailsForAWhileHoldsIntakeAndLosesNothing() {
    open();
    append();
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    m_clock.moveTo(m_clock.steadyNow() + kInterval);
    m_files->plan({Call::Sync, Fault::IoError, 0, 5});
    const GroupLoop::Step failed = m_journal->step();
    QVERIFY(failed.kind == Kind::Failed);
    QVERIFY(failed.until == m_clock.steadyNow() + 250ms);
    QVERIFY(!m_journal->append(RecordType::ChangeSet, "x", SteadyTime::min()).isOk());
    QVERIFY(!m_journal->trouble().isOk());
    QVERIFY(readAll(*m_journal).records.empty());
    while (m_journal->step().kind == Kind::Failed) m_clock.moveTo(m_clock.steadyNow() + 250ms);
    QVERIFY(readAll(*m_journal).records == m_records);
    QVERIFY(m_failures.empty());
  }

  void closingWhileTheDiskFailsComesToAnEnd() {
    open();
    append();
    QVERIFY(m_journal->step().kind == Kind::Wrote);
    m_files->plan({Call::Sync, Fault::IoError, 0, 1'000});
    QVERIFY(m_journal->close().isOk());
    QVERIFY(m_journal->syncedHead() < m_records.back().sequence);
    QVERIFY(m_journal->waitSynced(m_records.back().sequence, inAWhile()).code() ==
            StatusCode::Unavailable);
    m_files->clearFaults();
    QVERIFY(readAll(*openJournal(*m_files->afterKill())).records == m_records);
  }

  /// Everything that may fail fails once, at every place.
  void everyFaultAtEveryCallKeepsWhatWasTold() {
    for (const Call call : {Call::Open, Call::Write, Call::Sync, Call::SyncDirectory}) {
      for (std::uint64_t after = 0; after < 40; ++after) {
        open();
        m_files->plan({call, Fault::IoError, after, 1});
        runRandomly(after, Opened::Before);
        const auto ofKill = readAll(*openJournal(*m_files->afterKill())).records;
        QVERIFY(holds(ofKill, written()));
        const auto ofPowerLoss = readAll(*openJournal(*m_files->afterPowerLoss(after))).records;
        QVERIFY(holds(ofPowerLoss, synced()));
        cleanup();
        init();
      }
    }
  }

 private:
  enum class Opened : std::uint8_t { Now, Before };

  void open(const FileJournalOptions& options = intervalOptions(FileJournalOptions::Drive::Steps)) {
    auto journal = FileJournal::open(*m_files, m_clock, options);
    CHECK(journal.isOk());
    m_journal = std::move(journal).value();
    m_journal->setSyncedListener([this](const SyncedNews& news) { m_news.push_back(news); });
    m_journal->setFailureListener([this](const AppendFailure& failure) {
      m_failures.push_back(failure);
      std::erase_if(m_records, [&](const StoredRecord& record) {
        return record.sequence >= failure.first && record.sequence <= failure.last;
      });
    });
  }

  Sequence append() {
    const std::string payload = payloadOf(m_records.size());
    const auto sequence = m_journal->append(RecordType::ChangeSet, payload, SteadyTime::min());
    CHECK(sequence.isOk());
    m_records.push_back({*sequence, payload});
    return *sequence;
  }

  void runRandomly(std::uint64_t seed, Opened opened = Opened::Now) {
    std::mt19937_64 random(seed);
    if (opened == Opened::Now) open();
    const std::uint64_t steps = random() % 60;
    for (std::uint64_t i = 0; i < steps; ++i) {
      for (std::uint64_t n = random() % 6; n > 0; --n) {
        if (m_journal->trouble().isOk()) append();
      }
      (void)m_journal->step();
      m_clock.moveTo(m_clock.steadyNow() + std::chrono::milliseconds(random() % 6));
    }
    for (int i = 0; i < 4 && !m_journal->trouble().isOk(); ++i) (void)m_journal->step();
  }

  std::vector<StoredRecord> upTo(Sequence head) const {
    std::vector<StoredRecord> records;
    std::ranges::copy_if(m_records, std::back_inserter(records),
                         [head](const StoredRecord& record) { return record.sequence <= head; });
    return records;
  }
  std::vector<StoredRecord> written() const { return upTo(m_journal->journaledHead()); }
  std::vector<StoredRecord> synced() const { return upTo(m_journal->syncedHead()); }

  std::unique_ptr<SimulatedFileSystem> m_files;
  FakeClock m_clock;
  std::unique_ptr<FileJournal> m_journal;
  std::vector<StoredRecord> m_records;  // appended, and not told as lost
  std::vector<AppendFailure> m_failures;
  std::vector<SyncedNews> m_news;
};

PENSTOCK_TEST(TestSyncInterval)

}  // namespace penstock::test

#include "tst_sync_interval.moc"
