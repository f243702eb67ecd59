// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <array>
#include <random>

#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::string pathOf(std::uint32_t number) { return kDirectory + "/" + segmentName(number); }

}  // namespace

class TestJournalDamage : public QObject {
  Q_OBJECT

 private slots:
  void tailCutAtEveryByteLosesOnlyTheLastGroup() {
    const auto written = writeAndKill(6);
    const std::uint32_t segment = segmentOf(written.back().sequence);
    const auto report = verifyJournal(*m_files, kDirectory);
    const std::uint64_t end = report->bytes;  // one segment
    for (std::uint64_t size = end - 4096; size <= end; ++size) {
      auto files = m_files->afterKill();
      files->cut(pathOf(segment), size);
      auto journal = openJournal(*files);
      auto expected = written;
      if (size < end) expected.pop_back();
      QVERIFY2(readAll(*journal).records == expected, qPrintable(QString::number(size)));
      QVERIFY(journal->recovered().damages.empty());
    }
  }

  void everyFlippedBitOfARunningJournalIsFoundOrInTheLastGroup() {
    const auto written = writeAndKill(6);
    const std::uint64_t end = verifyJournal(*m_files, kDirectory)->bytes;
    std::mt19937_64 random(7);
    for (int i = 0; i < 400; ++i) {
      const std::uint64_t bit = random() % (end * 8);
      auto files = m_files->afterKill();
      files->flipBit(pathOf(segmentOf(written[0].sequence)), bit);
      const auto read = readEverything(*files);
      QVERIFY2(isHonest(read, written, bit / 8 >= end - 4096), qPrintable(QString::number(bit)));
    }
  }

  void everyFlippedBitOfAClosedJournalIsFound() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 40);
    QVERIFY(journal->close().isOk());
    journal.reset();
    std::mt19937_64 random(8);
    const auto found = recoverJournal(*m_files, kDirectory);
    for (int i = 0; i < 400; ++i) {
      const auto& info = found->segments[random() % found->segments.size()];
      const std::uint64_t bit = random() % (info.syncedEnd * 8);
      auto files = m_files->afterKill();
      files->flipBit(pathOf(info.number), bit);
      QVERIFY2(isHonest(readEverything(*files), written, false), qPrintable(QString::number(bit)));
    }
  }

  void damageIsNamed() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 10);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const std::uint32_t segment = segmentOf(written[0].sequence);
    m_files->flipBit(pathOf(segment), (3 * 4096 + kGroupHeaderBytes + 30) * 8);  // third record
    const auto report = verifyJournal(*m_files, kDirectory);
    QCOMPARE(report->damages.size(), std::size_t{1});
    const JournalDamage& damage = report->damages[0];
    QCOMPARE(damage.segment, segment);
    QCOMPARE(damage.begin, std::uint64_t{3 * 4096});
    QCOMPARE(damage.end, std::uint64_t{4 * 4096});
    QVERIFY(damage.first == written[2].sequence);
    QVERIFY(damage.last == written[2].sequence);
    journal = openJournal(*m_files);
    const auto result = readAll(*journal);
    QCOMPARE(result.records.size(), std::size_t{2});
    QVERIFY(result.damages[0].code() == StatusCode::Corrupt);
    QVERIFY(result.damages[0].message().find(describe(damage)) != std::string::npos);
    auto behind = journal->openReader(damage.last);  // the rest is served
    QCOMPARE(readAll(**behind).records.size(), std::size_t{7});
  }

  void readerPassesAllDamage() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 60);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const auto segments = recoverJournal(*m_files, kDirectory)->segments;
    std::mt19937_64 random(9);
    for (int i = 0; i < 300; ++i) {
      auto files = m_files->afterKill();
      for (int flips = 0; flips < 3; ++flips) {
        const auto& info = segments[random() % segments.size()];
        files->flipBit(pathOf(info.number), random() % (info.syncedEnd * 8));
      }
      if (i % 3 == 0) QVERIFY(files->remove(pathOf(segments[1 + i % 2].number)).isOk());
      const auto stopped = openForReading(*files, kDirectory);
      QVERIFY(stopped.isOk());
      Everything all;
      all.damages = verifyJournal(*files, kDirectory)->damages;
      const auto reader = stopped->openReader(stopped->oldestKept);
      QVERIFY(reader.isOk());
      for (int damages = 0;; ++damages) {
        const ReadResult read = readAll(**reader);
        all.records.insert(all.records.end(), read.records.begin(), read.records.end());
        if (read.damages.empty()) break;
        QVERIFY(damages < 20);
        QVERIFY((*reader)->next().status().message() == read.damages[0].message());
        QVERIFY((*reader)->passDamage().isOk());
      }
      QVERIFY2(isHonest(all, written, false), qPrintable(QString::number(i)));
    }
  }

  /// Whole by its checksum, and nothing that a writer makes: passed once, not again and again.
  void groupOfAnIndexThatCannotFollowIsPassed() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 8);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const auto file = m_files->open(pathOf(1), FileSystem::OpenMode::ReadWrite);
    std::array<std::byte, kGroupHeaderBytes> bytes{};
    QVERIFY((*file)->readAt(3 * 4096, bytes).isOk());
    auto header = decodeAnyHeader(bytes);
    QVERIFY(header.has_value());
    header->firstIndex = 255;
    encodeGroupHeader(*header, bytes);
    QVERIFY((*file)->writeAt(3 * 4096, bytes).isOk());
    const auto reader = openForReading(*m_files, kDirectory)->openReader(kNoSequence);
    QVERIFY(reader.isOk());
    const ReadResult before = readAll(**reader);
    QCOMPARE(before.records.size(), std::size_t{2});
    QCOMPARE(before.damages.size(), std::size_t{1});
    QVERIFY((*reader)->passDamage().isOk());
    const ReadResult behind = readAll(**reader);
    QVERIFY(behind.damages.empty());
    QCOMPARE(behind.records.size(), written.size() - 3);
  }

  void cursorSetIntoDamageTellsOfIt() {
    auto journal = openJournal(*m_files);
    for (int i = 0; i < 3; ++i) appendSynced(*journal, 0, 1);
    const auto written = readAll(*journal).records;
    m_files->flipBit(pathOf(1), (2 * 4096 + kGroupHeaderBytes + 30) * 8);
    const auto reader = journal->openReader(written[0].sequence);
    QVERIFY(reader.isOk());
    QVERIFY(readAll(**reader).damages[0].code() == StatusCode::Corrupt);
    QVERIFY((*reader)->passDamage().isOk());
    QCOMPARE(readAll(**reader).records.size(), std::size_t{1});
  }

  void missingSegmentIsDamageUnlessItIsTheOldest() {
    auto journal = openJournal(*m_files);
    const auto written = appendSynced(*journal, 0, 60);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const auto segments = recoverJournal(*m_files, kDirectory)->segments;
    QVERIFY(segments.size() >= 4);
    for (std::size_t gone = 0; gone + 1 < segments.size(); ++gone) {
      auto files = m_files->afterKill();
      QVERIFY(files->remove(pathOf(segments[gone].number)).isOk());
      const auto report = verifyJournal(*files, kDirectory);
      QCOMPARE(report->damages.size(), std::size_t{gone == 0 ? 0u : 1u});
      journal = openJournal(*files);
      const auto result = readAll(*journal);
      QCOMPARE(result.damages.size(), report->damages.size());
      if (gone > 0) QVERIFY(result.damages[0].message().find("missing") != std::string::npos);
      journal.reset();
    }
  }

  void readErrorIsNoTornTail() {
    writeAndKill(6);
    for (std::uint64_t nth = 0;; ++nth) {
      auto files = m_files->afterKill();
      files->plan({SimulatedFileSystem::Call::Read, SimulatedFileSystem::Fault::IoError, nth, 1});
      const auto found = recoverJournal(*files, kDirectory);
      if (found.isOk()) {
        QVERIFY(nth >= 2);
        return;
      }
      QVERIFY(found.status().code() == StatusCode::IoError);
    }
  }

  void lostIdentityIsRefused() {
    writeAndKill(2);
    QVERIFY(m_files->remove(kDirectory + "/identity").isOk());
    const auto refused = FileJournal::open(*m_files, systemClock(), smallOptions());
    QVERIFY(refused.status().code() == StatusCode::Corrupt);
  }

  void init() { m_files = std::make_unique<SimulatedFileSystem>(); }

 private:
  /// Writes, and leaves the disk as the end of the process would.
  std::vector<StoredRecord> writeAndKill(std::uint64_t count) {
    auto journal = openJournal(*m_files);
    auto written = appendSynced(*journal, 0, count);
    auto after = m_files->afterKill();
    journal.reset();
    m_files = std::move(after);
    return written;
  }

  struct Everything {
    std::vector<StoredRecord> records;
    std::vector<JournalDamage> damages;
    bool refused = false;
  };
  /// Opens the journal and reads over all damage.
  static Everything readEverything(SimulatedFileSystem& files) {
    Everything all;
    auto report = verifyJournal(files, kDirectory);
    all.refused = !report.isOk();
    if (all.refused) return all;
    all.damages = report->damages;
    auto journal = openJournal(files);
    auto reader = journal->openReader(journal->oldestKept());
    if (!reader) return all;
    all.records = readAll(**reader).records;
    for (const JournalDamage& damage : all.damages) {
      auto behind = journal->openReader(damage.last);
      if (!behind) continue;
      for (const auto& record : readAll(**behind).records) {
        if (all.records.empty() || record.sequence > all.records.back().sequence) {
          all.records.push_back(record);
        }
      }
    }
    return all;
  }

  /// Nothing false is served, and what is missing is named (or may be the last group).
  static bool isHonest(const Everything& read, const std::vector<StoredRecord>& written,
                       bool lastMayBeMissing) {
    if (read.refused) return true;
    auto next = read.records.begin();
    for (const StoredRecord& record : written) {
      if (next != read.records.end() && *next == record) {
        ++next;
        continue;
      }
      const bool named =
          std::any_of(read.damages.begin(), read.damages.end(), [&](const auto& damage) {
            return damage.first <= record.sequence && record.sequence <= damage.last;
          });
      const bool isLast = record == written.back();
      if (!named && !(isLast && lastMayBeMissing)) return false;
    }
    return next == read.records.end();
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
};

PENSTOCK_TEST(TestJournalDamage)

}  // namespace penstock::test

#include "tst_journal_damage.moc"
