// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <algorithm>

#include "base/file_system.h"
#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Rows = std::vector<std::string>;

const std::string kKinds = "SELECT kind FROM penstock_dead_letter ORDER BY sequence";
const std::string kDropColumn = "ALTER TABLE people DROP COLUMN n";
const std::string kAddColumn = "ALTER TABLE people ADD COLUMN n INTEGER DEFAULT 0";

Command retryAll() {
  Command command;
  command.kind = CommandKind::RetryLetters;
  command.allLetters = true;
  return command;
}

}  // namespace

/// A table that is no longer what the catalog says.
class TestParkedTables : public QObject {
  Q_OBJECT

 private slots:
  void tableWithoutAColumnIsParkedAndOthersGoOn() {
    EngineRig rig;
    QVERIFY(start(rig));
    (void)rig.rows(kDropColumn);
    for (std::int64_t id = 1; id <= 40; ++id) {
      QVERIFY(rig.add(id).status.isOk() && addPet(rig, id));
    }
    QVERIFY(rig.waitSettled().isOk());
    const Rows kinds = rig.rows(kKinds);
    QCOMPARE(kinds.size(), std::size_t{40});
    QCOMPARE(kinds.front(), std::string("parked"));
    QCOMPARE(std::count(kinds.begin(), kinds.end(), "held"), std::ptrdiff_t{39});
    QCOMPARE(rig.rows("SELECT count(*) FROM pets"), (Rows{"40"}));
    const std::string reason = rig.sample()->sinks[0].stateReason;
    for (const char* part : {"table 'people' is parked", "39 change sets are held", "retry"}) {
      QVERIFY2(reason.find(part) != std::string::npos, reason.c_str());
    }
    const Event* event = rig.lastEvent(EventKind::DeadLetter, "table 'people' is parked");
    QVERIFY(event != nullptr && event->severity == Severity::Critical);
    QCOMPARE(rig.events(EventKind::DeadLetter).size(), std::size_t{2});  // not one for each

    (void)rig.rows(kAddColumn);
    const CommandAnswer answer = rig.command(retryAll());
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(rig.rows("SELECT count(*), sum(n) FROM people"), (Rows{"40|40"}));
    QVERIFY(rig.rows(kKinds).empty());
    QTRY_VERIFY(rig.sample()->sinks[0].stateReason.empty());
  }

  void orderOfARowOutlivesTheParking() {
    EngineRig rig;
    QVERIFY(start(rig));
    (void)rig.rows("ALTER TABLE people RENAME TO folk");
    for (const char* name : {"a", "b", "c"}) {
      const std::string change =
          person("upsert", 1, R"("set":{"name":")" + std::string(name) + R"("},"add":{"n":1})");
      QVERIFY(rig.client().submitJson(change, {}).status.isOk());
    }
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"parked", "held", "held"}));
    // Retried too early, it is as before.
    const CommandAnswer early = rig.command(retryAll());
    QVERIFY2(early.text.find("1 refused again") != std::string::npos ||
                 early.text.find("no longer fit") != std::string::npos,
             early.text.c_str());
    QCOMPARE(rig.rows(kKinds), (Rows{"parked", "held", "held"}));
    (void)rig.rows("ALTER TABLE folk RENAME TO people");
    QVERIFY(rig.command(retryAll()).stage == CommandStage::InEffect);
    QCOMPARE(rig.rows("SELECT name, n FROM people"), (Rows{"c|3"}));
    QVERIFY(rig.rows(kKinds).empty());
  }

  /// The node that starts meanwhile takes the table as it is; what waits is not passed.
  void parkedTableStaysSoOverARestart() {
    EngineRig rig;
    QVERIFY(start(rig));
    (void)rig.rows(kDropColumn);
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    rig.end();
    QVERIFY(rig.start().isOk());
    const std::string later = person("upsert", 1, R"("set":{"name":"later"})");
    QVERIFY(rig.client().submitJson(later, {}).status.isOk());
    QVERIFY(addPet(rig, 1));
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows(kKinds), (Rows{"parked", "held"}));
    QCOMPARE(rig.rows("SELECT count(*) FROM pets"), (Rows{"1"}));
    (void)rig.rows(kAddColumn);
    const CommandAnswer answer = rig.command(retryAll());
    QVERIFY2(answer.stage == CommandStage::InEffect, answer.text.c_str());
    QCOMPARE(rig.rows("SELECT name, n FROM people"), (Rows{"later|1"}));
    QVERIFY(rig.rows(kKinds).empty());
  }

 private:
  static bool start(EngineRig& rig) {
    const std::string schema =
        "CREATE TABLE IF NOT EXISTS people(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
        " n INTEGER DEFAULT 0);"
        "CREATE TABLE IF NOT EXISTS pets(id INTEGER PRIMARY KEY)";
    return replaceFile(posixFileSystem(), rig.path("schema.sql"), schema).isOk() &&
           rig.start().isOk();
  }
  static bool addPet(EngineRig& rig, std::int64_t id) {
    const std::string pet =
        R"({"table":"pets","op":"insert","key":{"id":)" + std::to_string(id) + "}}";
    return rig.client().submitJson(pet, {}).status.isOk();
  }
};

PENSTOCK_TEST(TestParkedTables)

}  // namespace penstock::test

#include "tst_parked_tables.moc"
