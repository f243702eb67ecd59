// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QTest>
#include <string>
#include <vector>

#include "model/identity.h"
#include "tests/backend/workload/fake_port.h"
#include "tests/support/test_main.h"
#include "workload/replay.h"

namespace penstock::test {
namespace {

std::string numberedLines(std::int64_t from, std::int64_t to) {
  std::string text;
  for (std::int64_t i = from; i <= to; ++i) text += plainLine(i) + "\n";
  return text;
}

/// The position of a source whose first lines are in.
SubmitPort::SourcePosition after(std::uint64_t lines) {
  SubmitPort::SourcePosition position;
  position.upTo = lines;
  for (std::uint64_t i = 1; i <= lines; ++i) {
    position.chainHash = chainHash(position.chainHash, plainLine(static_cast<std::int64_t>(i)));
  }
  return position;
}

}  // namespace

class TestReplay : public QObject {
  Q_OBJECT

 private slots:
  void filesAreReplayedOneAfterAnother() {
    FakePort port;
    const auto [status, counts] = replay(
        port, {{write("a", numberedLines(1, 3)), "a"}, {write("b", numberedLines(4, 6)), "b"}});
    QVERIFY(status.isOk());
    QCOMPARE(counts.lines, 6u);
    QCOMPARE(counts.accepted, 6u);
    const std::vector<Submitted> submitted = port.submitted();
    for (std::size_t i = 0; i < 6; ++i) {
      QVERIFY(submitted[i].json.find("\"id\":" + std::to_string(i + 1)) != std::string::npos);
      QCOMPARE(submitted[i].line, std::uint64_t{i % 3 + 1});
    }
  }

  void goesOnBehindTheLinesThatAreIn() {
    FakePort port;
    port.position = after(4);
    const auto [status, counts] = replay(port, {{write("a", numberedLines(1, 10)), "a"}});
    QVERIFY(status.isOk());
    QCOMPARE(counts.lines, 10u);
    QCOMPARE(counts.known, 4u);
    QCOMPARE(counts.accepted, 6u);
    QCOMPARE(port.submitted().front().line, 5u);
  }

  void finishedFileIsReadAndNotSubmitted() {
    FakePort port;
    port.position = after(10);
    port.position.refused = 2;
    port.position.shed = 3;
    const auto [status, counts] = replay(port, {{write("a", numberedLines(1, 10)), "a"}});
    QVERIFY(status.isOk());
    QCOMPARE(counts.known, 10u);
    QCOMPARE(counts.rejectedBefore, 2u);
    QCOMPARE(counts.shedBefore, 3u);
    QVERIFY(port.submitted().empty());
  }

  void otherFileUnderTheSameNameIsRefused_data() {
    QTest::addColumn<QByteArray>("content");
    const std::string first = numberedLines(1, 3);
    QTest::newRow("another line") << QByteArray::fromStdString(numberedLines(2, 11));
    QTest::newRow("shorter") << QByteArray::fromStdString(first);
    QTest::newRow("a line gone") << QByteArray::fromStdString(first + numberedLines(5, 12));
    QTest::newRow("empty") << QByteArray();
  }
  void otherFileUnderTheSameNameIsRefused() {
    QFETCH(QByteArray, content);
    FakePort port;
    port.position = after(4);
    const std::string path = write("a", content.toStdString());
    const auto [status, counts] = replay(port, {{path, "a"}});
    QVERIFY(status.code() == StatusCode::Conflict);
    QVERIFY2(status.message().find(path) != std::string::npos, status.message().c_str());
    QVERIFY(status.message().find("--source") != std::string::npos);
    QVERIFY(port.submitted().empty());
  }

  void sourceWithoutANameIsReplayedAnew() {
    FakePort port;
    port.position = after(4);
    const auto [status, counts] = replay(port, {{write("a", numberedLines(1, 5)), ""}});
    QVERIFY(status.isOk());
    QCOMPARE(counts.accepted, 5u);
    QCOMPARE(port.submitted().front().line, 0u);
  }

  void badLinesAreToldWithTheirPlaceInTheFile() {
    FakePort port;
    const std::string path = write("a", plainLine(1) + "\n\n\nrubbish\n" + plainLine(2) + "\n");
    const auto [status, counts] = replay(port, {{path, "a"}});
    QVERIFY(status.isOk());
    QCOMPARE(counts.lines, 3u);
    QCOMPARE(counts.rejected, 1u);
    QCOMPARE(counts.accepted, 2u);
    QCOMPARE(m_reports, (std::vector<std::string>{path + ":4"}));
  }

  void fileThatIsNotThereOrIsCutIsTold() {
    FakePort port;
    const std::string missing = m_directory.filePath("missing").toStdString();
    const auto [status, counts] = replay(port, {{missing, "a"}});
    QVERIFY(status.code() == StatusCode::NotFound);
    QVERIFY2(status.message().find(missing) != std::string::npos, status.message().c_str());
    const auto [cut, none] = replay(port, {{write("a.zst", "\x28\xb5\x2f\xfd"), "a"}});
    QVERIFY(cut.code() == StatusCode::Corrupt);
  }

  void stopEndsItBetweenTwoLines() {
    FakePort port;
    StopSignal stop;
    port.answer = [&stop](std::uint64_t number) {
      if (number == 7) stop.request();
      return Ack();
    };
    const auto [status, counts] =
        replay(port, {{write("a", numberedLines(1, 50)), "a"}, {write("b", "rubbish"), "b"}}, stop);
    QVERIFY(status.isOk());
    QCOMPARE(counts.accepted, 7u);
    QVERIFY(m_reports.empty());
  }

  void checkFindsLinesThatNobodyAnswered() {
    FakePort port;
    StopSignal stop;
    WorkloadProgress progress;
    WorkloadContext context{port, systemClock(), stop, progress, {}};
    Replay replay(posixFileSystem(), {{{write("a", numberedLines(1, 5)), "a"}}, 1}, {});
    QVERIFY(replay.run(context).isOk());
    const Result<std::string> found = replay.check(context);
    QVERIFY(found.isOk());
    QVERIFY2(found->find("5 change sets") != std::string::npos, found->c_str());
    QCOMPARE(progress.done.load(), progress.total.load());
  }

 private:
  struct Outcome {
    Status status;
    ReplayCounts counts;
  };
  Outcome replay(FakePort& port, std::vector<ReplayFile> files) {
    StopSignal stop;
    return replay(port, std::move(files), stop);
  }
  Outcome replay(FakePort& port, std::vector<ReplayFile> files, StopSignal& stop) {
    m_reports.clear();
    WorkloadProgress progress;
    WorkloadContext context{port, systemClock(), stop, progress, {}};
    Replay replay(posixFileSystem(), {std::move(files), 1},
                  [this](const std::string& file, std::uint64_t line, const Status&) {
                    m_reports.push_back(file + ":" + std::to_string(line));
                  });
    Status status = replay.run(context);
    return {std::move(status), replay.counts()};
  }
  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = m_directory.filePath(QString::fromStdString(name)).toStdString();
    if (!replaceFile(posixFileSystem(), path, content).isOk()) qFatal("cannot write");
    return path;
  }

  const QTemporaryDir m_directory;
  std::vector<std::string> m_reports;
};

PENSTOCK_TEST(TestReplay)

}  // namespace penstock::test

#include "tst_replay.moc"
