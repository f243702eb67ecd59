// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>
#include <limits>
#include <random>

#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

// `plain` has all its effects carried out by one statement where that is possible; the others force
// each way around: a default that `add` counts, a column that must be given, triggers, no rowid.
constexpr std::string_view kSchema = R"(
  CREATE TABLE plain(id INTEGER PRIMARY KEY, a TEXT, n INTEGER);
  CREATE TABLE counting(id INTEGER PRIMARY KEY, a TEXT, n INTEGER DEFAULT 100);
  CREATE TABLE demanding(id INTEGER PRIMARY KEY, a TEXT, n INTEGER,
                         must TEXT NOT NULL DEFAULT 'm', CHECK(a IS NULL OR a <> 'bad'));
  CREATE TABLE watched(id INTEGER PRIMARY KEY, a TEXT, n INTEGER);
  CREATE TABLE audit(what TEXT);
  CREATE TRIGGER watched_insert BEFORE INSERT ON watched BEGIN INSERT INTO audit VALUES('i'); END;
  CREATE TRIGGER watched_update AFTER UPDATE ON watched BEGIN INSERT INTO audit VALUES('u'); END;
  CREATE TRIGGER watched_delete AFTER DELETE ON watched BEGIN INSERT INTO audit VALUES('d'); END;
  CREATE TABLE rowless(id INTEGER PRIMARY KEY, a TEXT, n INTEGER) WITHOUT ROWID;
  CREATE TABLE replacing(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a TEXT, n INTEGER);
  CREATE TABLE pairs(b TEXT, a INTEGER, v TEXT, PRIMARY KEY(a, b));
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
  const std::string inserted = hasDefault ? "1|'new'|105" : "1|'new'|5";
  if (!isThere) {
    return ifAbsent == IfAbsent::Error    ? Expectation{true, {}}
           : ifAbsent == IfAbsent::Insert ? Expectation{false, {inserted}}
                                          : Expectation{false, {}};
  }
  switch (ifPresent) {
    case IfPresent::Error:
      return {true, {"1|'old'|40"}};
    case IfPresent::Nothing:
      return {false, {"1|'old'|40"}};
    case IfPresent::Update:
      return {false, {"1|'upd'|47"}};
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
  void initTestCase() { m_shared = std::make_unique<SqliteFixture>(kSchema); }
  void cleanupTestCase() { m_shared.reset(); }

  void everyEffect_data() {
    QTest::addColumn<QString>("table");
    QTest::addColumn<int>("ifAbsent");
    QTest::addColumn<int>("ifPresent");
    QTest::addColumn<bool>("isThere");
    for (const char* table :
         {"plain", "counting", "demanding", "watched", "rowless", "replacing"}) {
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
    SqliteFixture& fixture = *m_shared;
    OtherConnection other(fixture.path());
    QCOMPARE(other.run("DELETE FROM " + name), SQLITE_OK);
    if (isThere) {
      QCOMPARE(other.run("INSERT INTO " + name + "(id, a, n) VALUES(1, 'old', 40)"), SQLITE_OK);
    }
    const NamedEffect effect{static_cast<IfAbsent>(ifAbsent),
                             static_cast<IfPresent>(ifPresent),
                             {number(1)},
                             {set("a", text("new")), add("n", number(5))},
                             {set("a", text("upd")), add("n", number(7))}};
    const Expectation expected =
        expectationOf(effect.ifAbsent, effect.ifPresent, isThere, name == "counting");
    const CommitResult result = fixture.commitOne(name, effect);
    QCOMPARE(result.outcome == CommitOutcome::Refused, expected.isRefused);
    QCOMPARE(result.outcome == CommitOutcome::Committed, !expected.isRefused);
    QCOMPARE(fixture.rows("SELECT id, a, n FROM " + name), expected.rows);
    if (expected.isRefused) {
      QVERIFY(result.message.find("'" + name + "', key 1") != std::string::npos);
      QCOMPARE(result.code, isThere ? "SQLITE_CONSTRAINT_PRIMARYKEY" : "PENSTOCK_MISSING_ROW");
    }
  }

  void manyRowsOfChangingShape() {
    SqliteFixture fixture(kSchema);
    BatchBuilder builder = fixture.builder();
    for (int i = 0; i < 100; ++i) {
      NamedAssignments insert{set("a", text("x"))};
      if (i % 3 == 0) {
        insert.push_back(set("n", number(i)));
      }
      builder.add("plain", {IfAbsent::Insert, IfPresent::Error, {number(i)}, insert, {}});
    }
    builder.nextRun();
    for (int i = 0; i < 100; i += 2) {
      builder.add("plain", {IfAbsent::Error, IfPresent::Delete, {number(i)}, {}, {}});
    }
    const CommitResult result = fixture.commit(builder);
    QCOMPARE(result.outcome, CommitOutcome::Committed);
    QCOMPARE(result.rows, 150U);
    QCOMPARE(fixture.rows("SELECT count(*), sum(n), count(n) FROM plain"), (Rows{"50|867|17"}));
  }

  void upsertOfOneRangeSetsWhatItInserts() {
    SqliteFixture fixture(kSchema);
    for (const char* value : {"first", "second"}) {
      BatchBuilder builder = fixture.builder();
      builder.add("plain", {IfAbsent::Insert,
                            IfPresent::Update,
                            {number(1)},
                            {set("a", text(value)), set("n", ValueView::null())},
                            {}});
      Batch batch = builder.batch();
      RowEffect& row = batch.runs[0].blocks[0].rows[0];
      row.update = row.insert;
      CommitRequest request{&batch, {{Shard{0}, Sequence{fixture.settled()}, Sequence{0}}}, {}};
      QCOMPARE(fixture.lane().commit(request).outcome, CommitOutcome::Committed);
    }
    QCOMPARE(fixture.rows("SELECT * FROM plain"), (Rows{"1|'second'|NULL"}));
  }

  void compositeKeyIsBoundInKeyOrder() {
    SqliteFixture fixture(kSchema);
    BatchBuilder builder = fixture.builder();
    builder.add(
        "pairs",
        {IfAbsent::Insert, IfPresent::Error, {number(1), text("b")}, {set("v", text("one"))}, {}});
    builder.nextRun().add(
        "pairs",
        {IfAbsent::Error, IfPresent::Update, {number(1), text("b")}, {}, {set("v", text("two"))}});
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT a, b, v FROM pairs"), (Rows{"1|'b'|'two'"}));
  }

  void keyConflictNeverHidesAnotherOne() {
    SqliteFixture fixture(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT UNIQUE ON CONFLICT REPLACE, v TEXT);"
        "INSERT INTO t VALUES(1, 'taken', 'x'), (2, 'free', 'x')");
    for (const IfPresent ifPresent : {IfPresent::Nothing, IfPresent::Update, IfPresent::Error}) {
      const CommitResult result = fixture.commitOne("t", {IfAbsent::Insert,
                                                          ifPresent,
                                                          {number(3)},
                                                          {set("u", text("taken"))},
                                                          {set("u", text("taken"))}});
      QCOMPARE(result.outcome, CommitOutcome::Refused);
      QCOMPARE(result.code, "SQLITE_CONSTRAINT_UNIQUE");
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
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1|'taken'|'x'", "2|'free'|'y'"}));
  }

  void upsertWithoutARequiredColumnUpdatesTheRowThatIsThere() {
    SqliteFixture fixture(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, must TEXT NOT NULL, v TEXT);"
        "INSERT INTO t VALUES(1, 'm', 'x')");
    const auto upsert = [&](std::int64_t key) {
      return fixture.commitOne("t", {IfAbsent::Insert,
                                     IfPresent::Update,
                                     {number(key)},
                                     {set("v", text("y"))},
                                     {set("v", text("y"))}});
    };
    QCOMPARE(upsert(1).outcome, CommitOutcome::Committed);
    const CommitResult refused = upsert(2);
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "SQLITE_CONSTRAINT_NOTNULL");
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1|'m'|'y'"}));
  }

  void triggersRunForWhatHappensOnly() {
    SqliteFixture fixture(kSchema);
    const NamedEffect upsert{IfAbsent::Insert,
                             IfPresent::Update,
                             {number(1)},
                             {set("a", text("x"))},
                             {set("a", text("y"))}};
    QCOMPARE(fixture.commitOne("watched", upsert).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.commitOne("watched", upsert).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT what FROM audit"), (Rows{"'i'", "'u'"}));
  }

  void rowThatATriggerLeavesOutIsNotMissing() {
    SqliteFixture fixture(
        "CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO t VALUES(1, 'x');"
        "CREATE TRIGGER keep BEFORE UPDATE ON t BEGIN SELECT RAISE(IGNORE); END");
    const CommitResult result = fixture.commitOne(
        "t", {IfAbsent::Error, IfPresent::Update, {number(1)}, {}, {set("v", text("y"))}});
    QCOMPARE(result.outcome, CommitOutcome::Committed);
    QCOMPARE(result.rows, 0U);
    QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{"'x'"}));
  }

  void keyOfACollationIsTheDatabasesKey() {
    SqliteFixture fixture(
        "CREATE TABLE t(name TEXT, v TEXT, PRIMARY KEY(name COLLATE NOCASE));"
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
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"'Anna'|'anna'"}));
  }

  void tableWithoutAKeyTakesInsertsOnly() {
    SqliteFixture fixture("CREATE TABLE log(line TEXT, n INTEGER DEFAULT 3)");
    const NamedEffect line{IfAbsent::Insert, IfPresent::Error, {}, {set("line", text("x"))}, {}};
    BatchBuilder builder = fixture.builder();
    builder.add("log", line).add("log", line);
    builder.add("log", {IfAbsent::Insert, IfPresent::Error, {}, {}, {}});
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT * FROM log"), (Rows{"'x'|3", "'x'|3", "NULL|3"}));
    const CommitResult result =
        fixture.commitOne("log", {IfAbsent::Nothing, IfPresent::Delete, {}, {}, {}});
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, "PENSTOCK_NO_KEY");
  }

  void additions_data() {
    QTest::addColumn<QString>("held");
    QTest::addColumn<double>("real");
    QTest::addColumn<qint64>("integer");
    QTest::addColumn<QString>("sum");
    constexpr auto kMax = std::numeric_limits<qint64>::max();
    constexpr auto kMin = std::numeric_limits<qint64>::min();
    QTest::addRow("null counts as zero") << "NULL" << 0.0 << qint64{5} << "5";
    QTest::addRow("to the limit") << "9223372036854775806" << 0.0 << qint64{1}
                                  << QString::number(kMax);
    QTest::addRow("above") << "9223372036854775807" << 0.0 << qint64{1} << "";
    QTest::addRow("below") << "-9223372036854775807" << 0.0 << qint64{-2} << "";
    QTest::addRow("all of it") << "-1" << 0.0 << kMin << "";
    QTest::addRow("exact beyond a double")
        << "9007199254740992" << 0.0 << qint64{1} << "9007199254740993";
    QTest::addRow("reals") << "1.5" << 2.25 << qint64{0} << "3.75";
    QTest::addRow("beyond all reals") << "1.7e308" << 1.7e308 << qint64{0} << "";
    QTest::addRow("no number") << "'abc'" << 0.0 << qint64{1} << "";
    QTest::addRow("number as text") << "'12'" << 0.0 << qint64{1} << "13";
  }
  void additions() {
    QFETCH(QString, held);
    QFETCH(double, real);
    QFETCH(qint64, integer);
    QFETCH(QString, sum);
    SqliteFixture fixture("CREATE TABLE t(id INTEGER PRIMARY KEY, v);INSERT INTO t VALUES(1, " +
                          held.toStdString() + ")");
    const Rows before = fixture.rows("SELECT v FROM t");
    const CommitResult result = fixture.commitOne(
        "t", {IfAbsent::Error,
              IfPresent::Update,
              {number(1)},
              {},
              {add("v", integer != 0 ? ValueView::integer(integer) : ValueView::real(real))}});
    if (sum.isEmpty()) {
      QCOMPARE(result.outcome, CommitOutcome::Refused);
      QCOMPARE(result.code, "SQLITE_CONSTRAINT_FUNCTION");
      QCOMPARE(fixture.rows("SELECT v FROM t"), before);
    } else {
      QCOMPARE(result.outcome, CommitOutcome::Committed);
      QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{sum.toStdString()}));
    }
  }

  void addToANewRowNeedsNoValueBefore() {
    SqliteFixture fixture("CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER NOT NULL)");
    const NamedEffect effect{IfAbsent::Insert,
                             IfPresent::Update,
                             {number(1)},
                             {add("n", number(2))},
                             {add("n", number(2))}};
    QCOMPARE(fixture.commitOne("t", effect).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.commitOne("t", effect).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT n FROM t"), (Rows{"4"}));
  }

  /// SQLite's own reading of such text is off by one in the last digit now and then.
  void decimalOfAllDigitsOfADoubleIsThatDouble() {
    SqliteFixture fixture("CREATE TABLE t(id INTEGER PRIMARY KEY, d DECIMAL(30,20), j JSON)");
    // The first three are such cases.
    std::vector<double> wanted{5.960060317178028e-15, 1.150582300292685e-22, 4.580727402449613e36};
    std::mt19937_64 random(7);
    while (wanted.size() < 5'000) {
      const double scale = std::pow(10.0, -static_cast<double>(random() % 40));
      wanted.push_back(std::uniform_real_distribution<double>(0.0, 1.0)(random) * scale);
    }
    std::vector<std::string> texts;
    texts.reserve(wanted.size());
    for (const double real : wanted) {
      texts.push_back(QByteArray::number(real, 'f', QLocale::FloatingPointShortest).toStdString());
    }
    BatchBuilder builder = fixture.builder();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      builder.add("t", {IfAbsent::Insert,
                        IfPresent::Error,
                        {number(static_cast<std::int64_t>(i))},
                        {set("d", text(texts[i])), set("j", ValueView::json(texts[i]))},
                        {}});
    }
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    const OtherConnection other(fixture.path());
    const auto read = [&](const char* column) { return other.reals(column, "t"); };
    QCOMPARE(read("d"), wanted);
    QCOMPARE(read("j"), wanted);
  }

  void wholeNumberOfADecimalColumnKeepsItsDigits() {
    SqliteFixture fixture("CREATE TABLE t(id INTEGER PRIMARY KEY, d DECIMAL(30,20))");
    const NamedEffect effect{IfAbsent::Insert,
                             IfPresent::Error,
                             {number(1)},
                             {set("d", text("-9223372036854775808"))},
                             {}};
    QCOMPARE(fixture.commitOne("t", effect).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT d, typeof(d) FROM t"), (Rows{"-9223372036854775808|'integer'"}));
  }

 private:
  std::unique_ptr<SqliteFixture> m_shared;  ///< of everyEffect
};

PENSTOCK_TEST(TestRowWriter)

}  // namespace penstock::test

#include "tst_row_writer.moc"
