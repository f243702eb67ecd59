// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/own_tables.h"

#include <QTest>
#include <algorithm>

#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

constexpr std::string_view kSchema = R"(
  CREATE TABLE t(id integer PRIMARY KEY, v text, w bytea);
  CREATE TABLE parent(id integer PRIMARY KEY);
  CREATE TABLE child(id integer PRIMARY KEY,
                     parent integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
)";

NamedEffect insertOf(std::int64_t key, ValueView value = ValueView::text("x")) {
  return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {{"v", value}}, {}};
}

DeadLetter letterOf(std::uint64_t sequence) {
  return {Sequence{sequence}, "", "refused", "no such player", "23503", 3, 1'700'000'000'000'001,
          "{\"table\":\"t\"}"};
}

FenceStep step(std::uint32_t shard, std::uint64_t expected, std::uint64_t next) {
  return {Shard{shard}, Sequence{expected}, Sequence{next}};
}

CommitRequest fenceOnly(std::uint64_t expected, std::uint64_t next) {
  return {nullptr, {step(0, expected, next)}};
}

CommitRequest requestOf(const BatchBuilder& builder, std::vector<FenceStep> fence) {
  return {&builder.batch(), std::move(fence)};
}

}  // namespace

class TestOwnTables : public QObject {
  Q_OBJECT

 private slots:
  /// It was retried and refused again: one letter, with the last reason, and all its attempts.
  void deadLetterKeptTwiceIsKeptOnce() {
    PostgresFixture fixture(kSchema);
    DeadLetter again = letterOf(5);
    again.reason = "other";
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5)}).outcome, CommitOutcome::Committed);
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
    QCOMPARE(oldest.code, "23503");
    QCOMPARE(oldest.attempts, 6U);
    QCOMPARE(oldest.atMicros, 1'700'000'000'000'001);
    QCOMPARE(oldest.changeSet, "{\"table\":\"t\"}");
    QCOMPARE(fixture.store().countDeadLetters().value(), 2U);
    const LetterKey newest{Sequence{9}, toText(fixtureJournal())};
    QCOMPARE(fixture.store().listDeadLetters({newest, false, 10}).value().size(), 1U);
    QCOMPARE(fixture.store().listDeadLetters({{}, true, 1}).value().front().sequence, Sequence{5});
  }

  void letterKeepsWhatNoTextOfTheDatabaseHolds() {
    PostgresFixture fixture(kSchema);
    DeadLetter letter = letterOf(5);
    letter.reason = std::string("NUL \0, \xff, 'quoted' {\"}\\", 23);
    QCOMPARE(fixture.commit(fixture.builder(), {letter}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT reason FROM penstock_dead_letter"),
             (Rows{"NUL \\x00, \\xff, 'quoted' {\"}\\"}));
  }

  /// It was discarded, and comes back by no retry that was asked for before.
  void letterThatIsGoneIsNotKeptAgain() {
    PostgresFixture fixture(kSchema);
    DeadLetter again = letterOf(5);
    again.again = true;
    const CommitResult refused = fixture.commit(fixture.builder(), {letterOf(9), again});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, std::string(kLetterGone));
    QCOMPARE(refused.message, "dead letter 5 was retried or discarded before");
    QCOMPARE(fixture.store().countDeadLetters().value(), 0U);
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5)}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.commit(fixture.builder(), {again}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT attempts FROM penstock_dead_letter"), (Rows{"6"}));
  }

  void settledLetterGoesWithItsRows() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5), letterOf(6)}).outcome,
             CommitOutcome::Committed);
    const std::string journal = toText(fixtureJournal());
    BatchBuilder retry = fixture.builder();
    retry.add("t", insertOf(1)).settleLetter({Sequence{5}, journal, true});
    retry.settleLetter({Sequence{6}, journal, false}).settleLetter({Sequence{7}, journal, false});
    retry.settleLetter({Sequence{5}, journal, false});
    QCOMPARE(fixture.commit(retry).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.store().countDeadLetters().value(), 0U);
  }

  /// Its change set was applied by the first one: a second effect of it is what must not be.
  void letterThatIsGoneRefusesItsRetry_data() {
    QTest::addColumn<bool>("isThere");
    QTest::newRow("gone before") << false;
    QTest::newRow("gone by the same batch") << true;
  }

  void letterThatIsGoneRefusesItsRetry() {
    QFETCH(bool, isThere);
    PostgresFixture fixture(kSchema);
    BatchBuilder again = fixture.builder();
    const std::string journal = toText(fixtureJournal());
    if (isThere) {
      QCOMPARE(fixture.commit(fixture.builder(), {letterOf(5)}).outcome, CommitOutcome::Committed);
      again.settleLetter({Sequence{5}, journal, true});
    }
    again.add("t", insertOf(1)).settleLetter({Sequence{5}, journal, true});
    const CommitResult refused = fixture.commit(again);
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, std::string(kLetterGone));
    QCOMPARE(fixture.rows("SELECT id FROM t"), Rows{});
    QCOMPARE(fixture.store().countDeadLetters().value(), isThere ? 1U : 0U);
  }

  /// A database may hold letters of a journal that was given up; numbers of two journals meet.
  void lettersOfTwoJournalsAreListedAndPassedOneByOne_data() {
    QTest::addColumn<bool>("oldestFirst");
    QTest::newRow("newest first") << false;
    QTest::newRow("oldest first") << true;
  }

  void lettersOfTwoJournalsAreListedAndPassedOneByOne() {
    QFETCH(bool, oldestFirst);
    PostgresFixture fixture(kSchema);
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
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 7)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 8)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(8, 9)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(7, 9)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_checkpoint WHERE sequence>0"),
             (Rows{"9"}));
  }

  void fenceIsLostToTheNextOwner() {
    PostgresFixture fixture(kSchema);
    QVERIFY(fixture.store().attach(fixtureJournal(), "they").isOk());
    for (const std::uint32_t shard : {0U, 7U, 64U}) {
      BatchBuilder builder = fixture.builder();
      builder.add("t", insertOf(1));
      const CommitResult result = fixture.lane().commit(requestOf(builder, {step(shard, 0, 1)}));
      QCOMPARE(result.outcome, CommitOutcome::FenceLost);
      QVERIFY(result.message.find("they") != std::string::npos);
    }
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
  }

  void missingCheckpointRowCountsAsZero() {
    PostgresFixture fixture(kSchema);
    fixture.rows("DELETE FROM penstock_checkpoint");
    QCOMPARE(fixture.lane().commit(fenceOnly(3, 4)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 4)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT sequence, owner FROM penstock_checkpoint"), (Rows{"4|we"}));
  }

  void shardsMoveByThemselves() {
    PostgresFixture fixture(kSchema);
    const auto commit = [&](std::vector<FenceStep> fence, std::vector<Checkpoint> others = {}) {
      return fixture.lane().commit({nullptr, std::move(fence), std::move(others)});
    };
    QCOMPARE(commit({step(0, 0, 5), step(3, 0, 9), step(64, 0, 7)}).outcome,
             CommitOutcome::Committed);
    QCOMPARE(commit({step(3, 9, 10)}, {{Shard{0}, Sequence{5}}, {Shard{64}, Sequence{7}}}).outcome,
             CommitOutcome::Committed);
    // One of several is enough, and then nothing moves.
    QCOMPARE(commit({step(3, 10, 11), step(64, 6, 8)}).outcome, CommitOutcome::FenceLost);
    const auto held = fixture.store().readCheckpoints(fixtureJournal());
    QVERIFY(held.isOk());
    Rows shown;
    for (const Checkpoint& each : *held) {
      shown.push_back(std::to_string(toIndex(each.shard)) + ":" +
                      std::to_string(toNumber(each.settled)));
    }
    QCOMPARE(shown, (Rows{"0:5", "3:10", "64:7"}));
  }

  /// Shards that had nothing to do since do not show by themselves that the database went back.
  void otherShardThatHoldsLessLosesTheFence() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.lane().commit({nullptr, {step(5, 0, 70)}}).outcome, CommitOutcome::Committed);
    const auto commit = [&](std::uint64_t expected, std::uint32_t shard, std::uint64_t settled) {
      return fixture.lane().commit(
          {nullptr, {step(6, expected, expected + 1)}, {{Shard{shard}, Sequence{settled}}}});
    };
    QCOMPARE(commit(0, 5, 70).outcome, CommitOutcome::Committed);
    QCOMPARE(commit(1, 5, 60).outcome, CommitOutcome::Committed);
    const CommitResult less = commit(2, 5, 71);
    QCOMPARE(less.outcome, CommitOutcome::FenceLost);
    QCOMPARE(less.code, kWentBack);
    QCOMPARE(less.message, "the checkpoint of shard 5 should hold at least 71 and holds 70");
    fixture.rows("DELETE FROM penstock_checkpoint WHERE shard=5");
    QCOMPARE(commit(2, 5, 70).outcome, CommitOutcome::FenceLost);
  }

  void restoredCheckpointLosesTheFence() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    fixture.rows("CREATE TABLE backup AS SELECT * FROM penstock_checkpoint");
    QCOMPARE(fixture.commitOne("t", insertOf(2)).outcome, CommitOutcome::Committed);
    fixture.rows("TRUNCATE penstock_checkpoint; INSERT INTO penstock_checkpoint TABLE backup");
    const CommitResult lost = fixture.commitOne("t", insertOf(3));
    QCOMPARE(lost.outcome, CommitOutcome::FenceLost);
    QCOMPARE(lost.code, kWentBack);
    // Who attaches again starts from what is there.
    const auto held = fixture.store().attach(fixtureJournal(), "we again");
    QVERIFY(held.isOk());
    QCOMPARE(held->size(), 1U);
    QCOMPARE(toNumber(held->front().settled), 1U);
  }

  void tableOfOursThatIsGoneIsBroken() {
    PostgresFixture fixture(kSchema);
    fixture.rows("DROP TABLE penstock_checkpoint");
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    QCOMPARE(result.outcome, CommitOutcome::Broken);
    QCOMPARE(result.code, "42P01");
  }
};

PENSTOCK_TEST(TestOwnTables)

}  // namespace penstock::test

#include "tst_own_tables.moc"
