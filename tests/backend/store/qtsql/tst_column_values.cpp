// SPDX-License-Identifier: Apache-2.0
// Values of every type come back as they were, to the last bit, or are refused.
#include <QTest>
#include <limits>

#include "store/qtsql/write/column_form.h"
#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

constexpr std::string_view kSchema = R"(
  CREATE TABLE v(id INT PRIMARY KEY,
    big BIGINT, ubig BIGINT UNSIGNED, small SMALLINT, tiny TINYINT UNSIGNED, flag BOOLEAN,
    bits BIT(40), bit1 BIT(1), y YEAR,
    d DOUBLE, money DECIMAL(20,4), wide DECIMAL(65,30),
    c CHAR(5), vc VARCHAR(5), tx TEXT, ltx LONGTEXT, latin VARCHAR(20) CHARACTER SET latin1,
    e ENUM('red','green','2'), u UUID, j JSON,
    b2 BINARY(2), vb VARBINARY(300), blb LONGBLOB,
    day DATE, t0 TIME, t6 TIME(6), dt0 DATETIME, dt6 DATETIME(6), ts6 TIMESTAMP(6) NULL,
    must TIMESTAMP NOT NULL DEFAULT '2001-02-03 04:05:06'
  ) CHARACTER SET utf8mb4;
)";

ValueView text(std::string_view value) { return ValueView::text(value); }
ValueView number(std::int64_t value) { return ValueView::integer(value); }

}  // namespace

class TestColumnValues : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { m_fixture = std::make_unique<MariaDbFixture>(kSchema); }
  void cleanupTestCase() { m_fixture.reset(); }

  void keptValues_data() {
    QTest::addColumn<QString>("column");
    QTest::addColumn<int>("type");
    QTest::addColumn<Value>("value");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char* column, ColumnType type, ValueView value, const char* shown) {
      QTest::addRow("%s %s", column, shown)
          << QString(column) << static_cast<int>(type) << Value(value) << QString(shown);
    };
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    row("big", ColumnType::Integer, number(kMin), "-9223372036854775808");
    row("ubig", ColumnType::Decimal, text("18446744073709551615"), "18446744073709551615");
    row("small", ColumnType::Integer, number(-32768), "-32768");
    row("tiny", ColumnType::Integer, number(255), "255");
    row("flag", ColumnType::Boolean, ValueView::boolean(true), "1");
    row("bit1", ColumnType::Boolean, ValueView::boolean(true), "1");
    row("bits", ColumnType::Integer, number(1ll << 39), "549755813888");
    row("y", ColumnType::Integer, number(2026), "2026");
    row("d", ColumnType::Real, ValueView::real(0.1), "0.1");
    row("money", ColumnType::Decimal, text("-9007199254740993.1234"), "-9007199254740993.1234");
    row("wide", ColumnType::Decimal, text("12345678901234567890123456789012345.5"),
        "12345678901234567890123456789012345.500000000000000000000000000000");
    row("c", ColumnType::Text, text("a b"), "a b");
    row("vc", ColumnType::Text, text("ä€😀  "), "ä€😀  ");
    row("latin", ColumnType::Text, text("Größe"), "Größe");
    row("tx", ColumnType::Text, text("\\'\"`%_; -- \u202e=1+1"), "\\'\"`%_; -- \u202e=1+1");
    row("e", ColumnType::Text, text("2"), "2");
    row("e", ColumnType::Text, text("green"), "green");
    row("u", ColumnType::Uuid, text("123e4567-e89b-12d3-a456-426614174000"),
        "123e4567-e89b-12d3-a456-426614174000");
    row("j", ColumnType::Json, ValueView::json("{\"a\":[1.10,\"ä\",null]}"),
        "{\"a\":[1.10,\"ä\",null]}");
    row("day", ColumnType::Date, text("0001-02-03"), "0001-02-03");
    row("t0", ColumnType::Time, text("14:02:11"), "14:02:11");
    row("t6", ColumnType::Time, text("14:02:11.000001"), "14:02:11.000001");
    row("dt0", ColumnType::Timestamp, text("9999-12-31T23:59:59Z"), "9999-12-31 23:59:59");
    row("dt6", ColumnType::Timestamp, text("2026-11-21T14:02:11.123456Z"),
        "2026-11-21 14:02:11.123456");
    row("ts6", ColumnType::Timestamp, text("2026-03-29T02:30:00.25Z"),
        "2026-03-29 02:30:00.250000");
  }
  void keptValues() {
    QFETCH(QString, column);
    QFETCH(int, type);
    QFETCH(Value, value);
    QFETCH(QString, shown);
    const std::string name = column.toStdString();
    const Table& table = m_fixture->table("v");
    QCOMPARE(table.column(*table.findColumn(name)).type, static_cast<ColumnType>(type));
    // Once by an insert, once by an update, once by an insert that meets a row.
    BatchBuilder builder = m_fixture->builder();
    builder.add("v",
                {IfAbsent::Insert, IfPresent::Replace, {number(1)}, {{name, value.view()}}, {}});
    builder.nextRun();
    for (const int id : {2, 3}) {
      builder.add("v", {IfAbsent::Insert, IfPresent::Replace, {number(id)}, {}, {}});
    }
    builder.nextRun();
    builder.add("v", {IfAbsent::Error, IfPresent::Update, {number(2)}, {}, {{name, value.view()}}});
    builder.nextRun();
    for (const int id : {2, 3}) {
      builder.add("v",
                  {IfAbsent::Error, IfPresent::Update, {number(id)}, {}, {{name, value.view()}}});
    }
    const CommitResult result = m_fixture->commit(builder);
    QCOMPARE(result.message, std::string());
    const bool isBits = name.starts_with("bit");
    // The other session has a time zone of its own.
    const std::string select = "SET time_zone='+00:00'; SELECT CAST(" + name +
                               (isBits ? "+0" : "") + " AS CHAR CHARACTER SET utf8mb4) FROM v";
    const std::string expected = shown.toStdString();
    QCOMPARE(m_fixture->rows(select), (Rows{expected, expected, expected}));
    QCOMPARE(m_fixture->rows("DELETE FROM v"), Rows{});
  }

  void refusedValues_data() {
    QTest::addColumn<QString>("column");
    QTest::addColumn<Value>("value");
    QTest::addColumn<QString>("code");
    const auto row = [](const char* name, const char* column, ValueView value, const char* code) {
      QTest::newRow(name) << QString(column) << Value(value) << QString(code);
    };
    row("above", "small", number(32768), "ER_WARN_DATA_OUT_OF_RANGE");
    row("above 64 bits", "ubig", text("18446744073709551616"), "PENSTOCK_WOULD_CHANGE");
    row("below zero", "ubig", text("-1"), "ER_WARN_DATA_OUT_OF_RANGE");
    row("fraction", "ubig", text("1.5"), "PENSTOCK_WOULD_CHANGE");
    row("rounded", "money", text("1.00001"), "PENSTOCK_WOULD_CHANGE");
    row("too many digits", "money", text("12345678901234567.5"), "ER_WARN_DATA_OUT_OF_RANGE");
    row("microseconds", "dt0", text("2026-11-21T14:02:11.5Z"), "PENSTOCK_WOULD_CHANGE");
    row("microseconds of a time", "t0", text("14:02:11.5"), "PENSTOCK_WOULD_CHANGE");
    row("after 2038", "ts6", text("2039-01-01T00:00:00Z"), "ER_TRUNCATED_WRONG_VALUE");
    row("blank at the end", "c", text("a "), "PENSTOCK_WOULD_CHANGE");
    row("too long", "vc", text("123456"), "ER_DATA_TOO_LONG");
    row("too long by blanks", "vc", text("12345 "), "PENSTOCK_WOULD_CHANGE");
    row("not in latin1", "latin", text("€ ж"), "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD");
    row("no label", "e", text("blue"), "WARN_DATA_TRUNCATED");
    row("number of a label", "e", text("1"), "PENSTOCK_WOULD_CHANGE");
    row("padded", "b2", ValueView::bytes("a"), "PENSTOCK_WOULD_CHANGE");
    row("too many bytes", "b2", ValueView::bytes("abc"), "ER_DATA_TOO_LONG");
    row("no JSON", "j", ValueView::json("{"), "ER_CONSTRAINT_FAILED");
    row("NULL for a time", "must", ValueView::null(), "PENSTOCK_WOULD_CHANGE");
    row("year of two digits", "y", number(26), "PENSTOCK_WOULD_CHANGE");
  }
  void refusedValues() {
    QFETCH(QString, column);
    QFETCH(Value, value);
    QFETCH(QString, code);
    const std::string name = column.toStdString();
    const CommitResult result = m_fixture->commitOne(
        "v", {IfAbsent::Insert, IfPresent::Error, {number(1)}, {{name, value.view()}}, {}});
    QCOMPARE(result.code, code.toStdString());
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QVERIFY(result.message.ends_with("table 'v', key 1"));
    QCOMPARE(m_fixture->rows("SELECT * FROM v"), Rows{});
  }

  void everyByteComesBack() {
    std::string letters;
    for (int letter = 0; letter < 0x80; ++letter) letters += static_cast<char>(letter);
    letters += "ä€😀\u202e=1+1";
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    MariaDbFixture fixture(kSchema);
    BatchBuilder builder = fixture.builder();
    builder.add(
        "v",
        {IfAbsent::Insert,
         IfPresent::Error,
         {number(1)},
         {{"tx", text(letters)}, {"vb", ValueView::bytes(bytes)}, {"blb", ValueView::bytes(bytes)}},
         {}});
    builder.add("v",
                {IfAbsent::Insert,
                 IfPresent::Error,
                 {number(2)},
                 {{"tx", text({})}, {"vb", ValueView::bytes({})}, {"blb", ValueView::bytes({})}},
                 {}});
    builder.add("v",
                {IfAbsent::Insert,
                 IfPresent::Error,
                 {number(3)},
                 {{"tx", ValueView::null()}, {"vb", ValueView::null()}, {"blb", ValueView::null()}},
                 {}});
    QCOMPARE(fixture.commit(builder).message, std::string());
    const auto hex = [](const std::string& of) {
      return QByteArray::fromStdString(of).toHex().toUpper().toStdString();
    };
    QCOMPARE(fixture.rows("SELECT HEX(tx), HEX(vb), HEX(blb) FROM v"),
             (Rows{hex(letters) + "|" + hex(bytes) + "|" + hex(bytes), "||", "NULL|NULL|NULL"}));
  }

  void doublesComeBackToTheLastBit() {
    MariaDbFixture fixture("CREATE TABLE r(id INT PRIMARY KEY, d DOUBLE, n DOUBLE)");
    BatchBuilder builder = fixture.builder();
    const std::vector<double> reals{
        0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, 2.5e-17, 123456789.1, 9007199254740993.0};
    for (std::size_t i = 0; i < reals.size(); ++i) {
      builder.add("r", {IfAbsent::Insert,
                        IfPresent::Error,
                        {number(static_cast<int>(i))},
                        {{"d", ValueView::real(reals[i])}},
                        {}});
    }
    QCOMPARE(fixture.commit(builder).message, std::string());
    const MariaDbSession other(fixture.server(), fixture.database());
    const Rows rows = other.rows("SELECT d FROM r ORDER BY id");
    for (std::size_t i = 0; i < reals.size(); ++i) {
      QCOMPARE(QByteArray::fromStdString(rows[i]).toDouble(), reals[i]);
    }
  }

  void additionsAreExact_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("held");
    QTest::addColumn<Value>("added");
    QTest::addColumn<QString>("sum");
    const auto row = [](const char* name, const char* type, const char* held, ValueView added,
                        const char* sum) {
      QTest::newRow(name) << QString(type) << QString(held) << Value(added) << QString(sum);
    };
    row("null counts as zero", "BIGINT", "NULL", number(5), "5");
    row("to the limit", "BIGINT", "9223372036854775806", number(1), "9223372036854775807");
    row("above", "BIGINT", "9223372036854775807", number(1), "");
    row("exact beyond a double", "BIGINT", "9007199254740992", number(1), "9007199254740993");
    row("above a small one", "TINYINT", "127", number(1), "");
    row("big unsigned", "BIGINT UNSIGNED", "18446744073709551614", text("1"),
        "18446744073709551615");
    row("big unsigned, less", "BIGINT UNSIGNED", "18446744073709551615", text("-1"),
        "18446744073709551614");
    row("below zero", "BIGINT UNSIGNED", "1", text("-2"), "");
    row("decimals", "DECIMAL(30,2)", "12345678901234567890.01", text("0.02"),
        "12345678901234567890.03");
    row("decimals that would be rounded", "DECIMAL(30,2)", "1", text("0.001"), "");
    row("reals", "DOUBLE", "1.5", ValueView::real(2.25), "3.75");
    row("beyond all reals", "DOUBLE", "1.7e308", ValueView::real(1.7e308), "");
  }
  void additionsAreExact() {
    QFETCH(QString, type);
    QFETCH(QString, held);
    QFETCH(Value, added);
    QFETCH(QString, sum);
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY, v " + type.toStdString() + ")");
    for (const int rows : {1, 2}) {
      QCOMPARE(fixture.rows("DELETE FROM t; INSERT INTO t VALUES(1," + held.toStdString() +
                            "),(2," + held.toStdString() + ")"),
               Rows{});
      BatchBuilder builder = fixture.builder();
      for (int id = 1; id <= rows; ++id) {
        builder.add("t", {IfAbsent::Error,
                          IfPresent::Update,
                          {number(id)},
                          {},
                          {{"v", added.view(), AssignmentKind::Add}}});
      }
      const CommitResult result = fixture.commit(builder);
      if (sum.isEmpty()) {
        QCOMPARE(result.outcome, CommitOutcome::Refused);
      } else {
        QCOMPARE(result.message, std::string());
        QCOMPARE(fixture.rows("SELECT CAST(v AS CHAR) FROM t WHERE id=1"),
                 (Rows{sum.toStdString()}));
      }
    }
  }

  void zeroIsAKeyLikeAnyOther() {
    MariaDbFixture fixture("CREATE TABLE t(id INT AUTO_INCREMENT PRIMARY KEY, v TEXT)");
    QCOMPARE(
        fixture.commitOne("t", {IfAbsent::Insert, IfPresent::Error, {number(0)}, {}, {}}).outcome,
        CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"0"}));
  }

  void constraintsRefuse() {
    MariaDbFixture fixture(
        "CREATE TABLE parent(id INT PRIMARY KEY);"
        "CREATE TABLE child(id INT PRIMARY KEY, parent INT NOT NULL REFERENCES parent(id),"
        " FOREIGN KEY(parent) REFERENCES parent(id), n INT CHECK(n>0));"
        "INSERT INTO parent VALUES(1); INSERT INTO child VALUES(1,1,1)");
    const auto child = [&](ValueView parent, std::int64_t n) {
      return fixture.commitOne("child", {IfAbsent::Insert,
                                         IfPresent::Error,
                                         {number(2)},
                                         {{"parent", parent}, {"n", number(n)}},
                                         {}});
    };
    QCOMPARE(child(number(9), 1).code, "ER_NO_REFERENCED_ROW_2");
    QCOMPARE(child(number(1), 0).code, "ER_CONSTRAINT_FAILED");
    QCOMPARE(child(ValueView::null(), 1).code, "ER_BAD_NULL_ERROR");
    const CommitResult parent =
        fixture.commitOne("parent", {IfAbsent::Error, IfPresent::Delete, {number(1)}, {}, {}});
    QCOMPARE(parent.code, "ER_ROW_IS_REFERENCED_2");
    QCOMPARE(parent.outcome, CommitOutcome::Refused);
    QCOMPARE(child(number(1), 1).outcome, CommitOutcome::Committed);
  }

  void valueThatTheServerCannotTakeAtOnceIsRefused() {
    MariaDbServer server;
    QCOMPARE(server.rows("", "SET GLOBAL max_allowed_packet=65536"), Rows{});
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY, v LONGTEXT)", {}, server);
    const std::string large(100'000, 'x');
    BatchBuilder bad = fixture.builder();
    bad.add("t", {IfAbsent::Insert, IfPresent::Error, {number(1)}, {{"v", text(large)}}, {}});
    const CommitResult result = fixture.commit(bad);
    QCOMPARE(result.outcome, CommitOutcome::Refused);
    QCOMPARE(result.code, "ER_NET_PACKET_TOO_LARGE");
    const std::string fitting(20'000, 'x');
    BatchBuilder good = fixture.builder();
    for (int i = 0; i < 20; ++i) {
      good.add("t", {IfAbsent::Insert, IfPresent::Error, {number(i)}, {{"v", text(fitting)}}, {}});
    }
    QCOMPARE(fixture.commit(good).message, std::string());
  }

 private:
  std::unique_ptr<MariaDbFixture> m_fixture;
};

PENSTOCK_TEST(TestColumnValues)

}  // namespace penstock::test

#include "tst_column_values.moc"
