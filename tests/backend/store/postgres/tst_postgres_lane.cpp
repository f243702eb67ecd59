// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_lane.h"

#include <QTest>

#include "base/worker.h"
#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::string_view kSchema = R"(
  CREATE TABLE t(id integer PRIMARY KEY, v text, w bytea);
  CREATE TABLE parent(id integer PRIMARY KEY);
  CREATE TABLE child(id integer PRIMARY KEY,
                     parent integer REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
)";

NamedEffect insertOf(std::int64_t key, ValueView value = ValueView::text("x")) {
  return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {{"v", value}}, {}};
}

NamedEffect updateOf(std::int64_t key, std::string_view value) {
  return {IfAbsent::Error,
          IfPresent::Update,
          {ValueView::integer(key)},
          {},
          {{"v", ValueView::text(value)}}};
}

DeadLetter letterOf(std::uint64_t sequence) {
  return {Sequence{sequence}, "", "refused", "no such player", "23503", 3, 1'700'000'000'000'001,
          "{\"table\":\"t\"}"};
}

FenceStep step(std::uint32_t shard, std::uint64_t expected, std::uint64_t next) {
  return {Shard{shard}, Sequence{expected}, Sequence{next}};
}

CommitRequest requestOf(const BatchBuilder& builder, std::vector<FenceStep> fence) {
  return {&builder.batch(), std::move(fence)};
}

}  // namespace

class TestPostgresLane : public QObject {
  Q_OBJECT

 private slots:
  void rowsLettersAndCheckpointAreOneTransaction() {
    PostgresFixture fixture(kSchema);
    BatchBuilder good = fixture.builder();
    good.add("t", insertOf(1));
    QCOMPARE(fixture.commit(good, {letterOf(5)}).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT shard, sequence, owner FROM penstock_checkpoint WHERE shard=0"),
             (Rows{"0|1|we"}));
    BatchBuilder bad = fixture.builder();
    bad.add("t", insertOf(2)).add("t", insertOf(1));
    const CommitResult refused = fixture.commit(bad, {letterOf(6)});
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "23505");
    QCOMPARE(refused.message,
             "duplicate key value violates unique constraint \"t_pkey\": "
             "Key (id)=(1) already exists.: table 't'");
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.rows("SELECT sequence FROM penstock_dead_letter"), (Rows{"5"}));
    QCOMPARE(fixture.rows("SELECT max(sequence) FROM penstock_checkpoint"), (Rows{"1"}));
  }

  void lanesOfDifferentShardsCommitAtOnce() {
    PostgresFixture fixture(kSchema);
    const auto other = fixture.openLane();
    PostgresSession holder(fixture.connection());
    // Lane one waits for a row in the middle of its transaction; lane two passes it.
    fixture.rows("INSERT INTO t VALUES(1, 'x')");
    QCOMPARE(holder.rows("BEGIN; UPDATE t SET v='held' WHERE id=1"), Rows{});
    BatchBuilder waiting = fixture.builder();
    waiting.add("t", updateOf(1, "waited"));
    CommitResult waited;
    Worker worker("lane", ThreadPriority::Normal,
                  [&] { waited = fixture.lane().commit(requestOf(waiting, {step(1, 0, 10)})); });
    BatchBuilder passing = fixture.builder();
    passing.add("t", insertOf(2));
    QCOMPARE(other->commit(requestOf(passing, {step(2, 0, 11)})).outcome, CommitOutcome::Committed);
    QTRY_COMPARE(fixture.rows("SELECT count(*) FROM pg_locks WHERE NOT granted"), (Rows{"1"}));
    QCOMPARE(holder.rows("COMMIT"), Rows{});
    worker.join();
    QCOMPARE(waited.outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id, v FROM t ORDER BY id"), (Rows{"1|waited", "2|x"}));
  }

  void rowThatIsLockedIsTransient() {
    PostgresOptions options;
    options.lockTimeout = 50ms;
    PostgresFixture fixture(kSchema, options);
    fixture.rows("INSERT INTO t VALUES(1, 'x')");
    PostgresSession holder(fixture.connection());
    holder.rows("BEGIN; UPDATE t SET v='held' WHERE id=1");
    const CommitResult busy = fixture.commitOne("t", updateOf(1, "y"));
    QCOMPARE(busy.outcome, CommitOutcome::Transient);
    QCOMPARE(busy.code, "55P03");
    holder.rows("ROLLBACK");
    QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{"x"}));
    QCOMPARE(fixture.commitOne("t", updateOf(1, "y")).outcome, CommitOutcome::Committed);
  }

  /// Whoever closes the circle finds it and is ended: here that is the lane.
  void deadlockIsTransient() {
    PostgresFixture fixture(kSchema);
    fixture.rows("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 3) i");
    fixture.rows("ALTER DATABASE " + fixture.database() + " SET deadlock_timeout='10ms'");
    QVERIFY(fixture.lane().reopen().isOk());
    PostgresSession one(fixture.connection());
    PostgresSession other(fixture.connection());
    one.rows("SET deadlock_timeout='1h'; BEGIN; UPDATE t SET v='held' WHERE id=3");
    other.rows("BEGIN; UPDATE t SET v='held' WHERE id=2");
    BatchBuilder builder = fixture.builder();
    for (const std::int64_t id : {1, 2, 3}) builder.nextRun().add("t", updateOf(id, "y"));
    CommitResult result;
    Worker worker("lane", ThreadPriority::Normal, [&] { result = fixture.commit(builder); });
    const auto waiting = [&] {
      return fixture.rows("SELECT count(*) FROM pg_locks WHERE NOT granted").front();
    };
    QTRY_COMPARE(waiting(), "1");
    one.send("UPDATE t SET v='held' WHERE id=1");
    QTRY_COMPARE(waiting(), "2");
    other.rows("COMMIT");
    worker.join();
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(result.code, "40P01");
    QCOMPARE(one.take(), Rows{});
    one.rows("ROLLBACK");
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
  }

  void serialisationFailureOfATriggerIsTransient() {
    PostgresFixture fixture(
        "CREATE TABLE t(id int PRIMARY KEY, v text);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RAISE ''again'' USING ERRCODE = ''40001''; END';"
        "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(result.code, "40001");
  }

  void statementThatTakesTooLongIsTransient() {
    PostgresOptions options;
    options.statementTimeout = 500ms;
    PostgresFixture fixture(
        "CREATE TABLE t(id int PRIMARY KEY, v text);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END';"
        "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
        options);
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(result.code, "57014");
  }

  void deferredConstraintFailsTheCommit() {
    PostgresFixture fixture(kSchema);
    const NamedEffect child{IfAbsent::Insert,
                            IfPresent::Error,
                            {ValueView::integer(1)},
                            {{"parent", ValueView::integer(9)}},
                            {}};
    const CommitResult refused = fixture.commitOne("child", child);
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "23503");
    BatchBuilder both = fixture.builder();
    both.add("child", child)
        .add("parent", {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(9)}, {}, {}});
    QCOMPARE(fixture.commit(both).outcome, CommitOutcome::Committed);
  }

  void refusedRows_data() {
    QTest::addColumn<QString>("column");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("code");
    QTest::newRow("unique") << "u"
                            << "taken"
                            << "23505";
    QTest::newRow("foreign key") << "f"
                                 << "9"
                                 << "23503";
    QTest::newRow("check") << "c"
                           << "-1"
                           << "23514";
    QTest::newRow("not null") << "n"
                              << ""
                              << "23502";
    QTest::newRow("too long") << "s"
                              << "abcd"
                              << "22001";
    QTest::newRow("too long by a blank") << "s"
                                         << "abc "
                                         << "22001";
    QTest::newRow("out of range") << "i"
                                  << "40000"
                                  << "22003";
    QTest::newRow("no such value") << "e"
                                   << "angry"
                                   << "22P02";
    QTest::newRow("a domain's check") << "d"
                                      << "0"
                                      << "23514";
    QTest::newRow("overlap") << "r"
                             << "[1,5)"
                             << "23P01";
    QTest::newRow("a trigger") << "c"
                               << "13"
                               << "P0001";
  }

  void refusedRows() {
    QFETCH(QString, column);
    QFETCH(QString, value);
    QFETCH(QString, code);
    PostgresFixture fixture(
        "CREATE TYPE mood AS ENUM('sad'); CREATE DOMAIN count AS integer CHECK(value > 0);"
        "CREATE TABLE t(id int PRIMARY KEY, u text UNIQUE, f int REFERENCES t, c int CHECK(c > 0),"
        " n int NOT NULL DEFAULT 1, s varchar(3), i smallint, e mood, d count, r int4range,"
        " EXCLUDE USING gist(r WITH &&));"
        "INSERT INTO t(id, u, r) VALUES(0, 'taken', '[0,3)');"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN IF NEW.c = 13 THEN RAISE ''unlucky''; END IF; RETURN NEW; END';"
        "CREATE TRIGGER f BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()");
    const std::string text = value.toStdString();
    const bool isText = column == "u" || column == "s" || column == "e" || column == "r";
    const ValueView given = value.isEmpty() ? ValueView::null()
                            : isText        ? ValueView::text(text)
                                            : ValueView::integer(value.toInt());
    const std::string name = column.toStdString();
    BatchBuilder builder = fixture.builder();
    builder.add("t", {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(1)}, {}, {}});
    builder.nextRun();
    builder.add("t",
                {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(2)}, {{name, given}}, {}});
    const CommitResult result = fixture.commit(builder);
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, code.toStdString());
    QVERIFY2(result.message.ends_with("table 't', key 2"), result.message.c_str());
    QCOMPARE(fixture.rows("SELECT count(*) FROM t"), (Rows{"1"}));
  }

  void textWithNulIsRefused() {
    PostgresFixture fixture(kSchema);
    const CommitResult result =
        fixture.commitOne("t", insertOf(1, ValueView::text(std::string_view("a\0b", 3))));
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, "22021");
    QCOMPARE(fixture.rows("SELECT * FROM t"), Rows{});
  }

  void statementsAreKeptAndForgotten() {
    PostgresOptions options;
    options.statementsMax = 8;
    PostgresFixture fixture("CREATE TABLE t(id int PRIMARY KEY, a int, b int, c int, d int)",
                            options);
    for (std::int64_t shape = 1; shape < 16; ++shape) {
      NamedAssignments insert;
      for (int column = 0; column < 4; ++column) {
        static constexpr std::string_view kNames[] = {"a", "b", "c", "d"};
        if ((shape >> column & 1) != 0) insert.push_back({kNames[column], ValueView::integer(1)});
      }
      for (const std::int64_t key : {shape, shape + 100}) {
        QCOMPARE(
            fixture
                .commitOne(
                    "t",
                    {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, insert, {}})
                .outcome,
            CommitOutcome::Committed);
      }
    }
    QCOMPARE(fixture.rows("SELECT count(*), sum(a), sum(d) FROM t"), (Rows{"30|16|16"}));
    QCOMPARE(static_cast<postgres::PostgresLane&>(fixture.lane()).statementCount(), 8U);
  }

  /// A plan that is made for an empty table is kept while it grows.
  void rowsAreFoundByTheirKeys() {
    PostgresFixture fixture(kSchema);
    const auto scans = [&] {
      return fixture.rows("SELECT seq_scan FROM pg_stat_user_tables WHERE relname='t'");
    };
    const Rows before = scans();
    for (int i = 0; i < 10; ++i) {
      BatchBuilder builder = fixture.builder();
      builder.add("t", insertOf(i)).nextRun().add("t", updateOf(i, "y"));
      builder.nextRun().add("t",
                            {IfAbsent::Error, IfPresent::Replace, {ValueView::integer(i)}, {}, {}});
      QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    }
    QVERIFY(fixture.lane().reopen().isOk());  // its statistics are told at its end
    QTRY_COMPARE(fixture.rows("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname='t'"),
                 (Rows{"10"}));
    QCOMPARE(scans(), before);
  }

  /// Whoever trusts a commit deletes the journal behind it.
  void commitIsForGood() {
    PostgresFixture fixture(
        "CREATE TABLE t(id int PRIMARY KEY, v text);"
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN NEW.v = concat_ws('' '', current_setting(''synchronous_commit''),"
        " current_setting(''timezone''), current_setting(''client_encoding''),"
        " current_setting(''transaction_isolation''), current_setting(''application_name''));"
        " RETURN NEW; END';"
        "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()");
    fixture.rows("ALTER DATABASE " + fixture.database() + " SET synchronous_commit=off");
    fixture.rows("ALTER DATABASE " + fixture.database() +
                 " SET default_transaction_isolation=serializable");
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{"on UTC UTF8 read committed penstock"}));
    fixture.rows("ALTER DATABASE " + fixture.database() + " SET synchronous_commit=remote_apply");
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(2)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT v FROM t WHERE id=2"),
             (Rows{"remote_apply UTC UTF8 read committed penstock"}));
  }
};

PENSTOCK_TEST(TestPostgresLane)

}  // namespace penstock::test

#include "tst_postgres_lane.moc"
