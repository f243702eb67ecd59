// SPDX-License-Identifier: Apache-2.0
#include <QRegularExpression>
#include <QSet>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>

#include "model/limits.h"
#include "tests/integration/daemon_process.h"
#include "tests/integration/memory_bound.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr int kPatienceMs = 120'000;
/// More than the journal may hold, about 1 KiB each.
constexpr int kLines = 40'000;

QByteArray line(int id) {
  return "{\"table\":\"readings\",\"op\":\"insert\",\"key\":{\"id\":" + QByteArray::number(id) +
         "},\"set\":{\"value\":\"" + QByteArray(1000, 'v') + "\"}}\n";
}

/// Holds an SQLite database so that nobody else can write, while it lives.
class WriteLock {
 public:
  explicit WriteLock(const QString& file) {
    QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", kName);
    database.setDatabaseName(file);
    database.setConnectOptions(QString("QSQLITE_BUSY_TIMEOUT=%1").arg(kPatienceMs));
    m_isHeld = database.open() && QSqlQuery(database).exec("BEGIN IMMEDIATE");
  }
  ~WriteLock() { QSqlDatabase::removeDatabase(kName); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

  bool isHeld() const { return m_isHeld; }

 private:
  static constexpr const char* kName = "lock";
  bool m_isHeld = false;
};

/// The rows of the lines that it named as dropped, as often as it did: the first line is row 2.
QList<int> droppedRows(const QByteArray& errors) {
  static const QRegularExpression pattern("^penstockd: .*lines\\.ndjson:(\\d+): dropped, ",
                                          QRegularExpression::MultilineOption);
  QList<int> ids;
  auto matches = pattern.globalMatch(QString::fromUtf8(errors));
  while (matches.hasNext()) ids << matches.next().captured(1).toInt() + 1;
  return ids;
}

}  // namespace

/// More than the database takes, for longer than the budgets reach.
class TestOverload : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    QByteArray lines;
    for (int id = 2; id <= kLines; ++id) lines += line(id);
    QVERIFY(writeFile(m_lines, lines));
  }

  void everyLineIsPersistedOrNamedAsDropped_data() {
    QTest::addColumn<QByteArray>("policy");
    QTest::addColumn<int>("producers");
    for (const int producers : {1, 4}) {
      for (const char* policy : {"wait", "reject", "shed"}) {
        QTest::addRow("%s, %d producers", policy, producers) << QByteArray(policy) << producers;
      }
    }
  }
  /// The database stands still until the journal is full.
  void everyLineIsPersistedOrNamedAsDropped() {
    QFETCH(QByteArray, policy);
    QFETCH(int, producers);
    const QTemporaryDir node;
    const QStringList arguments = call(node, policy, producers);
    const bool sheds = policy == "shed";
    LiveDaemon daemon(arguments);
    daemon.write(line(1));
    QTRY_COMPARE_WITH_TIMEOUT(rows(node, "count(*)"), "1", kPatienceMs);
    {
      const WriteLock lock(node.filePath("database.sqlite"));
      QVERIFY(lock.isHeld());
      daemon.closeInput();  // and it goes on with the file
      const auto isFull = [&] {
        return sheds ? daemon.errors().contains(": dropped, ") : journaledIn(node) > kLines / 4;
      };
      QTRY_VERIFY_WITH_TIMEOUT(isFull(), kPatienceMs);
    }
    const DaemonResult result = daemon.end();
    QVERIFY2(result.exitCode == (sheds ? 3 : 0), result.errors.right(2000));
    const QList<int> dropped = droppedRows(result.errors);
    const QSet<int> each(dropped.begin(), dropped.end());
    const int shed = static_cast<int>(each.size());
    QCOMPARE(dropped.size(), each.size());
    QCOMPARE(shed > 0, sheds);
    const QJsonObject summary = result.summary();
    QCOMPARE(summary["shed"].toInt(-1), shed);
    QCOMPARE(summary["rejected"].toInt(-1), 0);
    QCOMPARE(summary["change_sets"].toInt(-1), kLines - shed);
    QCOMPARE(rows(node, "id"), allBut(each));
    const auto peak = static_cast<std::uint64_t>(summary["peak_rss_bytes"].toDouble());
    qInfo("%d shed, peak memory %llu MiB", shed,
          static_cast<unsigned long long>(peak / limits::kMiB));
    if (!kSanitized) QVERIFY(peak <= limits::kMemoryBudgetMin + kMemoryBeyondBudget);

    LiveDaemon again(arguments);
    again.closeInput();
    const DaemonResult second = again.end();
    QVERIFY2(second.exitCode == (sheds ? 3 : 0), second.errors.right(2000));
    QCOMPARE(second.summary()["known"].toInt(-1), kLines - 1);
    QCOMPARE(second.summary()["shed"].toInt(-1), 0);
    QCOMPARE(second.summary()["shed_before"].toInt(-1), shed);
    QCOMPARE(second.summary()["rejected_before"].toInt(-1), 0);
    QCOMPARE(rows(node, "id"), allBut(each));
  }

 private:
  QStringList call(const QTemporaryDir& node, const QByteArray& policy, int producers) const {
    const QByteArray schema = "CREATE TABLE IF NOT EXISTS readings(id INTEGER PRIMARY KEY, value);";
    writeFile(node.filePath("schema.sql"), schema);
    const QByteArray config =
        "[engine]\nmemory_budget = \"32 MiB\"\n"
        "[journal]\nsegment_size = \"4 MiB\"\ndisk_budget = \"16 MiB\"\n"
        "free_space_floor = \"0 B\"\n"
        "[[table]]\nname = \"readings\"\noverload = \"" +
        policy + "\"\n";
    writeFile(node.filePath("small.toml"), config);
    return {"replay",
            "-",
            m_lines,
            "--schema",
            node.filePath("schema.sql"),
            "--config",
            node.filePath("small.toml"),
            "--data-dir",
            node.path(),
            "--producers",
            QString::number(producers),
            "--json"};
  }

  static qint64 journaledIn(const QTemporaryDir& node) {
    return runDaemon({"journal", "dump", node.path()}).output.count('\n');
  }

  static QString rows(const QTemporaryDir& node, const QString& columns) {
    return rowsOf(node.filePath("database.sqlite"), "SELECT " + columns + " FROM readings")
        .join(' ');
  }

  static QString allBut(const QSet<int>& dropped) {
    QStringList ids;
    for (int id = 1; id <= kLines; ++id) {
      if (!dropped.contains(id)) ids << QString::number(id);
    }
    ids.sort();
    return ids.join(' ');
  }

  const QTemporaryDir m_files;
  const QString m_lines = m_files.filePath("lines.ndjson");
};

PENSTOCK_TEST(TestOverload)

}  // namespace penstock::test

#include "tst_overload.moc"
