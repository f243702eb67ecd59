// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <memory>
#include <random>

#include "tests/faults/client_ledger.h"
#include "tests/faults/kill_point.h"
#include "tests/faults/node_life.h"
#include "tests/integration/daemon_process.h"
#include "tests/support/seed.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__)
constexpr int kKills = 13;  // each point once; the release run does the rest
#else
constexpr int kKills = 30;
#endif
constexpr int kReplayLines = 1500;

const char* const kConfig = R"([journal]
sync = "%2"
sync_interval = "20 ms"
segment_size = "4 MiB"
retain = "0 s"
free_space_floor = "1 MiB"
[flush]
linger = "1 ms"
[[sink]]
name = "primary"
role = "primary"
driver = "sqlite"
schema_file = "%1"
)";

/// A configuration and its schema in `directory`.
bool prepare(const QString& directory, const char* sync = "always") {
  const QString schema = directory + "/schema.sql";
  return writeFile(schema, ClientLedger::kSchema) &&
         writeFile(directory + "/penstock.toml", QString(kConfig).arg(schema, sync).toUtf8());
}

/// One data directory over many lives, with what its client knows.
struct Node {
  QTemporaryDir directory;
  ClientLedger ledger;

  QString data() const { return directory.filePath("data"); }
  ClientLedger::Found found() const { return ClientLedger::readFrom(data() + "/database.sqlite"); }
};

}  // namespace

/// SIGKILL at named moments, again and again: the client's ledger tells what must be there.
/// PENSTOCK_KILLS=1000: so many.
class TestKillPoints : public QObject {
  Q_OBJECT

 private slots:
  void whatWasAcknowledgedIsThereOnceAndInOrder() {
    const auto kills = static_cast<int>(numberFrom("PENSTOCK_KILLS", kKills));
    std::mt19937 random(newSeed());
    int changeSets = 0;
    for (int done = 0; done < kills;) {
      Node node;
      std::vector<KillPoint> points = killPoints();
      std::shuffle(points.begin(), points.end(), random);
      points.resize(std::min<std::size_t>(points.size(), static_cast<std::size_t>(kills - done)));
      killAt(node, points, random);
      if (QTest::currentTestFailed()) {
        node.directory.setAutoRemove(false);
        return qInfo("kept in %s", qPrintable(node.directory.path()));
      }
      done += static_cast<int>(points.size());
      changeSets += node.ledger.made();
    }
    qInfo("%d kills, %d change sets", kills, changeSets);
  }

  /// What the real program remembers of a file is its lines: nothing is told while it runs.
  void replayKilledAtEachPointGoesOnWhereItStopped() {
    Node node;
    QVERIFY(prepare(node.directory.path()));
    QByteArray lines;
    for (const int number : node.ledger.nextRound(kReplayLines)) {
      lines += ClientLedger::lineOf(number, 8000);
      node.ledger.acknowledge(number);
    }
    const QString file = node.directory.filePath("lines.ndjson");
    QVERIFY(writeFile(file, lines));
    const QStringList replay{"replay",     file,
                             "--config",   node.directory.filePath("penstock.toml"),
                             "--data-dir", node.data()};
    // At this rate the file lasts for longer than all of the points need.
    const QStringList slowly = replay + QStringList{"--rate", "500"};
    for (const KillPoint& point : killPoints()) {
      QVERIFY2(runDaemonUntilItDies(slowly, environmentOf(point, 1)), point.name);
    }
    const DaemonResult last = runDaemon(replay, 5min);
    QVERIFY2(last.exitCode == 3, last.errors);  // there are dead letters
    QCOMPARE(node.ledger.compare(node.found()), QString());
  }

  /// The test of the test.
  void acknowledgementThatIsToldTooEarlyIsFound() {
    Node node;
    QVERIFY(prepare(node.directory.path()));
    const KillPoint& append = killPoints().front();
    const QString directory = node.directory.path();
    const LifeEnd end = NodeLife(node.ledger, directory, {"--early"}).dieAt(append, 3);
    QVERIFY2(end.kind == LifeEnd::Kind::Killed, qPrintable(end.story));
    const LifeEnd last = NodeLife(node.ledger, directory).live(1);
    QVERIFY2(last.kind == LifeEnd::Kind::Stopped, qPrintable(last.story));
    QVERIFY(node.ledger.compare(node.found()).startsWith("versions: row "));
  }

  /// The test of the test.
  void pointThatNeverComesIsAFailure() {
    Node node;
    QVERIFY(prepare(node.directory.path()));
    const KillPoint never{"never", "sync", "before", "*/no such file", 1};
    const LifeEnd end = NodeLife(node.ledger, node.directory.path()).dieAt(never, 1, 1ms);
    QVERIFY(end.kind == LifeEnd::Kind::Wrong);
    QVERIFY2(end.story.startsWith("never killed at 'never', 1:"), qPrintable(end.story));
  }

 private:
  static void killAt(Node& node, const std::vector<KillPoint>& points, std::mt19937& random) {
    const QString directory = node.directory.path();
    QVERIFY(prepare(directory));
    const LifeEnd first = NodeLife(node.ledger, directory).live(1);
    QVERIFY2(first.kind == LifeEnd::Kind::Stopped, qPrintable(first.story));
    for (const KillPoint& point : points) {
      // What was told when it was written alone outlives the process as well.
      QVERIFY(prepare(directory, random() % 2 == 0 ? "always" : "interval"));
      const int number = 1 + static_cast<int>(random() % static_cast<unsigned>(point.numberMax));
      const LifeEnd end = NodeLife(node.ledger, directory).dieAt(point, number);
      QVERIFY2(end.kind == LifeEnd::Kind::Killed, qPrintable(end.story));
    }
    const LifeEnd last = NodeLife(node.ledger, directory).live(1);
    QVERIFY2(last.kind == LifeEnd::Kind::Stopped, qPrintable(last.story));
    QCOMPARE(node.ledger.compare(node.found()), QString());
    const DaemonResult verified = runDaemon({"journal", "verify", node.data()});
    QVERIFY2(verified.exitCode == 0, verified.output + verified.errors);
  }
};

PENSTOCK_TEST(TestKillPoints)

}  // namespace penstock::test

#include "tst_kill_points.moc"
