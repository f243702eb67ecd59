// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "app/application/health_advice.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace penstock::app;

namespace {

SinkOptions sinkOf(const char* driver, std::uint32_t workers = 4) {
  SinkOptions sink;
  sink.name = "berlin";
  sink.driver = driver;
  sink.flush.workers = workers;
  return sink;
}

SinkReport reportOf(const StoreHealth& health) {
  SinkReport report;
  report.sink = "berlin";
  report.health = health;
  return report;
}

StoreHealth withRoom(const ConnectionRoom& room) {
  StoreHealth health;
  health.connections = room;
  return health;
}

StoreHealth withSetting(const ServerSetting& setting) {
  StoreHealth health;
  health.settings.push_back(setting);
  return health;
}

// The one about this; level `good` and empty where there is none.
Advice about(const std::vector<Advice>& all, const std::string& what) {
  const auto found = std::ranges::find(all, what, &Advice::about);
  return found == all.end() ? Advice() : *found;
}

Catalog catalogOf(const std::vector<std::string>& names) {
  std::vector<Table> tables;
  for (const std::string& name : names) {
    Table table;
    table.id = TableId{static_cast<std::uint32_t>(tables.size())};
    table.name = name;
    table.columns.emplace_back().name = "id";
    if (name != "log") table.key = {ColumnId{0}};
    table.hasTriggers = name == "audited";
    tables.push_back(std::move(table));
  }
  return Catalog(std::move(tables));
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

class TestHealthAdvice : public QObject {
  Q_OBJECT

 private slots:
  void workersAreComparedWithTheConnectionsThatAreLeft() {
    ConnectionRoom room{100, 3, 12, std::nullopt};
    const auto judge = [&](const char* driver, std::uint32_t workers) {
      return about(adviseOnSink(sinkOf(driver, workers), reportOf(withRoom(room))),
                   "max_connections");
    };
    QVERIFY(judge("postgres", 8).level == AdviceLevel::Good);
    room.max = 20;  // 5 left: 8 and 3 do not fit, 2 and 3 do
    const Advice tight = judge("postgres", 8);
    QVERIFY(tight.level == AdviceLevel::Warning);
    QVERIFY2(has(tight.finding, "workers 8 and 3 readers > 5 of 20 connections are left"),
             tight.finding.c_str());
    QCOMPARE(tight.advice, std::string("set workers = 2, or raise max_connections to 26"));
    QVERIFY(judge("postgres", 2).level == AdviceLevel::Good);
    QVERIFY(judge("mariadb", 64).level == AdviceLevel::Good);  // it has one lane
    room.usedByOthers = 40;                                    // more than there are
    QVERIFY(judge("postgres", 1).level == AdviceLevel::Critical);
  }

  void limitOfTheUserCountsToo() {
    const ConnectionRoom room{100, 3, 0, 5};
    const Advice tight =
        about(adviseOnSink(sinkOf("postgres", 4), reportOf(withRoom(room))), "max_connections");
    QVERIFY(tight.level == AdviceLevel::Warning);
    QVERIFY2(has(tight.advice, "CONNECTION LIMIT"), tight.advice.c_str());
    QVERIFY(has(tight.advice, "workers = 2"));
  }

  void settingsThatLoseCommitsAreNamed_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("setFor");
    QTest::addColumn<int>("level");
    QTest::addColumn<QString>("advice");
    const auto row = [](const char* name, const char* value, const char* setFor, AdviceLevel level,
                        const char* advice) {
      QTest::addRow("%s %s", name, value) << name << value << setFor << int(level) << advice;
    };
    row("fsync", "off", "", AdviceLevel::Critical, "set fsync = on");
    row("fsync", "on", "", AdviceLevel::Good, "");
    row("full_page_writes", "off", "", AdviceLevel::Critical, "set full_page_writes = on");
    row("synchronous_commit", "off", "role game", AdviceLevel::Warning,
        "ALTER role game RESET synchronous_commit");
    row("synchronous_commit", "local", "", AdviceLevel::Good, "");
    row("innodb_flush_log_at_trx_commit", "2", "", AdviceLevel::Critical,
        "SET GLOBAL innodb_flush_log_at_trx_commit = 1");
    row("innodb_flush_log_at_trx_commit", "1", "", AdviceLevel::Good, "");
    row("sync_binlog", "0", "", AdviceLevel::Warning, "SET GLOBAL sync_binlog = 1");
  }
  void settingsThatLoseCommitsAreNamed() {
    QFETCH(QString, name);
    QFETCH(QString, value);
    QFETCH(QString, setFor);
    QFETCH(int, level);
    QFETCH(QString, advice);
    const StoreHealth health =
        withSetting({name.toStdString(), value.toStdString(), setFor.toStdString()});
    const Advice given =
        about(adviseOnSink(sinkOf("postgres"), reportOf(health)), name.toStdString());
    QCOMPARE(int(given.level), level);
    QVERIFY2(has(given.advice, advice.toUtf8()), given.advice.c_str());
    QVERIFY(given.finding.starts_with(value.toStdString()));
    QVERIFY(setFor.isEmpty() || has(given.finding, setFor.toUtf8()));
  }

  void missingRightsComeWithTheirGrant() {
    StoreHealth health;
    health.rights = {{"SELECT, INSERT, UPDATE, DELETE", "table teams", StoreRight::Held::Yes, ""},
                     {"INSERT", "table players", StoreRight::Held::No, "GRANT INSERT ON x TO y"}};
    const std::vector<Advice> all = adviseOnSink(sinkOf("postgres"), reportOf(health));
    QCOMPARE(std::ranges::count(all, "rights", &Advice::about), 1);
    const Advice given = about(all, "rights");
    QVERIFY(given.level == AdviceLevel::Critical);
    QCOMPARE(given.advice, std::string("GRANT INSERT ON x TO y"));
    health.rights.pop_back();
    QVERIFY(about(adviseOnSink(sinkOf("postgres"), reportOf(health)), "rights").level ==
            AdviceLevel::Good);
  }

  void tablesThatNeedCareAreNamed() {
    StoreHealth health;
    health.unloggedTables = {"Scratch"};
    health.bareForeignKeys = {{"players", "team", "teams"}};
    SinkReport report = reportOf(health);
    report.catalog = catalogOf({"players", "log", "audited"});
    const std::vector<Advice> all = adviseOnSink(sinkOf("postgres"), report);
    QCOMPARE(about(all, "table Scratch").advice, std::string("ALTER TABLE \"Scratch\" SET LOGGED"));
    QVERIFY(about(all, "table Scratch").level == AdviceLevel::Critical);
    QCOMPARE(about(all, "table players").advice, std::string("CREATE INDEX ON players (team)"));
    QVERIFY(has(about(all, "table log").finding, "no primary key"));
    QVERIFY(about(all, "table audited").level == AdviceLevel::Note);
  }

  void filesOfSqliteAreJudged() {
    SinkReport report = reportOf(withSetting({"journal_mode", "delete", ""}));
    report.fileSystem = "NFS";
    const std::vector<Advice> all = adviseOnSink(sinkOf("sqlite", 16), report);
    QVERIFY(about(all, "file system").level == AdviceLevel::Critical);
    QVERIFY(about(all, "journal_mode").level == AdviceLevel::Note);
    QVERIFY(has(about(all, "workers").finding, "16 workers prepare, they do not commit"));
    report = reportOf(withSetting({"journal_mode", "wal", ""}));
    const std::vector<Advice> well = adviseOnSink(sinkOf("sqlite", 4), report);
    QVERIFY(std::ranges::all_of(
        well, [](const Advice& each) { return each.level == AdviceLevel::Good; }));
  }

  void whatCannotBeLookedAtIsToldWithWhatToDo() {
    SinkReport report = reportOf({});
    report.status = Status(StatusCode::Unavailable, "connection refused");
    const Advice away = about(adviseOnSink(sinkOf("postgres"), report), "connection");
    QVERIFY(away.level == AdviceLevel::Critical);
    QVERIFY(has(away.advice, "host and port"));
    report.status = Status(StatusCode::Corrupt, "file is not a database (SQLITE_NOTADB)");
    QVERIFY(has(about(adviseOnSink(sinkOf("sqlite"), report), "connection").advice, "restore it"));
  }

  void everythingIsToldTheWorstFirst() {
    EngineOptions options;
    options.sinks = {sinkOf("sqlite"), sinkOf("postgres")};
    options.sinks[1].name = "paris";
    options.sinks[1].role = "mirror";
    TablePolicy policy;
    policy.name = "nowhere";
    options.tables.push_back(policy);
    options.journal.sync = JournalSync::Interval;
    NodeReport report;
    report.fileSystem = "NFS";
    report.sinks = {reportOf({}), reportOf(withSetting({"fsync", "off", ""}))};
    report.sinks[1].sink = "paris";
    report.sinks[0].catalog = catalogOf({"players", "teams"});
    report.sinks[1].catalog = catalogOf({"players"});
    const std::vector<Advice> all = adviseOnAll(options, report);
    QVERIFY(std::ranges::is_sorted(all, std::ranges::greater(), &Advice::level));
    QVERIFY(about(all, "data_dir").level == AdviceLevel::Critical);
    QVERIFY(about(all, "sync").level == AdviceLevel::Note);
    QCOMPARE(about(all, "fsync").sink, std::string("paris"));
    QCOMPARE(about(all, "table teams").sink, std::string("paris"));
    QVERIFY(about(all, "[[table]] nowhere").level == AdviceLevel::Warning);
    QVERIFY(lineOf(about(all, "table teams")).starts_with("sink paris: table teams: "));
  }

  void statementsOfAScriptComeApart() {
    QCOMPARE(statementsOf("a;b;"), (std::vector<std::string>{"a", "b"}));
    QVERIFY(statementsOf("").empty());
  }
};
PENSTOCK_TEST(TestHealthAdvice)

}  // namespace penstock::test
#include "tst_health_advice.moc"
