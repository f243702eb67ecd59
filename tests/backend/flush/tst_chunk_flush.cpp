// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <vector>

#include "flush/chunk_flush.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {

class TestChunkFlush : public QObject {
  Q_OBJECT

 private slots:
  void checkpointsTellWhatBecameOfAnUnknownCommit() {
    const std::vector<ShardStep> steps = {{Shard{0}, Sequence{5}, Sequence{9}},
                                          {Shard{1}, kNoSequence, Sequence{8}}};
    using Place = CheckpointPlace;
    QVERIFY(placeOf({{Shard{0}, Sequence{5}}}, steps) == Place::BeforeCommit);
    QVERIFY(placeOf({{Shard{1}, Sequence{8}}, {Shard{0}, Sequence{9}}}, steps) ==
            Place::AfterCommit);
    QVERIFY(placeOf({{Shard{0}, Sequence{9}}}, steps) == Place::Elsewhere);
    QVERIFY(placeOf({{Shard{0}, Sequence{4}}, {Shard{1}, Sequence{8}}}, steps) == Place::WentBack);
    QVERIFY(placeOf({}, steps) == Place::WentBack);
  }

  void timeMayPassBetweenRequestAndAnswer() {
    const Chunk chunk = chunkOf({Operation::Upsert, Operation::Upsert});
    m_flush.begin(chunk, RetryPolicy{}, m_circuit);
    const FlushAction action = m_flush.next(m_now);
    QVERIFY(action.kind == FlushAction::Kind::Commit);
    QVERIFY(m_flush.lastOf(action) == chunk.last());
    const auto request = m_flush.request(action, stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value() && request->batch != nullptr && request->fence.size() == 1);
    m_now += std::chrono::seconds(9);
    const auto part = m_flush.onCommit({CommitOutcome::Committed, "", "", 1}, m_now, 0.5);
    QVERIFY(part.has_value());
    const SettledNews news = m_flush.newsOf(*part);
    QVERIFY(news.first == chunk.first() && news.last == chunk.last());
    QCOMPARE(news.changeSets, std::uint64_t{2});
    QCOMPARE(news.coalesced, std::uint64_t{1});
    QVERIFY(m_flush.next(m_now).kind == FlushAction::Kind::Done);
  }

  void refusedOneAloneBecomesALetter() {
    const Chunk chunk = chunkOf({Operation::Insert});
    m_flush.begin(chunk, RetryPolicy{}, m_circuit);
    QVERIFY(m_flush.request(m_flush.next(m_now), stepsTo(chunk.last()), WallTime{}).has_value());
    m_flush.onCommit({CommitOutcome::Refused, "23505", "exists", 0}, m_now, 0.5);
    const FlushAction action = m_flush.next(m_now);
    QVERIFY(action.kind == FlushAction::Kind::Bury);
    const auto request = m_flush.request(action, stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value() && request->batch == nullptr);
    QCOMPARE(request->deadLetters.size(), std::size_t{1});
    QCOMPARE(request->deadLetters[0].code, std::string("23505"));
    const auto part = m_flush.onCommit({CommitOutcome::Committed, "", "", 0}, m_now, 0.5);
    QVERIFY(part.has_value() && part->how == SettledPart::How::Buried);
    QCOMPARE(m_flush.newsOf(*part).deadLetters, std::uint64_t{1});
    QVERIFY(m_flush.letters().front().sequence == chunk.first());
  }

  void retriedLetterThatIsRefusedStaysThatLetter() {
    const Chunk chunk = letterChunk();
    const auto request = buryAfter({CommitOutcome::Refused, "23505", "exists", 0}, chunk);
    QVERIFY(request.has_value());
    QCOMPARE(request->deadLetters.size(), std::size_t{1});
    QVERIFY(request->deadLetters[0].sequence == Sequence{77});
    QCOMPARE(request->deadLetters[0].journal, std::string("0f1e"));
    const auto part = m_flush.onCommit({CommitOutcome::Committed, "", "", 0}, m_now, 0.5);
    QVERIFY(part.has_value());
    QCOMPARE(m_flush.newsOf(*part).deadLetters, std::uint64_t{0});  // not a new one
    QCOMPARE(m_flush.letters().size(), std::size_t{1});
  }

  /// Another retry of it was first: there is nothing to apply and nothing to keep.
  void retriedLetterThatIsGoneIsPassedOver() {
    const Chunk chunk = letterChunk();
    const auto request =
        buryAfter({CommitOutcome::Refused, std::string(kLetterGone), "gone", 0}, chunk);
    QVERIFY(request.has_value());
    QVERIFY(request->deadLetters.empty() && request->batch == nullptr);
    const auto part = m_flush.onCommit({CommitOutcome::Committed, "", "", 0}, m_now, 0.5);
    QVERIFY(part.has_value());
    QCOMPARE(m_flush.newsOf(*part).deadLetters, std::uint64_t{0});
    QVERIFY(m_flush.letters().empty());
  }

  /// Discarded before a retry that fails before the store is asked: it does not come back.
  void letterThatIsGoneWhenItIsToBeKeptIsPassedOver() {
    const Chunk chunk = letterChunk();
    const auto request = buryAfter({CommitOutcome::Refused, "23505", "exists", 0}, chunk);
    QVERIFY(request.has_value() && request->deadLetters.size() == 1);
    QVERIFY(request->deadLetters[0].again);
    const CommitResult gone{CommitOutcome::Refused, std::string(kLetterGone), "gone", 0};
    QVERIFY(!m_flush.onCommit(gone, m_now, 0.5).has_value());
    const FlushAction action = m_flush.next(m_now);
    QVERIFY(action.kind == FlushAction::Kind::Bury);
    const auto without = m_flush.request(action, stepsTo(chunk.last()), WallTime{});
    QVERIFY(without.has_value() && without->deadLetters.empty());
    QVERIFY(m_flush.onCommit({CommitOutcome::Committed, "", "", 0}, m_now, 0.5).has_value());
    QVERIFY(m_flush.next(m_now).kind == FlushAction::Kind::Done);
  }

  void settledLettersGoWithTheBatch() {
    m_entries.pushLetter(Sequence{77},
                         {{TestTable::Plain, Operation::Insert, {Value::integer(1)}, {}, {}}});
    m_entries.pushLetter(Sequence{78}, {});
    Chunk chunk;
    chunk.catalog = schemaOfEverything();
    chunk.entries = m_entries.entries();
    m_flush.begin(chunk, RetryPolicy{}, m_circuit);
    const auto request = m_flush.request(m_flush.next(m_now), stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value() && request->batch != nullptr);
    QCOMPARE(request->batch->letters.size(), std::size_t{2});
    QVERIFY(request->batch->letters[0].retried && !request->batch->letters[1].retried);
    QVERIFY(request->batch->letters[1].sequence == Sequence{78});
    const auto part = m_flush.onCommit({CommitOutcome::Committed, "", "", 1}, m_now, 0.5);
    QVERIFY(part.has_value());
    QCOMPARE(m_flush.newsOf(*part).lettersSettled, std::uint64_t{2});
    QCOMPARE(m_flush.newsOf(*part).changeSets, std::uint64_t{1});
  }

  void discardAloneIsACommitToo() {
    m_entries.pushLetter(Sequence{78}, {});
    Chunk chunk;
    chunk.catalog = schemaOfEverything();
    chunk.entries = m_entries.entries();
    m_flush.begin(chunk, RetryPolicy{}, m_circuit);
    const auto request = m_flush.request(m_flush.next(m_now), stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value() && request->batch != nullptr);
    QVERIFY(request->batch->runs.empty());
    QCOMPARE(request->batch->letters.size(), std::size_t{1});
  }

  void whatComesBehindALetterIsHeldAndTheRestGoesOn() {
    pushPlain({1, 1, 2, 1});
    const Chunk chunk = chunkOf({});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 4}, Kind::Commit, CommitOutcome::Refused), std::size_t{0});
    QCOMPARE(step({0, 2}, Kind::Commit, CommitOutcome::Refused), std::size_t{0});
    QCOMPARE(step({0, 1}, Kind::Commit, CommitOutcome::Refused), std::size_t{0});
    QCOMPARE(step({0, 1}, Kind::Bury), std::size_t{1});
    QVERIFY(m_holding.letters().front().kind == kLetterRefused);
    QCOMPARE(step({1, 2}, Kind::Commit), std::size_t{1});
    QVERIFY(m_holding.letters().front().kind == kLetterHeld);
    const std::string blocker = std::to_string(toNumber(chunk.first()));
    QCOMPARE(m_holding.letters().front().reason, "waits behind dead letter " + blocker);
    QCOMPARE(m_holding.letters().front().attempts, 0u);
    QCOMPARE(step({2, 4}, Kind::Commit), std::size_t{1});  // the row goes in, beside the letter
    QCOMPARE(m_rows, std::size_t{1});
    QVERIFY(m_holding.next(m_now).kind == Kind::Done);
    QCOMPARE(m_holdingBook.state().held, std::uint64_t{2});
  }

  /// What is held holds in its turn, and nothing of it before that is settled.
  void thoseBehindAHeldOneAreHeldWithIt() {
    m_entries.push({plain(1), plain(2)});
    pushPlain({2, 3});
    const Chunk chunk = chunkOf({});
    TestEntries before;
    before.push({plain(1)});
    m_holdingBook.hold(before.entries()[0].changeSet, chunk.catalog, {Sequence{7}, nullptr});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 3}, Kind::Commit), std::size_t{2});
    QCOMPARE(m_rows, std::size_t{1});
    QVERIFY(m_holding.next(m_now).kind == Kind::Done);
  }

  void decisionsAboutLettersNeverWait() {
    const Chunk chunk = letterChunk();
    m_holdingBook.hold(chunk.entries[0].changeSet, chunk.catalog, {Sequence{77}, nullptr});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 1}, Kind::Commit), std::size_t{0});
  }

  void tableThatDriftedIsParkedByItsFirstAndHoldsAllOfIt() {
    m_entries.push({{TestTable::Owners, Operation::Upsert, {Value::integer(1)}, {}, {}}});
    pushPlain({1, 2, 3});
    m_entries.push({{TestTable::Owners, Operation::Upsert, {Value::integer(2)}, {}, {}}});
    const Chunk chunk = chunkOf({});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 5}, Kind::Commit, CommitOutcome::Drifted), std::size_t{0});
    QCOMPARE(step({0, 1}, Kind::Commit), std::size_t{0});
    QCOMPARE(step({1, 2}, Kind::Commit, CommitOutcome::Drifted), std::size_t{0});
    QCOMPARE(step({1, 2}, Kind::Bury), std::size_t{1});
    QVERIFY(m_holding.letters().front().kind == kLetterParked);
    QCOMPARE(parkedTable(m_holding.letters().front()), std::string_view("plain"));
    QCOMPARE(step({2, 3}, Kind::Commit), std::size_t{1});
    QCOMPARE(step({3, 5}, Kind::Commit), std::size_t{1});
    QCOMPARE(m_rows, std::size_t{1});
    QVERIFY(m_holding.next(m_now).kind == Kind::Done);
    QVERIFY(!m_holdingBook.state().parked.empty());
  }

  void heldOnesOutliveACommitThatFails() {
    pushPlain({1});
    const Chunk chunk = chunkOf({});
    m_holdingBook.hold(chunk.entries[0].changeSet, chunk.catalog, {Sequence{7}, nullptr});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 1}, Kind::Commit, CommitOutcome::Unknown), std::size_t{1});
    m_holding.onWaited();
    QVERIFY(m_holding.next(m_now).kind == Kind::Reopen);
    m_holding.onReopened(Status::ok(), m_now, 0.5);
    QVERIFY(m_holding.next(m_now).kind == Kind::ReadCheckpoint);
    const std::vector<Checkpoint> there{{Shard{0}, chunk.last()}};
    const auto part = m_holding.onCheckpoints(there, m_now, 0.5);
    QVERIFY(part.has_value());
    QCOMPARE(m_holding.newsOf(*part).changeSets, std::uint64_t{0});
    QCOMPARE(m_holdingBook.state().held, std::uint64_t{1});
    QCOMPARE(m_holding.newsOf(*part).deadLetters, std::uint64_t{1});
    QVERIFY(m_holding.next(m_now).kind == Kind::Done);
  }

  /// Nothing goes to it, not even what an operator wants to be retried.
  void tableThatIsPausedGetsNothingAndTheRestGoesOn() {
    (void)m_holdingBook.setPauses({{"plain", "table plain is paused by ops"}});
    m_entries.push({{TestTable::Owners, Operation::Upsert, {Value::integer(1)}, {}, {}}});
    pushPlain({1});
    m_entries.pushLetter(Sequence{77}, {plain(2)});
    m_entries.pushLetter(Sequence{78}, {});  // a discard
    const Chunk chunk = chunkOf({});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 4}, Kind::Commit), std::size_t{2});
    QCOMPARE(m_rows, std::size_t{1});
    for (const DeadLetter& letter : m_holding.letters()) {
      QVERIFY(letter.kind == kLetterHeld);
      QCOMPARE(letter.reason, std::string("table plain is paused by ops"));
    }
    QVERIFY(m_holding.letterOrigin(0) == EntryKind::ChangeSet);
    QVERIFY(m_holding.letterOrigin(1) == EntryKind::LetterRetry);
    QVERIFY(m_holding.letters()[1].again && m_holding.letters()[1].sequence == Sequence{77});
    QVERIFY(m_holding.next(m_now).kind == Kind::Done);
    QCOMPARE(m_holdingBook.state().pauses.front().held, std::uint64_t{2});
  }

  /// The parent that it misses may be one of those that are held.
  void refusedBesideAPausedTableItIsHeld() {
    (void)m_holdingBook.setPauses({{"players", "table players is paused by ops"}});
    const TestChange slot{TestTable::Slots, Operation::Upsert, {Value::integer(1)}, {}, {}};
    m_entries.push({slot});
    m_entries.push({slot});
    const Chunk chunk = chunkOf({});
    m_holding.begin(chunk, RetryPolicy{}, m_circuit);
    QCOMPARE(step({0, 2}, Kind::Commit, CommitOutcome::Refused), std::size_t{0});
    QCOMPARE(step({0, 1}, Kind::Commit, CommitOutcome::Refused), std::size_t{0});
    QCOMPARE(step({0, 1}, Kind::Bury), std::size_t{1});
    const DeadLetter& letter = m_holding.letters().front();
    QVERIFY(letter.kind == kLetterHeld && letter.code == "code");
    QCOMPARE(letter.reason,
             std::string("table players is paused by ops; meanwhile refused: message"));
    QCOMPARE(step({1, 2}, Kind::Commit), std::size_t{1});  // behind it, though slots do not hold
    QCOMPARE(m_holdingBook.state().pauses.front().held, std::uint64_t{2});
  }

  void init() {
    m_entries = TestEntries();
    m_circuit = Circuit();
    (void)m_holdingBook.setPauses({});
    m_holdingBook.clear();
  }

  /// An update after a delete of one row is something that no batch can be built of.
  void storeThatTakesChangeSetsGetsThemAsTheyCame() {
    for (const Operation operation : {Operation::Delete, Operation::Update, Operation::Insert}) {
      m_entries.push({{TestTable::Plain, operation, {Value::integer(1)}, {}, {}}});
    }
    m_entries.pushLetter(Sequence{77}, {plain(2)});
    const Chunk chunk = chunkOfEntries();
    ChunkFlush flush{{}, m_book, StoreTakes::ChangeSets};
    flush.begin(chunk, RetryPolicy{}, m_circuit);
    const FlushAction action = flush.next(m_now);
    const auto request = flush.request(action, stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value() && request->batch == nullptr && request->changeSets != nullptr);
    QVERIFY(request->changeSets->catalog == chunk.catalog);
    const auto& sets = request->changeSets->changeSets;
    QCOMPARE(sets.size(), std::size_t{3});
    for (std::size_t i = 0; i < sets.size(); ++i) {
      QVERIFY(sets[i].sequence == chunk.entries[i].sequence);
      QVERIFY(sets[i].changeSet->bytes() == chunk.entries[i].changeSet.bytes());
    }
    const auto part = flush.onCommit({CommitOutcome::Committed, "", "", 3}, m_now, 0.5);
    QVERIFY(part.has_value());
    QCOMPARE(flush.newsOf(*part).changeSets, std::uint64_t{3});
    QCOMPARE(flush.newsOf(*part).changes, std::uint64_t{3});
    QCOMPARE(flush.newsOf(*part).coalesced, std::uint64_t{0});
    QVERIFY(flush.next(m_now).kind == FlushAction::Kind::Done);
  }

  /// What waits behind letters and pauses in a database does not wait in an archive.
  void storeThatTakesChangeSetsHoldsNothing() {
    pushPlain({1, 2});
    const Chunk chunk = chunkOfEntries();
    m_book.setPauses({{"plain", "paused"}});
    ChunkFlush flush{{}, m_book, StoreTakes::ChangeSets};
    flush.begin(chunk, RetryPolicy{}, m_circuit);
    const auto request = flush.request(flush.next(m_now), stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value() && request->deadLetters.empty());
    QCOMPARE(request->changeSets->changeSets.size(), std::size_t{2});
  }

  void storeThatTakesChangeSetsMayGetNothingButTheCheckpoint() {
    m_entries.pushLetter(Sequence{77}, {});
    const Chunk chunk = chunkOfEntries();
    ChunkFlush flush{{}, m_book, StoreTakes::ChangeSets};
    flush.begin(chunk, RetryPolicy{}, m_circuit);
    const auto request = flush.request(flush.next(m_now), stepsTo(chunk.last()), WallTime{});
    QVERIFY(request.has_value());
    QVERIFY(request->changeSets == nullptr && request->batch == nullptr);
    QVERIFY(request->fence.size() == 1);
  }

 private:
  Chunk chunkOf(const std::vector<Operation>& operations) {
    for (const Operation operation : operations) {
      m_entries.push({{TestTable::Plain, operation, {Value::integer(1)}, {}, {}}});
    }
    Chunk chunk;
    chunk.catalog = schemaOfEverything();
    chunk.entries = m_entries.entries();
    return chunk;
  }
  Chunk letterChunk() {
    m_entries.pushLetter(Sequence{77},
                         {{TestTable::Plain, Operation::Insert, {Value::integer(1)}, {}, {}}});
    return chunkOfEntries();
  }
  /// The request to bury the only one of `chunk`, which was answered so.
  std::optional<CommitRequest> buryAfter(const CommitResult& answer, const Chunk& chunk) {
    m_flush.begin(chunk, RetryPolicy{}, m_circuit);
    if (!m_flush.request(m_flush.next(m_now), stepsTo(chunk.last()), WallTime{})) return {};
    m_flush.onCommit(answer, m_now, 0.5);
    const FlushAction action = m_flush.next(m_now);
    if (action.kind != FlushAction::Kind::Bury) return {};
    return m_flush.request(action, stepsTo(chunk.last()), WallTime{});
  }
  Chunk chunkOfEntries() {
    Chunk chunk;
    chunk.catalog = schemaOfEverything();
    chunk.entries = m_entries.entries();
    return chunk;
  }
  using Kind = FlushAction::Kind;
  static TestChange plain(std::int64_t key) {
    return {TestTable::Plain, Operation::Upsert, {Value::integer(key)}, {}, {}};
  }
  void pushPlain(const std::vector<std::int64_t>& keys) {
    for (const std::int64_t key : keys) m_entries.push({plain(key)});
  }
  /// The next action is this one, and gets that answer. Returns how many letters it keeps.
  std::size_t step(IndexRange range, Kind kind, CommitOutcome outcome = CommitOutcome::Committed) {
    const FlushAction action = m_holding.next(m_now);
    if (action.kind != kind || action.range != range) return ~std::size_t{0};
    const auto request = m_holding.request(action, stepsTo(m_holding.lastOf(action)), WallTime{});
    CommitResult answer{outcome, "code", "message", 1};
    if (outcome == CommitOutcome::Drifted) answer.table = "plain";
    m_rows = request->batch != nullptr ? request->batch->effects : 0;
    (void)m_holding.onCommit(answer, m_now, 0.5);
    return request->deadLetters.size();
  }
  static std::vector<TablePolicy> policies() {
    TablePolicy policy;
    policy.name = "plain";
    policy.afterDeadLetter = AfterDeadLetter::Hold;
    return {policy};
  }
  static CommitPlan stepsTo(Sequence next) { return {{{kAllShards, kNoSequence, next}}}; }

  TestEntries m_entries;
  Circuit m_circuit;
  HoldBook m_book{{}};
  ChunkFlush m_flush{{}, m_book};
  HoldBook m_holdingBook{policies()};
  std::size_t m_rows = 0;  // of the last request of step()
  ChunkFlush m_holding{policies(), m_holdingBook};
  SteadyTime m_now{std::chrono::seconds(100)};
};

PENSTOCK_TEST(TestChunkFlush)

}  // namespace penstock::test

#include "tst_chunk_flush.moc"
