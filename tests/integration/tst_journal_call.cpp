// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <map>
#include <memory>

#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {
/// `penstockd journal …` on what runs of the program left, and on what then rotted.
class TestJournalCall : public QObject {
  Q_OBJECT

 private slots:
  /// Three runs, each its own segment, of ten lines each.
  void init() {
    m_node = std::make_unique<QTemporaryDir>();
    m_out = std::make_unique<QTemporaryDir>();
    QVERIFY(writeFile(path("schema.sql"),
                      "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v TEXT);"));
    for (int run = 0; run < 3; ++run) {
      QVERIFY(writeFile(path(QString("lines-%1.ndjson").arg(run)), lines(run)));
      const DaemonResult result = replay(run);
      QVERIFY2(result.exitCode == 0, result.errors);
    }
  }

  void soundJournalIsClean() {
    const DaemonResult verified = runDaemon({"journal", "verify", path("")});
    QCOMPARE(verified.exitCode, 0);
    QVERIFY2(verified.output.endsWith("clean\n"), verified.output);
    const DaemonResult dumped = runDaemon({"journal", "dump", path("")});
    QCOMPARE(dumped.exitCode, 0);
    QCOMPARE(dumped.output.count('\n'), qsizetype{30});
  }

  void journalWhoseEndIsGoneIsNotClean_data() {
    QTest::addColumn<QStringList>("lost");
    QTest::addColumn<QByteArray>("witness");
    QTest::newRow("database") << QStringList{"known_ids.snapshot", "sources.snapshot"}
                              << QByteArray("sink primary");
    QTest::newRow("snapshots") << QStringList{"database.sqlite"} << QByteArray("known ids");
  }
  void journalWhoseEndIsGoneIsNotClean() {
    QFETCH(QStringList, lost);
    QFETCH(QByteArray, witness);
    for (const QString& name : lost) QVERIFY(QFile::remove(path(name)));
    for (const bool wholeSegment : {false, true}) {
      if (wholeSegment) QVERIFY(QFile::remove(segments().constLast()));
      if (!wholeSegment) QVERIFY(QFile::resize(segments().constLast(), 4096));
      for (const QString& directory : {path(""), path("journal")}) {
        const DaemonResult verified = runDaemon({"journal", "verify", directory});
        QCOMPARE(verified.exitCode, 3);
        QVERIFY2(verified.output.contains("end missing: the journal ends at sequence ") &&
                     verified.output.contains(witness + " ") && !verified.output.contains("clean"),
                 verified.output);
      }
    }
  }

  void journalThatNobodyElseHasSeenIsJudgedAlone() {
    for (const char* name : {"known_ids.snapshot", "sources.snapshot", "database.sqlite"}) {
      QVERIFY(QFile::remove(path(name)));
    }
    QVERIFY(QFile::remove(segments().constLast()));
    QCOMPARE(runDaemon({"journal", "verify", path("")}).exitCode, 0);
  }

  void configuredDatabaseIsAsked() {
    for (const char* name : {"known_ids.snapshot", "sources.snapshot"}) {
      QVERIFY(QFile::remove(path(name)));
    }
    QVERIFY(QFile::rename(path("database.sqlite"), path("elsewhere.sqlite")));
    QVERIFY(QFile::remove(segments().constLast()));
    QVERIFY(
        writeFile(path("penstock.toml"),
                  "[[sink]]\nname = \"main\"\nrole = \"primary\"\ndriver = \"sqlite\"\ndatabase "
                  "= \"" +
                      path("elsewhere.sqlite").toUtf8() + "\"\n"));
    QCOMPARE(runDaemon({"journal", "verify", path("")}).exitCode, 0);
    const DaemonResult verified =
        runDaemon({"journal", "verify", path(""), "--config", path("penstock.toml")});
    QVERIFY2(verified.exitCode == 3, verified.errors);
    QVERIFY2(verified.output.contains("sink main "), verified.output);
  }

  void unreadableSegmentsAreDamageBeforeAndAfterAStart() {
    const QString last = segments().constLast();
    QVERIFY(overwrite(last, 0, QByteArray(128 * 1024, 'x')));
    for (int start = 0; start < 2; ++start) {
      const DaemonResult verified = runDaemon({"journal", "verify", path("journal")});
      QCOMPARE(verified.exitCode, 3);
      QVERIFY2(verified.output.contains("unreadable: ") &&
                   verified.output.contains(QFileInfo(last).fileName().toUtf8()),
               verified.output);
      for (const char* name : {"known_ids.snapshot", "sources.snapshot"}) QFile::remove(path(name));
      forgetPersisted();  // else no start goes over the lost end
      const DaemonResult again = replay(0);
      QVERIFY2(again.exitCode == 0, again.errors);
    }
    QCOMPARE(QDir(path("journal")).entryList({"*.unreadable"}).size(), qsizetype{1});
  }

  void dumpNamesDamageAndGoesOnBehindIt() {
    QVERIFY(rot("second 4"));
    const DaemonResult dumped = runDaemon({"journal", "dump", path("")});
    QCOMPARE(dumped.exitCode, 3);
    for (const char* part : {"segment ", "offset ", "sequences ", "record checksum"}) {
      QVERIFY2(dumped.errors.contains(part), dumped.errors);
    }
    QCOMPARE(dumped.output.count("first "), qsizetype{10});
    QCOMPARE(dumped.output.count("third "), qsizetype{10});
    QVERIFY(dumped.output.contains("second 3") && !dumped.output.contains("second 4"));
  }

  void salvageSavesASoundJournalAsDumpWritesIt() {
    const auto before = contents();
    const DaemonResult saved = runDaemon({"journal", "salvage", path(""), out()});
    QVERIFY2(saved.exitCode == 0, saved.output + saved.errors);
    QVERIFY2(saved.output.endsWith("nothing is lost\n"), saved.output);
    const DaemonResult dumped = runDaemon({"journal", "dump", path("")});
    QCOMPARE(readFile(out()), dumped.output);
    QVERIFY(contents() == before);
  }

  void salvageLosesTheDamagedChangeSetAlone() {
    const QByteArray sound = runDaemon({"journal", "dump", path("")}).output;
    QVERIFY(rot("second 4"));
    const auto before = contents();
    const DaemonResult saved = runDaemon({"journal", "salvage", path("journal"), out()});
    QVERIFY2(saved.exitCode == 3, saved.output + saved.errors);
    for (const char* part : {"saved: segment ", "lost: segment ", "offset ", "sequences "}) {
      QVERIFY2(saved.output.contains(part), saved.output);
    }
    QByteArrayList expected = sound.split('\n');
    expected.removeIf([](const QByteArray& line) { return line.contains("second 4"); });
    QCOMPARE(readFile(out()), expected.join('\n'));
    QVERIFY(contents() == before);
  }

  /// Two exchanged files at the end: a start sets them aside, and what they hold is still there.
  void salvagedSegmentsThatWereSetAsideCanBeReplayed() {
    const QByteArray sound = runDaemon({"journal", "dump", path("")}).output;
    const QStringList all = segments();
    QVERIFY(QFile::rename(all[1], path("x")) && QFile::rename(all[2], all[1]) &&
            QFile::rename(path("x"), all[2]));
    for (const char* name : {"known_ids.snapshot", "sources.snapshot"}) QFile::remove(path(name));
    forgetPersisted();  // else no start goes over the lost end
    QCOMPARE(replay(0).exitCode, 0);
    QCOMPARE(QDir(path("journal")).entryList({"*.unreadable*"}).size(), qsizetype{2});
    const DaemonResult saved = runDaemon({"journal", "salvage", path(""), out()});
    QVERIFY2(saved.exitCode == 0, saved.output + saved.errors);
    QVERIFY2(saved.output.contains("unreadable): 10 change sets"), saved.output);
    QVERIFY(readFile(out()).startsWith(sound));
    const QTemporaryDir fresh;
    const DaemonResult again = runDaemon({"replay", out(), "--data-dir", fresh.filePath("node"),
                                          "--schema", path("schema.sql"), "--json"});
    QVERIFY2(again.exitCode == 0, again.errors);
    QCOMPARE(rowsOf(fresh.filePath("node/database.sqlite"), "SELECT count(*) FROM t"),
             QStringList{"30"});
  }

  void salvageNamesAnEndThatOthersHaveSeen() {
    QVERIFY(QFile::remove(segments().constLast()));
    const DaemonResult saved = runDaemon({"journal", "salvage", path(""), out()});
    QCOMPARE(saved.exitCode, 3);
    QVERIFY2(saved.output.contains("end missing: "), saved.output);
    QCOMPARE(readFile(out()).count('\n'), qsizetype{20});
  }

  void salvageOverwritesNothingAndWritesNothingInside() {
    QVERIFY(writeFile(out(), "mine"));
    QCOMPARE(runDaemon({"journal", "salvage", path(""), out()}).exitCode, 2);
    QCOMPARE(readFile(out()), QByteArray("mine"));
    for (const QString& inside : {path("saved"), path("journal/saved")}) {
      QCOMPARE(runDaemon({"journal", "salvage", path(""), inside}).exitCode, 2);
      QVERIFY(!QFile::exists(inside));
    }
    QCOMPARE(runDaemon({"journal", "salvage", path("")}).exitCode, 2);
    QCOMPARE(runDaemon({"journal", "salvage", path("none"), m_out->filePath("o")}).exitCode, 1);
    QVERIFY(!QFile::exists(m_out->filePath("o")));
  }

  void replayNamesTheDamageThatStopsIt() {
    QVERIFY(rot("second 4"));
    forgetPersisted();
    const DaemonResult stopped = replay(2);
    QCOMPARE(stopped.exitCode, 1);
    for (const char* part : {"sink primary", "segment ", "offset ", "sequences ", "record checksum",
                             "(penstockd journal verify"}) {
      QVERIFY2(stopped.errors.contains(part), stopped.errors);
    }
    QCOMPARE(rowsOf(path("database.sqlite"), "SELECT count(*) FROM t"), QStringList{"14"});
  }

  /// The whole way of an operator: told of damage, saves what can be read, gives up the rest.
  void acceptedLossLetsTheNodeGoOn() {
    QVERIFY(rot("second 4"));
    forgetPersisted();
    QCOMPARE(replay(2).exitCode, 1);
    const DaemonResult verified = runDaemon({"journal", "verify", path("")});
    QCOMPARE(verified.exitCode, 3);
    const auto named = QRegularExpression("sequences (\\d+) to (\\d+)").match(verified.output);
    QVERIFY2(named.hasMatch(), verified.output);
    const QStringList range{"--from", named.captured(1), "--to", named.captured(2)};
    QCOMPARE(runDaemon({"journal", "accept-loss", path("")}).exitCode, 2);
    const QStringList more{"--from", named.captured(1), "--to",
                           QString::number(named.captured(2).toULongLong() + 1)};
    const DaemonResult refused = runDaemon(QStringList{"journal", "accept-loss", path("")} + more);
    QCOMPARE(refused.exitCode, 2);
    QVERIFY2(refused.errors.contains("the damage there is another one"), refused.errors);
    QCOMPARE(rowCount(), QString("14"));
    const DaemonResult accepted = runDaemon(QStringList{"journal", "accept-loss", path("")} +
                                            range + QStringList{"--why", "known elsewhere"});
    QVERIFY2(accepted.exitCode == 0, accepted.errors);
    QVERIFY2(accepted.output.contains("records are given up: segment "), accepted.output);
    QVERIFY2(accepted.output.endsWith("nothing is left in the journal\n"), accepted.output);
    const DaemonResult decided = runDaemon({"journal", "verify", path("")});
    QCOMPARE(decided.exitCode, 3);
    QVERIFY2(
        decided.output.contains("; accepted by ") && decided.output.contains("known elsewhere"),
        decided.output);
    QCOMPARE(replay(2).exitCode, 0);  // the rest of the journal, also over a further start
    QVERIFY(rowCount() != "14" && rowCount() != "30");
    const DaemonResult saved = runDaemon({"journal", "salvage", path(""), out()});
    QCOMPARE(saved.exitCode, 3);
    QCOMPARE(readFile(out()).count('\n'), qsizetype{29});
    const DaemonResult again = runDaemon({"replay", out(), "--data-dir", path(""), "--json"});
    QVERIFY2(again.exitCode == 0, again.errors);
    QCOMPARE(rowCount(), QString("29"));
  }

  /// Written and synced, and the process dies before its sink has passed the damage.
  void decisionSurvivesAKill() {
    QVERIFY(rot("second 4"));
    forgetPersisted();
    const DaemonResult verified = runDaemon({"journal", "verify", path("")});
    const auto named = QRegularExpression("sequences (\\d+) to (\\d+)").match(verified.output);
    const QStringList range{"--from", named.captured(1), "--to", named.captured(2)};
    {
      const DatabaseLock lock(path("database.sqlite"));  // nothing is persisted meanwhile
      QVERIFY(lock.isHeld());
      LiveDaemon deciding(QStringList{"journal", "accept-loss", path("")} + range);
      QTRY_VERIFY_WITH_TIMEOUT(
          runDaemon({"journal", "verify", path("")}).output.contains("; accepted by "), 60'000);
      deciding.kill();
    }
    QCOMPARE(rowCount(), QString("0"));
    QCOMPARE(replay(2).exitCode, 0);
    QVERIFY(rowCount().toInt() >= 24);
  }

 private:
  QString rowCount() const {
    return rowsOf(path("database.sqlite"), "SELECT count(*) FROM t").value(0);
  }

  QString path(const QString& name) const { return m_node->filePath(name); }
  QString out() const { return m_out->filePath("saved.ndjson"); }

  /// All that the journal's folder holds.
  std::map<QString, QByteArray> contents() const {
    std::map<QString, QByteArray> all;
    const QDir journal(path("journal"));
    for (const QString& name : journal.entryList(QDir::Files)) {
      all[name] = readFile(journal.filePath(name));
    }
    return all;
  }

  QStringList segments() const {
    const QDir journal(path("journal"));
    QStringList paths;
    for (const QString& name : journal.entryList({"segment-?????????"}, QDir::Files, QDir::Name)) {
      paths << journal.filePath(name);
    }
    return paths;
  }

  DaemonResult replay(int run) const {
    return runDaemon({"replay", path(QString("lines-%1.ndjson").arg(run)), "--data-dir", path(""),
                      "--schema", path("schema.sql"), "--json"});
  }

  /// The next run persists all that the journal holds.
  void forgetPersisted() const {
    for (const char* table : {"t", "penstock_checkpoint"}) {
      rowsOf(path("database.sqlite"), QString("DELETE FROM %1").arg(table));
    }
  }

  static QByteArray lines(int run) {
    const QByteArray word = QByteArrayList{"first", "second", "third"}[run];
    QByteArray all;
    for (int i = 0; i < 10; ++i) {
      const QByteArray number = QByteArray::number(i);
      all += "{\"table\":\"t\",\"op\":\"upsert\",\"key\":{\"id\":" + QByteArray::number(run + 1) +
             number + "},\"set\":{\"v\":\"" + word + " " + number + "\"}}\n";
    }
    return all;
  }

  static bool overwrite(const QString& file, qint64 at, const QByteArray& bytes) {
    QFile open(file);
    return open.open(QIODevice::ReadWrite) && open.seek(at) && open.write(bytes) == bytes.size();
  }

  /// Changes a letter of this text where it stands in the journal.
  bool rot(const QByteArray& text) const {
    for (const QString& segment : segments()) {
      const qsizetype at = readFile(segment).indexOf(text);
      if (at > 0) return overwrite(segment, at, "X");
    }
    return false;
  }

  std::unique_ptr<QTemporaryDir> m_node;
  std::unique_ptr<QTemporaryDir> m_out;
};

PENSTOCK_TEST(TestJournalCall)

}  // namespace penstock::test

#include "tst_journal_call.moc"
