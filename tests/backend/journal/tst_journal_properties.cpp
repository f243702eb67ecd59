// SPDX-License-Identifier: Apache-2.0
#include <rapidcheck.h>

#include <QTest>
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "journal/file/recovery.h"
#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// Records of the lengths given, each group synced before the next.
std::vector<StoredRecord> write(Journal& journal,
                                const std::vector<std::vector<std::uint16_t>>& groups) {
  std::vector<StoredRecord> written;
  for (const auto& group : groups) {
    for (const std::uint16_t length : group) {
      const std::string payload(length % 3000, static_cast<char>('a' + written.size() % 26));
      const auto sequence = journal.append(RecordType::ChangeSet, payload, inAWhile());
      CHECK(sequence.isOk());
      written.push_back({*sequence, payload});
    }
    if (!group.empty()) CHECK(journal.waitSynced(written.back().sequence, inAWhile()).isOk());
  }
  return written;
}

bool isPrefix(const std::vector<StoredRecord>& part, const std::vector<StoredRecord>& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

struct GroupEnd {
  std::uint64_t offset = 0;
  Sequence last{};
};

/// Where the groups of the last segment end.
std::vector<GroupEnd> groupEnds(FileSystem& files, const RecoveredJournal& journal) {
  std::vector<GroupEnd> ends;
  const SegmentInfo& tail = journal.segments.back();
  const auto scanner = openScanner(files, kDirectory, journal.id, tail.number);
  CHECK(scanner.isOk());
  for (std::uint64_t at = 0; at < tail.syncedEnd;) {
    const auto header = (*scanner)->headerAt({at, tail.syncedEnd});
    CHECK(header.isOk());
    at = header->end();
    ends.push_back({at, makeSequence(tail.number, std::max(header->endIndex(), 1u) - 1)});
  }
  return ends;
}

}  // namespace

class TestJournalProperties : public QObject {
  Q_OBJECT

 private slots:
  /// Whatever comes in, in whatever groups, comes out, from every place.
  void whatIsWrittenIsReadFromEveryPlace() {
    QVERIFY(rc::check([](const std::vector<std::vector<std::uint16_t>>& groups) {
      SimulatedFileSystem files;
      const auto journal = openJournal(files);
      const std::vector<StoredRecord> written = write(*journal, groups);
      RC_ASSERT(readAll(*journal).records == written);
      if (written.empty()) return;
      const std::size_t from = *rc::gen::inRange<std::size_t>(0, written.size());
      const auto reader = journal->openReader(written[from].sequence);
      RC_ASSERT(reader.isOk());
      const std::vector<StoredRecord> rest(written.begin() + static_cast<std::ptrdiff_t>(from) + 1,
                                           written.end());
      RC_ASSERT(readAll(**reader).records == rest);
    }));
  }

  /// A file that ends too early loses what stood behind, and nothing before.
  void cutJournalKeepsWhatStandsBeforeTheCut() {
    QVERIFY(rc::check([](const std::vector<std::vector<std::uint16_t>>& groups) {
      SimulatedFileSystem files;
      std::vector<StoredRecord> written;
      {
        const auto journal = openJournal(files);
        written = write(*journal, groups);
      }
      const auto whole = recoverJournal(files, kDirectory);
      RC_ASSERT(whole.isOk());
      const std::vector<GroupEnd> ends = groupEnds(files, *whole);
      const std::uint64_t cut = *rc::gen::inRange<std::uint64_t>(0, ends.back().offset + 1);
      files.cut(kDirectory + "/" + segmentName(whole->segments.back().number), cut);
      Sequence kept = whole->segments.back().before;
      for (const GroupEnd& end : ends) {
        if (end.offset <= cut) kept = std::max(kept, end.last);
      }
      const auto journal = openJournal(files);
      const std::vector<StoredRecord> read = readAll(*journal).records;
      RC_ASSERT(isPrefix(read, written));
      const auto isKept = [kept](const StoredRecord& record) { return record.sequence <= kept; };
      RC_ASSERT(read.size() >= static_cast<std::size_t>(std::ranges::count_if(written, isKept)));
    }));
  }

  /// Recovery changes nothing that matters to the next one.
  void recoveryIsIdempotent() {
    QVERIFY(
        rc::check([](const std::vector<std::vector<std::uint16_t>>& groups, std::uint64_t seed) {
          SimulatedFileSystem files;
          {
            const auto journal = openJournal(files);
            (void)write(*journal, groups);
          }
          const auto left = files.afterPowerLoss(seed);
          const std::vector<StoredRecord> first = readAll(*openJournal(*left)).records;
          RC_ASSERT(readAll(*openJournal(*left)).records == first);
          const auto report = verifyJournal(*left, kDirectory);
          RC_ASSERT(report.isOk() && report->damages.empty());
        }));
  }
};

PENSTOCK_TEST(TestJournalProperties)

}  // namespace penstock::test

#include "tst_journal_properties.moc"
