// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <vector>

#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE IF NOT EXISTS parents(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, level INTEGER CHECK (level < 10));
CREATE TABLE IF NOT EXISTS children(
  id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents(id), data BLOB, doc TEXT);
)";

/// A line, and what must be said about it; a line with nothing to be said about it arrives.
struct Example {
  QByteArray line;
  QByteArray said;
};

/// Refused by intake, before the journal: place and reason.
std::vector<Example> refusedLines() {
  const QByteArray parent = R"({"table":"parents","op":"insert","key":{"id":2},"set":)";
  return {
      {R"({"table":"nowhere","op":"insert","key":{"id":1},"set":{"a":1}})",
       "table: unknown table 'nowhere'"},
      {parent + R"({"nmae":"x"}})", "set.nmae: unknown column 'nmae' of table 'parents'"},
      {parent + R"({"name":"x","level":"high"}})", "set.level: 'high' does not fit"},
      {R"({"table":"parents","op":"insert","set":{"name":"x"}})", "key column 'id' is missing"},
      {R"({"table":"parents","op":"insert","key":{"id":7.5},"set":{"name":"x"}})",
       "key.id: 7.5 does not fit"},
      {parent + R"({"name":"x","name":"y"}})", "stands twice"},
      {R"({"id":"a","id":"b","changes":[]})", "stands twice"},
      {"not json", "JSON"},
      {parent + R"({"name":"x"})", "malformed JSON"},
      {parent + R"({"name":"x"}} {"more":1})", "JSON"},
      {"[1]", "a change set is a JSON object"},
      {R"({"changes":[]})", "changes: empty"},
      {R"({"table":"parents","op":"explode","key":{"id":2}})", "op: unknown operation 'explode'"},
      {R"({"table":"parents","op":"delete","key":{"id":2},"set":{"name":"x"}})", "set: a delete"},
      {R"({"table":"parents","op":"update","key":{"id":1},"add":{"name":1}})",
       "add.name: only a number"},
      {R"({"table":"children","op":"insert","key":{"id":2},"set":{"parent":1,"data":)"
       R"({"$bytes":"####"}}})",
       "set.data: $bytes"},
      {R"({"id":5,"changes":[{"table":"parents","op":"delete","key":{"id":1}}]})",
       "id: not a string"},
      {R"({"changes":[{"table":"parents","op":"upsert","key":{"id":50},"set":{"name":"s"}},)"
       R"({"table":"children","op":"insert","key":{"id":50},"set":{"paternt":50}}]})",
       "changes[1].set.paternt: unknown column"},
      {parent + "{\"name\":\"\xff\xfe\"}}", "invalid UTF-8"},
      {parent + R"({"name":"x","doc":)" + QByteArray(2000, '[') + QByteArray(2000, ']') + "}}",
       "nested deeper than"},
      {parent + R"({"name":")" + QByteArray(2 << 20, 'x') + R"("}})", "the line is longer than"},
      {R"({"table":"parents","op":"insert","key":"new","set":{"name":"x"}})", "not available yet"},
      {R"({"table":"parents","op":"update","key":{"id":1},"expect":{"level":1},)"
       R"("set":{"level":2}})",
       "not available yet"},
  };
}

/// Well formed, and refused by the database.
std::vector<Example> deadLines() {
  return {
      {R"({"table":"parents","op":"insert","key":{"id":3},"set":{"name":null}})",
       "NOT NULL constraint failed: parents.name"},
      {R"({"table":"parents","op":"insert","key":{"id":4},"set":{"name":"d","level":11}})",
       "CHECK constraint failed: level < 10"},
      {R"({"table":"parents","op":"insert","key":{"id":5},"set":{"name":"first"}})",
       "UNIQUE constraint failed: parents.name"},
      {R"({"table":"children","op":"insert","key":{"id":6},"set":{"parent":77}})",
       "FOREIGN KEY constraint failed"},
      {R"({"table":"parents","op":"update","key":{"id":99},"set":{"name":"nobody"}})",
       "the row is missing: table 'parents', key 99"},
      {R"({"table":"parents","op":"delete","key":{"id":98}})",
       "the row is missing: table 'parents', key 98"},
      {R"({"table":"parents","op":"insert","key":{"id":1},"set":{"name":"again"}})",
       "UNIQUE constraint failed: parents.id"},
      {R"({"changes":[{"table":"parents","op":"insert","key":{"id":8},"set":{"name":"half"}},)"
       R"({"table":"children","op":"insert","key":{"id":8},"set":{"parent":78}}]})",
       "FOREIGN KEY constraint failed: table 'children', key 8"},
  };
}

QByteArray goodLine(int key) {
  const QByteArray name = key == 1 ? QByteArray("first") : "good " + QByteArray::number(key);
  return R"({"table":"parents","op":"insert","key":{"id":)" + QByteArray::number(key) +
         R"(},"set":{"name":")" + name + R"("}})";
}

}  // namespace

/// What is wrong in a file is named and passed over; the rest of it arrives.
class TestBadLines : public QObject {
  Q_OBJECT

 private slots:
  /// Good lines stand between bad ones, blank ones too: line numbers are those of an editor.
  void init() {
    m_content = goodLine(1) + "\n\n";
    m_line = 3;
    m_good = 1;
  }

  void refusedLineIsNamedWithPlaceAndReason() {
    const std::vector<Example> refused = refusedLines();
    std::vector<int> lineOf;
    for (const Example& example : refused) lineOf.push_back(add(example));
    const QTemporaryDir node;
    const DaemonResult result = replay(node);
    QCOMPARE(result.exitCode, 3);
    QCOMPARE(result.summary()["rejected"].toInt(), static_cast<int>(refused.size()));
    QCOMPARE(result.summary()["dead_letters"].toInt(-1), 0);
    const QByteArrayList said = result.errors.trimmed().split('\n');
    QCOMPARE(said.size(), static_cast<qsizetype>(refused.size()));
    for (std::size_t i = 0; i < refused.size(); ++i) {
      const QByteArray& line = said[static_cast<qsizetype>(i)];
      const QByteArray place = "lines.ndjson:" + QByteArray::number(lineOf[i]) + ": ";
      QVERIFY2(line.contains(place) && line.contains(refused[i].said),
               place + refused[i].said + " is not in: " + line);
    }
    QCOMPARE(goodRows(node), m_good);
  }

  void refusedRowIsKeptAsADeadLetterWithItsReason() {
    const std::vector<Example> dead = deadLines();
    for (const Example& example : dead) add(example);
    const QTemporaryDir node;
    const DaemonResult result = replay(node);
    QCOMPARE(result.exitCode, 3);
    QCOMPARE(result.summary()["rejected"].toInt(-1), 0);
    QCOMPARE(result.summary()["dead_letters"].toInt(), static_cast<int>(dead.size()));
    QCOMPARE(goodRows(node), m_good);
    const DaemonResult letters = runDaemon({"dead-letters", "list", "--data-dir", node.path()});
    QVERIFY2(letters.exitCode == 0, letters.errors);
    const QByteArrayList listed = letters.output.trimmed().split('\n');
    for (const Example& example : dead) QVERIFY2(holds(listed, example), example.line);
    QVERIFY(rowsOf(node.filePath("database.sqlite"), "SELECT * FROM parents WHERE name = 'half'")
                .isEmpty());
  }

  void badLinesAreNotTriedAgain() {
    for (const Example& example : refusedLines()) add(example);
    for (const Example& example : deadLines()) add(example);
    const QTemporaryDir node;
    QCOMPARE(replay(node).exitCode, 3);
    const DaemonResult second = replay(node);
    QCOMPARE(second.summary()["change_sets"].toInt(-1), 0);
    QCOMPARE(second.summary()["dead_letters"].toInt(-1), 0);
    QCOMPARE(goodRows(node), m_good);
    const QStringList letters =
        rowsOf(node.filePath("database.sqlite"), "SELECT sequence FROM penstock_dead_letter");
    QCOMPARE(letters.size(), static_cast<qsizetype>(deadLines().size()));
  }

 private:
  /// Returns the line's number.
  int add(const Example& example) {
    const int line = m_line;
    m_content += example.line + "\n" + goodLine(1000 + ++m_good) + "\n";
    m_line += 2;
    return line;
  }

  DaemonResult replay(const QTemporaryDir& node) const {
    const QString file = m_files.filePath("lines.ndjson");
    const QString schema = m_files.filePath("schema.sql");
    if (!writeFile(file, m_content) || !writeFile(schema, kSchema)) return {};
    return runDaemon({"replay", file, "--schema", schema, "--data-dir", node.path(), "--json"});
  }

  static int goodRows(const QTemporaryDir& node) {
    return static_cast<int>(
        rowsOf(node.filePath("database.sqlite"),
               "SELECT name FROM parents WHERE name = 'first' OR name LIKE 'good %'")
            .size());
  }

  /// One entry has both the reason and the change set.
  static bool holds(const QByteArrayList& letters, const Example& example) {
    const QByteArray change = example.line.mid(example.line.indexOf("{\"table\""));
    for (const QByteArray& letter : letters) {
      if (letter.contains(example.said) && letter.contains(change)) return true;
    }
    return false;
  }

  const QTemporaryDir m_files;
  QByteArray m_content;
  int m_line = 0;
  int m_good = 0;
};

PENSTOCK_TEST(TestBadLines)

}  // namespace penstock::test

#include "tst_bad_lines.moc"
