// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// What users take away of a stopped node.
class TestExport : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    QVERIFY(writeFile(schema(), "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, n INTEGER);"));
    QVERIFY(writeFile(lines(), R"({"table":"t","op":"insert","key":{"id":1},"set":{"name":"a,b"}}
{"table":"t","op":"insert","key":{"id":2},"set":{"name":"=1+1","n":7}}
)"));
    const DaemonResult replayed =
        runDaemon({"replay", lines(), "--schema", schema(), "--data-dir", data()});
    QVERIFY2(replayed.exitCode == 0, replayed.output + replayed.errors);
  }

  void tableIsCsvThatNoSpreadsheetRuns() {
    const DaemonResult result = exported({"t", "--to", out()});
    QVERIFY2(result.exitCode == 0, result.errors);
    QVERIFY2(result.output.startsWith("2 rows in "), result.output);
    QCOMPARE(readFile(out()), QByteArray("id,name,n\r\n1,\"a,b\",\r\n2,\"'=1+1\",7\r\n"));
  }

  void whatWaitsCanBeReplayedElsewhere() {
    QCOMPARE(exported({"queue", "--to", out()}).output,
             QByteArray("0 change sets in " + out().toUtf8() + "\n"));
    QCOMPARE(readFile(out()), QByteArray());
    // As if only the first of the two had been persisted.
    rowsOf(data() + "/database.sqlite",
           "UPDATE penstock_checkpoint SET sequence = sequence - 1 WHERE shard = 0");
    QVERIFY(exported({"queue", "--to", out()}).output.startsWith("1 change set in "));
    const QTemporaryDir other;
    const DaemonResult again =
        runDaemon({"replay", out(), "--schema", schema(), "--data-dir", other.path()});
    QVERIFY2(again.exitCode == 0, again.errors);
    QCOMPARE(rowsOf(other.filePath("database.sqlite"), "SELECT id, n FROM t"), QStringList{"2,7"});
  }

  void whatCannotBeTakenIsToldAndLeavesTheOldFile_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("why");
    QTest::newRow("no table") << QStringList{"nope", "--to", out()} << "nope";
    QTest::newRow("no place") << QStringList{"t", "--to", "/no/such/folder/x"} << "/no/such/folder";
    QTest::newRow("no target") << QStringList{"t"} << "export TABLE|queue|archive --to FILE";
    QTest::newRow("wrong option") << QStringList{"t", "--archive", "d", "--to", out()}
                                  << "--archive";
  }
  void whatCannotBeTakenIsToldAndLeavesTheOldFile() {
    QFETCH(QStringList, words);
    QFETCH(QString, why);
    QVERIFY(writeFile(out(), "old"));
    const DaemonResult result = exported(words);
    QVERIFY(result.exitCode == 1 || result.exitCode == 2);
    QVERIFY2(result.errors.contains(why.toUtf8()), result.errors);
    QCOMPARE(readFile(out()), QByteArray("old"));
  }

 private:
  QString data() const { return m_place.filePath("data"); }
  QString out() const { return m_place.filePath("out"); }
  QString schema() const { return m_place.filePath("schema.sql"); }
  QString lines() const { return m_place.filePath("lines.ndjson"); }
  DaemonResult exported(const QStringList& words) const {
    return runDaemon(QStringList{"export"} + words + QStringList{"--data-dir", data()});
  }
  static QByteArray readFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("missing");
  }

  const QTemporaryDir m_place;
};

PENSTOCK_TEST(TestExport)

}  // namespace penstock::test

#include "tst_export.moc"
