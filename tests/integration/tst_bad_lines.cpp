// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <vector>

#include "tests/integration/bad_line_examples.h"
#include "tests/integration/daemon_process.h"
#include "tests/support/test_main.h"

namespace penstock::test {

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

  /// From a shell, on a stopped node: looked at, taken away, mended, retried, discarded.
  void deadLettersAreDecided() {
    const std::vector<Example> dead = deadLines();
    for (const Example& example : dead) add(example);
    const QTemporaryDir node;
    QCOMPARE(replay(node).exitCode, 3);
    const auto letters = [&](const QStringList& words) {
      return runDaemon(QStringList{"dead-letters"} + words +
                       QStringList{"--data-dir", node.path()});
    };
    const QString csv = node.filePath("letters.csv");
    QCOMPARE(letters({"export", "--to", csv}).exitCode, 0);
    QVERIFY(
        readFile(csv).startsWith("sequence,at,kind,code,reason,attempts,journal,change_set\r\n"));
    const QString lines = node.filePath("letters.ndjson");
    QCOMPARE(letters({"export", "--to", lines}).exitCode, 0);
    QCOMPARE(readFile(lines).count('\n'), static_cast<qsizetype>(dead.size()));
    QCOMPARE(letters({"retry"}).exitCode, 2);
    QCOMPARE(letters({"retry", "--sequence", "1"}).exitCode, 1);
    QVERIFY(letters({"discard", "--all", "--dry-run"}).output.startsWith("would discard"));
    const DaemonResult again = letters({"retry", "--all"});
    QVERIFY2(again.exitCode == 3, again.output + again.errors);
    QVERIFY2(again.output.contains("refused again"), again.output);
    const QString count = "SELECT count(*) FROM penstock_dead_letter";
    const QString database = node.filePath("database.sqlite");
    QCOMPARE(rowsOf(database, count), QStringList{QString::number(dead.size())});
    const DaemonResult gone = letters({"discard", "--all"});
    QVERIFY2(gone.exitCode == 0, gone.output + gone.errors);
    QCOMPARE(rowsOf(database, count), QStringList{"0"});
    QCOMPARE(goodRows(node), m_good);
  }

  void badLinesAreNotTriedAgain() {
    for (const Example& example : refusedLines()) add(example);
    for (const Example& example : deadLines()) add(example);
    const QTemporaryDir node;
    QCOMPARE(replay(node).exitCode, 3);
    const DaemonResult second = replay(node);
    // Nothing new went wrong, and all the same not every line is in the database.
    QCOMPARE(second.exitCode, 3);
    QCOMPARE(second.summary()["rejected"].toInt(-1), 0);
    QCOMPARE(second.summary()["rejected_before"].toInt(), static_cast<int>(refusedLines().size()));
    QCOMPARE(second.summary()["dead_letters_waiting"].toInt(),
             static_cast<int>(deadLines().size()));
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
    if (!writeFile(file, m_content) || !writeFile(schema, kExampleSchema)) return {};
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
