// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "tests/backend/store/postgres/postgres_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr std::string_view kSchema =
    "CREATE TABLE teams(id integer PRIMARY KEY, region integer, UNIQUE(id, region));"
    "CREATE TABLE players(id integer PRIMARY KEY, team integer REFERENCES teams,"
    " home integer REFERENCES teams, a integer, b integer,"
    " FOREIGN KEY(a, b) REFERENCES teams(id, region));"
    "CREATE INDEX ON players(home);"
    "CREATE INDEX ON players(b, a, id);"
    "CREATE INDEX ON players(team) WHERE team > 7;"
    "CREATE UNLOGGED TABLE scratch(id integer PRIMARY KEY)";

StoreHealth healthOf(Store& store) {
  auto health = store.readHealth();
  if (!health) qWarning("%s", health.status().message().c_str());
  return health ? std::move(health).value() : StoreHealth();
}

std::string settingOf(const StoreHealth& health, const std::string& name) {
  const auto found = std::ranges::find(health.settings, name, &ServerSetting::name);
  if (found == health.settings.end()) return "none";
  return found->value + "|" + found->setFor;
}

const StoreRight* rightOn(const StoreHealth& health, const std::string& on) {
  const auto found = std::ranges::find(health.rights, on, &StoreRight::on);
  return found == health.rights.end() ? nullptr : &*found;
}

}  // namespace

class TestPostgresHealthReader : public QObject {
  Q_OBJECT

 private slots:
  void tablesAndKeysThatNeedCareAreFound() {
    PostgresFixture fixture(kSchema);
    const StoreHealth health = healthOf(fixture.store());
    QVERIFY(health.server.starts_with("PostgreSQL 1"));
    QCOMPARE(health.unloggedTables, std::vector<std::string>{"scratch"});
    // An index on some rows does not help, one whose first columns are those of the key does.
    QCOMPARE(health.bareForeignKeys.size(), std::size_t{1});
    QCOMPARE(health.bareForeignKeys.front().table, std::string("players"));
    QCOMPARE(health.bareForeignKeys.front().columns, std::string("team"));
    QCOMPARE(health.bareForeignKeys.front().references, std::string("teams"));
  }

  void roomForConnectionsIsCountedWithoutOurOwn() {
    PostgresFixture fixture(kSchema);
    const auto before = healthOf(fixture.store()).connections;
    QVERIFY(before.has_value());
    QCOMPARE(before->max, 60u);
    QCOMPARE(std::vector<std::string>{std::to_string(before->reserved)},
             fixture.rows("SHOW superuser_reserved_connections"));
    QVERIFY(!before->ofUser.has_value());
    const auto lane = fixture.openLane();
    QCOMPARE(healthOf(fixture.store()).connections->usedByOthers, before->usedByOthers);
    PostgresSession other(fixture.connection() + " application_name=shop");
    QCOMPARE(other.rows("SELECT 1"), std::vector<std::string>{"1"});
    QCOMPARE(healthOf(fixture.store()).connections->usedByOthers, before->usedByOthers + 1);
    (void)fixture.rows("ALTER DATABASE " + fixture.database() + " CONNECTION LIMIT 17");
    QCOMPARE(healthOf(fixture.store()).connections->ofUser.value_or(0), 17u);
  }

  void settingsAreToldWithWhoSetThem() {
    PostgresFixture fixture(kSchema);
    QCOMPARE(settingOf(healthOf(fixture.store()), "fsync"), std::string("off|"));
    QCOMPARE(settingOf(healthOf(fixture.store()), "synchronous_commit"), std::string("on|"));
    (void)fixture.rows("ALTER DATABASE " + fixture.database() + " SET synchronous_commit=off");
    // Our session turns it on, and that is not what is asked for.
    QCOMPARE(settingOf(healthOf(fixture.store()), "synchronous_commit"),
             "off|database " + fixture.database());
  }

  void rightsThatAreMissingAreToldWithTheirGrant() {
    PostgresFixture fixture(kSchema);
    const std::string user = "user_of_" + fixture.database();
    (void)fixture.rows("CREATE ROLE " + user + " LOGIN");
    (void)fixture.rows("GRANT SELECT, INSERT, UPDATE, DELETE ON teams TO " + user);
    (void)fixture.rows("GRANT SELECT ON players TO " + user);
    PostgresOptions options;
    options.target = fixture.connection() + " user=" + user;
    const auto store = PostgresStore::create(std::move(options));
    QVERIFY(store.isOk());
    const StoreHealth health = healthOf(**store);
    QVERIFY(health.hasOwnTables);
    QVERIFY(rightOn(health, "table teams")->held == StoreRight::Held::Yes);
    const StoreRight& players = *rightOn(health, "table players");
    QVERIFY(players.held == StoreRight::Held::No);
    QCOMPARE(players.right, std::string("INSERT, UPDATE, DELETE"));
    QVERIFY(players.grant.starts_with("GRANT INSERT, UPDATE, DELETE ON \"players\" TO "));
    QVERIFY(rightOn(health, "table penstock_checkpoint")->held == StoreRight::Held::No);
    // Once the tables are there nobody needs to make any.
    QVERIFY(rightOn(health, "schema public") == nullptr);
  }

  void rightToMakeTablesIsAskedForWhereTheyAreMissing() {
    PostgresFixture fixture(kSchema);
    const std::string user = "maker_of_" + fixture.database();
    (void)fixture.rows(
        "DROP TABLE penstock_checkpoint, penstock_dead_letter;"
        "CREATE ROLE " +
        user + " LOGIN");
    PostgresOptions options;
    options.target = fixture.connection() + " user=" + user;
    const auto store = PostgresStore::create(std::move(options));
    StoreHealth health = healthOf(**store);
    QVERIFY(!health.hasOwnTables);
    QVERIFY(rightOn(health, "schema public")->held == StoreRight::Held::No);
    (void)fixture.rows(rightOn(health, "schema public")->grant);
    health = healthOf(**store);
    QVERIFY(rightOn(health, "schema public")->held == StoreRight::Held::Yes);
    QVERIFY((*store)->ownTablesScript().find("penstock_checkpoint") != std::string::npos);
  }

  void serverThatIsAwayIsToldSo() {
    PostgresOptions options;
    options.target = "host=127.0.0.1 port=1 dbname=shop";
    const auto store = PostgresStore::create(std::move(options));
    QVERIFY((*store)->readHealth().status().code() == StatusCode::Unavailable);
  }
};
PENSTOCK_TEST(TestPostgresHealthReader)

}  // namespace penstock::test
#include "tst_health_reader.moc"
