// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <string>

#include "app/application/config_file.h"
#include "base/file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using app::parseConfig;
using app::readConfigFile;

constexpr const char* kEveryKey = R"(
[node]
name = "shop"
environment = "prod"
[engine]
data_dir = "/var/lib/x"
memory_budget = "64 MiB"
drain_timeout = "2 min"
known_ids = 5000
[journal]
sync = "interval"
sync_interval = "25 ms"
kind = "file"
segment_size = "16 MiB"
disk_budget = "1 GiB"
free_space_floor = "512 KiB"
retain = "2 h"
[flush]
workers = 7
batch_rows = 123
batch_bytes = "2 MiB"
linger = "5 ms"
target_commit = "1.5 s"
[retry]
initial = "1 s"
max = "1 min"
[[sink]]
name = "main"
role = "primary"
driver = "sqlite"
database = "x.sqlite"
schema_file = "x.sql"
[metrics]
history = "3 d"
[remote]
listen = ""
)";

}  // namespace

class TestConfigFile : public QObject {
  Q_OBJECT

 private slots:
  void emptyFileIsAWorkingEmbeddedSetUp() {
    for (const char* text : {"", "# nothing\n", "[node]\n[flush]\n"}) {
      const auto options = parseConfig(text, "penstock.toml");
      QVERIFY2(options.isOk(), text);
      QCOMPARE(options->node.environment, std::string("local"));
      QCOMPARE(options->memoryBudgetBytes, limits::kMemoryBudgetDefault);
      QCOMPARE(options->knownIds, std::size_t{1'000'000});
      QCOMPARE(options->drainTimeout, 30'000ms);
      QVERIFY(options->journal.sync == JournalSync::Always);
      QCOMPARE(options->journal.retain, std::chrono::seconds(1h));
      QCOMPARE(options->retry.initial, 100ms);
      QCOMPARE(options->sinks.size(), 1u);
      QCOMPARE(options->sinks[0].driver, std::string("sqlite"));
      QCOMPARE(options->sinks[0].flush.workers, 4u);
      QCOMPARE(options->sinks[0].flush.batchRows, 5000u);
      QCOMPARE(options->sinks[0].flush.linger, 50ms);
      QVERIFY(options->tables.empty());
    }
  }

  void everyKeyIsTaken() {
    const auto options = parseConfig(kEveryKey, "penstock.toml");
    QVERIFY2(options.isOk(), options.status().message().c_str());
    QCOMPARE(options->node.name, std::string("shop"));
    QCOMPARE(options->node.environment, std::string("prod"));
    QCOMPARE(options->dataDirectory, std::string("/var/lib/x"));
    QCOMPARE(options->memoryBudgetBytes, 64 * limits::kMiB);
    QCOMPARE(options->drainTimeout, 120'000ms);
    QCOMPARE(options->knownIds, std::size_t{5000});
    QVERIFY(options->journal.sync == JournalSync::Interval);
    QCOMPARE(options->journal.syncInterval, std::chrono::milliseconds(25));
    QCOMPARE(options->journal.segmentBytes, 16 * limits::kMiB);
    QCOMPARE(options->journal.diskBudgetBytes, limits::kGiB);
    QCOMPARE(options->journal.freeSpaceFloorBytes, 512 * limits::kKiB);
    QCOMPARE(options->journal.retain, std::chrono::seconds(2h));
    QCOMPARE(options->retry.initial, 1000ms);
    QCOMPARE(options->retry.max, 60'000ms);
    QCOMPARE(options->history, std::chrono::hours(72));
    const SinkOptions& sink = options->sinks[0];
    QCOMPARE(sink.name, std::string("main"));
    QCOMPARE(sink.database, std::string("x.sqlite"));
    QCOMPARE(sink.schemaFile, std::string("x.sql"));
    QCOMPARE(sink.flush.workers, 7u);
    QCOMPARE(sink.flush.batchRows, 123u);
    QCOMPARE(sink.flush.batchBytes, 2 * limits::kMiB);
    QCOMPARE(sink.flush.linger, 5ms);
    QCOMPARE(sink.flush.targetCommit, 1500ms);
  }

  void tablesHaveTheirOwnRules() {
    const auto options = parseConfig(R"(
[[sink]]
name = "main"
[[table]]
name = "players"
sinks = ["main"]
overload = "reject"
missing = "ignore"
conflict = "upsert"
coalesce = false
order = "table"
after_dead_letter = "hold"
cached = false
rate_per_client = 12.5
[[table]]
name = "log"
[[table]]
name = "readings"
overload = "shed"
)",
                                     "penstock.toml");
    QVERIFY2(options.isOk(), options.status().message().c_str());
    QCOMPARE(options->tables.size(), 3u);
    const TablePolicy& players = options->tables[0];
    QVERIFY(players.overload == OverloadPolicy::Reject);
    QVERIFY(players.missing == MissingPolicy::Ignore);
    QVERIFY(players.conflict == ConflictPolicy::Upsert);
    QVERIFY(players.afterDeadLetter == AfterDeadLetter::Hold);
    QVERIFY(options->tables[1].afterDeadLetter == AfterDeadLetter::Continue);
    QVERIFY(!players.coalesce && players.order == TableOrder::Table);
    QCOMPARE(players.ratePerClient.value(), 12.5);
    const TablePolicy& log = options->tables[1];
    QVERIFY(log.overload == OverloadPolicy::Wait && log.coalesce);
    QVERIFY(options->tables[2].overload == OverloadPolicy::Shed);
    QVERIFY(log.missing == MissingPolicy::Error && log.conflict == ConflictPolicy::Error);
    QVERIFY(!log.ratePerClient);
  }

  void workersOfASinkGoBeforeThoseOfAll() {
    const auto options =
        parseConfig("[[sink]]\nworkers = 2\n[flush]\nworkers = 9\nbatch_rows = 10\n", "c");
    QVERIFY(options.isOk());
    QCOMPARE(options->sinks[0].flush.workers, 2u);
    QCOMPARE(options->sinks[0].flush.batchRows, 10u);
  }

  void badValueNamesFileLineAndReason_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("line");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const char* text, int line, const char* place,
                        const char* reason) {
      QTest::newRow(name) << text << line << place << reason;
    };
    row("unknown key", "[flush]\n\nworkres = 4\n", 3, "[flush] workres", "workers");
    row("unknown section", "\n[flsh]\n", 2, "flsh", "flush");
    row("key of no section", "workers = 3\n", 1, "workers", "unknown");
    row("number too small", "[flush]\nworkers = 0\n", 2, "[flush] workers", "1 to 64");
    row("number too large", "[flush]\nbatch_rows = 9000000\n", 2, "batch_rows", "200,000");
    row("negative", "[engine]\nknown_ids = -1\n", 2, "known_ids", "out of range");
    row("text for a number", "[flush]\nworkers = \"4\"\n", 2, "workers", "whole number");
    row("fraction for a number", "[flush]\nworkers = 1.5\n", 2, "workers", "whole number");
    row("number for a size", "[engine]\nmemory_budget = 1000000\n", 2, "memory_budget", "64 MiB");
    row("size without sense", "[engine]\nmemory_budget = \"64 MB\"\n", 2, "memory_budget", "MiB");
    row("size too small", "[engine]\nmemory_budget = \"1 MiB\"\n", 2, "memory_budget", "32 MiB");
    row("duration without a unit", "[flush]\nlinger = \"50\"\n", 2, "linger", "250 ms");
    row("duration too long", "[flush]\nlinger = \"1 h\"\n", 2, "linger", "60 s");
    row("negative duration", "[flush]\nlinger = \"-5 ms\"\n", 2, "linger", "not understood");
    row("no such choice", "[node]\nenvironment = \"test\"\n", 2, "environment", "stage");
    row("number for a text", "[node]\nname = 3\n", 2, "[node] name", "string");
    row("text for a switch", "[[table]]\nname = \"a\"\ncoalesce = \"no\"\n", 3, "coalesce",
        "true or false");
    row("text for a list", "[[table]]\nname = \"a\"\nsinks = \"main\"\n", 3, "sinks", "list");
    row("rate of nothing", "[[table]]\nname = \"a\"\nrate_per_client = 0\n", 3, "rate_per_client",
        "above 0");
    row("table without a name", "\n\n[[table]]\ncoalesce = false\n", 3, "[[table]]", "name");
    row("table named twice", "[[table]]\nname = \"a\"\n[[table]]\nname = \"a\"\n", 3, "[[table]]",
        "'a'");
    row("sink that is not there", "[[table]]\nname = \"a\"\nsinks = [\"mian\"]\n", 1, "[[table]]",
        "mian");
    row("section for an array", "[table]\nname = \"a\"\n", 1, "[[table]]", "[[table]]");
    row("array for a section", "[[flush]]\nworkers = 4\n", 1, "[flush]", "table");
    row("value for a section", "flush = 4\n", 1, "[flush]", "table");
    row("end before its beginning", "[retry]\nmax = \"50 ms\"\n", 1, "[retry]", "initial");
    row("budget below its segments",
        "[journal]\nsegment_size = \"64 MiB\"\ndisk_budget = \"128 MiB\"\n", 1, "[journal]",
        "disk_budget");
    row("no TOML", "[node]\nname = \n", 2, "", "");
    row("key written twice", "[node]\nname = \"a\"\nname = \"b\"\n", 3, "", "name");
    row("not UTF-8", "[node]\nname = \"\xff\"\n", 2, "", "");
  }
  void badValueNamesFileLineAndReason() {
    QFETCH(QString, text);
    QFETCH(int, line);
    QFETCH(QString, place);
    QFETCH(QString, reason);
    const bool broken = QByteArray(QTest::currentDataTag()) == "not UTF-8";
    const std::string toml = broken ? "[node]\nname = \"\xff\"\n" : text.toStdString();
    const auto read = parseConfig(toml, "dir/penstock.toml");
    QVERIFY(!read.isOk());
    QVERIFY(read.status().code() == StatusCode::Invalid);
    const QString message = QString::fromStdString(read.status().message());
    QVERIFY2(message.startsWith("dir/penstock.toml: line " + QString::number(line) + ": "),
             qPrintable(message));
    QVERIFY2(message.contains(place) && message.contains(reason), qPrintable(message));
    QVERIFY2(!message.contains('\n'), qPrintable(message));
  }

  void refusalIsOneLineWhateverTheFileHolds() {
    for (const char* text :
         {"[flush]\n\"work\\ners\" = 1\n", "\"a\\u001b[2J\" = 1\n",
          "[flush]\nlinger = \"\"\"5\nms\"\"\"\n", "[engine]\nmemory_budget = \"\\u009b1 B\"\n",
          "[[table]]\nname = \"a\\n\"\n[[table]]\nname = \"a\\n\"\n",
          "[[table]]\nname = \"a\"\nsinks = [\"\\u0007\"]\n"}) {
      const auto read = parseConfig(text, "penstock.toml");
      QVERIFY2(!read.isOk(), text);
      const std::string& message = read.status().message();
      QVERIFY2(message.find_first_of("\n\x1b\x07") == std::string::npos, message.c_str());
      QVERIFY2(message.find("\u009b") == std::string::npos, message.c_str());
    }
  }

  void whatIsNotBuiltYetIsRefusedByName_data() {
    QTest::addColumn<QString>("text");
    for (const char* text :
         {"[journal]\nkind = \"jetstream\"", "[remote]\nlisten = \"127.0.0.1:4040\"",
          "[remote]\nauth = \"token\"", "[metrics]\nprometheus = true",
          "[[sink]]\ndriver = \"oracle\"", "[[table]]\nname = \"a\"\ncached = true",
          "[[table]]\nname = \"a\"\nttl = \"1 s\""}) {
      QTest::newRow(text) << text;
    }
  }
  void whatIsNotBuiltYetIsRefusedByName() {
    QFETCH(QString, text);
    const auto read = parseConfig(text.toStdString(), "penstock.toml");
    QVERIFY(!read.isOk());
    const QString message = QString::fromStdString(read.status().message());
    QVERIFY2(message.contains("not available yet"), qPrintable(message));
    QVERIFY2(message.startsWith("penstock.toml: line "), qPrintable(message));
  }

  void sinksOfServersHaveTheirPlace() {
    const auto options = parseConfig(R"(
[[sink]]
name = "copy"
role = "mirror"
database = "copy.sqlite"
[[sink]]
name = "main"
driver = "postgres"
host = "db1,db2"
port = 5433
user = "game"
password_file = "/etc/penstock/password"
options = "sslmode=verify-full"
database = "players"
workers = 8
)",
                                     "c");
    QVERIFY2(options.isOk(), options.status().message().c_str());
    QCOMPARE(options->sinks.size(), std::size_t{2});
    const SinkOptions& main = options->sinks.front();  // the primary comes first
    QCOMPARE(main.name, std::string("main"));
    QCOMPARE(main.driver, std::string("postgres"));
    QCOMPARE(main.host, std::string("db1,db2"));
    QCOMPARE(main.port, std::uint16_t{5433});
    QCOMPARE(main.user, std::string("game"));
    QCOMPARE(main.passwordFile, std::string("/etc/penstock/password"));
    QCOMPARE(main.options, std::string("sslmode=verify-full"));
    QCOMPARE(main.flush.workers, 8u);
    QCOMPARE(options->sinks.back().role, std::string("mirror"));
  }

  void whatASinkMayLackIsASizeOrATime() {
    const auto read = [](const std::string& value) {
      return parseConfig(
          "[[sink]]\nname = \"a\"\n[[sink]]\nname = \"b\"\nrole = \"mirror\"\n"
          "event_table = \"events\"\nmax_lag = " +
              value,
          "c");
    };
    const auto bytes = read("\"4 GiB\"");
    QVERIFY2(bytes.isOk(), bytes.status().message().c_str());
    QCOMPARE(bytes->sinks[1].maxLag.bytes, std::uint64_t{4} << 30);
    QCOMPARE(bytes->sinks[1].eventTable, std::string("events"));
    const auto age = read("\"1 h\"");
    QVERIFY(age.isOk() && age->sinks[1].maxLag.age == std::chrono::hours(1));
    QVERIFY(age->sinks[1].maxLag.bytes == 0 && !age->sinks[0].maxLag.isSet());
    for (const char* wrong : {"5", "\"much\"", "\"0 B\""}) {
      const auto refused = read(wrong);
      QVERIFY2(!refused.isOk() && QString::fromStdString(refused.status().message())
                                      .startsWith("c: line 7: [[sink]] max_lag: "),
               wrong);
    }
  }

  void sinksThatCannotBeTogetherAreRefused_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("why");
    const auto row = [](const char* text, const char* why) {
      QTest::newRow(why) << QString(text) << QString(why);
    };
    row("[[sink]]\nname = \"a\"\n[[sink]]\nname = \"a\"\nrole = \"mirror\"",
        "line 3: [[sink]] a: two sinks have this name (give each its own: name = \"…\")");
    row("[[sink]]\nname = \"a\"\n[[sink]]\nname = \"b\"",
        "line 3: [[sink]] b: there is another primary (write role = \"standby\" or \"mirror\")");
    row("[[sink]]\nrole = \"mirror\"",
        "line 1: [[sink]]: one must be the primary (write role = \"primary\")");
    row("[[sink]]\nname = \"a\"\ndatabase = \"x\"\n[[sink]]\nname = \"b\"\n"
        "role = \"mirror\"\ndatabase = \"x\"",
        "line 4: [[sink]] b: another sink writes to this database (each needs one of its own)");
    row("[[sink]]\nname = \"a\"\nhost = \"db\"",
        "line 1: [[sink]] a: sqlite is a file: host, port, user, password_file and options belong "
        "to a server (leave them out, or name the driver)");
    row("[[sink]]\nname = \"a\"\nrole = \"archive\"",
        "line 1: [[sink]] a: the role archive wants files (write driver = \"archive\")");
    row("[[sink]]\nname = \"a\"\ndriver = \"archive\"",
        "line 1: [[sink]] a: an archive can have no other role (write role = \"archive\")");
    row("[[sink]]\nname = \"a\"\ndriver = \"postgres\"",
        "line 1: [[sink]] a: database is missing (add database = \"…\")");
    row("[[sink]]\nname = \"a\"\nmax_lag = \"1 h\"",
        "line 1: [[sink]] a: max_lag is for a mirror or standby: the primary is never detached "
        "(leave it out)");
    row("[[sink]]\nname = \"a\"\nevent_table = \"my events\"",
        "line 1: [[sink]] a event_table: 'my events' is no plain name (letters, digits and _, at "
        "most 63)");
    row("[[sink]]\nname = \"a\"\nevent_table = \"penstock_checkpoint\"",
        "line 1: [[sink]] a event_table: 'penstock_checkpoint' is a table of another kind (choose "
        "another name)");
  }
  void sinksThatCannotBeTogetherAreRefused() {
    QFETCH(QString, text);
    QFETCH(QString, why);
    const auto read = parseConfig(text.toStdString(), "c");
    QVERIFY(!read.isOk());
    QCOMPARE(QString::fromStdString(read.status().message()), "c: " + why);
  }

  void defaultsOfWhatIsNotBuiltYetMayBeWritten() {
    const auto read = parseConfig(
        "[remote]\nlisten = \"\"\n[metrics]\nprometheus = "
        "false\n[[table]]\nname = \"a\"\ncached = false\nafter_dead_letter = \"continue\"\n",
        "penstock.toml");
    QVERIFY2(read.isOk(), read.status().message().c_str());
  }

  void fileIsReadFromTheDisk() {
    const QTemporaryDir directory;
    const std::string path = directory.filePath("penstock.toml").toStdString();
    QVERIFY(replaceFile(posixFileSystem(), path, "[node]\nname = \"disk\"\n").isOk());
    QCOMPARE(readConfigFile(path)->node.name, std::string("disk"));
    const std::string missing = directory.filePath("none.toml").toStdString();
    const auto read = readConfigFile(missing);
    QVERIFY(!read.isOk() && read.status().code() == StatusCode::NotFound);
    QVERIFY2(read.status().message().find(missing) != std::string::npos,
             read.status().message().c_str());
  }
};

PENSTOCK_TEST(TestConfigFile)

}  // namespace penstock::test

#include "tst_config_file.moc"
