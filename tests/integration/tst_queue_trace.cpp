// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

/// `penstockd queue trace` on a stopped node: what became of change sets, one by one.
class TestQueueTrace : public QObject {
  Q_OBJECT

 private slots:
  /// `good` and a later change of its row are persisted, `bad`, `worse` and `worst` are refused.
  void init() {
    m_node = std::make_unique<QTemporaryDir>();
    QVERIFY(writeFile(path("schema.sql"),
                      "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, v TEXT NOT NULL);"));
    QByteArray lines = line("good", "insert", 1, "\"a\"") + line("later", "update", 1, "\"b\"");
    for (const char* id : {"bad", "worse", "worst"}) lines += line(id, "insert", 1, "\"c\"");
    QVERIFY(writeFile(path("lines.ndjson"), lines));
    const DaemonResult replayed =
        runDaemon({"replay", path("lines.ndjson"), "--data-dir", path("node"), "--schema",
                   path("schema.sql"), "--json"});
    QVERIFY2(replayed.exitCode == 3, replayed.errors);
  }

  void persistedChangeSetIsFoundByIdSequenceAndRow() {
    const QJsonObject byId = traced({"--id", "good"});
    QCOMPARE(stateOf(byId, 0), QString("persisted"));
    const QJsonObject set = byId["found"][0].toObject();
    QVERIFY(!set["journaled_at"].toString().isEmpty());
    QCOMPARE(set["change_set"]["id"].toString(), QString("good"));
    const QString sequence = QString::number(set["sequence"].toInteger());
    QCOMPARE(traced({"--sequence", sequence})["found"], byId["found"]);
    const QJsonObject byRow = traced({"--row", "t/1"});
    QCOMPARE(byRow["matches"].toInt(), 5);
    QCOMPARE(byRow["found"][0], byId["found"][0]);
    QCOMPARE(stateOf(byRow, 1), QString("persisted"));
    QCOMPARE(stateOf(byRow, 2), QString("dead_letter"));
    QCOMPARE(traced({"--row", "t/1", "--limit", "1"})["found"].toArray().size(), qsizetype{1});
  }

  void peopleReadLines() {
    const DaemonResult result = trace({"--id", "bad"});
    QCOMPARE(result.exitCode, 0);
    for (const char* part : {"journaled 2", "id bad", "insert t/1", "sink primary: dead letter",
                             "UNIQUE", " attempt"}) {
      QVERIFY2(result.output.contains(part), result.output);
    }
  }

  void decisionsAboutALetterAreTold() {
    QCOMPARE(decide("discard", "bad"), 0);
    QCOMPARE(stateOf(traced({"--id", "bad"}), 0), QString("discarded"));
    const int attempts = sinkOf(traced({"--id", "worse"}), 0)["attempts"].toInt();
    QCOMPARE(decide("retry", "worse"), 3);  // refused again
    const QJsonObject again = traced({"--id", "worse"});
    QCOMPARE(stateOf(again, 0), QString("dead_letter"));
    QVERIFY(attempts > 0 && sinkOf(again, 0)["attempts"].toInt() > attempts);
    QCOMPARE(sinkOf(again, 0)["decisions"][0]["action"].toString(), QString("retry"));
    rowsOf(database(), "DELETE FROM t");
    QCOMPARE(decide("retry", "worst"), 0);
    QCOMPARE(stateOf(traced({"--id", "worst"}), 0), QString("retried"));
    const qint64 decision = sinkOf(again, 0)["decisions"][0]["sequence"].toInteger();
    const DaemonResult other = trace({"--sequence", QString::number(decision)});
    QCOMPARE(other.exitCode, 1);
    QVERIFY2(other.errors.contains("retry dead letter"), other.errors);
  }

  /// As after a restore of the database: the next start goes back to there.
  void whatTheDatabaseHasNotSeenWaits() {
    const qint64 sequence = traced({"--id", "good"})["found"][0]["sequence"].toInteger();
    rowsOf(database(), QString("UPDATE penstock_checkpoint SET sequence = %1").arg(sequence));
    QCOMPARE(stateOf(traced({"--id", "good"}), 0), QString("persisted"));
    QCOMPARE(stateOf(traced({"--id", "later"}), 0), QString("waiting"));
  }

  void whatIsNotFoundIsToldWithHowFarTheJournalReaches() {
    const QList<QStringList> queries{
        {"--id", "none"}, {"--row", "t/7"}, {"--sequence", "9007199254740991"}};
    for (const QStringList& query : queries) {
      const DaemonResult result = trace(query);
      QCOMPARE(result.exitCode, 1);
      QVERIFY2(result.errors.contains("no such change set") &&
                   result.errors.contains("the journal reaches back to sequence "),
               result.errors);
    }
  }

  void tableThatIsNotThereIsTold() {
    const DaemonResult result = trace({"--row", "nope/1"});
    QCOMPARE(result.exitCode, 1);
    QVERIFY2(result.errors.contains("row nope/1: there is no such table"), result.errors);
  }

  void journaledIsToldWithoutADatabaseToo() {
    QVERIFY(QFile::remove(database()));
    const DaemonResult result = trace({"--id", "good"});
    QCOMPARE(result.exitCode, 1);
    QVERIFY2(result.output.contains("journaled 2") && result.output.contains("unknown"),
             result.output);
    QVERIFY(!QFile::exists(database()));
  }

  void wrongUsageIsRefused() {
    const QList<QStringList> wrong{QStringList{},  {"--id", "a", "--sequence", "1"},
                                   {"--row", "t"}, {"--id", "a", "--table", "t"},
                                   {"--id", ""},   {"--sequence", "x"}};
    for (const QStringList& words : wrong) {
      QCOMPARE(trace(words).exitCode, 2);
    }
    QCOMPARE(runDaemon({"queue", "peek", "--id", "a"}).exitCode, 2);
  }

 private:
  QString path(const QString& name) const { return m_node->filePath(name); }
  QString database() const { return path("node/database.sqlite"); }

  DaemonResult trace(const QStringList& words) const {
    return runDaemon(QStringList{"queue", "trace", "--data-dir", path("node")} + words);
  }
  /// Empty unless it exits with 0.
  QJsonObject traced(const QStringList& words) const {
    const DaemonResult result = trace(words + QStringList{"--json"});
    return result.exitCode == 0 ? result.summary() : QJsonObject();
  }
  static QJsonObject sinkOf(const QJsonObject& traced, int set) {
    return traced["found"][set]["sinks"][0].toObject();
  }
  static QString stateOf(const QJsonObject& traced, int set) {
    return sinkOf(traced, set)["state"].toString();
  }

  int decide(const QString& verb, const QString& id) const {
    const qint64 sequence = traced({"--id", id})["found"][0]["sequence"].toInteger();
    return runDaemon({"dead-letters", verb, "--data-dir", path("node"), "--sequence",
                      QString::number(sequence)})
        .exitCode;
  }

  static QByteArray line(const char* id, const char* operation, int key, const char* value) {
    return QByteArray("{\"id\":\"") + id + "\",\"changes\":[{\"table\":\"t\",\"op\":\"" +
           operation + "\",\"key\":{\"id\":" + QByteArray::number(key) +
           "},\"set\":{\"v\":" + value + "}}]}\n";
  }

  std::unique_ptr<QTemporaryDir> m_node;
};

PENSTOCK_TEST(TestQueueTrace)

}  // namespace penstock::test

#include "tst_queue_trace.moc"
