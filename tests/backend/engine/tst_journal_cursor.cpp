// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <memory>
#include <string>
#include <vector>

#include "base/worker.h"
#include "engine/journal_cursor.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestJournalCursor : public QObject {
  Q_OBJECT

 private slots:
  void recordsAreGivenAndWhatIsBehindIsPassed() {
    auto cursor = makeCursor(kNoSequence);
    QVERIFY(cursor->open().isOk());
    QVERIFY(cursor->passed() == kNoSequence);
    Sequence before = kNoSequence;
    std::size_t changeSets = 0;
    for (;;) {
      const auto record = cursor->next();
      QVERIFY(record.isOk());
      QVERIFY(cursor->passed() == before);
      if (!record->has_value()) break;
      before = (*record)->sequence;
      changeSets += (*record)->type == RecordType::ChangeSet ? 1 : 0;
    }
    QVERIFY(before == m_written.back().sequence);
    QCOMPARE(changeSets, m_written.size());
  }

  void failingDiskIsOutlastedAndToldOnce() {
    auto cursor = makeCursor(m_written[1].sequence);
    m_files->plan({Call::Read, Fault::IoError, 0, 3});  // the first one already when it is opened
    QVERIFY(cursor->open().isOk());
    for (std::size_t i = 2; i < m_written.size(); ++i) {
      const auto record = cursor->next();
      QVERIFY(record.isOk() && record->has_value());
      QVERIFY((*record)->sequence == m_written[i].sequence);
    }
    QCOMPARE(m_told.size(), std::size_t{1});
    QVERIFY(m_told[0].code() == StatusCode::IoError);
    QCOMPARE(m_recovered, 1);
    QVERIFY(!(*cursor->next()).has_value());
    m_files->plan({Call::Read, Fault::IoError, 0, 2});
    const auto later = appendSynced(*m_journal, 5, 1);
    QVERIFY((*cursor->next())->sequence == later[0].sequence);
    QCOMPARE(m_told.size(), std::size_t{2});
    QCOMPARE(m_recovered, 2);
  }

  void stoppingEndsTheWaiting() {
    auto cursor = makeCursor(kNoSequence);
    m_files->plan({Call::Read, Fault::IoError, 0, 1'000'000});
    QVERIFY(cursor->open().isOk());
    Status status;
    Worker reader("reader", ThreadPriority::Normal, [&] { status = cursor->next().status(); });
    cursor->stop();
    reader.join();
    QVERIFY(status.code() == StatusCode::Cancelled);
  }

  void damageIsGivenToTheCaller() {
    const std::uint32_t segment = segmentOf(m_written[0].sequence);
    m_files->flipBit(kDirectory + "/" + segmentName(segment), (3 * 4096 + 200) * 8);
    auto cursor = makeCursor(m_written[0].sequence);
    QVERIFY(cursor->open().isOk());
    QVERIFY((*cursor->next())->sequence == m_written[1].sequence);
    const auto damage = cursor->next();
    QVERIFY(damage.status().code() == StatusCode::Corrupt);
    QVERIFY(cursor->passed() == m_written[1].sequence);
    QVERIFY(m_told.empty());
  }

  void damageIsPassedOnceItsLossIsAccepted() {
    flip(1);
    flip(2);
    const AcceptedLoss first{m_written[1].sequence, m_written[1].sequence, "ada", "", 0};
    accept(first);
    auto cursor = makeCursor(m_written[0].sequence);
    QVERIFY(cursor->open().isOk());
    const auto damage = cursor->next();  // the second one: nobody has decided about it
    QVERIFY(damage.status().code() == StatusCode::Corrupt);
    QVERIFY(cursor->damage()->first == m_written[2].sequence);
    QVERIFY(cursor->passed() == m_written[0].sequence);  // nothing that could be settled since
    QCOMPARE(m_givenUp, (std::vector<std::string>{"ada"}));
    accept({m_written[2].sequence, m_written[2].sequence, "bob", "", 0});
    m_files->plan({Call::Read, Fault::IoError, 2, 1});  // in the middle of looking for it
    cursor = makeCursor(m_written[0].sequence);
    QVERIFY(cursor->open().isOk());
    QVERIFY((*cursor->next())->sequence == m_written[3].sequence);
    QCOMPARE(m_givenUp.back(), std::string("bob"));
  }

  void positionAheadOfTheJournalIsRefused() {
    auto cursor = makeCursor(makeSequence(99, 1));
    QVERIFY(cursor->open().code() == StatusCode::Invalid);
  }

  void init() {
    m_told.clear();
    m_recovered = 0;
    m_givenUp.clear();
    m_files = std::make_unique<SimulatedFileSystem>();
    m_journal = openJournal(*m_files);
    m_written = appendSynced(*m_journal, 0, 5);
  }
  void cleanup() { m_journal.reset(); }

 private:
  using Call = SimulatedFileSystem::Call;
  using Fault = SimulatedFileSystem::Fault;

  /// Damages a record; each stands in a block of its own, behind that of the catalog.
  void flip(std::size_t index) {
    const std::uint32_t segment = segmentOf(m_written[0].sequence);
    m_files->flipBit(kDirectory + "/" + segmentName(segment), ((index + 1) * 4096 + 160) * 8);
  }
  void accept(const AcceptedLoss& loss) {
    const auto sequence = m_journal->append(RecordType::AcceptedLoss, loss.encode(), inAWhile());
    QVERIFY(sequence.isOk() && m_journal->waitSynced(*sequence, inAWhile()).isOk());
  }

  std::unique_ptr<JournalCursor> makeCursor(Sequence position) {
    JournalCursor::Parts parts{
        *m_journal, systemClock(), [this](const Status& why) { m_told.push_back(why); },
        [this] { ++m_recovered; },
        [this](const JournalDamage&, const AcceptedLoss& loss) { m_givenUp.push_back(loss.who); }};
    return std::make_unique<JournalCursor>(std::move(parts), position);
  }

  std::unique_ptr<SimulatedFileSystem> m_files;
  std::unique_ptr<FileJournal> m_journal;
  std::vector<StoredRecord> m_written;
  std::vector<Status> m_told;
  std::vector<std::string> m_givenUp;
  int m_recovered = 0;
};

PENSTOCK_TEST(TestJournalCursor)

}  // namespace penstock::test

#include "tst_journal_cursor.moc"
