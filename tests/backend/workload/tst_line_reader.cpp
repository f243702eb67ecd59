// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cstring>
#include <string>
#include <vector>

#include "model/limits.h"
#include "tests/support/test_main.h"
#include "workload/line_reader.h"

namespace penstock::test {
namespace {

/// Gives a text away in pieces of a size, then fails or ends.
class Pieces final : public ByteSource {
 public:
  Pieces(std::string text, std::size_t size, Status end = {})
      : m_text(std::move(text)), m_size(size), m_endStatus(std::move(end)) {}
  Result<std::size_t> read(std::span<std::byte> into) override {
    const std::size_t count = std::min({into.size(), m_size, m_text.size() - m_at});
    if (count == 0 && !m_endStatus.isOk()) return m_endStatus;
    std::memcpy(into.data(), m_text.data() + m_at, count);
    m_at += count;
    return count;
  }
  std::uint64_t consumed() const override { return m_at; }
  std::uint64_t total() const override { return m_text.size(); }

 private:
  const std::string m_text;
  const std::size_t m_size;
  const Status m_endStatus;
  std::size_t m_at = 0;
};

struct Found {
  std::string text;
  std::uint64_t physical = 0;
  std::uint64_t number = 0;
  std::uint64_t chainHash = 0;
  Line::Length length{};
  bool operator==(const Found&) const = default;
};

std::vector<Found> linesOf(const std::string& text, std::size_t piece) {
  LineReader reader(std::make_unique<Pieces>(text, piece));
  std::vector<Found> lines;
  for (;;) {
    const auto line = reader.next();
    if (!line) qFatal("%s", line.status().message().c_str());
    if (!line->has_value()) return lines;
    lines.push_back({std::string((*line)->text), (*line)->physical, (*line)->number,
                     (*line)->chainHash, (*line)->length});
  }
}

std::string shown(const std::vector<Found>& lines) {
  std::string text;
  for (const Found& line : lines) {
    text +=
        std::to_string(line.physical) + "/" + std::to_string(line.number) + ":" + line.text + ";";
  }
  return text;
}

constexpr std::size_t kMax = limits::kChangeSetBytesMax;

}  // namespace

class TestLineReader : public QObject {
  Q_OBJECT

 private slots:
  void byteOrderMarkIsSkipped() {
    const std::string mark = "\xef\xbb\xbf";
    for (const std::size_t piece : {1u, 2u, 100u}) {
      QCOMPARE(shown(linesOf(mark + "a\nb\n", piece)), shown(linesOf("a\nb\n", piece)));
      QCOMPARE(shown(linesOf(mark + "\na", piece)), shown(linesOf("\na", piece)));
      QCOMPARE(linesOf("a\n" + mark + "b\n", piece).back().text, mark + "b");
    }
  }

  void lineIsGivenBeforeMoreIsRead() {
    LineReader reader(std::make_unique<Pieces>(
        "a\n", 2, Status(StatusCode::IoError, "nothing more comes for now")));
    const auto line = reader.next();
    QVERIFY(line.isOk() && line->has_value());
  }

  void linesAreNumberedAsEditorsAndAsReplaysCount_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("lines");
    QTest::newRow("nothing") << QByteArray("") << "";
    QTest::newRow("one without an end") << QByteArray("a") << "1/1:a;";
    QTest::newRow("one with an end") << QByteArray("a\n") << "1/1:a;";
    QTest::newRow("two") << QByteArray("a\nb") << "1/1:a;2/2:b;";
    QTest::newRow("empty ones count for editors alone")
        << QByteArray("\n\na\n\n \t\nb\n\n") << "3/1:a;6/2:b;";
    QTest::newRow("carriage returns") << QByteArray("a\r\n\r\nb\r\n") << "1/1:a;3/2:b;";
    QTest::newRow("carriage return within") << QByteArray("a\rb\n") << "1/1:a\rb;";
    QTest::newRow("carriage return at the very end") << QByteArray("a\nb\r") << "1/1:a;2/2:b;";
    QTest::newRow("blanks are kept") << QByteArray(" a \n") << "1/1: a ;";
  }
  void linesAreNumberedAsEditorsAndAsReplaysCount() {
    QFETCH(QByteArray, text);
    QFETCH(QString, lines);
    for (const std::size_t piece : {1u, 2u, 3u, 1000u}) {
      QCOMPARE(QString::fromStdString(shown(linesOf(text.toStdString(), piece))), lines);
    }
  }

  void linesDoNotDependOnHowBytesCome() {
    std::string text;
    for (int i = 0; i < 30'000; ++i) {
      text += std::string(static_cast<std::size_t>(i * 37 % 300), static_cast<char>('a' + i % 26));
      text += i % 5 == 0 ? "\r\n" : "\n";
    }
    const std::vector<Found> whole = linesOf(text, text.size());
    QVERIFY(whole.size() > 29'000);
    for (const std::size_t piece : {997u, 65'536u, 1'048'576u}) {
      QVERIFY(linesOf(text, piece) == whole);
    }
  }

  void overlongLineIsToldAndTheNextOneIsWhole_data() {
    QTest::addColumn<qint64>("size");
    QTest::addColumn<QString>("end");
    QTest::addColumn<bool>("fits");
    const auto row = [](const char* name, std::size_t size, const char* end, bool fits) {
      QTest::newRow(name) << static_cast<qint64>(size) << end << fits;
    };
    row("at the limit", kMax, "\n", true);
    row("at the limit with a carriage return", kMax, "\r\n", true);
    row("one over", kMax + 1, "\n", false);
    row("one over with a carriage return", kMax + 1, "\r\n", false);
    row("of a buffer's length", 3 * 1024 * 1024, "\n", false);
    row("much longer", 11 * 1024 * 1024 + 7, "\n", false);
  }
  void overlongLineIsToldAndTheNextOneIsWhole() {
    QFETCH(qint64, size);
    QFETCH(QString, end);
    QFETCH(bool, fits);
    const std::string line(static_cast<std::size_t>(size), 'x');
    const std::string text = "before\n" + line + end.toStdString() + "after\n";
    std::vector<Found> first;
    for (const std::size_t piece : {100'003u, 16'777'216u}) {
      const std::vector<Found> lines = linesOf(text, piece);
      QCOMPARE(lines.size(), 3u);
      QVERIFY(lines[1].length == (fits ? Line::Length::Whole : Line::Length::TooLong));
      QVERIFY(lines[1].text == (fits ? line : std::string()));
      QCOMPARE(lines[1].number, 2u);
      QCOMPARE(lines[2].text, std::string("after"));
      QCOMPARE(lines[2].physical, 3u);
      QVERIFY(lines[2].length == Line::Length::Whole);
      if (first.empty()) first = lines;
      QVERIFY(lines == first);
    }
  }

  void overlongLineAtTheEndIsToldToo() {
    for (const std::size_t over : {std::size_t{1}, std::size_t{5 * 1024 * 1024}}) {
      const auto lines = linesOf("a\n" + std::string(kMax + over, 'x'), 1 << 20);
      QCOMPARE(lines.size(), 2u);
      QVERIFY(lines[1].length == Line::Length::TooLong);
    }
  }

  void chainOfHashesTellsFilesApart() {
    const auto last = [](const std::string& text) { return linesOf(text, 7).back().chainHash; };
    QCOMPARE(last("a\nb\nc\n"), last("a\r\n\nb\nc"));
    QVERIFY(last("a\nb\nc\n") != last("a\nc\nb\n"));
    QVERIFY(last("a\nb\n") != last("ab\n"));
    QVERIFY(last("a\na\n") != last("a\n"));
    QVERIFY(last("x\nb\n") != last("y\nb\n"));
  }

  void failureOfTheSourceIsToldAndIsNoEnd() {
    LineReader reader(std::make_unique<Pieces>("a\nhalf a line", 4,
                                               Status(StatusCode::IoError, "the disk is gone")));
    const auto first = reader.next();
    QVERIFY(first.isOk() && (*first)->text == "a");
    const auto second = reader.next();
    QVERIFY(!second && second.status().code() == StatusCode::IoError);
  }
};

PENSTOCK_TEST(TestLineReader)

}  // namespace penstock::test

#include "tst_line_reader.moc"
