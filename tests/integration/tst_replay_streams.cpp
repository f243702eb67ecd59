// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/integration/bad_line_examples.h"
#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// Input that comes when it comes, databases that go, and output that nobody takes.
class TestReplayStreams : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { QVERIFY(writeFile(m_files.filePath("schema.sql"), kExampleSchema)); }

  void lineOfAnOpenPipeIsPersistedBeforeTheNext() {
    const QTemporaryDir node;
    LiveDaemon daemon(call("-", node));
    for (int i = 1; i <= 3; ++i) {
      daemon.write(goodLine(i) + "\n");
      QTRY_COMPARE_WITH_TIMEOUT(parentsIn(node), i, kPatienceMs);
      QVERIFY(daemon.isRunning());
    }
    daemon.closeInput();
    const DaemonResult result = daemon.end();
    QVERIFY2(result.exitCode == 0, result.errors);
    QCOMPARE(result.summary()["persisted"].toInt(), 3);
  }

  void stopWhileNothingComesEndsItWithItsSummary_data() {
    QTest::addColumn<bool>("isNamed");
    QTest::newRow("standard input") << false;
    QTest::newRow("pipe without a writer") << true;
  }
  void stopWhileNothingComesEndsItWithItsSummary() {
    QFETCH(bool, isNamed);
    const QTemporaryDir node;
    const QString pipe = node.filePath("pipe");
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    LiveDaemon daemon(call(isNamed ? pipe : "-", node));
    if (!isNamed) daemon.write(goodLine(1) + "\n{\"half a line");
    QTRY_VERIFY_WITH_TIMEOUT(parentsIn(node) == (isNamed ? 0 : 1), kPatienceMs);
    daemon.terminate();
    const DaemonResult result = daemon.end();
    QCOMPARE(result.exitCode, 1);
    QVERIFY2(result.errors.contains("nothing is left in the journal"), result.errors);
    QCOMPARE(result.summary()["change_sets"].toInt(-1), isNamed ? 0 : 1);
    QCOMPARE(result.summary()["rejected"].toInt(-1), 0);
  }

  void pipesServeAsFileAndAsSchema() {
    const QTemporaryDir node;
    const QString lines = node.filePath("lines");
    const QString schema = node.filePath("schema");
    QCOMPARE(::mkfifo(qPrintable(lines), 0600), 0);
    QCOMPARE(::mkfifo(qPrintable(schema), 0600), 0);
    LiveDaemon daemon(
        {"replay", lines, "--schema", schema, "--data-dir", node.filePath("data"), "--json"});
    QVERIFY(writeFile(schema, kExampleSchema));
    QVERIFY(writeFile(lines, goodLine(1) + "\n" + goodLine(2) + "\n"));
    const DaemonResult result = daemon.end();
    QVERIFY2(result.exitCode == 0, result.errors);
    QCOMPARE(result.summary()["persisted"].toInt(), 2);
  }

  void databaseThatIsDeletedMeanwhileIsNoSuccess_data() {
    QTest::addColumn<bool>("isReplaced");
    QTest::addColumn<bool>("hasMore");
    QTest::newRow("deleted") << false << true;
    QTest::newRow("replaced by a copy") << true << true;
    QTest::newRow("deleted after the last line") << false << false;
  }
  void databaseThatIsDeletedMeanwhileIsNoSuccess() {
    QFETCH(bool, isReplaced);
    QFETCH(bool, hasMore);
    const QTemporaryDir node;
    const QString database = node.filePath("database.sqlite");
    LiveDaemon daemon(call("-", node));
    daemon.write(goodLine(1) + "\n");
    QTRY_COMPARE_WITH_TIMEOUT(parentsIn(node), 1, kPatienceMs);
    QVERIFY(QFile::copy(database, database + ".copy"));
    QVERIFY(QFile::remove(database));
    if (isReplaced) QVERIFY(QFile::rename(database + ".copy", database));
    if (hasMore) daemon.write(goodLine(2) + "\n");
    daemon.closeInput();
    const DaemonResult result = daemon.end();
    QCOMPARE(result.exitCode, 1);
    QVERIFY2(result.errors.contains(hasMore ? "deleted, moved or replaced" : "database.sqlite"),
             result.errors);
  }

  void schemaThatFailsLeavesNothing() {
    const QTemporaryDir node;
    const QString schema = m_files.filePath("wrong.sql");
    QVERIFY(writeFile(schema, "CREATE TABLE good(x);\n\nCREATE TABEL bad(x);\n"));
    const DaemonResult result =
        runDaemon({"replay", "-", "--schema", schema, "--data-dir", node.path()});
    QCOMPARE(result.exitCode, 2);
    QVERIFY2(result.errors.contains("wrong.sql: statement 2, line 3: near \"TABEL\""),
             result.errors);
    QVERIFY(rowsOf(node.filePath("database.sqlite"), "SELECT * FROM good")
                .constFirst()
                .startsWith("ERROR"));
  }

  void wrongFilesAreToldBeforeAnythingIsMade_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("said");
    const QString there = m_files.filePath("schema.sql");
    QTest::newRow("missing") << QStringList{"nowhere.ndjson"} << QByteArray("nowhere.ndjson");
    QTest::newRow("missing behind a good one")
        << QStringList{there, "nowhere.ndjson"} << QByteArray("nowhere.ndjson");
    QTest::newRow("directory") << QStringList{m_files.path()} << QByteArray("is a directory");
    QTest::newRow("missing schema")
        << QStringList{there, "--schema", "nowhere.sql"} << QByteArray("nowhere.sql");
    QTest::newRow("two files of one source")
        << QStringList{there, there, "--source", "s"} << QByteArray("--source");
    QTest::newRow("standard input twice") << QStringList{"-", "-"} << QByteArray("once");
  }
  void wrongFilesAreToldBeforeAnythingIsMade() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, said);
    const QTemporaryDir node;
    const QString data = node.filePath("data");
    const DaemonResult result = runDaemon(QStringList{"replay", "--data-dir", data} + arguments);
    QVERIFY(result.exitCode == 1 || result.exitCode == 2);
    QVERIFY2(result.errors.contains(said), result.errors);
    QVERIFY(!QFile::exists(data));
  }

  void byteOrderMarkIsNoPartOfTheFirstLine() {
    const QTemporaryDir node;
    LiveDaemon daemon(call("-", node));
    daemon.write("\xef\xbb\xbf" + goodLine(1) + "\r\n" + goodLine(2) + "\r\n");
    daemon.closeInput();
    const DaemonResult result = daemon.end();
    QVERIFY2(result.exitCode == 0, result.errors);
    QCOMPARE(result.summary()["persisted"].toInt(), 2);
  }

  void outputThatCannotBeWrittenIsAFailure_data() {
    QTest::addColumn<QString>("call");
    QTest::newRow("help") << "--help";
    QTest::newRow("version") << "--version";
    QTest::newRow("replay") << "replay - --json < /dev/null";
  }
  void outputThatCannotBeWrittenIsAFailure() {
    QFETCH(QString, call);
    const QTemporaryDir node;
    qputenv("XDG_DATA_HOME", node.path().toUtf8());
    const DaemonResult result = runDaemonInShell(call + " > /dev/full");
    QCOMPARE(result.exitCode, 1);
    QVERIFY2(result.errors.contains("standard output: could not be written"), result.errors);
  }

 private:
  static constexpr int kPatienceMs = 60'000;

  QStringList call(const QString& file, const QTemporaryDir& node) const {
    return {"replay",     file,        "--schema", m_files.filePath("schema.sql"),
            "--data-dir", node.path(), "--json"};
  }
  /// None while there is no table.
  static int parentsIn(const QTemporaryDir& node) {
    const QString database = node.filePath("database.sqlite");
    if (!QFile::exists(database)) return -1;
    const QStringList rows = rowsOf(database, "SELECT id FROM parents");
    const bool failed = !rows.isEmpty() && rows.constFirst().startsWith("ERROR");
    return failed ? -1 : static_cast<int>(rows.size());
  }

  const QTemporaryDir m_files;
};

PENSTOCK_TEST(TestReplayStreams)

}  // namespace penstock::test

#include "tst_replay_streams.moc"
