// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_lane.h"

#include <QFile>
#include <QTest>
#include <algorithm>

#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::string_view kSchema = R"(
  CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT, w BLOB);
  CREATE TABLE parent(id INTEGER PRIMARY KEY);
  CREATE TABLE child(id INTEGER PRIMARY KEY,
                     parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
)";

NamedEffect insertOf(std::int64_t key, ValueView value = ValueView::text("x")) {
  return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {{"v", value}}, {}};
}

DeadLetter letterOf(std::uint64_t sequence) {
  return {Sequence{sequence},
          "",
          "refused",
          "no such player",
          "SQLITE_CONSTRAINT_FOREIGNKEY",
          3,
          1'700'000'000'000'001,
          "{\"table\":\"t\"}"};
}

CommitRequest fenceOnly(std::uint64_t expected, std::uint64_t next) {
  return {nullptr, {{Shard{0}, Sequence{expected}, Sequence{next}}}, {}};
}

// The library calls that a file read-only whose format is newer than it may write.
void makeReadOnly(const std::string& path) {
  OtherConnection other(path);
  QCOMPARE(other.run("PRAGMA journal_mode=DELETE"), SQLITE_OK);
  QFile file(QString::fromStdString(path));
  QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(18) && file.putChar(3));
}

}  // namespace

class TestSqliteLane : public QObject {
  Q_OBJECT

 private slots:
  void rowsLettersAndCheckpointAreOneTransaction() {
    SqliteFixture fixture(kSchema);
    BatchBuilder good = fixture.builder();
    good.add("t", insertOf(1));
    QCOMPARE(fixture.commit(good, {letterOf(5)}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT shard, sequence, owner FROM penstock_checkpoint"),
             (Rows{"0|1|'we'"}));
    BatchBuilder bad = fixture.builder();
    bad.add("t", insertOf(2)).add("t", insertOf(1));
    const CommitResult refused = fixture.commit(bad, {letterOf(6)});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "SQLITE_CONSTRAINT_PRIMARYKEY");
    QCOMPARE(refused.message, "UNIQUE constraint failed: t.id: table 't', key 1");
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_dead_letter"), (Rows{"5"}));
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_checkpoint"), (Rows{"1"}));
  }

  /// It was retried and refused again: one letter, with the last reason, and all its attempts.
  void deadLetterKeptTwiceIsKeptOnce() {
    SqliteFixture fixture(kSchema);
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
    QCOMPARE(oldest.code, "SQLITE_CONSTRAINT_FOREIGNKEY");
    QCOMPARE(oldest.attempts, 6U);
    QCOMPARE(oldest.atMicros, 1'700'000'000'000'001);
    QCOMPARE(oldest.changeSet, "{\"table\":\"t\"}");
    QCOMPARE(fixture.store().countDeadLetters().value(), 2U);
    const LetterKey newest{Sequence{9}, toText(fixtureJournal())};
    QCOMPARE(fixture.store().listDeadLetters({newest, false, 10}).value().size(), 1U);
    QCOMPARE(fixture.store().listDeadLetters({{}, true, 1}).value().front().sequence, Sequence{5});
  }

  /// It was discarded, and comes back by no retry that was asked for before.
  void letterThatIsGoneIsNotKeptAgain() {
    SqliteFixture fixture(kSchema);
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
    SqliteFixture fixture(kSchema);
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

  /// Its change set was applied by the first one: a second effect of it is what must not be.
  void letterThatIsGoneRefusesItsRetry() {
    SqliteFixture fixture(kSchema);
    BatchBuilder again = fixture.builder();
    const std::string journal = toText(fixtureJournal());
    again.add("t", insertOf(1)).settleLetter({Sequence{5}, journal, true});
    const CommitResult refused = fixture.commit(again, {});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, std::string(kLetterGone));
    QCOMPARE(fixture.rows("SELECT id FROM t"), Rows{});
  }

  /// A database may hold letters of a journal that was given up; numbers of two journals meet.
  void lettersOfTwoJournalsAreListedAndPassedOneByOne_data() {
    QTest::addColumn<bool>("oldestFirst");
    QTest::newRow("newest first") << false;
    QTest::newRow("oldest first") << true;
  }
  void lettersOfTwoJournalsAreListedAndPassedOneByOne() {
    QFETCH(bool, oldestFirst);
    SqliteFixture fixture(kSchema);
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

  void fileThatWasDeletedOrReplacedIsNotCommittedTo_data() {
    QTest::addColumn<bool>("isReplaced");
    QTest::newRow("deleted") << false;
    QTest::newRow("replaced by a copy") << true;
  }
  void fileThatWasDeletedOrReplacedIsNotCommittedTo() {
    QFETCH(bool, isReplaced);
    SqliteFixture fixture(kSchema);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    const QString path = QString::fromStdString(fixture.path());
    QVERIFY(QFile::copy(path, path + ".copy"));
    QVERIFY(QFile::remove(path));
    if (isReplaced) QVERIFY(QFile::rename(path + ".copy", path));
    const CommitResult result = fixture.commitOne("t", insertOf(2));
    QCOMPARE(result.outcome, CommitOutcome::Broken);
    QCOMPARE(result.code, "PENSTOCK_FILE_MOVED");
    QVERIFY(QString::fromStdString(result.message).contains("deleted, moved or replaced"));
  }

  void fileThatWasPutBackIsCommittedTo() {
    SqliteFixture fixture(kSchema);
    const QString path = QString::fromStdString(fixture.path());
    QVERIFY(QFile::rename(path, path + ".away"));
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Broken);
    QVERIFY(QFile::rename(path + ".away", path));
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
  }

  void fenceIsLostWhenTheSequenceIsAnother() {
    SqliteFixture fixture(kSchema);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 7)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 8)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 8)).code, "PENSTOCK_FENCE");
    QCOMPARE(fixture.lane().commit(fenceOnly(8, 9)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(8, 9)).code, kWentBack);
    QCOMPARE(fixture.lane().commit(fenceOnly(7, 9)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_checkpoint"), (Rows{"9"}));
  }

  void fenceIsLostToTheNextOwner() {
    SqliteFixture fixture(kSchema);
    QVERIFY(fixture.store().attach(fixtureJournal(), "they").isOk());
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    QCOMPARE(result.outcome, CommitOutcome::FenceLost);
    QVERIFY(result.message.find("they") != std::string::npos);
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
  }

  void missingCheckpointRowCountsAsZero() {
    SqliteFixture fixture(kSchema);
    OtherConnection other(fixture.path());
    QCOMPARE(other.run("DELETE FROM penstock_checkpoint"), SQLITE_OK);
    QCOMPARE(fixture.lane().commit(fenceOnly(3, 4)).outcome, CommitOutcome::FenceLost);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 4)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT sequence, owner FROM penstock_checkpoint"), (Rows{"4|'we'"}));
  }

  void busyDatabaseIsTransient() {
    SqliteOptions options;
    options.busyTimeout = 1ms;
    SqliteFixture fixture(kSchema, options);
    OtherConnection other(fixture.path());
    QCOMPARE(other.run("BEGIN IMMEDIATE"), SQLITE_OK);
    const CommitResult busy = fixture.commitOne("t", insertOf(1));
    QCOMPARE(busy.outcome, CommitOutcome::Transient);
    QCOMPARE(busy.code, "SQLITE_BUSY");
    QCOMPARE(other.run("ROLLBACK"), SQLITE_OK);
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  void deferredConstraintFailsTheCommit() {
    SqliteFixture fixture(kSchema);
    const NamedEffect child{IfAbsent::Insert,
                            IfPresent::Error,
                            {ValueView::integer(1)},
                            {{"parent", ValueView::integer(9)}},
                            {}};
    const CommitResult refused = fixture.commitOne("child", child);
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "SQLITE_CONSTRAINT_FOREIGNKEY");
    BatchBuilder both = fixture.builder();
    both.add("child", child)
        .add("parent", {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(9)}, {}, {}});
    QCOMPARE(fixture.commit(both).outcome, CommitOutcome::Committed);
  }

  void schemaThatChangedIsNamed() {
    SqliteFixture fixture(kSchema);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    OtherConnection other(fixture.path());
    // Once with the statement prepared already, once before.
    QCOMPARE(other.run("ALTER TABLE t DROP COLUMN v"), SQLITE_OK);
    QCOMPARE(fixture.commitOne("t", insertOf(2)).code, "SQLITE_SCHEMA");
    const CommitResult update = fixture.commitOne("t", {IfAbsent::Error,
                                                        IfPresent::Update,
                                                        {ValueView::integer(1)},
                                                        {},
                                                        {{"v", ValueView::text("y")}}});
    QCOMPARE(update.code, "SQLITE_SCHEMA");
    QCOMPARE(update.outcome, CommitOutcome::Drifted);
    QCOMPARE(update.table, std::string("t"));
    QCOMPARE(other.run("DROP TABLE t"), SQLITE_OK);
    const CommitResult gone = fixture.commitOne(
        "t", {IfAbsent::Nothing, IfPresent::Delete, {ValueView::integer(1)}, {}, {}});
    QCOMPARE(gone.code, "SQLITE_SCHEMA");
  }

  void droppedKeyColumnIsNotTakenForAText() {
    SqliteFixture fixture(
        "CREATE TABLE k(old TEXT PRIMARY KEY, v TEXT);"
        "INSERT INTO k VALUES('a', 'x')");
    OtherConnection other(fixture.path());
    QCOMPARE(other.run("ALTER TABLE k RENAME COLUMN old TO new"), SQLITE_OK);
    const CommitResult result = fixture.commitOne(
        "k", {IfAbsent::Nothing, IfPresent::Delete, {ValueView::text("old")}, {}, {}});
    QCOMPARE(result.code, "SQLITE_SCHEMA");
    QCOMPARE(fixture.rows("SELECT * FROM k"), (Rows{"'a'|'x'"}));
  }

  void everyByteOfATextComesBack() {
    SqliteFixture fixture(kSchema);
    std::string all;
    for (int letter = 0; letter < 0x80; ++letter) {
      all += static_cast<char>(letter);
    }
    all += "ä€😀\u202e=1+1";
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) {
      bytes += static_cast<char>(byte);
    }
    BatchBuilder builder = fixture.builder();
    builder.add("t", {IfAbsent::Insert,
                      IfPresent::Error,
                      {ValueView::integer(1)},
                      {{"v", ValueView::text(all)}, {"w", ValueView::bytes(bytes)}},
                      {}});
    builder.add("t", {IfAbsent::Insert,
                      IfPresent::Error,
                      {ValueView::integer(2)},
                      {{"v", ValueView::text({})}, {"w", ValueView::bytes({})}},
                      {}});
    builder.add("t", {IfAbsent::Insert,
                      IfPresent::Error,
                      {ValueView::integer(3)},
                      {{"v", ValueView::boolean(true)}, {"w", ValueView::null()}},
                      {}});
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT v FROM t WHERE id=1"), (Rows{"'" + all + "'"}));
    QCOMPARE(fixture.rows("SELECT w FROM t WHERE id=1"), (Rows{bytes}));
    QCOMPARE(fixture.rows("SELECT v, typeof(w), length(w) FROM t WHERE id=2"),
             (Rows{"''|'blob'|0"}));
    QCOMPARE(fixture.rows("SELECT v, w FROM t WHERE id=3"), (Rows{"'1'|NULL"}));
  }

  void unwritableFileIsUnavailable() {
    SqliteFixture fixture(kSchema);
    const std::string copy = fixture.path() + ".readonly";
    QCOMPARE(OtherConnection(fixture.path()).run("VACUUM INTO '" + copy + "'"), SQLITE_OK);
    auto store = SqliteStore::create({copy});
    QVERIFY(store.isOk());
    QVERIFY(store.value()->attach(fixtureJournal(), "we").isOk());
    store.value().reset();
    makeReadOnly(copy);
    const auto again = SqliteStore::create({copy});
    QVERIFY(!again.isOk());
    QCOMPARE(again.status().code(), StatusCode::Unavailable);
  }

  void damagedPageIsBroken() {
    SqliteFixture fixture(kSchema);
    BatchBuilder builder = fixture.builder();
    for (int i = 0; i < 2000; ++i) {
      builder.add("t", insertOf(i, ValueView::text("some text that fills pages")));
    }
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    OtherConnection other(fixture.path());
    QCOMPARE(other.run("PRAGMA wal_checkpoint(TRUNCATE)"), SQLITE_OK);
    const Rows page = other.rows("SELECT rootpage FROM sqlite_schema WHERE name='t'");
    QFile file(QString::fromStdString(fixture.path()));
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.seek((std::stoll(page.front()) - 1) * 4096));
    QCOMPARE(file.write(QByteArray(4096, '\x5a')), 4096);
    file.close();
    QVERIFY(fixture.lane().reopen().isOk());
    const CommitResult result = fixture.commitOne("t", insertOf(5000));
    QCOMPARE(result.outcome, CommitOutcome::Broken);
    QVERIFY(result.code.starts_with("SQLITE_CORRUPT"));
  }

  void fileThatIsGoneIsNotMadeAnew() {
    SqliteFixture fixture(kSchema);
    for (const char* suffix : {"", "-wal", "-shm"}) {
      QFile::remove(QString::fromStdString(fixture.path() + suffix));
    }
    QCOMPARE(fixture.lane().reopen().code(), StatusCode::Unavailable);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Transient);
    QVERIFY(!QFile::exists(QString::fromStdString(fixture.path())));
  }

  void checkpointsAreReadBack() {
    SqliteFixture fixture(kSchema);
    QCOMPARE(fixture.lane().commit(fenceOnly(0, 1ull << 52)).outcome, CommitOutcome::Committed);
    QVERIFY(fixture.lane().reopen().isOk());
    const auto checkpoints = fixture.lane().readCheckpoints();
    QVERIFY(checkpoints.isOk());
    QCOMPARE(checkpoints.value().size(), 1U);
    QCOMPARE(toNumber(checkpoints.value()[0].settled), 1ull << 52);
  }

  void statementsKeptAreBounded() {
    std::string schema = "CREATE TABLE wide(id INTEGER PRIMARY KEY";
    for (int i = 0; i < 40; ++i) {
      schema += ", c" + std::to_string(i) + " TEXT";
    }
    SqliteOptions options;
    options.statementsMax = 8;
    SqliteFixture fixture(schema + ")", options);
    BatchBuilder builder = fixture.builder();
    std::vector<std::string> names;
    for (int i = 0; i < 40; ++i) {
      names.push_back("c" + std::to_string(i));
    }
    for (int i = 0; i < 200; ++i) {
      builder.add("wide", {IfAbsent::Insert,
                           IfPresent::Update,
                           {ValueView::integer(i % 50)},
                           {{names[i % 40], ValueView::text("x")}},
                           {{names[i % 40], ValueView::text("y")}}});
    }
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(dynamic_cast<sqlite::SqliteLane&>(fixture.lane()).statementCount(), 8U);
    QCOMPARE(fixture.rows("SELECT count(*) FROM wide"), (Rows{"50"}));
  }
};

PENSTOCK_TEST(TestSqliteLane)

}  // namespace penstock::test

#include "tst_sqlite_lane.moc"
