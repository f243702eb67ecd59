// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "store/postgres/postgres_store.h"
#include "tests/integration/servers/client_load.h"
#include "tests/integration/servers/server_node.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<std::string>;

constexpr int kPatienceMs = 60'000;
constexpr std::uint64_t kSmallDisk = 24 << 20;

/// Every 20th of the rows of its producer is refused, for a reason that passes: numbers of a
/// sequence are not taken back with the transaction.
constexpr const char* kConflicts = R"(
CREATE SEQUENCE tries;
CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE try bigint := nextval('tries');
  BEGIN
    IF try % 20 = 0 THEN
      RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001';
    END IF;
    RETURN NEW;
  END $$;
CREATE TRIGGER conflict BEFORE INSERT OR UPDATE ON versions
  FOR EACH ROW EXECUTE FUNCTION conflict();
)";

}  // namespace

/// What a PostgreSQL server under load refuses to do now, and does later. Each must be retried by
/// the lane that it has met, without a dead letter, while the other lanes go on.
class TestRefusedWork : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_database = makeLoadDatabase(server());
    m_node = std::make_unique<ServerNode>();
    m_node->options.sinks = {postgresSink("primary", server(), m_database)};
    m_ledger = std::make_unique<LoadLedger>();
  }
  void cleanup() { m_node.reset(); }

  void serialisationFailuresAreTriedAgain() {
    QCOMPARE(rows(kConflicts), Rows{});
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    QTRY_VERIFY_WITH_TIMEOUT(m_node->sink("primary").retries >= 20, kPatienceMs);
    endsWell(load);
  }

  /// We are the victim: the other one waits for long before it looks.
  void deadlocksAreTriedAgain() {
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    QTRY_VERIFY_WITH_TIMEOUT(rows("SELECT count(*) FROM sums WHERE id>=100") == (Rows{"3"}),
                             kPatienceMs);
    PostgresSession other(server().connection(m_database));
    for (int i = 0; i < 2; ++i) {
      // They write versions before sums.
      QCOMPARE(other.rows("SET deadlock_timeout='1min'; BEGIN;"
                          "SELECT 1 FROM sums FOR UPDATE"),
               Rows(rows("SELECT 1 FROM sums").size(), "1"));
      QTRY_VERIFY_WITH_TIMEOUT(
          rows("SELECT count(*) FROM pg_locks WHERE NOT granted") != (Rows{"0"}), kPatienceMs);
      other.rows("SELECT 1 FROM versions FOR UPDATE");
      other.rows("COMMIT");
    }
    QVERIFY(m_node->wasTold("[40P01]; retrying"));
    endsWell(load);
  }

  void rowsThatSomebodyHoldsAreWaitedFor() {
    m_node->openStore = [&](const SinkOptions&) -> Result<std::unique_ptr<Store>> {
      PostgresOptions options;
      options.target = server().connection(m_database);
      options.lockTimeout = 100ms;
      auto store = PostgresStore::create(std::move(options));
      if (!store) return store.status();
      return std::unique_ptr<Store>(std::move(*store));
    };
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    QTRY_VERIFY_WITH_TIMEOUT(rows("SELECT count(*) FROM versions") == (Rows{"6"}), kPatienceMs);
    PostgresSession other(server().connection(m_database));
    QCOMPARE(other.rows("BEGIN; SELECT 1 FROM versions WHERE id=1 FOR UPDATE"), Rows{"1"});
    QTRY_VERIFY_WITH_TIMEOUT(m_node->wasTold("[55P03]; retrying"), kPatienceMs);
    const std::uint64_t persisted = m_node->sink("primary").persistedSets;
    QTRY_VERIFY_WITH_TIMEOUT(m_node->sink("primary").persistedSets > persisted + 500, kPatienceMs);
    QCOMPARE(other.rows("COMMIT"), Rows{});
    endsWell(load);
  }

  /// Its change sets wait in the sink as letters, in order; no other table does.
  void tableThatLostAColumnWaitsAlone() {
    QCOMPARE(rows("CREATE TABLE seats(id bigint PRIMARY KEY, who text, taken bigint)"), Rows{});
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    const auto client = m_node->engine().port().openClient("seats", nullptr);
    const auto take = [&](int first) {
      for (int i = first; i < first + 40; ++i) {
        ChangeSet set;
        set.changes = {{"seats",
                        Operation::Upsert,
                        {{"id", Value::integer(i % 4)}},
                        {{"who", Value::text(std::to_string(i))}},
                        {{"taken", Value::integer(1)}}}};
        QVERIFY(client->submit(set, {}).status.isOk());
      }
    };
    take(0);
    QTRY_COMPARE_WITH_TIMEOUT(rows("SELECT sum(taken) FROM seats"), Rows{"40"}, kPatienceMs);
    QCOMPARE(rows("ALTER TABLE seats DROP COLUMN who"), Rows{});
    take(40);
    QTRY_COMPARE_WITH_TIMEOUT(letters("seats"), Rows{"40"}, kPatienceMs);
    const std::size_t made = m_ledger->made();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->made() > made + 1000, kPatienceMs);
    QVERIFY(m_node->wasTold("mend the table"));
    QCOMPARE(rows("ALTER TABLE seats ADD COLUMN who text"), Rows{});
    take(80);
    Command retry;
    retry.kind = CommandKind::RetryLetters;
    retry.allLetters = true;
    retry.letterFilter = "seats";
    const CommandAnswer answer = m_node->command(retry);
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QTRY_COMPARE_WITH_TIMEOUT(letters("seats"), Rows{"0"}, kPatienceMs);
    QTRY_COMPARE_WITH_TIMEOUT(rows("SELECT id, who, taken FROM seats ORDER BY id"),
                              (Rows{"0|116|30", "1|117|30", "2|118|30", "3|119|30"}), kPatienceMs);
    endsWell(load);
  }

  void databaseWithoutRoomGoesOnByItself() {
    PostgresServer small({.smallDiskBytes = kSmallDisk});
    const std::string database = makeLoadDatabase(small);
    QCOMPARE(small.rows(database, "CREATE TABLESPACE small LOCATION '" + small.disk() + "'"),
             Rows{});
    QCOMPARE(small.rows(database,
                        "ALTER TABLE log SET TABLESPACE small;"
                        "CREATE TABLE ballast(x text) TABLESPACE small"),
             Rows{});
    m_node->options.sinks = {postgresSink("primary", small, database)};
    m_node->start();
    ClientLoad load(m_node->engine().port(), *m_ledger);
    const Rows full = small.rows(
        database, "INSERT INTO ballast SELECT repeat('x', 1000) FROM generate_series(1, 100000)");
    QVERIFY2(full.front().starts_with("ERROR 53100"), full.front().c_str());
    // Those rows are nobody's, and their pages still take the room.
    QTRY_VERIFY_WITH_TIMEOUT(m_node->wasTold("[53100]; retrying"), kPatienceMs);
    const std::size_t made = m_ledger->made();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->made() > made + 1000, kPatienceMs);
    QCOMPARE(small.rows(database, "TRUNCATE ballast"), Rows{});
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->isAllPersisted(), kPatienceMs);
    QCOMPARE(m_ledger->compare(readerOf(small, database)), QString());
    m_node.reset();
  }

 private:
  static PostgresServer& server() { return PostgresServer::shared(); }
  Rows rows(const std::string& sql) const { return server().rows(m_database, sql); }
  Rows letters(const std::string& table) const {
    return rows("SELECT count(*) FROM penstock_dead_letter WHERE change_set LIKE '%" + table +
                "%'");
  }
  void endsWell(ClientLoad& load) {
    load.end();
    QTRY_VERIFY_WITH_TIMEOUT(m_ledger->isAllPersisted(), kPatienceMs);
    QCOMPARE(m_ledger->compare(readerOf(server(), m_database)), QString());
  }

  std::string m_database;
  std::unique_ptr<ServerNode> m_node;
  std::unique_ptr<LoadLedger> m_ledger;
};

PENSTOCK_TEST(TestRefusedWork)

}  // namespace penstock::test

#include "tst_refused_work.moc"
