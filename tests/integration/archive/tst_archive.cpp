// SPDX-License-Identifier: Apache-2.0
#include <QDir>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "app/application/application.h"
#include "app/application/stream_source.h"
#include "base/file_system.h"
#include "store/archive/verify.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/history.h"
#include "tests/support/test_main.h"
#include "workload/replay.h"

namespace penstock::test {

using namespace std::chrono_literals;

/// A node with a database and an archive behind it, both fed by one journal.
class TestArchive : public QObject {
  Q_OBJECT

 private slots:
  /// The first lines again, under another name: their inserts become dead letters of the database.
  void initTestCase() {
    const QByteArrayList lines = readFile(historyFile("changes.ndjson")).split('\n');
    QVERIFY(writeFile(m_files.filePath("again.ndjson"), lines.mid(0, 20).join('\n') + "\n"));
    auto started = app::Application::start(options(), app::KeepHistory::No);
    QVERIFY2(started.isOk(), started.status().message().c_str());
    app::Application& node = **started;
    const QByteArray schema = readFile(PENSTOCK_HISTORY_SCHEMA);
    QVERIFY(node.engine().runSchema(schema.toStdString()).isOk());
    for (const QString& file : {historyFile("changes.ndjson"), m_files.filePath("again.ndjson")}) {
      ReplayOptions replay;
      replay.files = {app::replayFile(file.toStdString(), {})};
      QVERIFY(
          node.workloads()
              .start(std::make_unique<Replay>(posixFileSystem(), std::move(replay), ignore), {0, 1})
              .isOk());
      QVERIFY(QTest::qWaitFor([&] { return !node.workloads().isRunning(); }, 120'000));
    }
    const auto archived = [&] {
      const auto report = verifyArchive(posixFileSystem(), archive().toStdString());
      return report.isOk() && report->changeSets >= kChangeSets;
    };
    QVERIFY(QTest::qWaitFor(archived, 60'000));
    QCOMPARE(node.stop(60s).left, std::uint64_t{0});
  }

  void itHoldsWhatWasJournaledWhateverTheDatabaseSaid() {
    const DaemonResult dump = runDaemon({"journal", "dump", m_node.path()});
    QCOMPARE(dump.exitCode, 0);
    const QByteArray lines = zstdcat();
    QCOMPARE(lines.count('\n'), qsizetype{kChangeSets});
    QVERIFY(lines == dump.output);
    const DaemonResult letters = runDaemon({"dead-letters", "list", "--data-dir", m_node.path()});
    QVERIFY2(letters.output.contains("UNIQUE"), letters.output + letters.errors);
  }

  void programFindsItWhole() {
    const DaemonResult verified = runDaemon({"archive", "verify", archive()});
    QVERIFY2(verified.exitCode == 0, verified.output + verified.errors);
    QVERIFY(verified.output.endsWith("clean\n"));
    QCOMPARE(runDaemon({"archive", "verify", m_files.path()}).exitCode, 1);
    QCOMPARE(runDaemon({"archive", "look", archive()}).exitCode, 2);
  }

  /// Its files as they are, in the order of their names.
  void replayedIntoAnEmptyDatabaseItGivesTheSameRows() {
    QStringList arguments{"replay"};
    for (const QString& name : QDir(archive()).entryList({"*.ndjson.zst"}, QDir::Files)) {
      arguments << archive() + "/" + name;
    }
    const QTemporaryDir other;
    const DaemonResult replayed =
        runDaemon(arguments + QStringList{"--schema", PENSTOCK_HISTORY_SCHEMA, "--data-dir",
                                          other.path(), "--json"});
    QCOMPARE(replayed.exitCode, 3);  // what was a dead letter there is one here
    QCOMPARE(replayed.summary()["change_sets"].toInt(), static_cast<int>(kChangeSets));
    QCOMPARE(difference(historyRowsIn(other.path()), historyRowsIn(m_node.path())), QString());
    QVERIFY(historyRowsIn(other.path()).size() > 5000);
  }

  void exportGivesTheSameLinesInOneFile() {
    const QString plain = m_files.filePath("all.ndjson");
    const QStringList call{"export", "archive", "--data-dir", m_node.path(), "--to"};
    const DaemonResult exported = runDaemon(call + QStringList{plain});
    QVERIFY2(exported.exitCode == 0, exported.errors);
    QVERIFY(readFile(plain) == zstdcat());
    QCOMPARE(runDaemon(call + QStringList{plain}).exitCode, 2);  // nothing is overwritten
    const QString packed = m_files.filePath("all.ndjson.zst");
    QCOMPARE(runDaemon(call + QStringList{packed}).exitCode, 0);
    QVERIFY(readFile(packed).size() < readFile(plain).size() / 3);
    const DaemonResult replayed = runDaemon({"replay", packed, "--schema", PENSTOCK_HISTORY_SCHEMA,
                                             "--data-dir", m_files.filePath("node"), "--json"});
    QCOMPARE(replayed.summary()["change_sets"].toInt(), static_cast<int>(kChangeSets));
    QCOMPARE(runDaemon({"export", "--to", m_files.filePath("x")}).exitCode, 2);
  }

  void flippedBitIsNamedByTheProgram() {
    const QString name = QDir(archive()).entryList({"*.ndjson.zst"}, QDir::Files).first();
    QByteArray bytes = readFile(archive() + "/" + name);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    const QString copy = m_files.filePath("copy");
    QVERIFY(QDir().mkpath(copy));
    QVERIFY(writeFile(copy + "/" + name, bytes));
    const DaemonResult verified = runDaemon({"archive", "verify", copy});
    QCOMPARE(verified.exitCode, 3);
    QVERIFY2(verified.output.contains("damaged: " + name.toUtf8()), verified.output);
    QVERIFY2(verified.output.contains("lost: what is behind sequence"), verified.output);
    const QString rest = m_files.filePath("rest.ndjson");
    const DaemonResult exported = runDaemon({"export", "archive", "--archive", copy, "--to", rest});
    QCOMPARE(exported.exitCode, 3);
    QVERIFY2(exported.errors.contains("lost: what is behind sequence"), exported.errors);
    const qsizetype left = readFile(rest).count('\n');
    QVERIFY(left > 0 && left < qsizetype{kChangeSets});
  }

 private:
  static constexpr std::size_t kChangeSets = 18'396 + 20;

  static void ignore(const std::string&, std::uint64_t, const Status&) {}

  QString archive() const { return m_node.filePath("archive"); }

  EngineOptions options() const {
    EngineOptions options;
    options.journal.freeSpaceFloorBytes = 0;
    SinkOptions archive;
    archive.name = "archive";
    archive.role = "archive";
    archive.driver = "archive";
    options.sinks.push_back(archive);
    return app::withDefaults(std::move(options), m_node.path().toStdString());
  }

  QByteArray zstdcat() const {
    QProcess process;
    process.start("sh", {"-c", "zstdcat '" + archive() + "'/*.ndjson.zst"});
    return process.waitForFinished(60'000) ? process.readAllStandardOutput() : QByteArray();
  }

  const QTemporaryDir m_node;
  const QTemporaryDir m_files;
};

PENSTOCK_TEST(TestArchive)

}  // namespace penstock::test

#include "tst_archive.moc"
