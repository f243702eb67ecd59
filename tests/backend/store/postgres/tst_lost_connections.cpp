// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/worker.h"
#include "store/postgres/postgres_lane.h"
#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;
using namespace std::chrono_literals;

// A row of `slow` waits, when it is inserted or when its transaction commits, until nobody holds
// the advisory lock 1.
constexpr std::string_view kSchema = R"(
  CREATE TABLE t(id integer PRIMARY KEY, v text);
  CREATE TABLE slow(id integer PRIMARY KEY);
  CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NEW; END';
  CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait();
)";

NamedEffect insertOf(std::int64_t key) {
  return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {}, {}};
}

constexpr const char* kKillOthers =
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname=current_database() AND application_name='penstock'";

std::uint64_t settledIn(const Result<std::vector<Checkpoint>>& checkpoints) {
  return checkpoints && !checkpoints->empty() ? toNumber(checkpoints->front().settled) : ~0ULL;
}

}  // namespace

class TestLostConnections : public QObject {
  Q_OBJECT

 private slots:
  void connectionThatDiedBeforeIsTransient() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.rows(kKillOthers), (Rows{"1"}));
    const CommitResult lost = fixture.commitOne("t", insertOf(1));
    QCOMPARE(lost.outcome, CommitOutcome::Transient);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Transient);
    QVERIFY(!fixture.lane().readCheckpoints().isOk());
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  void connectionThatDiesInTheMiddleOfRowsIsTransient_data() {
    QTest::addColumn<int>("rows");
    QTest::newRow("arrays") << 10;
    QTest::newRow("copy") << 5'000;
  }
  void connectionThatDiesInTheMiddleOfRowsIsTransient() {
    QFETCH(int, rows);
    PostgresFixture fixture(kSchema);
    // The last of the rows waits for somebody who holds its key.
    PostgresSession holder(fixture.connection());
    holder.rows("BEGIN; INSERT INTO t VALUES(" + std::to_string(rows - 1) + ")");
    BatchBuilder builder = fixture.builder();
    for (int i = 0; i < rows; ++i) builder.add("t", insertOf(i));
    CommitResult result;
    Worker worker("lane", ThreadPriority::Normal, [&] { result = fixture.commit(builder); });
    QTRY_COMPARE(fixture.rows("SELECT count(*) FROM pg_locks WHERE NOT granted"), (Rows{"1"}));
    QCOMPARE(fixture.rows("SELECT left(query, 4) FROM pg_stat_activity"
                          " WHERE datname=current_database() AND application_name='penstock'"),
             (Rows{rows > 1'000 ? "COPY" : "INSE"}));
    QCOMPARE(fixture.rows(kKillOthers), (Rows{"1"}));
    worker.join();
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(result.code, "57P01");
    holder.rows("ROLLBACK");
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(settledIn(fixture.lane().readCheckpoints()), 0U);
    QCOMPARE(fixture.commit(builder).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT count(*) FROM t"), (Rows{std::to_string(rows)}));
  }

  void connectionThatDiesDuringCommitIsUnknown() {
    PostgresFixture fixture(kSchema);
    PostgresSession holder(fixture.connection());
    holder.rows("SELECT pg_advisory_lock(1)");
    CommitResult result;
    Worker worker("lane", ThreadPriority::Normal,
                  [&] { result = fixture.commitOne("slow", insertOf(1)); });
    QTRY_COMPARE(waiting(fixture), "1");
    QCOMPARE(fixture.rows(kKillOthers), (Rows{"1"}));
    worker.join();
    QCOMPARE(result.outcome, CommitOutcome::Unknown);
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(settledIn(fixture.lane().readCheckpoints()), 0U);
    holder.rows("SELECT pg_advisory_unlock(1)");
    QCOMPARE(fixture.commitOne("slow", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  /// We are gone, and the old backend is not: it commits when it can. Who asks meanwhile is told
  /// to come back; who looked without the lock would do it twice.
  void oldBackendThatGoesOnIsWaitedFor() {
    PostgresOptions options;
    options.lockTimeout = 100ms;
    options.statementTimeout = 500ms;  // and so little patience
    PostgresFixture fixture(kSchema, options);
    fixture.rows("ALTER FUNCTION wait() SET lock_timeout=0");
    PostgresSession holder(fixture.connection());
    holder.rows("SELECT pg_advisory_lock(1)");
    QCOMPARE(fixture.commitOne("slow", insertOf(1)).outcome, CommitOutcome::Unknown);
    QCOMPARE(waiting(fixture), "1");
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.lane().readCheckpoints().status().code(), StatusCode::Unavailable);
    // Nobody takes the checkpoints over while it may still move them.
    QCOMPARE(fixture.store().attach(fixtureJournal(), "they").status().code(),
             StatusCode::Unavailable);
    // Whoever only looks is not held up.
    QCOMPARE(settledIn(fixture.store().readCheckpoints(fixtureJournal())), 0U);
    // Other shards go on.
    const auto other = fixture.openLane();
    QCOMPARE(other->commit({nullptr, {{Shard{9}, Sequence{0}, Sequence{5}}}}).outcome,
             CommitOutcome::Committed);
    QCOMPARE(settledIn(other->readCheckpoints()), 0U);
    holder.rows("SELECT pg_advisory_unlock(1)");
    QTRY_COMPARE(settledIn(fixture.lane().readCheckpoints()), 1U);
    QCOMPARE(fixture.rows("SELECT * FROM slow"), (Rows{"1"}));
  }

  void serverThatDiesDuringCommitIsUnknownAndComesBack() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(fixture.commitOne("t", insertOf(7)).outcome, CommitOutcome::Committed);
    auto holder = std::make_unique<PostgresSession>(fixture.connection());
    holder->rows("SELECT pg_advisory_lock(1)");
    CommitResult result;
    Worker worker("lane", ThreadPriority::Normal,
                  [&] { result = fixture.commitOne("slow", insertOf(1)); });
    QTRY_COMPARE(waiting(fixture), "1");
    fixture.server().kill();
    worker.join();
    QCOMPARE(result.outcome, CommitOutcome::Unknown);
    const Status away = fixture.lane().reopen();
    QCOMPARE(away.code(), StatusCode::Unavailable);
    QVERIFY2(away.message().find("127.0.0.1") != std::string::npos, away.message().c_str());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Transient);
    QCOMPARE(fixture.store().readCatalog().status().code(), StatusCode::Unavailable);
    QCOMPARE(fixture.store().openLane().status().code(), StatusCode::Unavailable);
    fixture.server().start();
    fixture.lookAgain();
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(settledIn(fixture.lane().readCheckpoints()), 1U);
    QCOMPARE(fixture.commitOne("slow", insertOf(1)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id FROM t UNION ALL SELECT id FROM slow"), (Rows{"7", "1"}));
  }

  void serverThatAnswersNothingIsLeft() {
    PostgresOptions options;
    options.statementTimeout = 500ms;
    options.connectTimeout = 2s;
    PostgresFixture fixture("CREATE TABLE t(id integer PRIMARY KEY)", options);
    fixture.server().pause();
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    const Status away = fixture.lane().reopen();
    fixture.server().resume();
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(result.message, "the server does not answer");
    QCOMPARE(away.code(), StatusCode::Unavailable);
    QTRY_VERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  /// A server that only reads is the wrong one of several: the connection looks for another.
  void serverThatOnlyReadsIsTransient() {
    PostgresFixture fixture(kSchema);
    fixture.rows("ALTER DATABASE " + fixture.database() + " SET default_transaction_read_only=on");
    const Status refused = fixture.lane().reopen();
    QCOMPARE(refused.code(), StatusCode::Unavailable);
    QVERIFY2(refused.message().find("read-only") != std::string::npos, refused.message().c_str());
    PostgresSession other(fixture.server().connection());
    other.rows("ALTER DATABASE " + fixture.database() + " RESET default_transaction_read_only");
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  void firstHostThatTakesWritesIsTaken() {
    PostgresFixture fixture(kSchema);
    PostgresOptions options;
    options.target =
        "postgresql://postgres@127.0.0.1:1,127.0.0.1:" + std::to_string(fixture.server().port()) +
        "/" + fixture.database();
    const auto store = PostgresStore::create(options);
    QVERIFY(store.isOk());
    QVERIFY((*store)->readCatalog().isOk());
  }

  void everyHostThatWasTriedIsNamed() {
    PostgresOptions options;
    options.target = "postgresql://postgres@127.0.0.1:1,127.0.0.1:2/nowhere";
    const auto store = PostgresStore::create(options);
    QVERIFY(store.isOk());
    const Status away = (*store)->readCatalog().status();
    QCOMPARE(away.code(), StatusCode::Unavailable);
    const QString message = QString::fromStdString(away.message());
    QVERIFY2(message.startsWith("127.0.0.1:1,127.0.0.1:2/nowhere: "), qPrintable(message));
    QVERIFY2(message.contains("port 1 failed") && message.contains("; connection to server"),
             qPrintable(message));
    QVERIFY2(message.contains("port 2 failed") && !message.contains('\n'), qPrintable(message));
  }

  void tooManyConnectionsAreTransient() {
    PostgresFixture fixture(kSchema);
    PostgresSession(fixture.server().connection())
        .rows("ALTER DATABASE " + fixture.database() +
              " CONNECTION LIMIT 0; CREATE ROLE guest"
              " LOGIN; GRANT ALL ON DATABASE " +
              fixture.database() + " TO guest");
    PostgresOptions options;
    options.target = fixture.connection() + " user=guest";
    const auto store = PostgresStore::create(options);
    QCOMPARE((*store)->readCatalog().status().code(), StatusCode::Unavailable);
    fixture.rows("REVOKE ALL ON DATABASE " + fixture.database() + " FROM guest; DROP ROLE guest");
  }

 private:
  static std::string waiting(PostgresFixture& fixture) {
    return fixture.rows("SELECT count(*) FROM pg_locks WHERE NOT granted").front();
  }
};

PENSTOCK_TEST(TestLostConnections)

}  // namespace penstock::test

#include "tst_lost_connections.moc"
