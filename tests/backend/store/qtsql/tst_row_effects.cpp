// SPDX-License-Identifier: Apache-2.0
// Every effect on every kind of table, alone and among many, ends as it does in SQLite.
#include <QTest>
#include <random>

#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

// Each forces another way: defaults that `add` counts, columns that must be given, unique values,
// triggers, keys that are not told apart here.
constexpr std::string_view kSchema = R"(
  CREATE TABLE plain(id BIGINT PRIMARY KEY, a VARCHAR(50), n INT);
  CREATE TABLE counting(id BIGINT PRIMARY KEY, a VARCHAR(50), n INT DEFAULT 100);
  CREATE TABLE demanding(id INT PRIMARY KEY, a VARCHAR(50), n INT,
                         must VARCHAR(9) NOT NULL DEFAULT 'm', CHECK(a IS NULL OR a <> 'bad'));
  CREATE TABLE watched(id BIGINT PRIMARY KEY, a VARCHAR(50), n INT);
  CREATE TABLE audit(what TEXT);
  CREATE TRIGGER watched_insert BEFORE INSERT ON watched FOR EACH ROW INSERT INTO audit VALUES('i');
  CREATE TRIGGER watched_update AFTER UPDATE ON watched FOR EACH ROW INSERT INTO audit VALUES('u');
  CREATE TRIGGER watched_delete AFTER DELETE ON watched FOR EACH ROW INSERT INTO audit VALUES('d');
  CREATE TABLE uniques(id BIGINT PRIMARY KEY, a VARCHAR(50), n INT, u INT UNIQUE);
  CREATE TABLE generated(id BIGINT PRIMARY KEY, a VARCHAR(50), n INT, twice INT AS (n*2));
  CREATE TABLE automatic(id BIGINT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(50), n INT);
  CREATE TABLE decimals(id DECIMAL(30,2) PRIMARY KEY, a VARCHAR(50), n INT);
  CREATE TABLE unsigned_key(id BIGINT UNSIGNED PRIMARY KEY, a VARCHAR(50), n INT);
)";
constexpr std::string_view kSqliteSchema = R"(
  CREATE TABLE plain(id INTEGER PRIMARY KEY, a TEXT, n INTEGER);
  CREATE TABLE counting(id INTEGER PRIMARY KEY, a TEXT, n INTEGER DEFAULT 100);
  CREATE TABLE uniques(id INTEGER PRIMARY KEY, a TEXT, n INTEGER, u INTEGER UNIQUE);
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

struct Expectation {
  bool isRefused = false;
  Rows rows;
};

// What the effect must leave of row 1, written down without looking at SQL.
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

std::string withoutQuotes(std::string row) {
  std::erase(row, '\'');
  return row;
}

}  // namespace

class TestRowEffects : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_shared = std::make_unique<MariaDbFixture>(kSchema); }
  void cleanupTestCase() { m_shared.reset(); }

  void everyEffect_data() {
    QTest::addColumn<QString>("table");
    QTest::addColumn<bool>("isAlone");
    for (const char* table : {"plain", "counting", "demanding", "watched", "uniques", "generated",
                              "automatic", "decimals", "unsigned_key"}) {
      for (const bool isAlone : {true, false}) {
        QTest::addRow("%s, %s", table, isAlone ? "alone" : "among others")
            << QString(table) << isAlone;
      }
    }
  }
  void everyEffect() {
    QFETCH(QString, table);
    QFETCH(bool, isAlone);
    for (int absent = 0; absent < 3; ++absent) {
      for (int present = 0; present < 5; ++present) {
        for (const bool isThere : {false, true}) {
          const auto ifAbsent = static_cast<IfAbsent>(absent);
          const auto ifPresent = static_cast<IfPresent>(present);
          if (!oneEffect(table.toStdString(), ifAbsent, ifPresent, isThere, isAlone)) {
            QFAIL(qPrintable(
                QString("absent %1, present %2, row %3: %4")
                    .arg(nameOf(ifAbsent), nameOf(ifPresent), isThere ? "there" : "away", m_why)));
          }
        }
      }
    }
  }

  void manyRowsOfChangingShape() {
    MariaDbFixture fixture(kSchema);
    BatchBuilder builder = fixture.builder();
    for (int i = 0; i < 100; ++i) {
      NamedAssignments insert{set("a", text("x"))};
      if (i % 3 == 0) insert.push_back(set("n", number(i)));
      builder.add("plain", {IfAbsent::Insert, IfPresent::Error, {number(i)}, insert, {}});
    }
    builder.nextRun();
    for (int i = 0; i < 100; i += 2) {
      builder.add("plain", {IfAbsent::Error, IfPresent::Delete, {number(i)}, {}, {}});
    }
    const CommitResult result = fixture.commit(builder);
    QCOMPARE(result.outcome, CommitOutcome::Committed);
    QCOMPARE(result.rows, 150U);
    QCOMPARE(fixture.rows("SELECT count(*), CAST(sum(n) AS CHAR), count(n) FROM plain"),
             (Rows{"50|867|17"}));
  }

  /// What an insert that updates would do here is to update row 1.
  void upsertMeetsNothingButItsKey() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.rows("INSERT INTO uniques VALUES(1,'taken',0,7),(2,'free',0,8)"), Rows{});
    const auto upsert = [](std::int64_t key, std::int64_t unique) {
      const NamedAssignments all{set("a", text("new")), set("u", number(unique))};
      return NamedEffect{IfAbsent::Insert, IfPresent::Update, {number(key)}, all, all};
    };
    for (const IfPresent ifPresent : {IfPresent::Nothing, IfPresent::Update, IfPresent::Error}) {
      NamedEffect effect = upsert(3, 7);
      effect.ifPresent = ifPresent;
      const CommitResult alone = fixture.commitOne("uniques", effect);
      QCOMPARE(alone.outcome, CommitOutcome::Refused);
      QCOMPARE(alone.code, "ER_DUP_ENTRY");
      BatchBuilder many = fixture.builder();
      many.add("uniques", upsert(2, 9)).add("uniques", effect).add("uniques", upsert(5, 10));
      const CommitResult among = fixture.commit(many);
      QCOMPARE(among.outcome, CommitOutcome::Refused);
      QVERIFY(among.message.ends_with("table 'uniques', key 3"));
    }
    BatchBuilder good = fixture.builder();
    good.add("uniques", upsert(2, 9)).add("uniques", upsert(5, 10));
    QCOMPARE(fixture.commit(good).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id, a, u FROM uniques"),
             (Rows{"1|taken|7", "2|new|9", "5|new|10"}));
  }

  void upsertWithoutARequiredColumnUpdatesTheRowThatIsThere() {
    MariaDbFixture fixture(
        "CREATE TABLE t(id INT PRIMARY KEY, must TEXT NOT NULL, v TEXT);"
        "INSERT INTO t VALUES(1,'m','x'),(2,'m','x')");
    const auto upsert = [&](BatchBuilder& builder, std::int64_t key) {
      builder.add("t", {IfAbsent::Insert,
                        IfPresent::Update,
                        {number(key)},
                        {set("v", text("y"))},
                        {set("v", text("y"))}});
    };
    BatchBuilder good = fixture.builder();
    upsert(good, 1);
    upsert(good, 2);
    QCOMPARE(fixture.commit(good).outcome, CommitOutcome::Committed);
    BatchBuilder bad = fixture.builder();
    upsert(bad, 1);
    upsert(bad, 3);
    const CommitResult refused = fixture.commit(bad);
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QVERIFY(refused.message.ends_with("table 't', key 3"));
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1|m|y", "2|m|y"}));
  }

  /// A negative sum in between, or a value that only an insert would refuse, decides nothing.
  void manyAtOnceRefuseNothingThatOneByOneTakes() {
    MariaDbFixture fixture(
        "CREATE TABLE t(id INT PRIMARY KEY, n INT UNSIGNED, c INT DEFAULT 1,"
        " CHECK(c<>1)); INSERT INTO t VALUES(1,10,2),(2,10,2)");
    BatchBuilder builder = fixture.builder();
    for (const std::int64_t key : {1, 2}) {
      builder.add("t",
                  {IfAbsent::Error, IfPresent::Update, {number(key)}, {}, {add("n", number(-3))}});
    }
    const CommitResult result = fixture.commit(builder);
    QCOMPARE(result.message, std::string());
    QCOMPARE(result.rows, 2U);
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"1|7|2", "2|7|2"}));
    const CommitResult below = fixture.commitOne(
        "t", {IfAbsent::Error, IfPresent::Update, {number(1)}, {}, {add("n", number(-8))}});
    QCOMPARE(below.outcome, CommitOutcome::Refused);
    QCOMPARE(below.code, "ER_WARN_DATA_OUT_OF_RANGE");
  }

  void triggersRunForWhatHappensOnly() {
    MariaDbFixture fixture(kSchema);
    const NamedEffect upsert{IfAbsent::Insert,
                             IfPresent::Update,
                             {number(1)},
                             {set("a", text("x"))},
                             {set("a", text("y"))}};
    QCOMPARE(fixture.commitOne("watched", upsert).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.commitOne("watched", upsert).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT what FROM audit"), (Rows{"i", "u"}));
  }

  void compositeKeyIsBoundInKeyOrder() {
    MariaDbFixture fixture(
        "CREATE TABLE pairs(b VARCHAR(20) COLLATE utf8mb4_nopad_bin, a INT, v TEXT,"
        " PRIMARY KEY(a, b))");
    QVERIFY(fixture.table("pairs").keyIsByteEqual);
    BatchBuilder builder = fixture.builder();
    for (const char* key : {"b", "B", "b ", ""}) {
      builder.add("pairs", {IfAbsent::Insert,
                            IfPresent::Error,
                            {number(1), text(key)},
                            {set("v", text("one"))},
                            {}});
    }
    builder.nextRun();
    for (const char* key : {"b", "b ", "c"}) {
      builder.add("pairs", {IfAbsent::Insert,
                            IfPresent::Update,
                            {number(1), text(key)},
                            {set("v", text("new"))},
                            {set("v", text("two"))}});
    }
    builder.nextRun();
    for (const char* key : {"B", ""}) {
      builder.add("pairs", {IfAbsent::Error, IfPresent::Delete, {number(1), text(key)}, {}, {}});
    }
    const CommitResult result = fixture.commit(builder);
    QCOMPARE(result.message, std::string());
    QCOMPARE(fixture.rows("SELECT a, CONCAT('<',b,'>'), v FROM pairs"),
             (Rows{"1|<b>|two", "1|<b >|two", "1|<c>|new"}));
  }

  /// Many at once: keys that come back are recognised, of every type that says so.
  void keysOfManyTypesAreToldApart_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<Value>("one");
    QTest::addColumn<Value>("two");
    const auto row = [](const char* type, ValueView one, ValueView two) {
      QTest::newRow(type) << QString(type) << Value(one) << Value(two);
    };
    row("INT UNSIGNED", number(4294967295), number(0));
    row("SMALLINT ZEROFILL", number(7), number(70));
    row("BIGINT", number(-9223372036854775807), number(9223372036854775807));
    row("UUID", text("123e4567-e89b-12d3-a456-426614174000"),
        text("00000000-0000-0000-0000-000000000001"));
    row("BINARY(2)", ValueView::bytes({"a\0", 2}), ValueView::bytes("aa"));
    row("VARBINARY(9)", ValueView::bytes("a"), ValueView::bytes({"a\0", 2}));
    row("VARCHAR(9) COLLATE utf8mb4_nopad_bin", text("ä"), text("Ä"));
    row("CHAR(9) COLLATE utf8mb4_nopad_bin", text("ä"), text("Ä"));
    row("VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_nopad_bin", text("ä"), text("Ä"));
    row("DATETIME(6)", text("2026-11-21T14:02:11.000001Z"), text("2026-11-21T14:02:11Z"));
    row("DATE", text("2026-11-21"), text("2026-11-22"));
    row("DECIMAL(40,1)", text("12345678901234567890123.1"), text("12345678901234567890123.2"));
    row("BOOLEAN", ValueView::boolean(true), ValueView::boolean(false));
    row("BIT(40)", number(1ll << 39), number(1));
    row("DOUBLE", ValueView::real(0.1), ValueView::real(0.2));
  }
  void keysOfManyTypesAreToldApart() {
    QFETCH(QString, type);
    QFETCH(Value, one);
    QFETCH(Value, two);
    MariaDbFixture fixture("CREATE TABLE t(k " + type.toStdString() + " PRIMARY KEY, n INT)");
    const auto upsert = [&](int rowsThere) {
      BatchBuilder builder = fixture.builder();
      for (const Value* key : {&one, &two}) {
        builder.add("t", {IfAbsent::Insert,
                          IfPresent::Update,
                          {key->view()},
                          {set("n", number(1))},
                          {add("n", number(10))}});
        if (!fixture.table("t").keyIsByteEqual) builder.nextRun();
      }
      const CommitResult result = fixture.commit(builder);
      QCOMPARE(result.message, std::string());
      QCOMPARE(result.rows, 2U);
      const std::string n = std::to_string(1 + rowsThere * 10);
      QCOMPARE(fixture.rows("SELECT n FROM t"), (Rows{n, n}));
    };
    upsert(0);
    upsert(1);
    QCOMPARE(
        fixture.commitOne("t", {IfAbsent::Error, IfPresent::Delete, {one.view()}, {}, {}}).message,
        std::string());
    BatchBuilder both = fixture.builder();
    for (const Value* key : {&one, &two}) {
      both.add("t", {IfAbsent::Nothing, IfPresent::Replace, {key->view()}, {}, {}});
    }
    QCOMPARE(fixture.commit(both).rows, 2U);
    QCOMPARE(fixture.rows("SELECT n FROM t"), (Rows{"NULL"}));
  }

  void keyOfACollationIsTheDatabasesKey() {
    MariaDbFixture fixture(
        "CREATE TABLE t(name VARCHAR(20) PRIMARY KEY, v TEXT);"
        "INSERT INTO t VALUES('Anna','x')");
    for (const char* key : {"ANNA", "anna "}) {
      BatchBuilder builder = fixture.builder();
      builder.add("t", {IfAbsent::Insert,
                        IfPresent::Update,
                        {text(key)},
                        {set("v", text("i"))},
                        {set("v", text(key))}});
      QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    }
    QCOMPARE(fixture.rows("SELECT * FROM t"), (Rows{"Anna|anna "}));
  }

  void tableWithoutAKeyTakesInsertsOnly() {
    MariaDbFixture fixture("CREATE TABLE log(line TEXT, n INT DEFAULT 3)");
    const NamedEffect line{IfAbsent::Insert, IfPresent::Error, {}, {set("line", text("x"))}, {}};
    BatchBuilder builder = fixture.builder();
    builder.add("log", line).add("log", line);
    builder.add("log", {IfAbsent::Insert, IfPresent::Error, {}, {}, {}});
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT * FROM log ORDER BY line DESC"), (Rows{"x|3", "x|3", "NULL|3"}));
    const CommitResult result =
        fixture.commitOne("log", {IfAbsent::Nothing, IfPresent::Delete, {}, {}, {}});
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, "PENSTOCK_NO_KEY");
  }

  /// Batches of many rows, each with some effect that fits or does not, against SQLite.
  void randomBatchesEndAsInSqlite() {
    MariaDbFixture fixture(kSchema);
    SqliteFixture sqlite(kSqliteSchema);
    std::mt19937 random(newSeed());
    const auto below = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
    int committed = 0;
    int refused = 0;
    for (int run = 0; run < 150; ++run) {
      BatchBuilder ours = fixture.builder();
      BatchBuilder theirs = sqlite.builder();
      for (const char* table : {"plain", "counting", "uniques"}) {
        const int step = 1 + below(4);
        const bool fits = below(4) != 0;
        for (int key = below(step); key < 40; key += step) {
          NamedEffect effect{fits ? IfAbsent{static_cast<std::uint8_t>(1 + below(2))}
                                  : IfAbsent{static_cast<std::uint8_t>(below(3))},
                             fits ? IfPresent{static_cast<std::uint8_t>(1 + below(4))}
                                  : IfPresent{static_cast<std::uint8_t>(below(5))},
                             {number(key)},
                             {set("a", text("new"))},
                             {set("a", text("upd"))}};
          if (below(2) == 0) effect.insert.push_back(add("n", number(below(9))));
          if (below(2) == 0) effect.update.push_back(add("n", number(below(9))));
          if (below(9) == 0) effect.update.clear();
          if (table[0] == 'u' && below(20) == 0) {
            effect.insert.push_back(set("u", number(100 + key)));
          }
          ours.add(table, effect);
          theirs.add(table, effect);
        }
        if (below(2) == 0) {
          ours.nextRun();
          theirs.nextRun();
        }
      }
      const CommitResult mine = fixture.commit(ours);
      const CommitResult reference = sqlite.commit(theirs);
      QVERIFY2(mine.outcome == reference.outcome,
               (mine.message + " / " + reference.message).c_str());
      QCOMPARE(mine.rows, reference.rows);
      (mine.outcome == CommitOutcome::Committed ? committed : refused) += 1;
      for (const char* table : {"plain", "counting", "uniques"}) {
        const std::string select = std::string("SELECT * FROM ") + table + " ORDER BY id";
        Rows expected = sqlite.rows(select);
        for (std::string& row : expected) row = withoutQuotes(row);
        QCOMPARE(fixture.rows(select), expected);
      }
    }
    QVERIFY(committed > 10);
    QVERIFY(refused > 10);
  }

 private:
  // Fills m_why and returns false when it ends otherwise.
  bool oneEffect(const std::string& table, IfAbsent ifAbsent, IfPresent ifPresent, bool isThere,
                 bool isAlone) {
    MariaDbFixture& fixture = *m_shared;
    const bool isDecimal = table == "decimals";
    const auto key = [&](int id) {
      return isDecimal ? text(id == 1 ? "1" : id == 2 ? "2" : "3") : number(id);
    };
    std::string before = "DELETE FROM " + table;
    if (isThere) before += "; INSERT INTO " + table + "(id, a, n) VALUES(1,'old',40)";
    if (!isAlone) before += "; INSERT INTO " + table + "(id, a, n) VALUES(2,'other',1)";
    if (!fixture.rows(before).empty()) return says("cannot prepare");
    const NamedEffect effect{ifAbsent,
                             ifPresent,
                             {key(1)},
                             {set("a", text("new")), add("n", number(5))},
                             {set("a", text("upd")), add("n", number(7))}};
    BatchBuilder builder = fixture.builder();
    builder.add(table, effect);
    if (!isAlone) {
      NamedEffect other = effect;
      other.ifAbsent = IfAbsent::Insert;
      other.ifPresent = IfPresent::Update;
      for (const int id : {2, 3}) {
        other.key = {key(id)};
        builder.add(table, other);
      }
    }
    const Expectation expected = expectationOf(ifAbsent, ifPresent, isThere, table == "counting");
    const CommitResult result = fixture.commit(builder);
    const auto outcome = expected.isRefused ? CommitOutcome::Refused : CommitOutcome::Committed;
    if (result.outcome != outcome) return says("outcome, " + result.message);
    const std::string select = "SELECT CAST(id AS INT), a, n FROM " + table + " WHERE id";
    if (fixture.rows(select + "=1") != expected.rows) return says("rows");
    if (!isAlone && !expected.isRefused) {
      const std::string third = table == "counting" ? "3|new|105" : "3|new|5";
      if (fixture.rows(select + ">1 ORDER BY id") != Rows{"2|upd|8", third}) return says("others");
    }
    if (!expected.isRefused) return true;
    if (result.message.find("'" + table + "', key ") == std::string::npos) {
      return says("place, " + result.message);
    }
    return result.code == (isThere ? "ER_DUP_ENTRY" : "PENSTOCK_MISSING_ROW") ||
           says("code " + result.code);
  }
  bool says(const std::string& why) {
    m_why = QString::fromStdString(why);
    return false;
  }

  std::unique_ptr<MariaDbFixture> m_shared;
  QString m_why;
};

PENSTOCK_TEST(TestRowEffects)

}  // namespace penstock::test

#include "tst_row_effects.moc"
