// SPDX-License-Identifier: Apache-2.0
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <random>

#include "tests/integration/daemon_process.h"
#include "tests/integration/history.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// A change set of several changes, with the last commit's hash as its id.
QByteArray asChangeSet(const QByteArrayList& changes) {
  const QByteArray before = "\"hash\":\"";
  const QByteArray& commit = changes.constFirst();
  const QByteArray hash = commit.mid(commit.indexOf(before) + before.size(), 40);
  return "{\"id\":\"" + hash + "\",\"changes\":[" + changes.join(',') + "]}\n";
}

/// A commit's insert and the changes of files up to the next commit's insert, in one line.
QByteArray asChangeSets(const QByteArray& lines) {
  QByteArray sets;
  QByteArrayList changes;
  for (const QByteArray& line : lines.split('\n')) {
    if (line.startsWith("{\"table\":\"commits\"") && !changes.isEmpty()) {
      sets += asChangeSet(changes);
      changes.clear();
    }
    if (!line.isEmpty()) changes << line;
  }
  return sets + asChangeSet(changes);
}

}  // namespace

/// The history of a repository, replayed by the real program.
class TestReplay : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_expected = expectedRows();
    QVERIFY2(!m_expected.isEmpty(), "no expected.csv");
    const QByteArray sets = asChangeSets(readFile(historyFile("changes.ndjson")));
    m_setCount = static_cast<int>(sets.count('\n'));
    QVERIFY(writeFile(m_files.filePath("sets.ndjson"), sets));
  }

  void historyEndsAsExpected_data() {
    QTest::addColumn<int>("producers");
    QTest::newRow("one producer") << 1;
    QTest::newRow("eight producers") << 8;
  }
  void historyEndsAsExpected() {
    QFETCH(int, producers);
    const QTemporaryDir node;
    const DaemonResult result = runDaemon(call(historyFile("changes.ndjson"), node) +
                                          QStringList{"--producers", text(producers)});
    QVERIFY2(result.exitCode == 0, result.errors);
    QCOMPARE(result.summary()["change_sets"].toInt(), 18396);
    QCOMPARE(result.summary()["dead_letters"].toInt(), 0);
    QCOMPARE(difference(historyRowsIn(node.path()), m_expected), QString());
  }

  void secondRunHasNoSecondEffect_data() {
    QTest::addColumn<QString>("file");
    QTest::newRow("single changes") << historyFile("changes.ndjson");
    QTest::newRow("change sets with ids") << m_files.filePath("sets.ndjson");
  }
  void secondRunHasNoSecondEffect() {
    QFETCH(QString, file);
    const QTemporaryDir node;
    const DaemonResult first = runDaemon(call(file, node));
    QVERIFY2(first.exitCode == 0, first.errors);
    const DaemonResult second = runDaemon(call(file, node));
    QVERIFY2(second.exitCode == 0, second.errors);
    QCOMPARE(second.summary()["known"].toInt(), first.summary()["change_sets"].toInt());
    QCOMPARE(second.summary()["persisted"].toInt(-1), 0);
    QCOMPARE(difference(historyRowsIn(node.path()), m_expected), QString());
  }

  void idsAreKnownWhateverTheSourceIsCalled() {
    const QTemporaryDir node;
    const QString file = m_files.filePath("sets.ndjson");
    QCOMPARE(runDaemon(call(file, node)).exitCode, 0);
    const DaemonResult renamed =
        runDaemon(call(file, node) + QStringList{"--source", "another", "--producers", "8"});
    QVERIFY2(renamed.exitCode == 0, renamed.errors);
    QCOMPARE(renamed.summary()["known"].toInt(), m_setCount);
    QCOMPARE(difference(historyRowsIn(node.path()), m_expected), QString());
  }

  void killedAtAnyMomentItEndsAsExpected_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("producers");
    QTest::newRow("single changes") << historyFile("changes.ndjson") << 1;
    QTest::newRow("single changes, 8 producers") << historyFile("changes.ndjson") << 8;
    QTest::newRow("change sets with ids") << m_files.filePath("sets.ndjson") << 1;
  }
  /// A start finishes when it is given time; most are not, so that each node dies several times.
  void killedAtAnyMomentItEndsAsExpected() {
    QFETCH(QString, file);
    QFETCH(int, producers);
    std::mt19937 random(newSeed());
    QElapsedTimer elapsed;
    elapsed.start();
    int kills = 0;
    while (kills < kKillsEach && elapsed.elapsed() < kMillisecondsEach) {
      const QTemporaryDir node;
      const QStringList arguments = call(file, node) + QStringList{"--producers", text(producers)};
      const int attempts = 1 + static_cast<int>(random() % 8);
      for (int i = 0; i < attempts; ++i) {
        if (runDaemonAndKill(arguments, std::chrono::milliseconds(1 + random() % 400))) ++kills;
      }
      finishAndCompare(node, arguments);
      if (QTest::currentTestFailed()) return;
    }
    qInfo("%d kills in %lld ms", kills, static_cast<long long>(elapsed.elapsed()));
    QVERIFY(kills >= 3);
  }

  /// What waits in the journal is persisted before the file goes on, and needs the tables too.
  void tablesAreMadeBeforeABacklogIsPersisted() {
    const QTemporaryDir node;
    const QString config = node.filePath("slow.toml");
    QVERIFY(writeFile(config, "[flush]\nlinger = \"60 s\"\nbatch_rows = 200000\n"));
    const QStringList arguments = call(historyFile("changes.ndjson"), node);
    LiveDaemon first(arguments + QStringList{"--config", config, "--rate", "2000"});
    QVERIFY(QTest::qWaitFor([&] { return journaledIn(node) > 500; }, 30'000));
    first.kill();
    for (const QString& file : QDir(node.path()).entryList({"database.sqlite*"})) {
      QVERIFY(QFile::remove(node.filePath(file)));
    }
    finishAndCompare(node, arguments);
  }

  void dumpedJournalReplayedElsewhereGivesTheSameRows() {
    const QTemporaryDir node;
    QCOMPARE(runDaemon(call(m_files.filePath("sets.ndjson"), node)).exitCode, 0);
    const DaemonResult dump = runDaemon({"journal", "dump", node.path()});
    QVERIFY2(dump.exitCode == 0, dump.errors);
    QCOMPARE(dump.output.count('\n'), m_setCount);
    const QString file = m_files.filePath("dump.ndjson");
    QVERIFY(writeFile(file, dump.output));
    const QTemporaryDir other;
    const DaemonResult replayed = runDaemon(call(file, other));
    QVERIFY2(replayed.exitCode == 0, replayed.errors);
    QCOMPARE(difference(historyRowsIn(other.path()), m_expected), QString());
  }

 private:
  static constexpr int kKillsEach = 30;
  static constexpr int kMillisecondsEach = 25'000;

  static QString text(int number) { return QString::number(number); }
  static QStringList call(const QString& file, const QTemporaryDir& node) {
    return {"replay",     file,        "--schema", PENSTOCK_HISTORY_SCHEMA,
            "--data-dir", node.path(), "--json"};
  }

  /// Lines of `journal dump`, which reads a journal that is in use too.
  static qint64 journaledIn(const QTemporaryDir& node) {
    return runDaemon({"journal", "dump", node.path()}).output.count('\n');
  }

  void finishAndCompare(const QTemporaryDir& node, const QStringList& arguments) {
    const DaemonResult last = runDaemon(arguments);
    QVERIFY2(last.exitCode == 0, last.errors);
    QCOMPARE(last.summary()["dead_letters"].toInt(-1), 0);
    QCOMPARE(difference(historyRowsIn(node.path()), m_expected), QString());
    const DaemonResult verified = runDaemon({"journal", "verify", node.path()});
    QVERIFY2(verified.exitCode == 0, verified.output + verified.errors);
  }

  const QTemporaryDir m_files;
  QStringList m_expected;
  int m_setCount = 0;
};

PENSTOCK_TEST(TestReplay)

}  // namespace penstock::test

#include "tst_replay.moc"
