// SPDX-License-Identifier: Apache-2.0
// What a commit says when the server or others are in its way: locks, deadlocks, a server that only
// reads, dies or stands still, tables that changed.
#include <QTest>

#include "base/check.h"
#include "base/worker.h"
#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/servers/lossy_proxy.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;
using namespace std::chrono_literals;

constexpr std::string_view kSchema = R"(
  CREATE TABLE t(id BIGINT PRIMARY KEY, v TEXT);
  CREATE TABLE u(id BIGINT PRIMARY KEY, v TEXT);
)";

constexpr const char* kDeadlocks = "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'";

QtSqlOptions impatient() {
  QtSqlOptions options;
  options.lockTimeout = 1s;
  options.answerTimeout = 2s;
  options.connectTimeout = 1s;
  return options;
}

NamedEffect insertOf(std::int64_t key, ValueView value = ValueView::text("x")) {
  return {IfAbsent::Insert, IfPresent::Error, {ValueView::integer(key)}, {{"v", value}}, {}};
}

NamedEffect upsertOf(std::int64_t key, ValueView value = ValueView::text("x")) {
  return {IfAbsent::Insert,
          IfPresent::Update,
          {ValueView::integer(key)},
          {{"v", value}},
          {{"v", value}}};
}

/// A lane that reaches the server through a proxy.
class ProxiedLane {
 public:
  ProxiedLane(MariaDbFixture& fixture, const LossyProxy& proxy) : m_fixture(fixture) {
    QtSqlOptions options = fixture.options();
    options.target.port = proxy.port();
    auto store = QtSqlStore::create(options);
    CHECK(store.isOk());
    CHECK(store.value()->attach(fixtureJournal(), "we").isOk());
    auto lane = store.value()->openLane();
    CHECK(lane.isOk());
    m_lane = std::move(lane).value();
  }
  StoreLane& lane() { return *m_lane; }
  CommitResult commit(const NamedEffect& effect) {
    BatchBuilder builder = m_fixture.builder();
    builder.add("t", effect);
    return m_lane->commit({&builder.batch(), {{Shard{0}, Sequence{0}, Sequence{1}}}, {}});
  }

 private:
  MariaDbFixture& m_fixture;
  std::unique_ptr<StoreLane> m_lane;
};

/// Waits for a session that runs (or waits in) a statement that holds `text`.
std::string waitForStatement(const MariaDbFixture& fixture, const std::string& text) {
  for (;;) {
    const Rows found = fixture.rows(
        "SELECT ID FROM information_schema.PROCESSLIST WHERE ID<>CONNECTION_ID() AND DB='" +
        fixture.database() + "' AND INFO LIKE '%" + text + "%'");
    if (!found.empty()) return found[0];
  }
}

}  // namespace

class TestLostServer : public QObject {
  Q_OBJECT

 private slots:
  void lockOfAnotherIsTransient() {
    MariaDbFixture fixture(kSchema, impatient());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    const MariaDbSession other(fixture.server(), fixture.database());
    QCOMPARE(other.rows("BEGIN; UPDATE t SET v='theirs'"), Rows{});
    const CommitResult result = fixture.commitOne("t", upsertOf(1));
    QCOMPARE(result.code, "ER_LOCK_WAIT_TIMEOUT");
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(other.rows("COMMIT"), Rows{});
    QCOMPARE(fixture.commitOne("t", upsertOf(1)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT v FROM t"), (Rows{"x"}));
  }

  void lockOnATableThatIsAlteredIsTransient() {
    MariaDbFixture fixture(kSchema, impatient());
    const MariaDbSession other(fixture.server(), fixture.database());
    QCOMPARE(other.rows("LOCK TABLES t WRITE"), Rows{});
    const CommitResult result = fixture.commitOne("t", insertOf(1));
    QCOMPARE(result.code, "ER_LOCK_WAIT_TIMEOUT");
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(other.rows("UNLOCK TABLES"), Rows{});
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  /// Whoever is the victim: ours is done again at once, when the other one has gone on. On a busy
  /// machine a round may end without a deadlock.
  void deadlockIsTriedAgainAtOnce() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.rows("INSERT INTO t VALUES(1,'a'); INSERT INTO u VALUES(1,'a'),(2,'a')"),
             Rows{});
    const MariaDbSession other(fixture.server(), fixture.database());
    const Rows before = fixture.rows(kDeadlocks);
    QCOMPARE(before.size(), 1U);
    for (int round = 0; round < 10 && fixture.rows(kDeadlocks) == before; ++round) {
      // Has changed more than we have: the server sacrifices us.
      QCOMPARE(other.rows("BEGIN; UPDATE u SET v='b'; UPDATE u SET v='c'"), Rows{});
      CommitResult result;
      Worker worker("commits", ThreadPriority::Normal, [&] {
        BatchBuilder builder = fixture.builder();
        builder.add("t", upsertOf(1)).add("u", upsertOf(1));
        result = fixture.commit(builder);
      });
      waitForStatement(fixture, "`u`");
      QCOMPARE(other.rows("UPDATE t SET v='theirs'"), Rows{});
      QCOMPARE(other.rows("COMMIT"), Rows{});
      worker.join();
      QCOMPARE(result.message, std::string());
      QCOMPARE(result.outcome, CommitOutcome::Committed);
      QCOMPARE(fixture.rows("SELECT v FROM t UNION ALL SELECT v FROM u"), (Rows{"x", "x", "c"}));
    }
    QVERIFY(fixture.rows(kDeadlocks) != before);
  }

  /// It was free when it was asked for, and then there: an upsert that updates.
  void rowThatAppearsMeanwhileIsMetOnTheNextAttempt() {
    MariaDbFixture fixture(kSchema);
    const MariaDbSession other(fixture.server(), fixture.database());
    QCOMPARE(other.rows("BEGIN; INSERT INTO t VALUES(2,'theirs')"), Rows{});
    CommitResult result;
    Worker worker("commits", ThreadPriority::Normal, [&] {
      BatchBuilder builder = fixture.builder();
      builder.add("t", upsertOf(1)).add("t", upsertOf(2)).add("t", upsertOf(3));
      result = fixture.commit(builder);
    });
    waitForStatement(fixture, "`t`");
    QCOMPARE(other.rows("COMMIT"), Rows{});
    worker.join();
    QCOMPARE(result.message, std::string());
    QCOMPARE(result.outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id, v FROM t"), (Rows{"1|x", "2|x", "3|x"}));
  }

  void serverThatOnlyReadsIsTransient() {
    MariaDbServer server;
    MariaDbFixture fixture(kSchema, {}, server);
    QCOMPARE(fixture.rows("CREATE USER plain; GRANT ALL ON *.* TO plain;"
                          "REVOKE READ ONLY ADMIN, SUPER ON *.* FROM plain"),
             Rows{});
    QtSqlOptions options = fixture.options();
    options.target.user = "plain";
    auto store = QtSqlStore::create(options);
    QVERIFY(store.isOk());
    QVERIFY((*store)->attach(fixtureJournal(), "we").isOk());
    auto lane = (*store)->openLane();
    QVERIFY(lane.isOk());
    QCOMPARE(fixture.rows("SET GLOBAL read_only=1"), Rows{});
    BatchBuilder builder = fixture.builder();
    builder.add("t", insertOf(1));
    const CommitRequest request{&builder.batch(), {{Shard{0}, Sequence{0}, Sequence{1}}}, {}};
    const CommitResult result = (*lane)->commit(request);
    QCOMPARE(result.code, "ER_OPTION_PREVENTS_STATEMENT");
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(fixture.rows("SET GLOBAL read_only=0"), Rows{});
    QCOMPARE((*lane)->commit(request).outcome, CommitOutcome::Committed);
  }

  void connectionThatIsKilledIsReopened() {
    MariaDbFixture fixture(kSchema);
    // Those of attaching may not have ended yet.
    Rows all;
    const auto connections = [&] {
      all = fixture.rows(
          "SELECT ID FROM information_schema.PROCESSLIST WHERE ID<>CONNECTION_ID() AND DB='" +
          fixture.database() + "'");
      return all.size();
    };
    QTRY_COMPARE(connections(), std::size_t{1});
    QCOMPARE(fixture.rows("KILL CONNECTION " + all[0]), Rows{});
    const CommitResult lost = fixture.commitOne("t", insertOf(1));
    QCOMPARE(lost.outcome, CommitOutcome::Transient);
    QVERIFY2(lost.code == "CR_SERVER_GONE_ERROR" || lost.code == "CR_SERVER_LOST" ||
                 lost.code == "ER_CONNECTION_KILLED",
             lost.code.c_str());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Transient);
    QVERIFY(!fixture.lane().readCheckpoints().isOk());
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  void serverThatDiesInTheMidstLosesNothingAndDoublesNothing() {
    MariaDbServer server;
    MariaDbFixture fixture(kSchema, impatient(), server);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    CommitResult result;
    {
      const MariaDbSession other(fixture.server(), fixture.database());
      QCOMPARE(other.rows("BEGIN; INSERT INTO u VALUES(1,'theirs')"), Rows{});
      Worker worker("commits", ThreadPriority::Normal, [&] {
        BatchBuilder builder = fixture.builder();
        builder.add("t", insertOf(2)).add("u", upsertOf(1));
        result = fixture.commit(builder);
      });
      waitForStatement(fixture, "`u`");
      server.kill();
      worker.join();
    }
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(fixture.lane().reopen().code(), StatusCode::Unavailable);
    QCOMPARE(fixture.commitOne("t", insertOf(2)).outcome, CommitOutcome::Transient);
    QCOMPARE(fixture.store().readCatalog().status().code(), StatusCode::Unavailable);
    QCOMPARE(fixture.store().attach(fixtureJournal(), "we").status().code(),
             StatusCode::Unavailable);
    server.start();
    QVERIFY(fixture.lane().reopen().isOk());
    QCOMPARE(fixture.lane().readCheckpoints().value().at(0).settled, Sequence{1});
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
    QCOMPARE(fixture.commitOne("t", insertOf(2)).outcome, CommitOutcome::Committed);
  }

  void serverThatStandsStillIsGivenUp() {
    MariaDbServer server;
    MariaDbFixture fixture(kSchema, impatient(), server);
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Committed);
    server.pause();
    const CommitResult result = fixture.commitOne("t", insertOf(2));
    QCOMPARE(result.outcome, CommitOutcome::Transient);
    QCOMPARE(result.code, "CR_SERVER_LOST");
    QCOMPARE(fixture.lane().reopen().code(), StatusCode::Unavailable);
    server.resume();
    while (!fixture.lane().reopen().isOk()) {
    }
    QCOMPARE(fixture.lane().readCheckpoints().value().at(0).settled, Sequence{1});
    QCOMPARE(fixture.commitOne("t", insertOf(2)).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1", "2"}));
  }

  void commitWhoseAnswerIsLostIsUnknownAndHappened() {
    MariaDbFixture fixture(kSchema);
    LossyProxy proxy(fixture.server().port());
    ProxiedLane proxied(fixture, proxy);
    proxy.loseAtCommit(LossyProxy::Lose::Answer);
    const CommitResult result = proxied.commit(insertOf(1));
    QCOMPARE(result.code, "CR_SERVER_LOST");
    QCOMPARE(result.outcome, CommitOutcome::Unknown);
    QCOMPARE(proxied.lane().commit({nullptr, {FenceStep{}}, {}}).outcome, CommitOutcome::Transient);
    QVERIFY(proxied.lane().reopen().isOk());
    QCOMPARE(proxied.lane().readCheckpoints().value().at(0).settled, Sequence{1});
    QCOMPARE(fixture.rows("SELECT id FROM t"), (Rows{"1"}));
  }

  /// As long as the server does not know, nobody reads past its locks.
  void commitThatIsLostIsUnknownAndDidNotHappen() {
    MariaDbFixture fixture(kSchema, impatient());
    LossyProxy proxy(fixture.server().port());
    ProxiedLane proxied(fixture, proxy);
    proxy.loseAtCommit(LossyProxy::Lose::Request);
    const CommitResult result = proxied.commit(insertOf(1));
    QCOMPARE(result.code, "CR_SERVER_LOST");
    QCOMPARE(result.outcome, CommitOutcome::Unknown);
    QVERIFY(proxied.lane().reopen().isOk());
    const auto blocked = proxied.lane().readCheckpoints();
    QVERIFY(!blocked.isOk());
    QCOMPARE(blocked.status().code(), StatusCode::Unavailable);
    proxy.closeLost();
    QVERIFY(proxied.lane().reopen().isOk());
    QCOMPARE(proxied.lane().readCheckpoints().value().at(0).settled, Sequence{0});
    QCOMPARE(fixture.rows("SELECT id FROM t"), Rows{});
    QCOMPARE(proxied.commit(insertOf(1)).outcome, CommitOutcome::Committed);
  }

  void schemaThatChangedIsNamed() {
    MariaDbFixture fixture(kSchema);
    BatchBuilder two = fixture.builder();
    two.add("t", upsertOf(1)).add("t", upsertOf(2));
    QCOMPARE(fixture.commit(two).outcome, CommitOutcome::Committed);
    QCOMPARE(fixture.rows("ALTER TABLE t DROP COLUMN v"), Rows{});
    // With statements that were prepared before, and with new ones.
    for (const int rows : {2, 1, 3}) {
      BatchBuilder builder = fixture.builder();
      for (int i = 1; i <= rows; ++i) builder.add("t", upsertOf(i));
      const CommitResult result = fixture.commit(builder);
      QCOMPARE(result.outcome, CommitOutcome::Drifted);
      QCOMPARE(result.code, "ER_BAD_FIELD_ERROR");
      QCOMPARE(result.table, std::string("t"));
    }
    QCOMPARE(fixture.rows("DROP TABLE t"), Rows{});
    const CommitResult gone = fixture.commitOne(
        "t", {IfAbsent::Nothing, IfPresent::Delete, {ValueView::integer(1)}, {}, {}});
    QCOMPARE(gone.outcome, CommitOutcome::Drifted);
    QCOMPARE(gone.code, "ER_NO_SUCH_TABLE");
    QCOMPARE(fixture.commitOne("u", insertOf(1)).outcome, CommitOutcome::Committed);
  }

  /// Who should have given it: the change, when the catalog knew of it; else the table is another.
  void columnThatMustBeGivenIsDriftOnlyWhenItIsNew() {
    MariaDbFixture fixture("CREATE TABLE t(id INT PRIMARY KEY, v TEXT, must INT NOT NULL)");
    const CommitResult refused = fixture.commitOne("t", insertOf(1));
    QCOMPARE(refused.outcome, CommitOutcome::Refused);
    QCOMPARE(refused.code, "ER_NO_DEFAULT_FOR_FIELD");
    QVERIFY(refused.message.ends_with("table 't', key 1"));
    QCOMPARE(fixture.rows("ALTER TABLE t MODIFY must INT NULL"), Rows{});
    fixture.readCatalog();
    QCOMPARE(fixture.rows("ALTER TABLE t MODIFY must INT NOT NULL"), Rows{});
    const CommitResult drifted = fixture.commitOne("t", insertOf(1));
    QCOMPARE(drifted.outcome, CommitOutcome::Drifted);
    QCOMPARE(drifted.table, std::string("t"));
  }

  void ownTableThatIsGoneIsBroken() {
    MariaDbFixture fixture(kSchema);
    QCOMPARE(fixture.rows("DROP TABLE penstock_checkpoint"), Rows{});
    QCOMPARE(fixture.commitOne("t", insertOf(1)).outcome, CommitOutcome::Broken);
  }
};

PENSTOCK_TEST(TestLostServer)

}  // namespace penstock::test

#include "tst_lost_server.moc"
