// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "flush/hold/hold_review.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr Sequence kSettled{900};
const std::string kOurs = "ours";

/// A letter of one row of `plain`. Its change set stands as bytes where JSON would.
DeadLetter letterOf(std::uint64_t sequence, std::string_view kind, std::int64_t key,
                    const std::string& journal = kOurs) {
  DeadLetter letter;
  letter.sequence = Sequence{sequence};
  letter.journal = journal;
  letter.kind = kind;
  letter.changeSet = encode({{TestTable::Plain, Operation::Upsert, {Value::integer(key)}, {}, {}}});
  return letter;
}

}  // namespace

class TestHoldReview : public QObject {
  Q_OBJECT

 private slots:
  void withoutLettersItIsOverAtOnce() {
    QVERIFY(released().empty());
    QVERIFY(m_book.isEmpty());
  }

  void heldOnesGoWhenNothingStandsBeforeThem() {
    m_letters = {letterOf(1, kLetterHeld, 1), letterOf(2, kLetterHeld, 2),
                 letterOf(3, kLetterHeld, 1)};
    QCOMPARE(released(), (Numbers{1, 2, 3}));
    QCOMPARE(m_chunks, 1);
    QVERIFY(m_book.isEmpty());
  }

  void refusedOnesStayAndHoldThoseBehind() {
    m_letters = {letterOf(1, kLetterRefused, 1), letterOf(2, kLetterHeld, 2),
                 letterOf(3, kLetterHeld, 1), letterOf(4, kLetterHeld, 2)};
    QCOMPARE(released(), (Numbers{2, 4}));
    QCOMPARE(m_book.state().held, std::uint64_t{1});
    QVERIFY(m_book.state().firstBlocker == Sequence{1});
  }

  void refusedOnesOfATableThatGoesOnHoldNothing() {
    HoldBook book({});
    HoldReview review(book, {}, access());
    m_letters = {letterOf(1, kLetterRefused, 1), letterOf(2, kLetterHeld, 1)};
    QCOMPARE(releasedBy(review), (Numbers{2}));
    QVERIFY(book.isEmpty());
  }

  /// Those of one chunk are held by what settles it (ChunkFlush), for the book knows of it by then.
  void whatAChunkLeavesRefusedHoldsThoseOfTheNextOne() {
    for (std::uint64_t i = 1; i <= limits::kBatchRowsDefault; ++i) {
      m_letters.push_back(letterOf(i, kLetterHeld, 1));
    }
    m_letters.push_back(letterOf(limits::kBatchRowsDefault + 1, kLetterHeld, 1));
    m_refused = 1;
    QCOMPARE(released().size(), limits::kBatchRowsDefault);
    QCOMPARE(m_book.state().held, std::uint64_t{1});
  }

  /// What stays behind those that may go is no reason to commit these by themselves, and does not
  /// hold them either.
  void thoseThatMayGoDoSoInFullChunksWhateverStaysBetween() {
    Numbers free;
    for (std::uint64_t i = 1; i <= 20'000; i += 4) {
      m_letters.push_back(letterOf(i, kLetterHeld, 1));
      m_letters.push_back(letterOf(i + 1, i == 1 ? kLetterRefused : kLetterHeld, 2));
      m_letters.push_back(letterOf(i + 2, kLetterHeld, 3));
      m_letters.push_back(letterOf(i + 3, i == 1 ? kLetterRefused : kLetterHeld, 3));
      if (i == 1) free = {1, 3};
      if (i > 1) free.push_back(i);
    }
    QCOMPARE(released(), free);
    QCOMPARE(m_chunks, 2);  // 5,001
    QCOMPARE(m_book.state().held, std::uint64_t{3 * 5'000 - 3});
    QVERIFY(m_book.state().firstBlocker == Sequence{2});
  }

  void whatAPauseHoldsGoesWhenItIsLifted() {
    m_letters = {letterOf(1, kLetterHeld, 1), letterOf(2, kLetterHeld, 2)};
    (void)m_book.setPauses({{"plain", "paused by ops"}});
    QVERIFY(released().empty());
    QCOMPARE(m_book.state().held, std::uint64_t{2});
    QCOMPARE(m_book.state().pauses.size(), std::size_t{1});
    QVERIFY(m_book.setPauses({}));
    QCOMPARE(released(), (Numbers{1, 2}));
    QVERIFY(m_book.isEmpty());
  }

  void reviewsTakeHalfOfTheTimeAtMost() {
    const SteadyTime start{std::chrono::hours(1)};
    m_review.begin(start);
    m_review.end(start + std::chrono::seconds(4));
    QVERIFY(!m_review.isDue(start + std::chrono::seconds(7)));
    QVERIFY(m_review.isDue(start + std::chrono::seconds(8)));
    m_book.clear();
  }

  void parkedTableIsParkedAgain() {
    DeadLetter parked = letterOf(1, kLetterParked, 1);
    parked.reason = parkedReason("plain", "no such column: a");
    m_letters = {parked, letterOf(2, kLetterHeld, 2)};
    QVERIFY(released().empty());
    QCOMPARE(m_book.state().parked, parked.reason);
    QCOMPARE(m_book.state().held, std::uint64_t{1});
  }

  /// Whatever their numbers: they were there before this journal was.
  void lettersOfOtherJournalsComeFirst() {
    m_letters = {letterOf(1, kLetterHeld, 1), letterOf(800, kLetterHeld, 1, "another")};
    HoldReview first(m_book, {holding()}, access());
    QCOMPARE(releasedBy(first), (Numbers{800, 1}));
    QCOMPARE(m_chunks, 2);
  }

  void moreThanAPageIsReadOn() {
    for (std::uint64_t i = 1; i <= limits::kReviewPageLetters + 5; ++i) {
      m_letters.push_back(letterOf(i, kLetterHeld, 1));
    }
    QCOMPARE(released().size(), limits::kReviewPageLetters + 5);
  }

  void whatNoLongerFitsStaysAndHoldsItsTable() {
    DeadLetter unfit = letterOf(1, kLetterHeld, 1);
    unfit.changeSet = R"({"changes":[{"table":"plain","op":"delete"}]})";
    m_letters = {unfit, letterOf(2, kLetterHeld, 2)};
    QVERIFY(released().empty());
    QCOMPARE(m_book.state().held, std::uint64_t{2});
  }

  void commitsOfReviewsAreCountedAndOthersFindTheCountWhereItIs() {
    using CommitOf = HoldReview::CommitOf;
    CommitPlan before;
    m_review.countIn(before, CommitOf::OneLane);
    m_review.countIn(before, CommitOf::SeveralLanes);
    QVERIFY(before.steps.empty() && before.others.empty());  // none ever was
    m_review.setCount(Sequence{6});
    CommitPlan release;
    m_review.countIn(release, CommitOf::Review);
    QCOMPARE(release.steps.size(), std::size_t{1});
    const ShardStep step = release.steps.front();
    QVERIFY(step.shard == kReviewCount && step.expected == Sequence{6} && step.next == Sequence{7});
    m_review.onSettled();
    CommitPlan other;
    m_review.countIn(other, CommitOf::OneLane);
    QVERIFY(other.steps.front().expected == Sequence{7} && other.steps.front().next == Sequence{7});
    CommitPlan lane;
    m_review.countIn(lane, CommitOf::SeveralLanes);
    QVERIFY(lane.steps.empty());
    QVERIFY(lane.others.front().shard == kReviewCount &&
            lane.others.front().settled == Sequence{7});
    m_review.setCount(kNoSequence);
  }

  void init() {
    m_letters.clear();
    m_refused = 0;
    m_chunks = 0;
  }

 private:
  using Numbers = std::vector<std::uint64_t>;

  LetterAccess access() {
    return {[this](const LetterQuery& query) { return page(query); },
            [](const DeadLetter& letter, std::string& to) {
              to = letter.changeSet;
              const bool fits = ChangeSetView::parse(to).isOk();
              return fits ? Status::ok() : Status(StatusCode::Invalid, "unknown column");
            },
            [] { return schemaOfEverything(); }, kOurs};
  }

  Result<std::vector<DeadLetter>> page(const LetterQuery& query) const {
    std::vector<DeadLetter> found;
    auto next = m_letters.begin();
    if (query.beyond) {
      next = std::ranges::upper_bound(m_letters, *query.beyond, {}, [](const DeadLetter& letter) {
        return LetterKey{letter.sequence, letter.journal};
      });
    }
    while (next != m_letters.end() && found.size() < query.countMax) found.push_back(*next++);
    return found;
  }

  /// Sequences of the letters that were let go, all with success but `m_refused`.
  Numbers released() { return releasedBy(m_review); }

  Numbers releasedBy(HoldReview& review) {
    Numbers numbers;
    review.begin(SteadyTime{});
    Chunk chunk;
    while (const auto query = review.query()) {
      review.onPage(*review.read(*query));
      while (review.take(kSettled, chunk)) {
        ++m_chunks;
        for (const WindowEntry& entry : chunk.entries) {
          const auto number = toNumber(LetterOrder::parse(entry.order)->sequence);
          if (entry.sequence != kSettled || entry.kind != EntryKind::LetterRelease) return {};
          if (number == m_refused)
            m_book.hold(entry.changeSet, chunk.catalog, {Sequence{number}, nullptr});
          numbers.push_back(number);
        }
        review.complete(chunk);
      }
    }
    return numbers;
  }

  static TablePolicy holding() {
    TablePolicy policy;
    policy.name = "plain";
    policy.afterDeadLetter = AfterDeadLetter::Hold;
    return policy;
  }

  std::vector<DeadLetter> m_letters;
  std::uint64_t m_refused = 0;
  int m_chunks = 0;
  HoldBook m_book{{holding()}};
  HoldReview m_review{m_book, {holding()}, access()};
};

PENSTOCK_TEST(TestHoldReview)

}  // namespace penstock::test

#include "tst_hold_review.moc"
