// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "journal/file/salvage.h"
#include "journal/file/segment_files.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::string pathOf(std::uint32_t number) { return kDirectory + "/" + segmentName(number); }

std::string contentOf(FileSystem& files, const std::string& path) {
  return *readWholeFile(files, path);
}

/// Zeros, with some bytes at one place; knows the longest read that was asked of it.
class ScarceFile final : public File {
 public:
  ScarceFile(std::uint64_t size, std::uint64_t at, std::vector<std::byte> bytes,
             std::size_t& longest)
      : m_size(size), m_at(at), m_bytes(std::move(bytes)), m_longest(longest) {}

  Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> into) override {
    m_longest = std::max(m_longest, into.size());
    const std::size_t count = std::min<std::uint64_t>(into.size(), m_size - offset);
    std::ranges::fill(into, std::byte{0});
    for (std::size_t i = 0; i < m_bytes.size(); ++i) {
      if (m_at + i >= offset && m_at + i < offset + count) into[m_at + i - offset] = m_bytes[i];
    }
    return count;
  }
  Status writeAt(std::uint64_t, std::span<const std::byte>) override { return Status::ok(); }
  Status syncData() override { return Status::ok(); }
  Status truncate(std::uint64_t) override { return Status::ok(); }
  Result<std::uint64_t> size() const override { return m_size; }

 private:
  const std::uint64_t m_size;
  const std::uint64_t m_at;
  const std::vector<std::byte> m_bytes;
  std::size_t& m_longest;
};

struct Salvaged {
  std::vector<StoredRecord> records;  ///< change sets only
  std::vector<JournalDamage> losses;
};

Salvaged salvageAll(FileSystem& files) {
  Salvaged all;
  const auto salvage = JournalSalvage::open(files, kDirectory);
  CHECK(salvage.isOk());
  for (;;) {
    const auto saved = (*salvage)->next();
    CHECK(saved.isOk());
    if (!saved->has_value()) break;
    const JournalRecord& record = (*saved)->record;
    CHECK(record.catalog != nullptr);
    if (record.type != RecordType::ChangeSet) continue;
    all.records.push_back({record.sequence, std::string(record.payload)});
  }
  all.losses = (*salvage)->losses();
  return all;
}

bool isLost(const Salvaged& all, Sequence sequence) {
  return std::ranges::any_of(all.losses, [sequence](const JournalDamage& loss) {
    const bool isBelow =
        loss.last == kNoSequence ? segmentOf(sequence) == loss.segment : sequence <= loss.last;
    return loss.first <= sequence && isBelow;
  });
}

/// Every change set is either saved or in a loss, never both.
bool isAccountedFor(const Salvaged& all, const std::vector<StoredRecord>& written) {
  return std::ranges::all_of(written, [&](const StoredRecord& record) {
    const bool isSaved = std::ranges::count(all.records, record) == 1;
    return isSaved != isLost(all, record.sequence);
  });
}

std::vector<StoredRecord> without(std::vector<StoredRecord> records,
                                  const std::set<std::uint64_t>& numbers) {
  std::vector<StoredRecord> left;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (!numbers.contains(i)) left.push_back(std::move(records[i]));
  }
  return left;
}

}  // namespace

class TestSalvage : public QObject {
  Q_OBJECT

 private slots:
  void init() { m_files = std::make_unique<SimulatedFileSystem>(); }

  void soundJournalIsSavedWholeAndStaysAsItIs() {
    const auto written = writeSegments();
    const auto before = contents();
    const Salvaged all = salvageAll(*m_files);
    QVERIFY(all.records == written);
    QVERIFY(all.losses.empty());
    QVERIFY(contents() == before);
  }

  void recordsBesideADamagedOneInItsGroupAreSaved() {
    const auto written = writeOneGroup(20);
    const std::uint32_t segment = segmentOf(written[0].sequence);
    const std::string bytes = contentOf(*m_files, pathOf(segment));
    for (const std::uint64_t rotten : {0u, 7u, 19u}) {
      // In the payload, and in the length that leads to the next record.
      for (const std::int64_t at : {3, -24}) {
        auto files = m_files->afterKill();
        const auto place = static_cast<std::int64_t>(bytes.find(written[rotten].payload)) + at;
        files->flipBit(pathOf(segment), static_cast<std::uint64_t>(place) * 8);
        const Salvaged all = salvageAll(*files);
        QVERIFY(all.records == without(written, {rotten}));
        QCOMPARE(all.losses.size(), std::size_t{1});
        QVERIFY(all.losses[0].first == written[rotten].sequence);
        QVERIFY(all.losses[0].last == written[rotten].sequence);
        QVERIFY(std::int64_t(all.losses[0].begin) <= place);
        QVERIFY(std::int64_t(all.losses[0].end) > place);
      }
    }
  }

  void groupWithoutItsHeaderLosesNoRecord() {
    const auto written = writeSegments();
    overwrite(*m_files, pathOf(segmentOf(written[0].sequence)), 2 * limits::kJournalBlockBytes,
              std::string(kGroupHeaderBytes, '\0'));
    const Salvaged all = salvageAll(*m_files);
    QVERIFY(all.records == written);
    QVERIFY(all.losses.empty());
  }

  /// The bits decide: what none of them lies in is saved, all else is named as lost.
  void exactlyTheUndamagedRecordsAreSaved() {
    const auto written = writeSegments();
    const auto places = placesOf(written);
    const auto segments = recoverJournal(*m_files, kDirectory)->segments;
    std::mt19937_64 random(11);
    for (int round = 0; round < 300; ++round) {
      auto files = m_files->afterKill();
      std::set<std::uint64_t> rotten;
      for (int flips = 0; flips < 6; ++flips) {
        // Not the last group: it could not be told from one that was torn.
        const auto& info = segments[random() % (segments.size() - 1)];
        const std::uint64_t bit = random() % (info.syncedEnd * 8);
        files->flipBit(pathOf(info.number), bit);
        for (std::size_t i = 0; i < places.size(); ++i) {
          const Place& place = places[i];
          const bool isHit =
              place.segment == info.number && place.begin <= bit / 8 && bit / 8 < place.end;
          // Flipped twice, a bit is sound again.
          if (isHit && !rotten.insert(bit << 16 | i).second) rotten.erase(bit << 16 | i);
        }
      }
      std::set<std::uint64_t> numbers;
      for (const std::uint64_t hit : rotten) numbers.insert(hit & 0xffffu);
      const Salvaged all = salvageAll(*files);
      QVERIFY2(all.records == without(written, numbers), qPrintable(QString::number(round)));
      QVERIFY2(isAccountedFor(all, written), qPrintable(QString::number(round)));
    }
  }

  void segmentThatIsCutLosesWhatWasBehindTheCut() {
    const auto written = writeSegments();
    const auto places = placesOf(written);
    const std::uint32_t number = places[20].segment;
    for (const std::uint64_t more : {0u, 1u, 200u, 5000u}) {
      auto files = m_files->afterKill();
      const std::uint64_t size = places[20].begin + more;
      files->cut(pathOf(number), size);
      std::set<std::uint64_t> gone;
      for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].segment == number && places[i].end > size) gone.insert(i);
      }
      const Salvaged all = salvageAll(*files);
      QVERIFY(all.records == without(written, gone));
      QVERIFY(isAccountedFor(all, written));
    }
  }

  void missingSegmentIsNamed() {
    const auto written = writeSegments();
    const auto segments = recoverJournal(*m_files, kDirectory)->segments;
    const std::uint32_t number = segments[1].number;
    QVERIFY(m_files->remove(pathOf(number)).isOk());
    const Salvaged all = salvageAll(*m_files);
    QVERIFY(isAccountedFor(all, written));
    QCOMPARE(all.losses.size(), std::size_t{1});
    QVERIFY(all.losses[0].last == segments[1].last);
    QVERIFY(describeLoss(all.losses[0]).find("segment missing") != std::string::npos);
  }

  /// Wherever they are, and also when a start has set them aside.
  void exchangedSegmentsLoseNothing() {
    const auto written = writeSegments();
    const auto segments = recoverJournal(*m_files, kDirectory)->segments;
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
      auto files = m_files->afterKill();
      exchange(*files, pathOf(segments[i].number), pathOf(segments[i + 1].number));
      for (int start = 0; start < 3; ++start) {
        const Salvaged all = salvageAll(*files);
        QVERIFY2(all.records == written, qPrintable(QString::number(i)));
        QVERIFY2(all.losses.empty(), qPrintable(QString::number(i)));
        openJournal(*files).reset();
      }
    }
  }

  void setAsideSegmentWithoutItsBeginningIsSavedBehindIt() {
    const auto written = writeSegments();
    auto journal = openJournal(*m_files);
    const auto more = appendSynced(*journal, 60, 3);
    const std::uint32_t last = segmentOf(more[0].sequence);
    auto after = m_files->afterKill();
    journal.reset();
    m_files = std::move(after);
    overwrite(*m_files, pathOf(last), 0, std::string(limits::kJournalBlockBytes, 'x'));
    overwrite(*m_files, pathOf(last), limits::kJournalBlockBytes,
              std::string(kGroupHeaderBytes, 'x'));
    // Whether this start follows it or sets it aside, nothing that can be read is lost.
    openJournal(*m_files).reset();
    const Salvaged all = salvageAll(*m_files);
    for (const StoredRecord& record : more) {
      QVERIFY(std::ranges::count(all.records, record) == 1);
    }
    QVERIFY(!all.losses.empty());  // the catalog, at the least
    QVERIFY(all.records.size() >= written.size());
    QVERIFY(std::equal(written.begin(), written.end(), all.records.begin()));
  }

  void garbageInTheLastSegmentIsNamed() {
    const auto written = writeSegments();
    auto journal = openJournal(*m_files);
    const auto more = appendSynced(*journal, 60, 3);
    const std::uint32_t last = segmentOf(more[0].sequence);
    auto after = m_files->afterKill();
    journal.reset();
    m_files = std::move(after);
    const std::uint64_t size = m_files->sizeOf(pathOf(last));
    overwrite(*m_files, pathOf(last), 0, std::string(size, 'x'));
    for (int start = 0; start < 2; ++start) {
      const Salvaged all = salvageAll(*m_files);
      QVERIFY(all.records == written);
      QCOMPARE(all.losses.size(), std::size_t{1});
      QVERIFY(isLost(all, more[0].sequence));
      QVERIFY(describeLoss(all.losses[0]).find("not known") != std::string::npos);
      openJournal(*m_files).reset();
    }
  }

  /// A recycled file still holds what was persisted long ago.
  void retiredRecordsDoNotComeBack() {
    const auto written = writeSegments();
    const auto segments = recoverJournal(*m_files, kDirectory)->segments;
    auto journal = openJournal(*m_files);
    QVERIFY(journal->retire(segments[2].last).isOk());
    const auto more = appendSynced(*journal, 60, 30);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const auto kept = recoverJournal(*m_files, kDirectory)->segments;
    for (const SegmentInfo& info : kept) {
      auto files = m_files->afterKill();
      overwrite(*files, pathOf(info.number), 0, std::string(kGroupHeaderBytes, 'x'));
      const Salvaged all = salvageAll(*files);
      for (const StoredRecord& record : all.records) {
        QVERIFY(record.sequence > segments[2].last);
      }
    }
  }

  void recordsThatWereToldNotJournaledAreNotSaved() {
    auto journal = openJournal(*m_files);
    const auto good = appendSynced(*journal, 0, 3);
    m_files->plan({SimulatedFileSystem::Call::Sync, SimulatedFileSystem::Fault::IoError, 0, 3});
    const auto lost = journal->append(RecordType::ChangeSet, "lost", inAWhile());
    QVERIFY(journal->waitSynced(*lost, inAWhile()).code() == StatusCode::IoError);
    auto after = m_files->afterKill();
    journal.reset();
    m_files = std::move(after);
    const Salvaged all = salvageAll(*m_files);
    QVERIFY(all.records == good);
    QVERIFY(all.losses.empty());
  }

  /// One flipped bit in a record's length must not cost the memory of half a segment.
  void lengthThatRottedTakesNoMemory() {
    const JournalId id{};
    for (const std::uint64_t at : {std::uint64_t{kGroupHeaderBytes}, std::uint64_t{8192}}) {
      const std::string payload = "x";
      std::vector<std::byte> record(kRecordFrameBytes + payload.size());
      const std::uint32_t index = at == kGroupHeaderBytes ? 0 : 3;
      encodeRecord({RecordType::ChangeSet, payload, hashPayload(payload)}, makeSequence(7, index),
                   segmentSeed(id, 7), record.data());
      record[3] ^= std::byte{1};  // 16 MiB more
      std::size_t longest = 0;
      const std::uint64_t size = 32 * limits::kMiB;
      auto scanner = std::make_unique<GroupScanner>(
          std::make_unique<ScarceFile>(size, at, record, longest), id, 7);
      QVERIFY(scanner->firstRecord(size).status().code() == StatusCode::Corrupt);
      RecordFinder finder(std::move(scanner), size);
      const auto found = finder.next();
      QVERIFY(found.isOk() && !found->has_value());
      QVERIFY(longest <= limits::kGroupCommitBytesMax);
    }
  }

  void readErrorIsNoLoss() {
    writeSegments();
    for (std::uint64_t nth = 0;; ++nth) {
      auto files = m_files->afterKill();
      files->plan({SimulatedFileSystem::Call::Read, SimulatedFileSystem::Fault::IoError, nth, 1});
      const auto salvage = JournalSalvage::open(*files, kDirectory);
      Status status = salvage.status();
      for (bool isEnd = !status.isOk(); !isEnd;) {
        const auto saved = (*salvage)->next();
        status = saved.status();
        isEnd = !saved || !saved->has_value();
      }
      if (status.isOk()) {
        QVERIFY(nth > 4);
        return;
      }
      QVERIFY(status.code() == StatusCode::IoError);
    }
  }

  void noJournalIsNotFound() {
    const auto salvage = JournalSalvage::open(*m_files, "/none");
    QVERIFY(salvage.status().code() == StatusCode::NotFound);
  }

 private:
  struct Place {
    std::uint32_t segment = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  /// Four segments or more, closed; one record a group.
  std::vector<StoredRecord> writeSegments() {
    auto journal = openJournal(*m_files);
    auto written = appendSynced(*journal, 0, 60);
    CHECK(journal->close().isOk());
    return written;
  }

  /// Records that are all in one group, closed.
  std::vector<StoredRecord> writeOneGroup(std::uint64_t count) {
    FileJournalOptions options = smallOptions();
    options.drive = FileJournalOptions::Drive::Steps;
    auto journal = openJournal(*m_files, options);
    std::vector<StoredRecord> written;
    for (std::uint64_t number = 0; number <= count; ++number) {
      const std::string payload = payloadOf(number);
      const auto sequence = journal->append(RecordType::ChangeSet, payload, inAWhile());
      CHECK(sequence.isOk());
      written.push_back({*sequence, payload});
    }
    while (journal->step().kind == GroupLoop::Step::Kind::Wrote) {
    }
    CHECK(journal->close().isOk());
    return written;
  }

  /// Where they stand, frame and payload.
  std::vector<Place> placesOf(const std::vector<StoredRecord>& written) {
    std::vector<Place> places;
    for (const StoredRecord& record : written) {
      const std::uint32_t segment = segmentOf(record.sequence);
      const std::string bytes = contentOf(*m_files, pathOf(segment));
      const std::size_t at = bytes.find(record.payload);
      CHECK(at != std::string::npos);
      places.push_back({segment, at - kRecordFrameBytes, at + record.payload.size()});
    }
    return places;
  }

  std::map<std::string, std::string> contents() {
    std::map<std::string, std::string> all;
    const std::vector<std::string> names = *m_files->list(kDirectory);
    for (const std::string& name : names) {
      all[name] = contentOf(*m_files, kDirectory + "/" + name);
    }
    return all;
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
};

PENSTOCK_TEST(TestSalvage)

}  // namespace penstock::test

#include "tst_salvage.moc"
