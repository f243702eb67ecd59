// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <limits>

#include "intake/row_identity.h"
#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

struct RoundTrip {
  const char* type;
  ValueView value;
  const char* shown;  ///< by PostgreSQL itself
};

std::string everyLetter() {
  std::string all;
  for (int letter = 1; letter < 0x80; ++letter) all += static_cast<char>(letter);
  return all + "ä€😀\u202e=1+1\\N\\.{NULL,\"}";
}

std::string everyByte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

std::vector<RoundTrip> roundTripsOfScalars() {
  const auto text = [](std::string_view value) { return ValueView::text(value); };
  const auto number = [](std::int64_t value) { return ValueView::integer(value); };
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  return {{"smallint", number(-32768), "-32768"},
          {"integer", number(2147483647), "2147483647"},
          {"bigint", number(kMax), "9223372036854775807"},
          {"bigint", number(kMin), "-9223372036854775808"},
          {"oid", number(4294967295), "4294967295"},
          {"numeric", text("-123456789012345678901234567890.000000000000000000000000000001"),
           "-123456789012345678901234567890.000000000000000000000000000001"},
          {"numeric(8,3)", text("12345.678"), "12345.678"},
          {"double precision", ValueView::real(0.1), "0.1"},
          {"double precision", ValueView::real(5e-324), "5e-324"},
          {"double precision", ValueView::real(1.7976931348623157e308), "1.7976931348623157e+308"},
          {"double precision", ValueView::real(-1234567890.1234567), "-1234567890.1234567"},
          {"real", ValueView::real(1.5), "1.5"},
          {"text", text(""), ""},
          {"text", text("NULL"), "NULL"},
          {"text", text("\\N"), "\\N"},
          {"text", text("a\tb\nc\r\n\\d\\\"e\"{f},g"), "a\tb\nc\r\n\\d\\\"e\"{f},g"},
          {"varchar", text("'; DROP TABLE t; --"), "'; DROP TABLE t; --"},
          {"varchar(3)", text("ä€😀"), "ä€😀"},
          {"character(5)", text("ab"), "ab"},
          {"name", text("someone"), "someone"},
          {"citext", text("MiXed"), "MiXed"},
          {"boolean", ValueView::boolean(true), "true"},
          {"boolean", ValueView::boolean(false), "false"},
          {"timestamptz", text("2026-11-21T14:02:11.123456Z"), "2026-11-21 14:02:11.123456+00"},
          {"timestamptz", text("0001-01-01T00:00:00Z"), "0001-01-01 00:00:00+00"},
          {"timestamp", text("2026-11-21T14:02:11.000001Z"), "2026-11-21 14:02:11.000001"},
          {"date", text("9999-12-31"), "9999-12-31"},
          {"time", text("23:59:59.999999"), "23:59:59.999999"},
          {"interval", text("1 day 02:03:04.5"), "1 day 02:03:04.5"}};
}

std::vector<RoundTrip> roundTripsOfOthers() {
  const auto text = [](std::string_view value) { return ValueView::text(value); };
  const auto number = [](std::int64_t value) { return ValueView::integer(value); };
  return {
      {"uuid", text("123e4567-e89b-12d3-a456-426614174000"),
       "123e4567-e89b-12d3-a456-426614174000"},
      {"json", ValueView::json("{\"a\":[1,\"\\\"b\\\\\\n\",null],\"a\":1e400}"),
       "{\"a\":[1,\"\\\"b\\\\\\n\",null],\"a\":1e400}"},
      {"jsonb", ValueView::json("{\"b\":1.10,\"a\":\"ä\"}"), "{\"a\": \"ä\", \"b\": 1.10}"},
      {"jsonb", ValueView::json("\"text\""), "\"text\""},
      {"jsonb", ValueView::json("[1,2]"), "[1, 2]"},
      {"bytea", ValueView::bytes(std::string_view("\0\\x\n\xff", 5)), "\\x005c780aff"},
      {"bytea", ValueView::bytes({}), "\\x"},
      {"integer[]", text("{1,NULL,3}"), "{1,NULL,3}"},
      {"integer[]", ValueView::json("[[1,2],[3,null]]"), "{{1,2},{3,NULL}}"},
      {"integer[]", ValueView::json("[]"), "{}"},
      {"text[]", ValueView::json("[\"a,b\",\"\\\"c\\\\\",\"NULL\",\"\",null,\"ä😀\"]"),
       "{\"a,b\",\"\\\"c\\\\\",\"NULL\",\"\",NULL,ä😀}"},
      {"jsonb[]", ValueView::json("[{\"a\":1},[1]]"), nullptr},
      {"jsonb[]", ValueView::json("[{\"a\":\"x\"},2]"), "{\"{\\\"a\\\": \\\"x\\\"}\",2}"},
      {"mood", text("happy"), "happy"},
      {"mood[]", ValueView::json("[\"sad\",\"happy\"]"), "{sad,happy}"},
      {"count", number(7), "7"},
      {"point2", text("(1,\"a,b\")"), "(1,\"a,b\")"},
      {"inet", text("10.0.0.1/8"), "10.0.0.1/8"},
      {"numrange", text("[1.5,2)"), "[1.5,2)"},
      {"bit(3)", text("101"), "101"},
      {"box", text("(3,4),(1,2)"), "(3,4),(1,2)"},
      {"box[]", text("{(3,4),(1,2);(7,8),(5,6)}"), "{(3,4),(1,2);(7,8),(5,6)}"},
      {"xml", text("<a>&amp;</a>"), "<a>&amp;</a>"},
      {"tsvector", text("'a':1 'b':2"), "'a':1 'b':2"},
      {"money", text("12.30"), "$12.30"},
  };
}

std::vector<RoundTrip> roundTrips() {
  std::vector<RoundTrip> all = roundTripsOfScalars();
  const std::vector<RoundTrip> others = roundTripsOfOthers();
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace

/// Every way to write a value (arrays, COPY, an update, a key) keeps it as it is.
class TestRoundTrips : public QObject {
  Q_OBJECT

 private slots:
  void valuesComeBack_data() {
    QTest::addColumn<int>("index");
    const auto all = roundTrips();
    for (std::size_t i = 0; i < all.size(); ++i) {
      QTest::addRow("%zu %s", i, all[i].type) << static_cast<int>(i);
    }
  }
  void valuesComeBack() {
    QFETCH(int, index);
    const RoundTrip trip = roundTrips()[static_cast<std::size_t>(index)];
    m_fixture->rows("DROP TABLE IF EXISTS t");
    QCOMPARE(
        m_fixture->rows("CREATE TABLE t(id int PRIMARY KEY, v " + std::string(trip.type) + ")"),
        Rows{});
    m_fixture->readCatalog();
    BatchBuilder builder = m_fixture->builder();
    builder.add("t", insertOf(1, trip.value)).add("t", insertOf(2, ValueView::null()));
    builder.nextRun();
    builder.add(
        "t",
        {IfAbsent::Error, IfPresent::Update, {ValueView::integer(2)}, {}, {{"v", trip.value}}});
    builder.add(
        "t",
        {IfAbsent::Insert, IfPresent::Nothing, {ValueView::integer(3)}, {{"v", trip.value}}, {}});
    const CommitResult result = m_fixture->commit(builder);
    if (trip.shown == nullptr) {
      QCOMPARE(result.outcome, CommitOutcome::Refused);
      return;
    }
    QVERIFY2(result.outcome == CommitOutcome::Committed, result.message.c_str());
    BatchBuilder many = m_fixture->builder();
    for (int id = 4; id < 2'000; ++id) {
      many.add("t", insertOf(id, id == 4 ? ValueView::null() : trip.value));
    }
    const CommitResult copied = m_fixture->commit(many);
    QVERIFY2(copied.outcome == CommitOutcome::Committed, copied.message.c_str());
    const Rows expected{"NULL|1", std::string(trip.shown) + "|1998"};
    QCOMPARE(m_fixture->rows("SET bytea_output=hex; SET timezone=UTC; SELECT v::text, count(*)"
                             " FROM t GROUP BY 1 ORDER BY 2"),
             expected);
  }

  void everyLetterAndEveryByteComeBack() {
    PostgresFixture fixture("CREATE TABLE t(id int PRIMARY KEY, v text, w bytea)");
    const std::string letters = everyLetter();
    const std::string bytes = everyByte();
    for (const int count : {1, 2'000}) {
      BatchBuilder builder = fixture.builder();
      for (int i = 0; i < count; ++i) {
        builder.add("t", {IfAbsent::Insert,
                          IfPresent::Error,
                          {ValueView::integer(count + i)},
                          {{"v", ValueView::text(letters)}, {"w", ValueView::bytes(bytes)}},
                          {}});
      }
      QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    }
    QCOMPARE(fixture.rows("SELECT DISTINCT v FROM t"), (Rows{letters}));
    QCOMPARE(fixture.rows("SELECT DISTINCT encode(w, 'hex') FROM t"),
             (Rows{QByteArray::fromStdString(bytes).toHex().toStdString()}));
  }

  /// One of many values that only the server can read takes the others along.
  void valueWithoutABinaryFormIsReadByTheServer_data() {
    QTest::addColumn<int>("rows");
    QTest::newRow("arrays") << 100;
    QTest::newRow("copy") << 2'000;
  }
  void valueWithoutABinaryFormIsReadByTheServer() {
    QFETCH(int, rows);
    PostgresFixture fixture("CREATE TABLE t(id int PRIMARY KEY, v timestamptz, w smallint)");
    const auto insert = [&](int first, std::string_view odd, std::int64_t number) {
      BatchBuilder builder = fixture.builder();
      for (int i = 0; i < rows; ++i) {
        const bool isOdd = i == rows / 2;
        const auto when = ValueView::text(isOdd ? odd : "2026-11-21T14:02:11Z");
        builder.add("t", {IfAbsent::Insert,
                          IfPresent::Error,
                          {ValueView::integer(first + i)},
                          {{"v", when}, {"w", ValueView::integer(isOdd ? number : -7)}},
                          {}});
      }
      return fixture.commit(builder);
    };
    const CommitResult good = insert(0, "infinity", 8);
    QVERIFY2(good.outcome == CommitOutcome::Committed, good.message.c_str());
    QCOMPARE(good.rows, static_cast<std::uint64_t>(rows));
    QCOMPARE(
        fixture.rows("SET timezone=UTC; SELECT v, w, count(*) FROM t GROUP BY 1, 2 ORDER BY 3"),
        (Rows{"infinity|8|1", "2026-11-21 14:02:11+00|-7|" + std::to_string(rows - 1)}));
    QCOMPARE(insert(10'000, "2026-11-21T14:02:11Z", 40'000).code, "22003");
    QCOMPARE(insert(10'000, "soon", 8).code, "22007");
    QCOMPARE(fixture.rows("SELECT count(*) FROM t"), (Rows{std::to_string(rows)}));
  }

  /// What intake makes of a value is what PostgreSQL reads.
  void canonicalValuesAreTaken_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("given");
    QTest::addColumn<QString>("shown");
    QTest::newRow("offset") << "timestamptz"
                            << "2026-11-21 14:02+02:30"
                            << "2026-11-21 11:32:00+00";
    QTest::newRow("without") << "timestamp"
                             << "2026-11-21T14:02:11.5"
                             << "2026-11-21 14:02:11.5";
    QTest::newRow("time") << "time"
                          << "07:05"
                          << "07:05:00";
    QTest::newRow("decimal") << "numeric"
                             << "1.50e3"
                             << "1500";
    QTest::newRow("uuid") << "uuid"
                          << "123E4567E89B12D3A456426614174000"
                          << "123e4567-e89b-12d3-a456-426614174000";
  }
  void canonicalValuesAreTaken() {
    QFETCH(QString, type);
    QFETCH(QString, given);
    QFETCH(QString, shown);
    PostgresFixture fixture("CREATE TABLE t(k " + type.toStdString() + " PRIMARY KEY, v text)");
    const Column& column = fixture.catalog()->find("t")->columns[0];
    std::string scratch;
    const std::string text = given.toStdString();
    const auto key = canonicalValue(column, ValueView::text(text), scratch);
    QVERIFY(key.isOk());
    for (const char* value : {"first", "second"}) {
      QCOMPARE(fixture
                   .commitOne("t", {IfAbsent::Insert,
                                    IfPresent::Update,
                                    {*key},
                                    {{"v", ValueView::text(value)}},
                                    {{"v", ValueView::text(value)}}})
                   .outcome,
               CommitOutcome::Committed);
    }
    QCOMPARE(fixture.rows("SET timezone=UTC; SELECT k, v FROM t"),
             (Rows{shown.toStdString() + "|second"}));
  }

  void initTestCase() {
    m_fixture = std::make_unique<PostgresFixture>(
        "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM('sad', 'happy');"
        "CREATE DOMAIN count AS bigint CHECK(value > 0); CREATE TYPE point2 AS(x int, y text)");
  }
  void cleanupTestCase() { m_fixture.reset(); }

 private:
  static NamedEffect insertOf(std::int64_t key, ValueView value) {
    return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {{"v", value}}, {}};
  }

  std::unique_ptr<PostgresFixture> m_fixture;
};

PENSTOCK_TEST(TestRoundTrips)

}  // namespace penstock::test

#include "tst_round_trips.moc"
