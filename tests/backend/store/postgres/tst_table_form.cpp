// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/table_form.h"

#include <QTest>

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

NamedEffect updateOf(std::int64_t key, std::string_view value) {
  return {IfAbsent::Error,
          IfPresent::Update,
          {ValueView::integer(key)},
          {},
          {{"v", ValueView::text(value)}}};
}

FenceStep step(std::uint32_t shard, std::uint64_t expected, std::uint64_t next) {
  return {Shard{shard}, Sequence{expected}, Sequence{next}};
}

CommitRequest requestOf(const BatchBuilder& builder, std::vector<FenceStep> fence) {
  return {&builder.batch(), std::move(fence)};
}

}  // namespace

class TestTableForm : public QObject {
  Q_OBJECT

 private slots:
  void schemaThatChangedIsNamed() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    // Once with the table known already, once before.
    QCOMPARE(fixture.rows("ALTER TABLE t DROP COLUMN v"), Rows{});
    for (const NamedEffect& effect : {insertOf(2), updateOf(1, "y")}) {
      const CommitResult changed = fixture.commitOne("t", effect);
      QCOMPARE(changed.outcome, CommitOutcome::Drifted);
      QCOMPARE(changed.code, "42703");
      QCOMPARE(changed.table, std::string("t"));
    }
    QCOMPARE(fixture.rows("DROP TABLE t"), Rows{});
    const CommitResult gone = fixture.commitOne(
        "t", {IfAbsent::Nothing, IfPresent::Delete, {ValueView::integer(1)}, {}, {}});
    QCOMPARE(gone.outcome, CommitOutcome::Drifted);
    QCOMPARE(gone.code, "42P01");
  }

  void columnThatNobodyWritesToMayChange() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("ALTER TABLE t DROP COLUMN w, ADD COLUMN later integer DEFAULT 7"),
             Rows{});
    QCOMPARE(fixture.commitOne("t", insertOf(2)).outcome, CommitOutcome::Committed);
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(3)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT * FROM t ORDER BY id"), (Rows{"1|x|7", "2|x|7", "3|x|7"}));
  }

  void columnOfAnotherTypeOrKeyIsDrift() {
    PostgresFixture fixture(kSchema);
    fixture.rows("ALTER TABLE t ALTER v TYPE integer USING NULL");
    const CommitResult type = fixture.commitOne("t", insertOf(1));
    QCOMPARE(type.outcome, CommitOutcome::Drifted);
    QCOMPARE(type.message, "column 'v' is now integer: table 't'");
    QCOMPARE(type.table, std::string("t"));
    fixture.rows(
        "ALTER TABLE parent ADD region int, DROP CONSTRAINT parent_pkey CASCADE,"
        " ADD PRIMARY KEY(id, region)");
    const CommitResult key = fixture.commitOne(
        "parent", {IfAbsent::Nothing, IfPresent::Delete, {ValueView::integer(1)}, {}, {}});
    QCOMPARE(key.outcome, CommitOutcome::Drifted);
    QCOMPARE(key.code, "PENSTOCK_TABLE_CHANGED");
  }

  /// What was prepared for the narrow column knows nothing of the wide one.
  void columnThatWasWidenedTakesMore() {
    PostgresFixture fixture("CREATE TABLE t(id int PRIMARY KEY, n smallint, s varchar(2))");
    const auto insert = [&](std::int64_t key, std::int64_t n, std::string_view s) {
      return fixture.commitOne("t", {IfAbsent::Insert,
                                     IfPresent::Error,
                                     {ValueView::integer(key)},
                                     {{"n", ValueView::integer(n)}, {"s", ValueView::text(s)}},
                                     {}});
    };
    QCOMPARE(insert(1, 1, "a").outcome, CommitOutcome::Committed);
    QCOMPARE(insert(2, 70'000, "a").outcome, CommitOutcome::Refused);
    QCOMPARE(insert(2, 1, "abc").outcome, CommitOutcome::Refused);
    QCOMPARE(insert(2, 1, "a").outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("ALTER TABLE t ALTER n TYPE bigint, ALTER s TYPE varchar(5)"), Rows{});
    const CommitResult wide = insert(3, 70'000, "abc");
    QVERIFY2(wide.outcome == CommitOutcome::Committed, wide.message.c_str());
  }

  void rightsThatAreMissingParkTheTable() {
    PostgresFixture owner(kSchema);
    owner.rows("CREATE ROLE limited LOGIN");
    owner.rows(
        "GRANT SELECT, UPDATE, INSERT, DELETE ON penstock_checkpoint, penstock_dead_letter"
        " TO limited; GRANT SELECT ON t TO limited");
    PostgresOptions options;
    options.target = owner.connection() + " user=limited";
    auto store = PostgresStore::create(options);
    QVERIFY(store.isOk());
    QVERIFY((*store)->attach(fixtureJournal(), "we").isOk());
    auto lane = (*store)->openLane();
    QVERIFY(lane.isOk());
    BatchBuilder builder = owner.builder();
    builder.add("t", insertOf(1));
    const CommitResult result = (*lane)->commit(requestOf(builder, {step(0, 0, 1)}));
    QCOMPARE(result.outcome, CommitOutcome::Drifted);
    QCOMPARE(result.code, "42501");
    QCOMPARE(result.table, std::string("t"));
    owner.rows(
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY; GRANT ALL ON t TO limited;"
        "CREATE POLICY p ON t USING(true) WITH CHECK(id > 5)");
    const CommitResult row = (*lane)->commit(requestOf(builder, {step(0, 0, 1)}));
    QCOMPARE(row.outcome, CommitOutcome::Refused);
    owner.rows("DROP OWNED BY limited; DROP ROLE limited");
  }
};

PENSTOCK_TEST(TestTableForm)

}  // namespace penstock::test

#include "tst_table_form.moc"
