// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>
#include <random>
#include <set>
#include <vector>

#include "journal/file/verify.h"
#include "tests/backend/journal/journal_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestPowerLoss : public QObject {
  Q_OBJECT

 private slots:
  /// A producer writes in bursts while the power fails at some moment; then again on what is left.
  void whatWasAcknowledgedIsThereInOrderOnce() {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      auto files = std::make_unique<SimulatedFileSystem>();
      std::vector<StoredRecord> known;  // acknowledged in all rounds
      std::vector<StoredRecord> submitted;
      for (std::uint64_t round = 0; round < 3; ++round) {
        files = runRound(*files, seed * 3 + round, known, submitted);
        const auto report = verifyJournal(*files, kDirectory);
        QVERIFY2(report.isOk() && report->damages.empty(), describeSeed(seed, round));
        auto journal = openJournal(*files);
        const auto read = readAll(*journal);
        QVERIFY2(read.damages.empty(), describeSeed(seed, round));
        QVERIFY2(holds(read.records, known, submitted), describeSeed(seed, round));
        known = read.records;  // what was served once must stay
        auto again = files->afterPowerLoss(seed);
        journal.reset();
        files = std::move(again);
      }
    }
  }

 private:
  static const char* describeSeed(std::uint64_t seed, std::uint64_t round) {
    static std::string text;
    text = "seed " + std::to_string(seed) + ", round " + std::to_string(round);
    return text.c_str();
  }

  /// Returns the disk as the power loss leaves it.
  static std::unique_ptr<SimulatedFileSystem> runRound(SimulatedFileSystem& files,
                                                       std::uint64_t seed,
                                                       std::vector<StoredRecord>& known,
                                                       std::vector<StoredRecord>& submitted) {
    std::mt19937_64 random(seed);
    auto journal = openJournal(files);
    const std::uint64_t bursts = random() % 12;
    for (std::uint64_t burst = 0; burst < bursts; ++burst) {
      std::vector<StoredRecord> staged;
      const std::uint64_t count = 1 + random() % 20;
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::string payload = payloadOf(submitted.size());
        const auto sequence = journal->append(RecordType::ChangeSet, payload, inAWhile());
        CHECK(sequence.isOk());
        staged.push_back({*sequence, payload});
        submitted.push_back(staged.back());
      }
      if (burst + 1 == bursts && random() % 2 == 0) break;  // never waited for
      CHECK(journal->waitSynced(staged.back().sequence, inAWhile()).isOk());
      known.insert(known.end(), staged.begin(), staged.end());
      if (random() % 4 == 0) CHECK(journal->prepareSpares().isOk());
    }
    auto after = files.afterPowerLoss(random());
    journal.reset();
    return after;
  }

  /// Everything known is there, and beyond it only what was submitted, in order, nothing twice.
  static bool holds(const std::vector<StoredRecord>& read, const std::vector<StoredRecord>& known,
                    const std::vector<StoredRecord>& submitted) {
    auto next = submitted.begin();
    for (const StoredRecord& record : read) {
      next = std::find(next, submitted.end(), record);
      if (next == submitted.end()) return false;
      ++next;
    }
    std::set<std::uint64_t> present;
    for (const StoredRecord& record : read) present.insert(toNumber(record.sequence));
    return present.size() == read.size() &&
           std::all_of(known.begin(), known.end(), [&](const StoredRecord& record) {
             return present.contains(toNumber(record.sequence));
           });
  }
};

PENSTOCK_TEST(TestPowerLoss)

}  // namespace penstock::test

#include "tst_power_loss.moc"
