// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "tests/backend/store/qtsql/mariadb_fixture.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr std::string_view kSchema = "CREATE TABLE players(id INT PRIMARY KEY, n INT)";

StoreHealth healthOf(Store& store) {
  auto health = store.readHealth();
  if (!health) qWarning("%s", health.status().message().c_str());
  return health ? std::move(health).value() : StoreHealth();
}

std::string settingOf(const StoreHealth& health, const std::string& name) {
  const auto found = std::ranges::find(health.settings, name, &ServerSetting::name);
  return found == health.settings.end() ? "none" : found->value;
}

const StoreRight* rightOn(const StoreHealth& health, const std::string& on) {
  const auto found = std::ranges::find(health.rights, on, &StoreRight::on);
  return found == health.rights.end() ? nullptr : &*found;
}

std::unique_ptr<QtSqlStore> storeFor(const MariaDbFixture& fixture, const std::string& user) {
  QtSqlOptions options = fixture.options();
  options.target.user = user;
  auto store = QtSqlStore::create(options);
  return store ? std::move(store).value() : nullptr;
}

}  // namespace

class TestMariaDbHealthReader : public QObject {
  Q_OBJECT

 private slots:
  void serverTellsItsSettingsAndItsRoom() {
    MariaDbFixture fixture(kSchema);
    const StoreHealth health = healthOf(fixture.store());
    QVERIFY(health.server.starts_with("MariaDB "));
    QVERIFY(health.hasOwnTables);
    QCOMPARE(health.connections->max, 60u);
    QVERIFY(health.connections->usedByOthers < 60u);
    const std::string before = settingOf(health, "innodb_flush_log_at_trx_commit");
    (void)fixture.rows("SET GLOBAL innodb_flush_log_at_trx_commit=2");
    QCOMPARE(settingOf(healthOf(fixture.store()), "innodb_flush_log_at_trx_commit"),
             std::string("2"));
    (void)fixture.rows("SET GLOBAL innodb_flush_log_at_trx_commit=" + before);
    QVERIFY(std::ranges::all_of(
        health.rights, [](const StoreRight& each) { return each.held == StoreRight::Held::Yes; }));
  }

  void rightsThatAreMissingAreToldWithTheirGrant() {
    MariaDbFixture fixture(kSchema);
    const std::string user = "u_" + fixture.database();
    (void)fixture.rows("CREATE USER " + user + "@'%'");
    (void)fixture.rows("GRANT SELECT ON " + fixture.database() + ".players TO " + user + "@'%'");
    const auto store = storeFor(fixture, user);
    QVERIFY(store != nullptr);
    const StoreHealth health = healthOf(*store);
    const StoreRight* players = rightOn(health, "table players");
    QVERIFY(players != nullptr && players->held == StoreRight::Held::No);
    QCOMPARE(players->right, std::string("INSERT, UPDATE, DELETE"));
    QCOMPARE(fixture.rows(players->grant), std::vector<std::string>{});
    QVERIFY(rightOn(healthOf(*store), "table players")->held == StoreRight::Held::Yes);
  }

  void rightToMakeTablesIsAskedForWhereTheyAreMissing() {
    MariaDbFixture fixture(kSchema);
    (void)fixture.rows("DROP TABLE penstock_checkpoint, penstock_dead_letter");
    const std::string user = "m_" + fixture.database();
    (void)fixture.rows("CREATE USER " + user + "@'%'");
    (void)fixture.rows("GRANT SELECT ON " + fixture.database() + ".* TO " + user + "@'%'");
    const auto store = storeFor(fixture, user);
    const StoreHealth health = healthOf(*store);
    const StoreRight* make = rightOn(health, "database " + fixture.database());
    QVERIFY(make != nullptr && make->held == StoreRight::Held::No);
    (void)fixture.rows(make->grant);
    QVERIFY(rightOn(healthOf(*store), make->on)->held == StoreRight::Held::Yes);
    QVERIFY(store->ownTablesScript().find("penstock_dead_letter") != std::string::npos);
  }
};
PENSTOCK_TEST(TestMariaDbHealthReader)

}  // namespace penstock::test
#include "tst_health_reader.moc"
