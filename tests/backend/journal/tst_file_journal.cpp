// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <map>

#include "base/worker.h"
#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestFileJournal : public QObject {
  Q_OBJECT

 private slots:
  void recordsAreReadBackThroughRotationAndReopening() {
    std::vector<StoredRecord> all;
    for (int round = 0; round < 3; ++round) {
      auto journal = openJournal(*m_files);
      if (round == 1) QVERIFY(journal->prepareSpares().isOk());
      for (const auto& record : appendSynced(*journal, all.size(), 40)) all.push_back(record);
      QVERIFY(readAll(*journal).records == all);
      QVERIFY(journal->usage().segments >= 3u);  // 16 groups a segment
      QVERIFY(journal->close().isOk());
    }
    const auto report = verifyJournal(*m_files, kDirectory);
    QVERIFY(report.isOk());
    QVERIFY(report->damages.empty());
    QVERIFY(!report->tornTail);
    QCOMPARE(report->records, all.size() + report->segments);
    QVERIFY(report->last >= all.back().sequence);
  }

  void stoppedJournalIsReadWithoutChangingIt() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 40);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const auto names = *m_files->list(kDirectory);
    const auto stopped = openForReading(*m_files, kDirectory);
    QVERIFY(stopped.isOk());
    auto reader = stopped->openReader(stopped->oldestKept);
    QVERIFY(readAll(**reader).records == written);
    QVERIFY(*m_files->list(kDirectory) == names);
    QVERIFY(openForReading(*m_files, "/none").status().code() == StatusCode::NotFound);
  }

  void sequencesAreNeverUsedTwiceEvenUnsynced() {
    Sequence last = kNoSequence;
    for (std::uint64_t round = 0; round < 6; ++round) {
      auto journal = openJournal(*m_files);
      for (int i = 0; i < 50; ++i) {
        const auto sequence = journal->append(RecordType::ChangeSet, payloadOf(1), inAWhile());
        QVERIFY(sequence.isOk());
        QVERIFY(*sequence > last);
        last = *sequence;
      }
      auto after = m_files->afterPowerLoss(round);
      journal.reset();
      m_files = std::move(after);
    }
  }

  void readerStandsAfterItsPosition() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 40);
    for (std::size_t i = 0; i < written.size(); ++i) {
      auto reader = journal->openReader(written[i].sequence);
      QVERIFY(reader.isOk());
      const auto rest = readAll(**reader);
      QVERIFY(rest.damages.empty());
      QVERIFY(rest.records ==
              std::vector<StoredRecord>(written.begin() + std::ptrdiff_t(i) + 1, written.end()));
    }
    const Sequence ahead{toNumber(journal->syncedHead()) + 1};
    QVERIFY(journal->openReader(ahead).status().code() == StatusCode::Invalid);
  }

  void readerSetIntoAGroupOfAReopenedJournalHasItsCatalog() {
    const auto written = appendSynced(*openJournal(*m_files), 0, 40);
    const auto stopped = openForReading(*m_files, kDirectory);
    QVERIFY(stopped.isOk());
    for (const auto& [sequence, payload] : written) {
      auto reader = stopped->openReader(Sequence{toNumber(sequence) - 1});
      QVERIFY(reader.isOk());
      const auto record = (*reader)->next();
      QVERIFY(record.isOk() && record->has_value());
      QVERIFY((*record)->catalog != nullptr);
    }
  }

  void readerFollowsTheHeadAcrossRotation() {
    auto journal = openJournal(*m_files);
    auto reader = journal->openReader(journal->syncedHead());
    QVERIFY(reader.isOk());
    std::vector<StoredRecord> seen;
    std::vector<StoredRecord> written;
    for (std::uint64_t round = 0; round < 60; ++round) {
      QVERIFY(readAll(**reader).records.empty());
      const auto more = appendSynced(*journal, round * 3, 3);
      written.insert(written.end(), more.begin(), more.end());
      const auto result = readAll(**reader);
      QVERIFY(result.damages.empty());
      seen.insert(seen.end(), result.records.begin(), result.records.end());
    }
    QVERIFY(seen == written);
  }

  void sixteenProducersKeepTheirOrder() {
    QTemporaryDir directory;
    auto options = smallOptions();
    options.directory = directory.path().toStdString() + "/journal";
    options.segmentBytes = 1 * limits::kMiB;
    auto journal = openJournal(posixFileSystem(), options);
    constexpr int kProducers = 16;
    constexpr std::uint64_t kEach = 2000;
    std::atomic<int> failures{0};
    std::vector<Worker> producers;
    for (int producer = 0; producer < kProducers; ++producer) {
      producers.emplace_back("producer", ThreadPriority::Normal, [&journal, &failures, producer] {
        Sequence last = kNoSequence;
        for (std::uint64_t i = 0; i < kEach; ++i) {
          const std::string payload = std::to_string(producer) + ":" + std::to_string(i);
          const auto sequence = journal->append(RecordType::ChangeSet, payload, inAWhile());
          if (!sequence || *sequence <= last) ++failures;
          if (sequence) last = *sequence;
          if (i % 100 == 0 && !journal->waitSynced(last, inAWhile()).isOk()) ++failures;
        }
        if (!journal->waitSynced(last, inAWhile()).isOk()) ++failures;
      });
    }
    for (Worker& producer : producers) producer.join();
    QCOMPARE(failures.load(), 0);
    std::map<std::string, std::uint64_t> next;
    for (const auto& record : readAll(*journal).records) {
      const auto colon = record.payload.find(':');
      std::uint64_t& expected = next[record.payload.substr(0, colon)];
      QCOMPARE(record.payload.substr(colon + 1), std::to_string(expected));
      ++expected;
    }
    QCOMPARE(next.size(), std::size_t{kProducers});
    for (const auto& [producer, count] : next) QCOMPARE(count, kEach);
    QVERIFY(journal->counters().groups < journal->counters().records);
  }

  void secondProcessIsKeptOut() {
    auto journal = openJournal(*m_files);
    const auto second = FileJournal::open(*m_files, systemClock(), smallOptions());
    QVERIFY(second.status().code() == StatusCode::Conflict);
    QVERIFY(second.status().message().find("a test") != std::string::npos);
    journal.reset();
    QVERIFY(FileJournal::open(*m_files, systemClock(), smallOptions()).isOk());
  }

  void changedCatalogBeginsANewSegment() {
    auto journal = openJournal(*m_files);
    const auto before = appendSynced(*journal, 0, 2);
    QVERIFY(journal->setCatalog(someCatalog()).isOk());  // the same
    QCOMPARE(journal->usage().segments, 1u);
    QVERIFY(journal->setCatalog(someCatalog("guilds")).isOk());
    const auto after = appendSynced(*journal, 2, 2);
    QVERIFY(segmentOf(after[0].sequence) > segmentOf(before[1].sequence));
    auto reader = journal->openReader(before[0].sequence);
    auto record = (*reader)->next();
    QVERIFY((*record)->catalog->find("players") != nullptr);
    while ((*record)->sequence < after[0].sequence) record = (*reader)->next();
    QVERIFY((*record)->catalog->find("guilds") != nullptr);
    QVERIFY((*record)->catalog->find("players") == nullptr);
    reader->reset();
    journal.reset();
    journal = openJournal(*m_files);  // goes on with its own catalog, not with the initial one
    QVERIFY(journal->catalog()->find("guilds") != nullptr);
  }

  void retiredSegmentsAreRecycledInOrderAndNotFoundAfterwards() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 100);
    const auto segments = journal->usage().segments;
    const auto bytes = journal->usage().usedBytes;
    QVERIFY(journal->retire(written[50].sequence).isOk());
    QVERIFY(journal->usage().segments < segments);
    QVERIFY(journal->usage().usedBytes < bytes);
    QVERIFY(journal->oldestKept() <= written[50].sequence);
    QVERIFY(journal->oldestKept() > written[20].sequence);
    QVERIFY(journal->openReader(written[20].sequence).status().code() == StatusCode::NotFound);
    QVERIFY(journal->openReader(kNoSequence).status().code() == StatusCode::NotFound);
    auto reader = journal->openReader(written[50].sequence);
    QCOMPARE(readAll(**reader).records.size(), std::size_t{49});
    reader->reset();
    QVERIFY(journal->retire(journal->syncedHead()).isOk());
    QCOMPARE(journal->usage().segments, 1u);
    journal.reset();
    journal = openJournal(*m_files);
    QVERIFY(verifyJournal(*m_files, kDirectory)->damages.empty());
  }

  void youngSegmentsAreRetained() {
    auto options = smallOptions();
    options.retain = std::chrono::hours(1);
    auto journal = openJournal(*m_files, options);
    appendSynced(*journal, 0, 60);
    const auto segments = journal->usage().segments;
    QVERIFY(journal->retire(journal->syncedHead()).isOk());
    QCOMPARE(journal->usage().segments, segments);
  }

  void segmentOfAnOpenReaderIsNeverRecycled() {
    auto journal = openJournal(*m_files);
    const auto first = appendSynced(*journal, 0, 10);
    auto reader = journal->openReader(journal->oldestKept());
    QVERIFY((*reader)->next().isOk());
    const auto more = appendSynced(*journal, 10, 40);
    QVERIFY(journal->retire(journal->syncedHead()).isOk());
    appendSynced(*journal, 50, 60);  // would write over it if it had been recycled
    const auto result = readAll(**reader);
    for (std::size_t i = 0; i < result.records.size(); ++i) {
      QCOMPARE(result.records[i].payload, payloadOf(i));
    }
    QVERIFY(result.damages.size() == 1);  // what came after is gone, and it says so
    QVERIFY(result.damages[0].code() == StatusCode::NotFound);
  }

  /// Between its end and the next look, what the reader stands in was left and given back.
  void readerAtTheEndOfARetiredSegmentGoesOn() {
    auto journal = openJournal(*m_files);
    const auto first = appendSynced(*journal, 0, 10);
    auto reader = journal->openReader(journal->oldestKept());
    QVERIFY(readAll(**reader).records == first);
    QVERIFY(journal->setCatalog(someCatalog("others")).isOk());  // begins a new segment
    const auto more = appendSynced(*journal, 10, 3);
    QVERIFY(journal->retire(first.back().sequence).isOk());
    QVERIFY(journal->oldestKept() == first.back().sequence);
    const auto result = readAll(**reader);
    QVERIFY(result.damages.empty());
    QVERIFY(result.records == more);
  }

  void recycledBytesNeverPass() {
    auto journal = openJournal(*m_files);
    appendSynced(*journal, 0, 100);
    QVERIFY(journal->retire(journal->syncedHead()).isOk());
    appendSynced(*journal, 100, 1);
    QVERIFY(journal->prepareSpares().isOk());
    const auto kept = journal->oldestKept();
    const auto written = readAll(*journal).records;
    for (int round = 0; round < 3; ++round) {  // each start takes a recycled file
      journal = nullptr;
      auto after = m_files->afterKill();
      m_files = std::move(after);
      journal = openJournal(*m_files);
      QVERIFY(journal->recovered().damages.empty());
      QVERIFY(journal->oldestKept() == kept);
      QVERIFY(readAll(*journal).records == written);
    }
  }

  void recordTooLargeIsRefusedAndTheLargestIsTaken() {
    auto journal = openJournal(*m_files);
    const auto refused =
        journal->append(RecordType::ChangeSet, std::string(33000, 'x'), inAWhile());
    QVERIFY(refused.status().code() == StatusCode::Invalid);
    const std::string large(30000, 'y');
    for (int i = 0; i < 20; ++i) {
      const auto sequence = journal->append(RecordType::ChangeSet, large, inAWhile());
      QVERIFY(sequence.isOk());
      QVERIFY(journal->waitSynced(*sequence, inAWhile()).isOk());
    }
    const auto result = readAll(*journal);
    QVERIFY(result.damages.empty());
    QCOMPARE(result.records.size(), std::size_t{20});
    QVERIFY(std::all_of(result.records.begin(), result.records.end(),
                        [&](const auto& record) { return record.payload == large; }));
  }

  void closedJournalRefuses() {
    auto journal = openJournal(*m_files);
    const auto staged = journal->append(RecordType::ChangeSet, "x", inAWhile());
    QVERIFY(journal->close().isOk());
    QVERIFY(journal->syncedHead() >= *staged);
    const auto refused = journal->append(RecordType::ChangeSet, "x", inAWhile());
    QVERIFY(refused.status().code() == StatusCode::Unavailable);
    QVERIFY(journal->waitSynced(Sequence{toNumber(*staged) + 5}, inAWhile()).code() ==
            StatusCode::Unavailable);
  }

  void waitEndsAtItsDeadline() {
    auto journal = openJournal(*m_files);
    const Sequence never{toNumber(journal->syncedHead()) + 100};
    const auto soon = systemClock().steadyNow() + std::chrono::milliseconds(5);
    QVERIFY(journal->waitSynced(never, soon).code() == StatusCode::Deadline);
  }

  void init() { m_files = std::make_unique<SimulatedFileSystem>(); }

 private:
  std::unique_ptr<SimulatedFileSystem> m_files;
};

PENSTOCK_TEST(TestFileJournal)

}  // namespace penstock::test

#include "tst_file_journal.moc"
