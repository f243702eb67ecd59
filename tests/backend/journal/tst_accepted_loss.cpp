// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <random>

#include "journal/accepted_loss.h"
#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestAcceptedLoss : public QObject {
  Q_OBJECT

 private slots:
  void recordKeepsAllButItsTime() {
    const AcceptedLoss loss{makeSequence(2, 7), makeSequence(2, 9), "ada", "known elsewhere", 5};
    const auto again = AcceptedLoss::parse(loss.encode());
    QVERIFY(again.isOk());
    QVERIFY(again->first == loss.first && again->last == loss.last);
    QCOMPARE(again->who + "|" + again->why, std::string("ada|known elsewhere"));
    QCOMPARE(again->atMicros, std::int64_t{0});
  }

  void whatIsNoDecisionIsRefused() {
    const std::string whole =
        AcceptedLoss{makeSequence(2, 7), makeSequence(2, 9), "a", "b", 0}.encode();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      QVERIFY(AcceptedLoss::parse(whole.substr(0, size)).status().code() == StatusCode::Corrupt);
    }
    QVERIFY(AcceptedLoss::parse(whole + "x").status().code() == StatusCode::Corrupt);
    std::string newer = whole;
    newer[0] = 2;
    QVERIFY(AcceptedLoss::parse(newer).status().code() == StatusCode::Unsupported);
    const AcceptedLoss backwards{makeSequence(2, 9), makeSequence(2, 7), "a", "b", 0};
    QVERIFY(AcceptedLoss::parse(backwards.encode()).status().code() == StatusCode::Corrupt);
  }

  /// What `verify` names is what an operator types and what a sink stands before.
  void readersAndVerifyNameTheSameRange() {
    SimulatedFileSystem disk;
    auto journal = openJournal(disk);
    appendSynced(*journal, 0, 60);
    QVERIFY(journal->close().isOk());
    journal.reset();
    const auto segments = recoverJournal(disk, kDirectory)->segments;
    std::mt19937_64 random(11);
    for (int i = 0; i < 300; ++i) {
      auto files = disk.afterKill();
      for (int flips = 0; flips < 2; ++flips) {
        const auto& info = segments[random() % segments.size()];
        files->flipBit(kDirectory + "/" + segmentName(info.number),
                       random() % (info.syncedEnd * 8));
      }
      const auto stopped = openForReading(*files, kDirectory);
      const auto named = verifyJournal(*files, kDirectory)->damages;
      const auto reader = stopped->openReader(stopped->oldestKept);
      QVERIFY(reader.isOk());
      std::vector<JournalDamage> met;
      while (!readAll(**reader).damages.empty()) {
        QVERIFY((*reader)->damage().has_value());
        met.push_back(*(*reader)->damage());
        QVERIFY((*reader)->passDamage().isOk());
      }
      QVERIFY(!(*reader)->damage().has_value());
      QCOMPARE(met.size(), named.size());
      for (std::size_t at = 0; at < met.size(); ++at) {
        QCOMPARE(describe(met[at]), describe(named[at]));
      }
    }
  }

  void decisionIsFoundBehindItsDamageAlone() {
    SimulatedFileSystem disk;
    auto journal = openJournal(disk);
    const auto written = appendSynced(*journal, 0, 6);
    const auto at = [&](int index) { return written[std::size_t(index)].sequence; };
    const JournalDamage damage{1, 4096, 8192, at(1), at(2), "record checksum"};
    const auto found = [&] { return findAcceptedLoss(*journal, damage, [] { return true; }); };
    QVERIFY(!found()->has_value());
    for (const auto& [first, last] : {std::pair{at(1), at(1)}, {at(2), at(2)}, {at(3), at(4)}}) {
      accept(*journal, {first, last, "bob", "", 0});
      QVERIFY(!found()->has_value());
    }
    accept(*journal, {at(1), at(2), "ada", "", 0});
    QCOMPARE((*found())->who, std::string("ada"));
    QVERIFY((*found())->atMicros > 0);
    const auto stopped = findAcceptedLoss(*journal, damage, [] { return false; });
    QVERIFY(stopped.status().code() == StatusCode::Cancelled);
    QCOMPARE(verifyJournal(disk, kDirectory)->accepted.size(), std::size_t{4});
  }

 private:
  static void accept(Journal& journal, const AcceptedLoss& loss) {
    const auto sequence = journal.append(RecordType::AcceptedLoss, loss.encode(), inAWhile());
    CHECK(sequence.isOk());
    CHECK(journal.waitSynced(*sequence, inAWhile()).isOk());
  }
};

PENSTOCK_TEST(TestAcceptedLoss)

}  // namespace penstock::test

#include "tst_accepted_loss.moc"
