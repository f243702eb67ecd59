// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "app/desktop/sink_setup.h"
#include "store/sqlite/sqlite_store.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace penstock::app;

class TestSinkSetup : public QObject {
  Q_OBJECT

 private slots:
  void testFindsWhatIsThereAndWhatIsMissing() {
    const QTemporaryDir place;
    const SinkOptions primary = sqliteWith(place.filePath("primary.sqlite"),
                                           "CREATE TABLE players(id INTEGER PRIMARY KEY);"
                                           "CREATE TABLE teams(id INTEGER PRIMARY KEY);"
                                           "CREATE TABLE local(id INTEGER PRIMARY KEY)");
    (void)sqliteWith(place.filePath("paris.sqlite"), "CREATE TABLE players(id INTEGER)");
    TablePolicy local;
    local.name = "local";
    local.sinks = {"primary"};
    const ui::SinkFindings found =
        testSink(draftOf(place.filePath("paris.sqlite")), primary, {local});
    QCOMPARE(found.problem, QString());
    QCOMPARE(found.tablesFound, QStringList{"players"});
    QCOMPARE(found.tablesMissing, QStringList{"teams"});
    QCOMPARE(found.statements.size(), 3);
    QVERIFY(found.statements.front().startsWith("CREATE TABLE IF NOT EXISTS penstock_checkpoint"));
    QVERIFY(found.advice.join('\n').contains("no primary key"));
    QVERIFY(found.isGood());
  }

  void nothingIsMadeByATest() {
    const QTemporaryDir place;
    const SinkOptions primary = sqliteWith(place.filePath("primary.sqlite"), "CREATE TABLE t(x)");
    const ui::SinkFindings found = testSink(draftOf(place.filePath("new.sqlite")), primary, {});
    QCOMPARE(found.problem, QString());
    QVERIFY(!QFile::exists(place.filePath("new.sqlite")));
    const ui::SinkFindings nowhere =
        testSink(draftOf(place.filePath("none/a.sqlite")), primary, {});
    QVERIFY(nowhere.problem.contains("There is no folder"));
    QVERIFY(!nowhere.whatToDo.isEmpty());
  }

  void serverThatDoesNotAnswerIsToldWithWhatToDo() {
    ui::SinkDraft draft = draftOf("players");
    draft.driver = "postgres";
    draft.host = "127.0.0.1";
    draft.port = 1;
    const ui::SinkFindings found = testSink(draft, SinkOptions(), {});
    QVERIFY(!found.problem.isEmpty());
    QVERIFY2(found.whatToDo.contains("host and port"), qPrintable(found.whatToDo));
  }

  void withoutAFileTheSectionIsTold() {
    ui::SinkDraft draft = draftOf("players");
    draft.driver = "mariadb";
    draft.host = "db";
    draft.port = 3307;
    const ui::SinkAdded added = addSink(draft, "");
    QVERIFY(added.file.isEmpty() && added.problem.isEmpty());
    QCOMPARE(added.toml, QString("[[sink]]\nname = \"paris\"\nrole = \"standby\"\n"
                                 "driver = \"mariadb\"\nhost = \"db\"\nport = 3307\n"
                                 "database = \"players\"\n"));
  }

  void fileGetsTheSectionOrStaysAsItWas() {
    const QTemporaryDir place;
    const QString file = place.filePath("node.toml");
    QFile config(file);
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("# ours\n");
    config.close();
    const ui::SinkAdded added = addSink(draftOf("/srv/a.sqlite"), file.toStdString());
    QCOMPARE(added.file, file);
    const ui::SinkAdded again = addSink(draftOf("/srv/b.sqlite"), file.toStdString());
    QVERIFY(again.problem.contains("two sinks have this name"));
    QVERIFY(again.file.isEmpty());
  }

 private:
  static ui::SinkDraft draftOf(const QString& database) {
    ui::SinkDraft draft;
    draft.name = "paris";
    draft.role = "standby";
    draft.driver = "sqlite";
    draft.place = database;
    return draft;
  }
  static SinkOptions sqliteWith(const QString& path, const char* sql) {
    SqliteOptions options;
    options.path = path.toStdString();
    auto store = SqliteStore::create(options);
    if (store) (void)(*store)->runScript(sql);
    SinkOptions sink;
    sink.database = options.path;
    return sink;
  }
};
PENSTOCK_TEST(TestSinkSetup)

}  // namespace penstock::test
#include "tst_sink_setup.moc"
