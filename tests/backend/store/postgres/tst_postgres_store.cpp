// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_store.h"

#include <QTest>
#include <array>

#include "base/worker.h"
#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {

namespace {

using Rows = std::vector<std::string>;

constexpr std::string_view kSchema = "CREATE TABLE t(id integer PRIMARY KEY)";

std::unique_ptr<PostgresStore> storeOf(const std::string& target,
                                       const std::string& password = {}) {
  PostgresOptions options;
  options.target = target;
  options.password = password;
  auto store = PostgresStore::create(std::move(options));
  return store ? std::move(store).value() : nullptr;
}

}  // namespace

class TestPostgresStore : public QObject {
  Q_OBJECT

 private slots:
  void targetIsDescribedWithoutSecrets_data() {
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("described");
    QTest::newRow("URL") << "postgresql://me:hidden@db.example:5433/shop"
                         << "postgres db.example:5433/shop";
    QTest::newRow("several") << "postgres://me@one,two:5433/shop?sslpassword=hidden"
                             << "postgres one,two:5433/shop";
    QTest::newRow("words") << "host=db user=me password=hidden dbname=shop"
                           << "postgres db/shop";
    QTest::newRow("one port for all") << "host=a,b port=6000 dbname=shop"
                                      << "postgres a:6000,b:6000/shop";
    QTest::newRow("user's database") << "postgresql://me:hidden@db"
                                     << "postgres db/me";
    QTest::newRow("a name") << "shop"
                            << "postgres shop";
  }
  void targetIsDescribedWithoutSecrets() {
    QFETCH(QString, target);
    QFETCH(QString, described);
    const auto store = storeOf(target.toStdString(), "hidden");
    QVERIFY(store != nullptr);
    QCOMPARE(store->describeTarget(), described.toStdString());
    QVERIFY(store->laneCountMax() > 1);
  }

  void targetThatCannotBeReadSaysNothingOfIt() {
    for (const char* target :
         {"", "host=db passwort=hidden", "postgresql://me:hidden@db:x%zz/", "host=db 'hidden"}) {
      PostgresOptions options;
      options.target = target;
      const auto store = PostgresStore::create(options);
      QCOMPARE(store.status().code(), StatusCode::Invalid);
      QVERIFY(store.status().message().find("hidden") == std::string::npos);
    }
  }

  void passwordIsInNoMessage() {
    PostgresServer& server = PostgresServer::shared();
    const std::string target = "host=127.0.0.1 port=" + std::to_string(server.port()) +
                               " user=nobody_here dbname=postgres password=hidden";
    for (const auto& store : {storeOf(target), storeOf(target, "hidden")}) {
      const Status status = store->readCatalog().status();
      QCOMPARE(status.code(), StatusCode::Unavailable);
      QVERIFY2(status.message().find("hidden") == std::string::npos, status.message().c_str());
      QVERIFY2(status.message().find("nobody_here") != std::string::npos, status.message().c_str());
    }
  }

  void journalThatIsNewHasNoCheckpoints() {
    PostgresFixture fixture(kSchema);
    JournalId other = fixtureJournal();
    other.bytes[15] = std::byte{1};
    QVERIFY(fixture.store().readCheckpoints(other)->empty());
    const auto first = fixture.store().attach(other, "we");
    QVERIFY(first.isOk());
    QVERIFY(first->empty());
    const auto again = fixture.store().attach(other, "we");
    QVERIFY(again.isOk());
    QCOMPARE(again->size(), 1U);
    QCOMPARE(again->front().shard, kAllShards);
    QCOMPARE(again->front().settled, kNoSequence);
    QCOMPARE(fixture.rows("SELECT count(*), min(shard), max(shard) FROM penstock_checkpoint"
                          " WHERE journal='" +
                          toText(other) + "'"),
             (Rows{"66|0|65"}));
  }

  void databaseThatNobodyAttachedToHasNothing() {
    PostgresServer& server = PostgresServer::shared();
    const auto store = storeOf(server.connection(server.makeDatabase()));
    QVERIFY(store->readCheckpoints(fixtureJournal())->empty());
    QVERIFY(store->listDeadLetters({})->empty());
    QCOMPARE(store->countDeadLetters().value(), 0U);
    QVERIFY(store->readCatalog()->tables().empty());
  }

  void manyMayAttachAtOnce() {
    PostgresServer& server = PostgresServer::shared();
    const std::string target = server.connection(server.makeDatabase());
    std::array<Status, 6> attached;
    {
      std::array<Worker, 6> workers;
      for (std::size_t i = 0; i < workers.size(); ++i) {
        workers[i] = Worker("attach", ThreadPriority::Normal, [&attached, &target, i] {
          attached[i] =
              storeOf(target)->attach(fixtureJournal(), "owner " + std::to_string(i)).status();
        });
      }
    }
    for (const Status& status : attached) QVERIFY2(status.isOk(), status.message().c_str());
    QCOMPARE(PostgresSession(target).rows("SELECT count(*), count(DISTINCT owner)"
                                          " FROM penstock_checkpoint"),
             (Rows{"66|1"}));
  }

  void withoutTheRightToMakeTablesItIsForbidden() {
    PostgresServer& server = PostgresServer::shared();
    const std::string database = server.makeDatabase();
    PostgresSession admin(server.connection(database));
    admin.rows("CREATE ROLE reader LOGIN");
    const auto store = storeOf(server.connection(database) + " user=reader");
    QCOMPARE(store->attach(fixtureJournal(), "we").status().code(), StatusCode::Forbidden);
    // Tables that are there need no such right.
    QVERIFY(storeOf(server.connection(database))->attach(fixtureJournal(), "we").isOk());
    admin.rows(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON penstock_checkpoint, penstock_dead_letter"
        " TO reader");
    QVERIFY(store->attach(fixtureJournal(), "we too").isOk());
    admin.rows("DROP OWNED BY reader; DROP ROLE reader");
  }

  void catalogIsOfOneMoment() {
    PostgresFixture fixture(
        "CREATE TABLE parent(id int PRIMARY KEY);"
        "CREATE TABLE child(id int PRIMARY KEY, parent int REFERENCES parent)");
    // Read through a journal it is the same one.
    const auto decoded = Catalog::decode(fixture.catalog()->encode());
    QVERIFY(decoded.isOk());
    QVERIFY(*decoded == *fixture.catalog());
    const auto again = fixture.store().readCatalog();
    QVERIFY(*again == *fixture.catalog());
  }
};

PENSTOCK_TEST(TestPostgresStore)

}  // namespace penstock::test

#include "tst_postgres_store.moc"
