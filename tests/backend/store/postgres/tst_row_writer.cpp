// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/row_writer.h"

#include <QTest>
#include <limits>

#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

// `plain` has all its effects carried out by one statement where that is possible; the others force
// each way around: a default that `add` counts, a column that must be given, triggers, a key that
// is checked late, one that the database wants to give, partitions, keys whose type is cast.
constexpr std::string_view kSchema = R"(
  CREATE TABLE plain(id integer PRIMARY KEY, a text, n integer);
  CREATE TABLE counting(id bigint PRIMARY KEY, a text, n integer DEFAULT 100);
  CREATE TABLE demanding(id integer PRIMARY KEY, a text, n integer,
                         must text NOT NULL DEFAULT 'm', CHECK(a IS NULL OR a <> 'bad'));
  CREATE TABLE watched(id integer PRIMARY KEY, a text, n integer);
  CREATE TABLE audit(what text);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO audit VALUES(lower(TG_OP)); RETURN coalesce(NEW, OLD); END';
  CREATE TRIGGER watch BEFORE INSERT OR UPDATE OR DELETE ON watched
    FOR EACH ROW EXECUTE FUNCTION note();
  CREATE TABLE late(id integer PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, a text, n integer);
  CREATE TABLE given(id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY, a text, n integer);
  CREATE TABLE parts(id integer PRIMARY KEY, a text, n integer) PARTITION BY HASH(id);
  CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
  CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
  CREATE DOMAIN number AS integer;
  CREATE TABLE cast_key(id oid PRIMARY KEY, a text, n number);
  CREATE TABLE pairs(b text, a integer, v text, PRIMARY KEY(a, b));
)";

NamedAssignment set(std::string_view column, ValueView value) { return {column, value}; }
NamedAssignment add(std::string_view column, ValueView value) {
  return {column, value, AssignmentKind::Add};
}
ValueView text(std::string_view value) { return ValueView::text(value); }
ValueView number(std::int64_t value) { return ValueView::integer(value); }

const char* nameOf(IfAbsent branch) {
  constexpr const char* kNames[] = {"Error", "Nothing", "Insert"};
  return kNames[static_cast<int>(branch)];
}
const char* nameOf(IfPresent branch) {
  constexpr const char* kNames[] = {"Error", "Nothing", "Update", "Delete", "Replace"};
  return kNames[static_cast<int>(branch)];
}

// What the effect of everyEffect() must leave of row 1, written down without looking at SQL.
struct Expectation {
  bool isRefused = false;
  Rows rows;
};

Expectation expectationOf(IfAbsent ifAbsent, IfPresent ifPresent, bool isThere, bool hasDefault) {
  const std::string inserted = hasDefault ? "1|new|105" : "1|new|5";
  if (!isThere) {
    return ifAbsent == IfAbsent::Error    ? Expectation{true, {}}
           : ifAbsent == IfAbsent::Insert ? Expectation{false, {inserted}}
                                          : Expectation{false, {}};
  }
  switch (ifPresent) {
    case IfPresent::Error:
      return {true, {"1|old|40"}};
    case IfPresent::Nothing:
      return {false, {"1|old|40"}};
    case IfPresent::Update:
      return {false, {"1|upd|47"}};
    case IfPresent::Delete:
      return {false, {}};
    case IfPresent::Replace:
      return {false, {inserted}};
  }
  return {};
}

}  // namespace

class TestRowWriter : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_shared = std::make_unique<PostgresFixture>(kSchema); }
  void cleanupTestCase() { m_shared.reset(); }
  void init() {
    m_shared->rows(
        "TRUNCATE plain, counting, demanding, watched, audit, late, given, parts, pairs");
  }

  void everyEffect_data() {
    QTest::addColumn<QString>("table");
    QTest::addColumn<int>("ifAbsent");
    QTest::addColumn<int>("ifPresent");
    QTest::addColumn<bool>("isThere");
    for (const char* table :
         {"plain", "counting", "demanding", "watched", "late", "given", "parts", "cast_key"}) {
      for (int absent = 0; absent < 3; ++absent) {
        for (int present = 0; present < 5; ++present) {
          for (const bool isThere : {false, true}) {
            QTest::addRow("%s: absent %s, present %s, row %s", table,
                          nameOf(static_cast<IfAbsent>(absent)),
                          nameOf(static_cast<IfPresent>(present)), isThere ? "there" : "away")
                << table << absent << present << isThere;
          }
        }
      }
    }
  }
  void everyEffect() {
    QFETCH(QString, table);
    QFETCH(int, ifAbsent);
    QFETCH(int, ifPresent);
    QFETCH(bool, isThere);
    const std::string name = table.toStdString();
    m_shared->rows("DELETE FROM " + name);
    if (isThere) {
      QCOMPARE(m_shared->rows("INSERT INTO " + name +
                              "(id, a, n) OVERRIDING SYSTEM VALUE VALUES(1, 'old', 40)"),
               Rows{});
    }
    const NamedEffect effect{static_cast<IfAbsent>(ifAbsent),
                             static_cast<IfPresent>(ifPresent),
                             {number(1)},
                             {set("a", text("new")), add("n", number(5))},
                             {set("a", text("upd")), add("n", number(7))}};
    const Expectation expected =
        expectationOf(effect.ifAbsent, effect.ifPresent, isThere, name == "counting");
    const CommitResult result = m_shared->commitOne(name, effect);
    QVERIFY2((result.outcome == CommitOutcome::Refused) == expected.isRefused,
             result.message.c_str());
    QCOMPARE(result.outcome == CommitOutcome::Committed, !expected.isRefused);
    QCOMPARE(m_shared->rows("SELECT id, a, n FROM " + name), expected.rows);
    if (!expected.isRefused) return;
    QCOMPARE(result.code, isThere ? "23505" : "PENSTOCK_MISSING_ROW");
    // A key that is checked late is found out by the COMMIT, which knows of no row.
    const bool isLate = name == "late" && ifAbsent == static_cast<int>(IfAbsent::Insert);
    const std::string place = isLate ? "(id)=(1)" : "'" + name + "', key 1";
    QVERIFY2(result.message.find(place) != std::string::npos, result.message.c_str());
  }

  /// Present and absent rows of one shape at once: each gets what it would get alone.
  void everyEffectOnManyRows_data() {
    QTest::addColumn<int>("ifAbsent");
    QTest::addColumn<int>("ifPresent");
    for (int absent = 1; absent < 3; ++absent) {
      for (int present = 1; present < 5; ++present) {
        QTest::addRow("absent %s, present %s", nameOf(static_cast<IfAbsent>(absent)),
                      nameOf(static_cast<IfPresent>(present)))
            << absent << present;
      }
    }
  }
  void everyEffectOnManyRows() {
    QFETCH(int, ifAbsent);
    QFETCH(int, ifPresent);
    m_shared->rows("INSERT INTO plain SELECT i, 'old', 40 FROM generate_series(2, 3000, 2) i");
    BatchBuilder builder = m_shared->builder();
    const std::string inserted = "1|new|5";
    Rows expected;
    for (int id = 1; id <= 3000; ++id) {
      builder.add("plain", {static_cast<IfAbsent>(ifAbsent),
                            static_cast<IfPresent>(ifPresent),
                            {number(id)},
                            {set("a", text("new")), add("n", number(5))},
                            {set("a", text("upd")), add("n", number(7))}});
      Rows one = expectationOf(static_cast<IfAbsent>(ifAbsent), static_cast<IfPresent>(ifPresent),
                               id % 2 == 0, false)
                     .rows;
      for (std::string& row : one) expected.push_back(std::to_string(id) + row.substr(1));
    }
    const CommitResult result = m_shared->commit(builder);
    QVERIFY2(result.outcome == CommitOutcome::Committed, result.message.c_str());
    QCOMPARE(m_shared->rows("SELECT * FROM plain ORDER BY id"), expected);
  }

  void manyRowsOfChangingShape() {
    BatchBuilder builder = m_shared->builder();
    for (int i = 0; i < 100; ++i) {
      NamedAssignments insert{set("a", text("x"))};
      if (i % 3 == 0) insert.push_back(set("n", number(i)));
      builder.add("plain", {IfAbsent::Insert, IfPresent::Error, {number(i)}, insert, {}});
    }
    builder.nextRun();
    for (int i = 0; i < 100; i += 2) {
      builder.add("plain", {IfAbsent::Error, IfPresent::Delete, {number(i)}, {}, {}});
    }
    const CommitResult result = m_shared->commit(builder);
    QCOMPARE(result.outcome, CommitOutcome::Committed);
    QCOMPARE(result.rows, 150U);
    QCOMPARE(m_shared->rows("SELECT count(*), sum(n), count(n) FROM plain"), (Rows{"50|867|17"}));
  }

  void missingRowAmongManyIsNamed() {
    BatchBuilder builder = m_shared->builder();
    m_shared->rows("INSERT INTO plain SELECT i FROM generate_series(0, 98) i WHERE i<>57");
    for (int i = 0; i < 99; ++i) {
      builder.add("plain",
                  {IfAbsent::Error, IfPresent::Update, {number(i)}, {}, {set("a", text("y"))}});
    }
    const CommitResult result = m_shared->commit(builder);
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, "PENSTOCK_MISSING_ROW");
    QCOMPARE(result.message, "the row is missing: table 'plain', key 57");
    QCOMPARE(m_shared->rows("SELECT count(a) FROM plain"), (Rows{"0"}));
  }

  void upsertOfOneRangeSetsAndAddsWhatItInserts() {
    for (const char* value : {"first", "second"}) {
      BatchBuilder builder = m_shared->builder();
      builder.add("plain", {IfAbsent::Insert,
                            IfPresent::Update,
                            {number(1)},
                            {set("a", text(value)), add("n", number(4))},
                            {}});
      Batch batch = builder.batch();
      RowEffect& row = batch.runs[0].blocks[0].rows[0];
      row.update = row.insert;
      const Sequence at{m_shared->settled()};
      const CommitRequest request{&batch, {{kAllShards, at, at}}};
      QCOMPARE(m_shared->lane().commit(request).outcome, CommitOutcome::Committed);
    }
    QCOMPARE(m_shared->rows("SELECT * FROM plain"), (Rows{"1|second|8"}));
  }

  void compositeKeyIsBoundInKeyOrder() {
    BatchBuilder builder = m_shared->builder();
    builder.add(
        "pairs",
        {IfAbsent::Insert, IfPresent::Error, {number(1), text("b")}, {set("v", text("one"))}, {}});
    builder.nextRun().add(
        "pairs",
        {IfAbsent::Error, IfPresent::Update, {number(1), text("b")}, {}, {set("v", text("two"))}});
    QCOMPARE(m_shared->commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(m_shared->rows("SELECT a, b, v FROM pairs"), (Rows{"1|b|two"}));
  }

  void keyConflictNeverHidesAnotherOne() {
    PostgresFixture fixture(
        "CREATE TABLE t(id integer PRIMARY KEY, u text UNIQUE, v text);"
        "INSERT INTO t VALUES(1, 'taken', 'x'), (2, 'free', 'x')");
    for (const IfPresent ifPresent : {IfPresent::Nothing, IfPresent::Update, IfPresent::Error}) {
      const CommitResult result = fixture.commitOne("t", {IfAbsent::Insert,
                                                          ifPresent,
                                                          {number(3)},
                                                          {set("u", text("taken"))},
                                                          {set("u", text("taken"))}});
      QCOMPARE(result.outcome, CommitOutcome::Refused);
      QCOMPARE(result.code, "23505");
    }
    // The row is there: what would have been inserted does not matter.
    QCOMPARE(fixture
                 .commitOne("t", {IfAbsent::Insert,
                                  IfPresent::Update,
                                  {number(2)},
                                  {set("u", text("taken"))},
                                  {set("v", text("y"))}})
                 .outcome,
             CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT * FROM t ORDER BY id"), (Rows{"1|taken|x", "2|free|y"}));
  }

  void upsertWithoutARequiredColumnUpdatesTheRowThatIsThere() {
    PostgresFixture fixture(
        "CREATE TABLE t(id integer PRIMARY KEY, must text NOT NULL, v text);"
        "INSERT INTO t VALUES(1, 'm', 'x')");
    const auto upsert = [&](std::int64_t key) {
      BatchBuilder builder = fixture.builder();
      builder.add("t", {IfAbsent::Insert,
                        IfPresent::Update,
                        {number(key)},
                        {set("v", text("y"))},
                        {set("v", text("y"))}});
      return fixture.commit(builder);
    };
    const CommitResult updated = upsert(1);
    QVERIFY2(updated.outcome == CommitOutcome::Committed, updated.message.c_str());
    const CommitResult refused = upsert(2);
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "23502");
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1|m|y"}));
  }

  void triggersRunForWhatHappensOnly() {
    const NamedEffect upsert{IfAbsent::Insert,
                             IfPresent::Update,
                             {number(1)},
                             {set("a", text("x"))},
                             {set("a", text("y"))}};
    QCOMPARE(m_shared->commitOne("watched", upsert).outcome, CommitOutcome::Committed);
    QCOMPARE(m_shared->commitOne("watched", upsert).outcome, CommitOutcome::Committed);
    QCOMPARE(m_shared->rows("SELECT what FROM audit"), (Rows{"insert", "update"}));
  }

  void rowThatATriggerLeavesOutIsNotMissing() {
    PostgresFixture fixture(
        "CREATE TABLE t(id integer PRIMARY KEY, v text); INSERT INTO t VALUES(1, 'x');"
        "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep()");
    for (const IfPresent ifPresent : {IfPresent::Update, IfPresent::Delete}) {
      const CommitResult result = fixture.commitOne(
          "t", {IfAbsent::Error, ifPresent, {number(1)}, {}, {set("v", text("y"))}});
      QCOMPARE(result.outcome, CommitOutcome::Committed);
      QCOMPARE(result.rows, 0U);
    }
    QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{"x"}));
  }

  void keyOfACollationIsTheDatabasesKey() {
    PostgresFixture fixture(
        "CREATE COLLATION folded(provider=icu, locale='und-u-ks-level2', deterministic=false);"
        "CREATE TABLE t(name text COLLATE folded PRIMARY KEY, v text);"
        "INSERT INTO t VALUES('Anna', 'x')");
    for (const char* key : {"ANNA", "anna"}) {
      QCOMPARE(fixture
                   .commitOne("t", {IfAbsent::Insert,
                                    IfPresent::Update,
                                    {text(key)},
                                    {set("v", text("i"))},
                                    {set("v", text(key))}})
                   .outcome,
               CommitOutcome::Committed);
    }
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"Anna|anna"}));
  }

  void tableWithoutAKeyTakesInsertsOnly() {
    PostgresFixture fixture("CREATE TABLE log(line text, n integer DEFAULT 3)");
    const NamedEffect line{IfAbsent::Insert, IfPresent::Error, {}, {set("line", text("x"))}, {}};
    BatchBuilder builder = fixture.builder();
    builder.add("log", line).add("log", line);
    builder.add("log", {IfAbsent::Insert, IfPresent::Error, {}, {}, {}});
    const CommitResult inserted = fixture.commit(builder);
    QVERIFY2(inserted.outcome == CommitOutcome::Committed, inserted.message.c_str());
    QCOMPARE(fixture.rows("SELECT * FROM log"), (Rows{"x|3", "x|3", "NULL|3"}));
    const CommitResult result =
        fixture.commitOne("log", {IfAbsent::Nothing, IfPresent::Delete, {}, {}, {}});
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, "PENSTOCK_NO_KEY");
  }

  void additions_data() {
    for (const char* column : {"type", "held", "added", "sum"}) QTest::addColumn<QString>(column);
    const auto row = [](const char* name, const char* type, const char* held, const char* added,
                        const char* sum) {
      QTest::newRow(name) << QString(type) << QString(held) << QString(added) << QString(sum);
    };
    row("null counts as zero", "bigint", "NULL", "5", "5");
    row("to the limit", "bigint", "9223372036854775806", "1", "9223372036854775807");
    row("above", "bigint", "9223372036854775807", "1", "");
    row("too much, and the sum fits", "integer", "-2147483648", "4294967295", "2147483647");
    row("above 32 bits", "integer", "2147483647", "1", "");
    row("above 16 bits", "smallint", "32767", "1", "");
    row("reals", "double precision", "1.5", "2.25", "3.75");
    row("single reals", "real", "1.5", "2.25", "3.75");
    row("beyond all reals", "double precision", "1.7e308", "1.7e308", "");
    row("decimals", "numeric", "0.1", "123456789012345678901234567890.2",
        "123456789012345678901234567890.3");
    row("decimals of a scale", "numeric(10,2)", "1.00", "-0.005", "1.00");
    row("a domain", "number", "40", "2", "42");
    row("no number", "text", "'12'", "1", "");
    row("a time", "interval", "'1 day'", "1", "");
  }
  void additions() {
    QFETCH(QString, type);
    QFETCH(QString, held);
    QFETCH(QString, added);
    QFETCH(QString, sum);
    PostgresFixture fixture(
        "CREATE DOMAIN number AS integer; CREATE TABLE t(id int PRIMARY KEY, v " +
        type.toStdString() + "); INSERT INTO t VALUES(1, " + held.toStdString() + ")");
    const Rows before = fixture.rows("SELECT v FROM t");
    const std::string digits = added.toStdString();
    const ValueView value = type == "numeric" || type.startsWith("numeric(") ? text(digits)
                            : added.contains('.') ? ValueView::real(added.toDouble())
                                                  : number(added.toLongLong());
    for (const bool mayInsert : {false, true}) {  // by an update, and by an upsert
      BatchBuilder builder = fixture.builder();
      builder.add("t", {mayInsert ? IfAbsent::Insert : IfAbsent::Error,
                        IfPresent::Update,
                        {number(1)},
                        {add("v", value)},
                        {add("v", value)}});
      Batch batch = builder.batch();
      RowEffect& row = batch.runs[0].blocks[0].rows[0];
      row.insert = row.update;
      const CommitResult result = fixture.lane().commit({&batch, {{kAllShards, {}, {}}}});
      if (sum.isEmpty()) {
        QCOMPARE(result.outcome, CommitOutcome::Refused);
        QCOMPARE(fixture.rows("SELECT v FROM t"), before);
      } else {
        QVERIFY2(result.outcome == CommitOutcome::Committed, result.message.c_str());
        QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{sum.toStdString()}));
      }
      fixture.rows("UPDATE t SET v=" + held.toStdString());
    }
  }

  void addToANewRowNeedsNoValueBefore() {
    PostgresFixture fixture("CREATE TABLE t(id integer PRIMARY KEY, n integer NOT NULL)");
    const NamedEffect effect{IfAbsent::Insert,
                             IfPresent::Update,
                             {number(1)},
                             {add("n", number(2))},
                             {add("n", number(2))}};
    QCOMPARE(fixture.commitOne("t", effect).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.commitOne("t", effect).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT n FROM t"), (Rows{"4"}));
  }

  /// Through COPY and through arrays, in pieces.
  void moreThanAStatementTakes() {
    const std::string large(300'000, 'x');
    for (const IfPresent ifPresent : {IfPresent::Error, IfPresent::Update}) {
      BatchBuilder builder = m_shared->builder();
      for (int i = 0; i < 1'100; ++i) {
        const std::string_view value = i % 50 == 0 ? std::string_view(large) : "small";
        builder.add("plain", {IfAbsent::Insert,
                              ifPresent,
                              {number(i)},
                              {set("a", text(value))},
                              {set("n", number(i))}});
      }
      const CommitResult result = m_shared->commit(builder);
      QVERIFY2(result.outcome == CommitOutcome::Committed, result.message.c_str());
      QCOMPARE(result.rows, 1'100U);
      QCOMPARE(m_shared->rows("SELECT count(*), sum(length(a)), sum(n) FROM plain"),
               (Rows{ifPresent == IfPresent::Error ? "1100|6605390|NULL" : "1100|6605390|604450"}));
    }
  }

 private:
  std::unique_ptr<PostgresFixture> m_shared;
};

PENSTOCK_TEST(TestRowWriter)

}  // namespace penstock::test

#include "tst_row_writer.moc"
