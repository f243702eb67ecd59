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
    QVERIFY(placeOf({}, steps) == Place::Elsewhere);
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
    QVERIFY(m_flush.letter()->sequence == chunk.first());
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
    QVERIFY(m_flush.letter().has_value());
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
    QVERIFY(!m_flush.letter().has_value());
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

  void init() {
    m_entries = TestEntries();
    m_circuit = Circuit();
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
    Chunk chunk;
    chunk.catalog = schemaOfEverything();
    chunk.entries = m_entries.entries();
    return chunk;
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
  static std::vector<ShardStep> stepsTo(Sequence next) { return {{Shard{0}, kNoSequence, next}}; }

  TestEntries m_entries;
  Circuit m_circuit;
  ChunkFlush m_flush{{}};
  SteadyTime m_now{std::chrono::seconds(100)};
};

PENSTOCK_TEST(TestChunkFlush)

}  // namespace penstock::test

#include "tst_chunk_flush.moc"
