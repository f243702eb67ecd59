// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <string>

#include "engine/entry/known_changes.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Seen = KnownIds::Seen;
using Passage = KnownChanges::Passage;

constexpr std::uint64_t kSource = 7;
constexpr auto kJournaled = SourcePositions::LineFate::Journaled;
const std::string kIdsFile = "/data/known_ids.snapshot";
const std::string kSourcesFile = "/data/sources.snapshot";

/// The change set with this number: its id and line.
std::string encoded(std::uint64_t number) {
  const std::string id = "id " + std::to_string(number);
  ChangeSetWriter writer;
  ChangeSetWriter::Header header;
  header.id = id;
  header.client = "test";
  header.source = {kSource, number, number * 1000};
  writer.begin(header);
  writer.beginChange(Operation::Insert, TableId{0});
  writer.key(ValueView::integer(static_cast<std::int64_t>(number)));
  writer.endChange();
  return std::string(writer.finish());
}

Passage passageOf(const std::string& bytes, Sequence head) {
  const auto view = ChangeSetView::parse(bytes);
  Passage passage;
  passage.id = hashIdentity(view->client(), view->id());
  passage.content = hashContent(*view);
  passage.source = view->source();
  passage.identity = Passage::Identity::Id;
  passage.headBefore = head;
  return passage;
}

/// A journal, what is known, and the disk under both.
struct Bench {
  explicit Bench(std::unique_ptr<SimulatedFileSystem> disk) : files(std::move(disk)) {
    journal = openJournal(*files);
    known = std::make_unique<KnownChanges>(*files, "/data", 1000);
    journal->setSyncedListener([this](const SyncedNews& news) { known->onSynced(news.head); });
    recovered = known->recover(*journal);
  }
  Bench() : Bench(newDisk()) {}
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  static std::unique_ptr<SimulatedFileSystem> newDisk() {
    auto disk = std::make_unique<SimulatedFileSystem>();
    (void)disk->createDirectories("/data");
    return disk;
  }

  Sequence append(const std::string& bytes) const {
    const auto sequence = journal->append(RecordType::ChangeSet, bytes, inAWhile());
    CHECK(sequence.isOk() && journal->waitSynced(*sequence, inAWhile()).isOk());
    known->onSynced(*sequence);  // the listener may be a little later
    return *sequence;
  }
  Sequence submit(std::uint64_t number) const {
    const std::string bytes = encoded(number);
    const Passage passage = passageOf(bytes, journal->syncedHead());
    CHECK(known->reserve(passage, SteadyTime::max()).seen == Seen::New);
    const Sequence sequence = append(bytes);
    known->commit(passage, sequence, kJournaled);
    return sequence;
  }
  void submit(std::uint64_t from, std::uint64_t to) const {
    for (std::uint64_t number = from; number <= to; ++number) submit(number);
  }
  KnownChanges::Entry ask(std::uint64_t number) const {
    Passage passage = passageOf(encoded(number), journal->syncedHead());
    passage.source = {};
    const KnownChanges::Entry entry = known->reserve(passage, SteadyTime::max());
    if (entry.seen == Seen::New) known->cancel(passage);
    return entry;
  }
  /// So many are known by id and line, and the next one is not.
  bool knowsUpTo(std::uint64_t count) const {
    for (std::uint64_t number = 1; number <= count; ++number) {
      if (ask(number).seen != Seen::Known) return false;
    }
    return ask(count + 1).seen == Seen::New && known->position(kSource).upTo == count;
  }

  std::unique_ptr<SimulatedFileSystem> files;
  std::unique_ptr<KnownChanges> known;
  std::unique_ptr<FileJournal> journal;  // last: its thread tells what is known
  Status recovered;
};

}  // namespace

/// KnownChanges together with a real journal: what the next start knows.
class TestKnownChangesRecovery : public QObject {
  Q_OBJECT

 private slots:
  void journalAloneIsEnough() {
    Bench first;
    const Sequence tenth = (first.submit(1, 9), first.submit(10));
    const Bench second(first.files->afterKill());
    QVERIFY(second.recovered.isOk());
    QVERIFY(second.knowsUpTo(10));
    QVERIFY(second.ask(10).sequence == tenth);
    QCOMPARE(second.known->position(kSource).chainHash, 10'000u);
  }

  void snapshotAndWhatTheJournalHoldsBehindItAreJoined() {
    Bench first;
    first.submit(1, 20);
    QVERIFY(first.known->writeSnapshots().isOk());
    first.submit(21, 30);
    const Bench second(first.files->afterKill());
    QVERIFY(second.knowsUpTo(30));
    QVERIFY(second.known->writeSnapshots().isOk());
    const Bench third(second.files->afterKill());
    QVERIFY(third.knowsUpTo(30));
  }

  void snapshotOutlivesTheSegments() {
    Bench before;
    before.submit(1, 300);
    QVERIFY(before.known->writeSnapshots().isOk());
    const Bench first(before.files->afterKill());
    QVERIFY(first.knowsUpTo(300));
    QVERIFY(first.known->writeSnapshots().isOk());
    QVERIFY(first.journal->retire(first.known->snapshotPosition()).isOk());
    QVERIFY(first.journal->oldestKept() > before.journal->oldestKept());
    const Bench second(first.files->afterKill());
    QVERIFY2(second.recovered.isOk(), second.recovered.message().c_str());
    QCOMPARE(second.known->position(kSource).upTo, 300u);
    QVERIFY(second.ask(1).seen == Seen::Known);
    QVERIFY(second.knowsUpTo(300));
  }

  // Its segments may be gone: without it, what came in before would come in again.
  void snapshotThatCannotBeReadNowStopsTheStart() {
    Bench first;
    first.submit(1, 300);
    QVERIFY(first.known->writeSnapshots().isOk());
    const auto disk = first.files->afterKill();
    const auto journal = openJournal(*disk);
    using Files = SimulatedFileSystem;
    const Files::FaultPlan once{Files::Call::Open, Files::Fault::IoError};
    disk->plan(once);
    QVERIFY(KnownChanges(*disk, "/data", 1000).recover(*journal).isOk());  // the journal has all
    QVERIFY(journal->retire(first.known->snapshotPosition()).isOk());
    QVERIFY(journal->oldestKept() > kNoSequence);
    disk->plan(once);
    QVERIFY(KnownChanges(*disk, "/data", 1000).recover(*journal).code() == StatusCode::IoError);
    QVERIFY(KnownChanges(*disk, "/data", 1000).recover(*journal).isOk());
  }

  // The rename is seen by the next start, and a power loss may take it back.
  void snapshotOfAKilledProcessIsDurableBeforeSegmentsGo() {
    using Files = SimulatedFileSystem;
    Bench first;
    first.submit(1, 300);
    first.files->plan({Files::Call::SyncDirectory, Files::Fault::IoError, 1});
    QVERIFY(!first.known->writeSnapshots().isOk());
    const Bench second(first.files->afterKill());
    QVERIFY(second.journal->retire(second.known->snapshotPosition()).isOk());
    QVERIFY(second.journal->oldestKept() > kNoSequence);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const Bench third(second.files->afterPowerLoss(seed));
      QVERIFY(third.recovered.isOk() && third.knowsUpTo(300));
    }
  }

  // Segments may go up to this position only.
  void snapshotPositionIsWhatTheDiskTells() {
    Bench first;
    QVERIFY(first.known->snapshotPosition() == kNoSequence);
    first.submit(1, 3);
    QVERIFY(first.known->snapshotPosition() == kNoSequence);
    first.files->plan({SimulatedFileSystem::Call::Rename, SimulatedFileSystem::Fault::IoError});
    QVERIFY(!first.known->writeSnapshots().isOk());
    QVERIFY(first.known->snapshotPosition() == kNoSequence);
    QVERIFY(first.known->writeSnapshots().isOk());
    const Sequence written = first.known->snapshotPosition();
    QVERIFY(written > kNoSequence);
    QVERIFY(written <= first.journal->syncedHead());
    first.submit(4);
    QVERIFY(first.known->snapshotPosition() == written);
    const Bench second(first.files->afterKill());
    QVERIFY(second.known->snapshotPosition() == written);
  }

  // Synced between look-up and entry: the snapshot must leave it to the journal.
  void oneUnderWayDuringTheSnapshotIsKnownAfterwards() {
    Bench first;
    first.submit(1, 3);
    const std::string bytes = encoded(4);
    const Passage passage = passageOf(bytes, first.journal->syncedHead());
    QVERIFY(first.known->reserve(passage, SteadyTime::max()).seen == Seen::New);
    const Sequence sequence = first.append(bytes);
    QVERIFY(first.known->writeSnapshots().isOk());
    const Bench second(first.files->afterKill());
    QVERIFY(second.knowsUpTo(4));
    QVERIFY(second.ask(4).sequence == sequence);
    first.known->commit(passage, sequence, kJournaled);
  }

  void whatWasNeverSyncedIsNotKnownAfterwards() {
    Bench first;
    first.submit(1, 3);
    const std::string bytes = encoded(4);
    const Passage passage = passageOf(bytes, first.journal->syncedHead());
    QVERIFY(first.known->reserve(passage, SteadyTime::max()).seen == Seen::New);
    // Its append got a sequence, and the machine lost power.
    first.known->commit(passage, Sequence{toNumber(first.journal->syncedHead()) + 1}, kJournaled);
    QVERIFY(first.known->writeSnapshots().isOk());
    const Bench second(first.files->afterPowerLoss(1));
    QVERIFY(second.knowsUpTo(3));
  }

  void damagedOrMissingSnapshotIsBuiltAnew_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("ids") << QString::fromStdString(kIdsFile);
    QTest::newRow("sources") << QString::fromStdString(kSourcesFile);
  }
  void damagedOrMissingSnapshotIsBuiltAnew() {
    QFETCH(QString, file);
    const std::string path = file.toStdString();
    Bench first;
    first.submit(1, 12);
    QVERIFY(first.known->writeSnapshots().isOk());
    first.submit(13, 15);
    const std::uint64_t bits = first.files->sizeOf(path) * 8;
    for (std::uint64_t bit = 0; bit < bits; bit += bits / 23) {
      auto disk = first.files->afterKill();
      disk->flipBit(path, bit);
      QVERIFY(Bench(std::move(disk)).knowsUpTo(15));
    }
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{5}, bits / 8 - 1}) {
      auto disk = first.files->afterKill();
      disk->cut(path, size);
      QVERIFY(Bench(std::move(disk)).knowsUpTo(15));
    }
    auto disk = first.files->afterKill();
    QVERIFY(disk->remove(path).isOk());
    QVERIFY(Bench(std::move(disk)).knowsUpTo(15));
  }

  void powerLossDuringASnapshotLosesNothing() {
    Bench first;
    first.submit(1, 5);
    QVERIFY(first.known->writeSnapshots().isOk());
    first.submit(6, 9);
    first.files->plan({SimulatedFileSystem::Call::Rename, SimulatedFileSystem::Fault::IoError});
    QVERIFY(!first.known->writeSnapshots().isOk());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      QVERIFY(Bench(first.files->afterPowerLoss(seed)).knowsUpTo(9));
    }
    QVERIFY(first.known->writeSnapshots().isOk());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      QVERIFY(Bench(first.files->afterPowerLoss(seed)).knowsUpTo(9));
    }
  }

  // The journal was taken away: what the snapshot tells of it was never in this one.
  void snapshotAheadOfTheJournalIsNotBelieved() {
    Bench before;
    before.submit(1, 1);
    Bench first(before.files->afterKill());
    first.submit(2, 8);
    QVERIFY(first.known->writeSnapshots().isOk());
    auto disk = first.files->afterKill();
    const auto names = disk->list(kDirectory);
    QVERIFY(names.isOk());
    for (const std::string& name : *names) QVERIFY(disk->remove(kDirectory + "/" + name).isOk());
    const Bench second(std::move(disk));
    QVERIFY(second.recovered.isOk());
    QVERIFY(second.ask(1).seen == Seen::New);
    QCOMPARE(second.known->position(kSource).upTo, 0u);
  }

  void refusedAndShedLinesAreRememberedToo_data() {
    QTest::addColumn<int>("fate");
    QTest::newRow("refused") << static_cast<int>(SourcePositions::LineFate::Refused);
    QTest::newRow("shed") << static_cast<int>(SourcePositions::LineFate::Shed);
  }
  void refusedAndShedLinesAreRememberedToo() {
    QFETCH(int, fate);
    const auto end = static_cast<SourcePositions::LineFate>(fate);
    Bench first;
    first.submit(1, 2);
    Passage refused;
    refused.source = {kSource, 3, 3000};
    refused.headBefore = first.journal->syncedHead();
    QVERIFY(first.known->reserve(refused, SteadyTime::max()).seen == Seen::New);
    const auto sequence = first.journal->append(
        RecordType::SourceMark, KnownChanges::encodeMark({refused.source, end}), inAWhile());
    QVERIFY(sequence.isOk() && first.journal->waitSynced(*sequence, inAWhile()).isOk());
    first.known->commit(refused, *sequence, end);
    first.submit(4);
    const Bench second(first.files->afterKill());
    const auto position = second.known->position(kSource);
    QCOMPARE(position.upTo, 4u);
    QCOMPARE(position.refused, end == SourcePositions::LineFate::Refused ? 1u : 0u);
    QCOMPARE(position.shed, end == SourcePositions::LineFate::Shed ? 1u : 0u);
    QVERIFY(second.known->reserve(refused, SteadyTime::max()).seen == Seen::Known);
  }

  void marksAreReadBackWholeOrNotAtAll() {
    using Fate = SourcePositions::LineFate;
    const SourceLine line{kSource, 1'234'567, 89};
    for (const Fate fate : {Fate::Refused, Fate::Shed}) {
      const std::string mark = KnownChanges::encodeMark({line, fate});
      const auto read = KnownChanges::decodeMark(mark);
      QVERIFY(read.isOk());
      QVERIFY(read->line.source == line.source && read->line.line == line.line &&
              read->line.chainHash == line.chainHash && read->fate == fate);
      QVERIFY(!KnownChanges::decodeMark(mark + "x").isOk());
    }
    const std::string mark = KnownChanges::encodeMark({line, Fate::Refused});
    for (std::size_t size = 0; size < mark.size(); ++size) {
      QVERIFY(!KnownChanges::decodeMark(mark.substr(0, size)).isOk());
    }
  }
};

PENSTOCK_TEST(TestKnownChangesRecovery)

}  // namespace penstock::test

#include "tst_known_changes_recovery.moc"
