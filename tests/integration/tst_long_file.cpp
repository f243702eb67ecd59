// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMap>
#include <QTemporaryDir>
#include <QTest>
#include <random>
#include <vector>

#include "model/limits.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/history.h"
#include "tests/integration/memory_bound.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

/// Deletes every row that the history ends with, so that it can be replayed behind itself.
QByteArray wipingLines(const QByteArray& history) {
  QMap<QByteArray, bool> alive;
  for (const QByteArray& line : history.split('\n')) {
    const QJsonObject change = QJsonDocument::fromJson(line).object();
    if (change.isEmpty()) continue;
    const QJsonObject key{{"table", change["table"]}, {"op", "delete"}, {"key", change["key"]}};
    const QByteArray deletion = QJsonDocument(key).toJson(QJsonDocument::Compact) + '\n';
    if (change["op"] == "insert") alive[deletion] = true;
    if (change["op"] == "delete") alive.remove(deletion);
  }
  return alive.keys().join();
}

/// Megabytes of the file; more of it in a release build, and as many as one likes by hand.
qint64 wantedBytes() {
  bool given = false;
  const int megabytes = qEnvironmentVariableIntValue("PENSTOCK_LONG_FILE_MB", &given);
  if (given) return qint64{megabytes} * 1'000'000;
  return kSanitized ? 20'000'000 : 200'000'000;
}

}  // namespace

/// A file much longer than memory may hold, with the program killed in its midst: the history again
/// and again, its rows deleted in between. PENSTOCK_LONG_FILE_MB=3000 makes it 3 GB.
class TestLongFile : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    const QByteArray history = readFile(historyFile("changes.ndjson"));
    const QByteArray wiping = wipingLines(history);
    QFile file(m_file);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(history);
    m_lines = history.count('\n');
    while (file.pos() < wantedBytes()) {
      file.write(wiping);
      file.write(history);
      m_lines += wiping.count('\n') + history.count('\n');
    }
    QVERIFY(file.flush());
  }

  void endsWithTheSameRowsAndNothingTwiceThoughKilled() {
    qInfo("%lld lines", static_cast<long long>(m_lines));
    std::mt19937 random(newSeed());
    const QStringList replay{"replay",     m_file,        "--schema", PENSTOCK_HISTORY_SCHEMA,
                             "--data-dir", m_node.path(), "--json",   "--producers",
                             "4"};
    int kills = 0;
    const auto shortest = wantedBytes() / 400'000;  // no machine is done that soon
    for (int i = 0; i < 3; ++i) {
      const auto after = shortest / 4 + static_cast<qint64>(random() % (shortest / 2));
      if (runDaemonAndKill(replay, std::chrono::milliseconds(after))) ++kills;
    }
    QVERIFY(kills > 0);
    const DaemonResult last = runDaemon(replay, std::chrono::minutes(15));
    QVERIFY2(last.exitCode == 0, last.errors);
    QCOMPARE(last.summary()["dead_letters"].toInt(-1), 0);
    QCOMPARE(difference(historyRowsIn(m_node.path()), expectedRows()), QString());
    const DaemonResult verified = runDaemon({"journal", "verify", m_node.path()});
    QVERIFY2(verified.exitCode == 0, verified.output + verified.errors);
    QCOMPARE(countDaemonLines({"journal", "dump", m_node.path()}), m_lines);
    const auto peak = static_cast<std::uint64_t>(last.summary()["peak_rss_bytes"].toDouble());
    QVERIFY(peak > 0);
    qInfo("peak memory %llu MiB", static_cast<unsigned long long>(peak / limits::kMiB));
    if (!kSanitized) QVERIFY(peak <= limits::kMemoryBudgetDefault + kMemoryBeyondBudget);
  }

  void itsMemoryIsNotThatOfWhoStartedIt() {
    const std::vector<char> held(512 * limits::kMiB, 'x');
    const QTemporaryDir node;
    const DaemonResult result =
        runDaemon({"replay", "/dev/null", "--schema", PENSTOCK_HISTORY_SCHEMA, "--data-dir",
                   node.path(), "--json"});
    QVERIFY2(result.exitCode == 0, result.errors);
    QVERIFY(held.back() == 'x');
    const double peak = result.summary()["peak_rss_bytes"].toDouble();
    QVERIFY2(peak > 0 && peak < static_cast<double>(held.size()),
             qPrintable(QString::number(peak)));
  }

 private:
  const QTemporaryDir m_files;
  const QTemporaryDir m_node;
  const QString m_file = m_files.filePath("long.ndjson");
  qint64 m_lines = 0;
};

PENSTOCK_TEST(TestLongFile)

}  // namespace penstock::test

#include "tst_long_file.moc"
