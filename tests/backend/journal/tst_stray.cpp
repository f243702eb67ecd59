// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <vector>

#include "journal/file/stray.h"
#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::string pathOf(std::uint32_t number) { return kDirectory + "/" + segmentName(number); }

std::string asidePathOf(std::uint32_t number) { return kDirectory + "/" + setAsideName(number, 1); }

GroupHeader headerAt(std::uint32_t segment, JournalPosition synced) {
  GroupHeader header;
  header.segment = segment;
  header.synced = synced;
  return header;
}

}  // namespace

class TestStray : public QObject {
  Q_OBJECT

 private slots:
  void onlyWhatProvablyNeverCountedMayBeDeleted() {
    const StrayPlace last{5, {}};
    const StrayPlace between{5, JournalPosition{7, 8192}};
    StrayContent content;
    QVERIFY(whyKept(content, last).empty());  // zeros
    content.isAllZero = false;
    QVERIFY(!whyKept(content, last).empty());  // bytes, and no beginning
    content.startsWithGroup = true;
    content.highestOther = 4;
    QVERIFY(whyKept(content, last).empty());  // recycled
    content.hasBroken = true;
    QVERIFY(!whyKept(content, last).empty());
    content.hasBroken = false;
    content.highestOther = 5;  // of a segment that is still kept
    QVERIFY(!whyKept(content, last).empty());
    content.highestOther = 4;
    QVERIFY(!whyKept(content, {0, {}}).empty());  // who knows what is retired?
    content.ownFirst = headerAt(8, {7, 8192});
    QVERIFY(!whyKept(content, last).empty());
    QVERIFY(whyKept(content, between).empty());  // the one behind it begins at the same place
    content.hasOwnLater = true;
    QVERIFY(!whyKept(content, between).empty());
    content.hasOwnLater = false;
    content.ownFirst = headerAt(8, {6, 8192});
    QVERIFY(!whyKept(content, between).empty());
    content.ownFirst.reset();
    content.otherJournal = JournalId{};
    QVERIFY(!whyKept(content, between).empty());
  }

  void exchangedNamesAtTheEndLoseNoFile() {
    const auto segments = writeSegments();
    const std::uint32_t last = segments.back().number;
    const std::uint32_t before = segments[segments.size() - 2].number;
    const std::string lastBytes = *readWholeFile(*m_files, pathOf(last));
    const std::string beforeBytes = *readWholeFile(*m_files, pathOf(before));
    exchange(*m_files, pathOf(last), pathOf(before));
    QCOMPARE(verifyJournal(*m_files, kDirectory)->unreadable.size(), std::size_t{2});
    for (int start = 0; start < 2; ++start) {
      auto journal = openJournal(*m_files);
      QVERIFY(segmentOf(journal->syncedHead()) > last);  // no number is used twice
      journal.reset();
      QVERIFY(*readWholeFile(*m_files, asidePathOf(before)) == lastBytes);
      QVERIFY(*readWholeFile(*m_files, asidePathOf(last)) == beforeBytes);
    }
    const auto report = verifyJournal(*m_files, kDirectory);
    QCOMPARE(report->unreadable.size(), std::size_t{2});
    QVERIFY(report->unreadable[0].isSetAside);
    QVERIFY(report->unreadable[0].path == asidePathOf(before));
  }

  void lastSegmentWithoutItsHeaderIsKept_data() {
    QTest::addColumn<int>("bytes");
    QTest::addColumn<int>("value");
    QTest::newRow("garbage header") << int{kGroupHeaderBytes} << 0x5a;
    QTest::newRow("zeroed header") << int{kGroupHeaderBytes} << 0;
    QTest::newRow("garbage everywhere") << 16384 << 0x5a;
  }
  void lastSegmentWithoutItsHeaderIsKept() {
    QFETCH(int, bytes);
    QFETCH(int, value);
    writeSegments();
    auto journal = openJournal(*m_files);  // begins a segment, of one group
    const std::uint32_t last = segmentOf(journal->syncedHead());
    endAsKilled(journal);
    overwrite(*m_files, pathOf(last), 0,
              std::vector<std::byte>(static_cast<std::size_t>(bytes), std::byte(value)));
    QCOMPARE(verifyJournal(*m_files, kDirectory)->unreadable.size(), std::size_t{1});
    openJournal(*m_files).reset();
    QVERIFY(m_files->exists(asidePathOf(last)));
    QVERIFY(!m_files->exists(pathOf(last)));
  }

  void segmentCutInItsFirstGroupIsATornTail() {
    const auto segments = writeSegments();
    auto journal = openJournal(*m_files);
    const std::uint32_t last = segmentOf(journal->syncedHead());
    endAsKilled(journal);
    m_files->cut(pathOf(last), 200);
    const auto report = verifyJournal(*m_files, kDirectory);
    QVERIFY(report->tornTail && report->unreadable.empty() && report->damages.empty());
    QVERIFY(report->end == segments.back().last);
    openJournal(*m_files).reset();
    QVERIFY(m_files->exists(pathOf(last)));
    QVERIFY(verifyJournal(*m_files, kDirectory)->damages.empty());
  }

  void segmentOfAnotherJournalIsKept() {
    SimulatedFileSystem others;
    appendSynced(*openJournal(others), 0, 3);
    const std::string foreign = *readWholeFile(others, pathOf(1));
    const auto segments = writeSegments();
    const std::uint32_t number = segments.back().number + 1;
    overwrite(*m_files, pathOf(number), 0, foreign);
    openJournal(*m_files).reset();
    QVERIFY(*readWholeFile(*m_files, asidePathOf(number)) == foreign);
  }

  void preparedFilesThatNeverHeldAGroupAreDeleted() {
    auto segments = writeSegments();
    {
      auto journal = openJournal(*m_files);
      QVERIFY(journal->retire(segments[2].last).isOk());  // one becomes a spare
    }
    segments = recoverJournal(*m_files, kDirectory)->segments;
    const std::uint32_t highest = segments.back().number;
    std::string spare;
    const std::vector<std::string> names = *m_files->list(kDirectory);
    for (const std::string& name : names) {
      if (name.starts_with("spare-")) spare = kDirectory + "/" + name;
    }
    QVERIFY(!spare.empty());
    QVERIFY(m_files->rename(spare, pathOf(highest + 1)).isOk());  // and then the process ends
    overwrite(*m_files, pathOf(highest + 2), 0, std::vector<std::byte>(65536));
    overwrite(*m_files, pathOf(highest + 3), 0, "");
    QVERIFY(verifyJournal(*m_files, kDirectory)->unreadable.empty());
    openJournal(*m_files).reset();
    for (std::uint32_t number = highest + 1; number <= highest + 3; ++number) {
      QVERIFY(!m_files->exists(pathOf(number)));
      QVERIFY(!m_files->exists(asidePathOf(number)));
    }
  }

  void groupThatWasToldNotJournaledIsDeletedWithItsSegment() {
    auto journal = openJournal(*m_files);
    const auto good = appendSynced(*journal, 0, 3);
    m_files->plan({SimulatedFileSystem::Call::Sync, SimulatedFileSystem::Fault::IoError, 0, 3});
    const auto lost = journal->append(RecordType::ChangeSet, "lost", inAWhile());
    QVERIFY(journal->waitSynced(*lost, inAWhile()).code() == StatusCode::IoError);
    endAsKilled(journal);
    QVERIFY(verifyJournal(*m_files, kDirectory)->unreadable.empty());
    QVERIFY(readAll(*openJournal(*m_files)).records == good);
    QVERIFY(verifyJournal(*m_files, kDirectory)->unreadable.empty());
  }

  void init() { m_files = std::make_unique<SimulatedFileSystem>(); }

 private:
  /// Four segments or more, closed.
  std::vector<SegmentInfo> writeSegments() {
    auto journal = openJournal(*m_files);
    appendSynced(*journal, 0, 60);
    CHECK(journal->close().isOk());
    journal.reset();
    auto segments = recoverJournal(*m_files, kDirectory)->segments;
    CHECK(segments.size() >= 4);
    return segments;
  }

  void endAsKilled(std::unique_ptr<FileJournal>& journal) {
    auto after = m_files->afterKill();
    journal.reset();
    m_files = std::move(after);
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
};

PENSTOCK_TEST(TestStray)

}  // namespace penstock::test

#include "tst_stray.moc"
