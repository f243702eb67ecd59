// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/qtsql_lane.h"

#include <QTest>
#include <algorithm>
#include <atomic>

#include "base/worker.h"
#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::string_view kSchema = R"(
  CREATE TABLE t(id BIGINT PRIMARY KEY, v TEXT, w LONGBLOB);
)";

NamedEffect insertOf(std::int64_t key, ValueView value = ValueView::text("x")) {
  return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {{"v", value}}, {}};
}

NamedEffect updateOf(std::int64_t key, ValueView value) {
  return {IfAbsent::Error, IfPresent::Update, {ValueView::integer(key)}, {}, {{"v", value}}};
}

DeadLetter letterOf(std::uint64_t sequence) {
  return {Sequence{sequence},
          "",
          "refused",
          "no such player: 'ä€😀'",
          "ER_NO_REFERENCED_ROW_2",
          3,
          1'700'000'000'000'001,
          "{\"table\":\"t\"}"};
}

CommitRequest fenceOnly(std::uint64_t expected, std::uint64_t next) {
  return {nullptr, {{Shard{0}, Sequence{expected}, Sequence{next}}}, {}};
}

}  // namespace

class TestQtSqlLane : public QObject {
  Q_OBJECT

 private slots:
  void rowsLettersAndCheckpointAreOneTransaction() {
    MariaDbFixture fixture(kSchema);
    BatchBuilder good = fixture.builder();
    good.add("t", insertOf(1));
    const CommitResult committed = fixture.commit(good, {letterOf(5)});
    QCOMPARE(committed.message, std::string());
    QCOMPARE(committed.outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT shard, sequence, owner FROM penstock_checkpoint"),
             (Rows{"0|1|we"}));
    BatchBuilder bad = fixture.builder();
    bad.add("t", insertOf(2)).add("t", insertOf(1));
    const CommitResult refused = fixture.commit(bad, {letterOf(6)});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "ER_DUP_ENTRY");
    QVERIFY(refused.message.ends_with(": table 't', key 1"));
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_dead_letter"), (Rows{"5"}));
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_checkpoint"), (Rows{"1"}));
  }

  /// It was retried and refused again: one letter, with the last reason, and all its attempts.
  void deadLetterKeptTwiceIsKeptOnce() {
    MariaDbFixture fixture(kSchema);
    DeadLetter again = letterOf(5);
    again.reason = "other";
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5)}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.store().listDeadLetters({{}, false, 10}).value().front().reason,
             letterOf(5).reason);
    QCOMPARE(fixture.commit(fixture.builder(), {again, letterOf(9)}).outcome,
             CommitOutcome::Committed);
    const auto letters = fixture.store().listDeadLetters({{}, false, 10});
    QVERIFY(letters.isOk());
    QCOMPARE(letters.value().size(), 2U);
    const DeadLetter& oldest = letters.value().back();
    QCOMPARE(oldest.journal, toText(fixtureJournal()));
    QCOMPARE(toNumber(oldest.sequence), 5U);
    QCOMPARE(oldest.kind, "refused");
    QCOMPARE(oldest.reason, "other");
    QCOMPARE(oldest.code, "ER_NO_REFERENCED_ROW_2");
    QCOMPARE(oldest.attempts, 6U);
    QCOMPARE(oldest.atMicros, 1'700'000'000'000'001);
    QCOMPARE(oldest.changeSet, "{\"table\":\"t\"}");
    QCOMPARE(fixture.store().countDeadLetters().value(), 2U);
    const LetterKey newest{Sequence{9}, toText(fixtureJournal())};
    QCOMPARE(fixture.store().listDeadLetters({newest, false, 10}).value().size(), 1U);
    QCOMPARE(fixture.store().listDeadLetters({{}, true, 1}).value().front().sequence, Sequence{5});
  }

  void letterThatIsGoneIsNotKeptAgain() {
    MariaDbFixture fixture(kSchema);
    DeadLetter again = letterOf(5);
    again.again = true;
    const CommitResult refused = fixture.commit(fixture.builder(), {letterOf(9), again});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, std::string(kLetterGone));
    QCOMPARE(fixture.store().countDeadLetters().value(), 0U);
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5)}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.commit(fixture.builder(), {again}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT attempts FROM penstock_dead_letter"), (Rows{"6"}));
  }

  void settledLetterGoesWithItsRows() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5), letterOf(6)}).outcome,
             CommitOutcome::Committed);
    const std::string journal = toText(fixtureJournal());
    BatchBuilder retry = fixture.builder();
    retry.add("t", insertOf(1)).settleLetter({Sequence{5}, journal, true});
    retry.settleLetter({Sequence{6}, journal, false}).settleLetter({Sequence{7}, journal, false});
    QCOMPARE(fixture.commit(retry, {}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.store().countDeadLetters().value(), 0U);
  }

  void letterThatIsGoneRefusesItsRetry() {
    MariaDbFixture fixture(kSchema);
    BatchBuilder again = fixture.builder();
    const std::string journal = toText(fixtureJournal());
    again.add("t", insertOf(1)).settleLetter({Sequence{5}, journal, true});
    const CommitResult refused = fixture.commit(again, {});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, std::string(kLetterGone));
    QCOMPARE(fixture.rows("SELECT id FROM t"), Rows{});
  }

  void lettersOfTwoJournalsAreListedAndPassedOneByOne_data() {
    QTest::addColumn<bool>("oldestFirst");
    QTest::newRow("newest first") << false;
    QTest::newRow("oldest first") << true;
  }
  void lettersOfTwoJournalsAreListedAndPassedOneByOne() {
    QFETCH(bool, oldestFirst);
    MariaDbFixture fixture(kSchema);
    DeadLetter other = letterOf(5);
    other.journal = "0000";
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5), other, letterOf(9)}).outcome,
             CommitOutcome::Committed);
    std::optional<LetterKey> before;
    Rows seen;
    for (;;) {
      const auto page = fixture.store().listDeadLetters({before, oldestFirst, 1});
      QVERIFY(page.isOk());
      if (page.value().empty()) break;
      const DeadLetter& letter = page.value().front();
      before = LetterKey{letter.sequence, letter.journal};
      seen.push_back(letter.journal == "0000" ? "other"
                                              : std::to_string(toNumber(letter.sequence)));
    }
    QCOMPARE(seen.size(), 3U);
    QCOMPARE(oldestFirst ? seen.back() : seen.front(), std::string("9"));
    QVERIFY(std::ranges::count(seen, "other") == 1);
  }

  void fenceIsLostWhenTheSequenceIsAnother() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 7)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 8)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 8)).code, "PENSTOCK_FENCE");
    QCOMPARE(fixture.lane().commit(fenceOnly(8, 9)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(8, 9)).code, kWentBack);
    QCOMPARE(fixture.lane().commit(fenceOnly(7, 9)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_checkpoint"), (Rows{"9"}));
  }

  void fenceIsLostToTheNextOwner() {
    MariaDbFixture fixture(kSchema);
    QVERIFY(fixture.store().attach(fixtureJournal(), "they").isOk());
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    QCOMPARE(result.outcome, CommitOutcome::FenceLost);
    QVERIFY(result.message.find("they") != std::string::npos);
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
  }

  void missingCheckpointRowCountsAsZero() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.rows("DELETE FROM penstock_checkpoint"), Rows{});
    QCOMPARE(fixture.lane().commit(fenceOnly(3, 4)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 4)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT sequence, owner FROM penstock_checkpoint"), (Rows{"4|we"}));
  }

  void checkpointsAreReadBack() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 1ull << 52)).outcome, CommitOutcome::Committed);
    QVERIFY(fixture.lane().reopen().isOk());
    const auto checkpoints = fixture.lane().readCheckpoints();
    QVERIFY(checkpoints.isOk());
    QCOMPARE(checkpoints.value().size(), 1U);
    QCOMPARE(toNumber(checkpoints.value()[0].settled), 1ull << 52);
    QCOMPARE(fixture.store().readCheckpoints(fixtureJournal()).value().size(), 1U);
  }

  /// A connection of Qt SQL is bound to a thread; whoever uses the lane must not notice.
  void laneIsHandedFromThreadToThread() {
    MariaDbFixture fixture(kSchema);
    std::atomic<int> committed = 0;
    for (int i = 0; i < 4; ++i) {
      Worker worker("hands", ThreadPriority::Normal, [&] {
        committed += fixture.commitOne("t", insertOf(i)).outcome == CommitOutcome::Committed;
        if (i == 2) committed += fixture.lane().reopen().isOk() ? 1 : 0;
        if (i == 3) fixture.closeLane();
      });
      worker.join();
    }
    QCOMPARE(committed.load(), 5);
    QCOMPARE(fixture.rows("SELECT count(*) FROM t"), (Rows{"4"}));
  }

  void statementsKeptAreBounded() {
    QtSqlOptions options;
    options.statementsMax = 8;
    MariaDbFixture fixture(kSchema, options);
    BatchBuilder builder = fixture.builder();
    for (int i = 0; i < 3000; ++i) builder.add("t", insertOf(i));
    for (int i = 0; i < 3000; i += 2) builder.add("t", updateOf(i, ValueView::text("y")));
    builder.nextRun();
    for (int i = 0; i < 3000; i += 2) builder.add("t", updateOf(i, ValueView::text("z")));
    QCOMPARE(fixture.commitOne("t", insertOf(5000)).outcome, CommitOutcome::Committed);
    const CommitResult result = fixture.commit(builder);
    QCOMPARE(result.message, std::string());
    QCOMPARE(result.rows, 6000U);
    QCOMPARE(dynamic_cast<qtsql::QtSqlLane&>(fixture.lane()).statementCount(), 8U);
    QCOMPARE(fixture.rows("SELECT count(*), sum(v='z') FROM t"), (Rows{"3001|1500"}));
  }
};

PENSTOCK_TEST(TestQtSqlLane)

}  // namespace penstock::test

#include "tst_qtsql_lane.moc"
