// SPDX-License-Identifier: Apache-2.0
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// `after_dead_letter = "hold"` and tables that changed, through penstockd from replay to retry.
class TestAfterDeadLetter : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_node = std::make_unique<QTemporaryDir>();
    QVERIFY(writeFile(path("schema.sql"),
                      "CREATE TABLE IF NOT EXISTS seat(id INTEGER PRIMARY KEY, who TEXT);"
                      "CREATE TABLE IF NOT EXISTS ticket(id INTEGER PRIMARY KEY, seat INTEGER"
                      " REFERENCES seat(id), n INTEGER DEFAULT 0);"));
    QVERIFY(writeFile(path("penstock.toml"),
                      "[[table]]\nname = \"ticket\"\nafter_dead_letter = \"hold\"\n"));
  }

  void heldOnesAreListedAndFollowTheirLetter() {
    QByteArray lines;
    for (int i = 1; i <= 20; ++i) lines += upsert("ticket", i % 4, "\"seat\":7", "\"n\":1");
    const QJsonObject first = replay(lines, 3);
    QCOMPARE(first["persisted"].toInt(), 0);
    QCOMPARE(first["dead_letters"].toInt(), 20);
    const DaemonResult listed = letters({"list"});
    QCOMPARE(listed.exitCode, 0);
    QCOMPARE(listed.output.count("waits behind dead letter"), qsizetype{16});
    QCOMPARE(kinds("held"), QString("16"));

    rowsOf(database(), "INSERT INTO seat(id) VALUES(7)");
    const DaemonResult retried = letters({"retry", "--all"});
    QVERIFY2(retried.exitCode == 0, retried.errors + retried.output);
    QVERIFY2(retried.output.contains("4 dead letters retried with success, 16 were held"),
             retried.output);
    QCOMPARE(rowsOf(database(), "SELECT id, n FROM ticket"),
             (QStringList{"0,5", "1,5", "2,5", "3,5"}));
    QCOMPARE(rowsOf(database(), "SELECT count(*) FROM penstock_dead_letter"), QStringList{"0"});
  }

  /// Killed at any moment of a long replay with many held ones, and gone on with.
  void heldOnesKeepTheirOrderOverKills() {
    QByteArray lines;
    constexpr int kLines = 3'000;
    for (int i = 0; i < kLines; ++i) {
      const QByteArray seat = "\"seat\":" + QByteArray::number(i % 50 < 10 ? 7 : 8);
      lines += upsert("ticket", i % 50, seat + ",\"n\":" + QByteArray::number(i));
    }
    QVERIFY(writeFile(path("lines.ndjson"), lines));
    runDaemon(replayArguments());  // makes the tables, refuses all
    rowsOf(database(), "INSERT INTO seat(id) VALUES(8)");
    const QString head =
        rowsOf(database(), "SELECT count(*) FROM penstock_dead_letter WHERE kind = 'refused'")
            .value(0);
    QCOMPARE(head, QString("50"));
    for (int kill = 0; kill < 3; ++kill) {
      (void)runDaemonAndKill(QStringList{"dead-letters", "retry", "--all"} + where(),
                             std::chrono::milliseconds(60 + 70 * kill));
    }
    (void)letters({"retry", "--all"});
    // All of seat 8 are in, in order; all of seat 7 wait.
    QCOMPARE(rowsOf(database(), "SELECT count(*), min(n), max(n) FROM ticket"),
             QStringList{QString("40,%1,%2").arg(kLines - 40).arg(kLines - 1)});
    QCOMPARE(kinds("refused"), QString("10"));
    QCOMPARE(kinds("held"), QString::number(kLines / 50 * 10 - 10));
  }

  void tableThatLostAColumnIsParkedUntilItIsMended() {
    QVERIFY(replay(upsert("seat", 1, "\"who\":\"ada\""), 0)["persisted"].toInt() == 1);
    QByteArray lines;
    for (int i = 1; i <= 10; ++i) lines += upsert("seat", i, "\"who\":\"bob\"");
    lines += upsert("ticket", 1, "\"seat\":1");
    // The node reads the tables when it starts: they change while it runs.
    LiveDaemon daemon(QStringList{"replay", "-", "--source", "more"} + where());
    daemon.write(upsert("ticket", 2, "\"seat\":1"));
    QTRY_COMPARE_WITH_TIMEOUT(rowsOf(database(), "SELECT count(*) FROM ticket"), QStringList{"1"},
                              60'000);
    rowsOf(database(), "ALTER TABLE seat RENAME COLUMN who TO whom");
    daemon.write(lines);
    daemon.closeInput();
    QCOMPARE(daemon.end().exitCode, 3);
    QCOMPARE(kinds("parked"), QString("1"));
    QCOMPARE(kinds("held"), QString("9"));
    QCOMPARE(rowsOf(database(), "SELECT count(*) FROM ticket"), QStringList{"2"});
    QVERIFY(letters({"list"}).output.contains("table 'seat' is parked"));

    rowsOf(database(), "ALTER TABLE seat RENAME COLUMN whom TO who");
    const DaemonResult retried = letters({"retry", "--all"});
    QVERIFY2(retried.exitCode == 0, retried.errors + retried.output);
    QCOMPARE(rowsOf(database(), "SELECT count(*) FROM seat WHERE who = 'bob'"), QStringList{"10"});
    QCOMPARE(rowsOf(database(), "SELECT count(*) FROM penstock_dead_letter"), QStringList{"0"});
  }

 private:
  QString path(const QString& name) const { return m_node->filePath(name); }
  QString database() const { return path("node/database.sqlite"); }
  QStringList where() const {
    return {"--config", path("penstock.toml"), "--data-dir", path("node")};
  }
  static QByteArray upsert(const char* table, int id, const QByteArray& set,
                           const QByteArray& add = {}) {
    const QByteArray key = QByteArray::number(id);
    return QByteArray("{\"table\":\"") + table + "\",\"op\":\"upsert\",\"key\":{\"id\":" + key +
           "},\"set\":{" + set + "}" + (add.isEmpty() ? "" : ",\"add\":{" + add + "}") + "}\n";
  }
  QStringList replayArguments() const {
    return QStringList{"replay", path("lines.ndjson"), "--schema", path("schema.sql"), "--json"} +
           where();
  }
  QJsonObject replay(const QByteArray& lines, int exitCode) const {
    if (!writeFile(path("lines.ndjson"), lines)) return {};
    const DaemonResult result = runDaemon(replayArguments());
    return result.exitCode == exitCode ? result.summary() : QJsonObject();
  }
  DaemonResult letters(const QStringList& arguments) const {
    return runDaemon(QStringList{"dead-letters"} + arguments + where());
  }
  QString kinds(const QString& kind) const {
    return rowsOf(database(),
                  "SELECT count(*) FROM penstock_dead_letter WHERE kind = '" + kind + "'")
        .value(0);
  }

  std::unique_ptr<QTemporaryDir> m_node;
};

PENSTOCK_TEST(TestAfterDeadLetter)

}  // namespace penstock::test

#include "tst_after_dead_letter.moc"
