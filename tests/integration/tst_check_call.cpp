// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/integration/bad_line_examples.h"
#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// What check says is what a start would do; check itself does nothing.
class TestCheckCall : public QObject {
  Q_OBJECT

 private slots:
  void goodConfigurationIsToldAndNothingIsMade() {
    const QTemporaryDir place;
    QVERIFY(writeFile(place.filePath("schema.sql"), kExampleSchema));
    const QString config = write(place, "[[sink]]\nschema_file = \"%1/schema.sql\"\n");
    const DaemonResult result = runDaemon({"check", config});
    QVERIFY2(result.exitCode == 0, result.errors);
    QVERIFY2(result.output.contains("(will be made)"), result.output);
    QVERIFY2(result.output.contains("table parents: 4 columns, key of 1"), result.output);
    QVERIFY2(result.output.contains("  runs: CREATE TABLE IF NOT EXISTS penstock_checkpoint("),
             result.output);
    QCOMPARE(QDir(place.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot),
             (QStringList{"node.toml", "schema.sql"}));
  }

  void databaseThatIsThereStaysAsItIs() {
    const QTemporaryDir place;
    QVERIFY(writeFile(place.filePath("schema.sql"), kExampleSchema));
    const QString config = write(place, "[[sink]]\nschema_file = \"%1/more.sql\"\n");
    QVERIFY(writeFile(place.filePath("more.sql"),
                      "PRAGMA user_version=7; BEGIN; CREATE TABLE more(x); COMMIT;"));
    const QString data = place.filePath("data");
    QCOMPARE(runDaemon({"replay", "/dev/null", "--data-dir", data, "--schema",
                        place.filePath("schema.sql")})
                 .exitCode,
             0);
    const QString database = data + "/database.sqlite";
    const QByteArray before = readFile(database);
    const DaemonResult result = runDaemon({"check", config});
    QVERIFY2(result.exitCode == 0, result.errors);
    QVERIFY2(result.output.contains("table more: 1 columns"), result.output);
    QVERIFY2(result.output.contains("table parents"), result.output);
    QCOMPARE(readFile(database), before);
  }

  void settingsAreComparedWithAdvice() {
    const QTemporaryDir place;
    QVERIFY(writeFile(place.filePath("schema.sql"),
                      "CREATE TABLE teams(id INTEGER PRIMARY KEY);"
                      "CREATE TABLE players(id INTEGER PRIMARY KEY, team REFERENCES teams);"
                      "CREATE TABLE log(line TEXT)"));
    const QString data = place.filePath("data");
    QCOMPARE(runDaemon({"replay", "/dev/null", "--data-dir", data, "--schema",
                        place.filePath("schema.sql")})
                 .exitCode,
             0);
    const DaemonResult result = runDaemon(
        {"check", write(place, "[flush]\nworkers = 12\n[[table]]\nname = \"playerz\"\n")});
    QVERIFY2(result.exitCode == 0, result.errors);
    for (const char* said :
         {"advice: note: sink primary: workers: SQLite commits one at a time",
          "advice: warning: sink primary: table log: it has no primary key",
          "advice: warning: sink primary: table players: the foreign key (team) to teams",
          "advice: warning: [[table]] playerz: there is no such table"}) {
      QVERIFY2(result.output.contains(said), result.output);
    }
  }

  void whatAStartRefusesCheckRefuses_data() {
    QTest::addColumn<QString>("config");
    QTest::addColumn<QByteArray>("said");
    QTest::newRow("schema_file missing") << "[[sink]]\nschema_file = \"%1/none.sql\"\n"
                                         << QByteArray("none.sql");
    QTest::newRow("schema_file wrong") << "[[sink]]\nschema_file = \"%1/wrong.sql\"\n"
                                       << QByteArray("wrong.sql: statement 1, line 1: near");
    QTest::newRow("no directory for the database") << "[[sink]]\ndatabase = \"%1/none/a.sqlite\"\n"
                                                   << QByteArray("none");
    QTest::newRow("no database") << "[[sink]]\ndatabase = \"%1/wrong.sql\"\n"
                                 << QByteArray("wrong.sql");
    QTest::newRow("segment of no whole blocks") << "[journal]\nsegment_size = \"5000001 B\"\n"
                                                << QByteArray("segment_size");
    QTest::newRow("other driver") << "[[sink]]\ndriver = \"oracle\"\n"
                                  << QByteArray("not available yet (there is \"sqlite\"");
  }
  void whatAStartRefusesCheckRefuses() {
    QFETCH(QString, config);
    QFETCH(QByteArray, said);
    const QTemporaryDir place;
    QVERIFY(writeFile(place.filePath("wrong.sql"), QByteArray(4096, 'x')));
    const QString file = write(place, config);
    const DaemonResult checked = runDaemon({"check", file});
    QVERIFY2(checked.exitCode == 1 || checked.exitCode == 2, checked.output);
    QVERIFY2(checked.errors.contains(said), checked.errors);
    QVERIFY(!QFile::exists(place.filePath("data")));
    const DaemonResult started = runDaemon({"replay", "/dev/null", "--config", file});
    QVERIFY2(started.exitCode == 1 || started.exitCode == 2, started.output);
  }

 private:
  /// `%1` in `more` is the place.
  static QString write(const QTemporaryDir& place, const QString& more) {
    const QString file = place.filePath("node.toml");
    const QString text = "[engine]\ndata_dir = \"%1/data\"\n" + more;
    return writeFile(file, text.arg(place.path()).toUtf8()) ? file : QString();
  }
};

PENSTOCK_TEST(TestCheckCall)

}  // namespace penstock::test

#include "tst_check_call.moc"
