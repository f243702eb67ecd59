// SPDX-License-Identifier: Apache-2.0
#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>

#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// `penstockd run` that is told to stop with work left, and the next one.
class TestStopping : public QObject {
  Q_OBJECT

 private slots:
  void stopEndsInTimeAndTellsWhatIsLeft() {
    const QTemporaryDir node;
    const auto path = [&](const QString& name) { return node.filePath(name); };
    QVERIFY(writeFile(path("schema.sql"), "CREATE TABLE t(id INTEGER PRIMARY KEY);"));
    QVERIFY(writeFile(path("penstock.toml"), "[engine]\ndrain_timeout = \"500 ms\"\n"));
    const QStringList data{"--data-dir", path("data"), "--config", path("penstock.toml")};
    LiveDaemon replaying(
        QStringList{"replay", "-", "--source", "lines", "--schema", path("schema.sql")} + data);
    replaying.write(line(1));
    QTRY_COMPARE_WITH_TIMEOUT(rowCount(path("data")), QStringList{"1"}, 60'000);
    {
      const DatabaseLock lock(path("data/database.sqlite"));
      QVERIFY(lock.isHeld());
      for (int id = 2; id <= 4; ++id) replaying.write(line(id));
      QTRY_COMPARE_WITH_TIMEOUT(runDaemon({"journal", "dump", path("data")}).output.count('\n'), 4,
                                60'000);
      QElapsedTimer since;
      since.start();
      replaying.terminate();
      const DaemonResult stopped = replaying.end();
      QCOMPARE(stopped.exitCode, 1);
      QVERIFY2(since.elapsed() < 20'000, "a stop has a deadline");
      QVERIFY2(stopped.errors.contains(
                   "stopped; 0 change sets were persisted at the end, 3 are left in the journal: "
                   "they are safe, the next start carries on with them"),
               stopped.errors);
    }
    LiveDaemon next(QStringList{"run"} + data);
    QTRY_COMPARE_WITH_TIMEOUT(rowCount(path("data")), QStringList{"4"}, 60'000);
    next.terminate();
    const DaemonResult ended = next.end();
    QCOMPARE(ended.exitCode, 0);
    QVERIFY2(ended.errors.contains("nothing is left in the journal"), ended.errors);
  }

 private:
  static QByteArray line(int id) {
    return "{\"table\":\"t\",\"op\":\"upsert\",\"key\":{\"id\":" + QByteArray::number(id) + "}}\n";
  }
  static QStringList rowCount(const QString& data) {
    return rowsOf(data + "/database.sqlite", "SELECT count(*) FROM t");
  }
};

PENSTOCK_TEST(TestStopping)

}  // namespace penstock::test

#include "tst_stopping.moc"
