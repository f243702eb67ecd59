// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>

#include "engine/operate/pause_file.h"
#include "tests/support/simulated_file_system.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

const std::string kPath = "/data/paused-primary";

}  // namespace

class TestPauseFile : public QObject {
  Q_OBJECT

 private slots:
  void whatWasWrittenIsReadUntilNothingIsPaused() {
    const PauseFile file(m_disk, kPath);
    QVERIFY(file.read().isOk() && file.read()->isEmpty());
    QVERIFY(file.write({Pause{"anna", "two\nlines", kSince}, {}}).isOk());
    const auto read = file.read();
    QVERIFY(read.isOk() && read->sink && read->tables.empty());
    QCOMPARE(QString::fromStdString(read->sink->who), QString("anna"));
    QCOMPARE(QString::fromStdString(read->sink->why), QString("two lines"));
    QVERIFY(read->sink->sinceMicros == kSince);
    QVERIFY(file.write({}).isOk());
    QVERIFY(file.read()->isEmpty() && !m_disk.exists(kPath));
    QVERIFY(file.write({}).isOk());
  }

  void tablesAreKeptWithWhoWhenAndWhyWhateverTheyAreCalled() {
    const PauseFile file(m_disk, kPath);
    const Pauses written{Pause{"anna", "a\tb\\n", kSince},
                         {{"players", {"ops", "", 7}}, {"odd\ttable\n\\", {"bob", "x\r\n", 8}}}};
    QVERIFY(file.write(written).isOk());
    const auto read = file.read();
    QVERIFY(read.isOk() && read->sink && read->tables.size() == 2);
    QCOMPARE(read->sink->why, written.sink->why);
    for (std::size_t i = 0; i < 2; ++i) {
      QCOMPARE(read->tables[i].table, written.tables[i].table);
      QCOMPARE(read->tables[i].pause.who, written.tables[i].pause.who);
      QCOMPARE(read->tables[i].pause.why, written.tables[i].pause.why);
      QVERIFY(read->tables[i].pause.sinceMicros == written.tables[i].pause.sinceMicros);
    }
    QVERIFY(read->find("players") != nullptr && read->find("player") == nullptr);
    QVERIFY(file.write({std::nullopt, {written.tables[0]}}).isOk());
    QVERIFY(!file.read()->sink && file.read()->tables.size() == 1);
  }

  /// As every penstock before tables could be paused has written and reads it.
  void sinkAloneIsWrittenAsItAlwaysWas() {
    QVERIFY(PauseFile(m_disk, kPath).write({Pause{"anna", "why", 5}, {}}).isOk());
    QCOMPARE(*readWholeFile(m_disk, kPath), std::string("5\nanna\nwhy\n"));
  }

  void newerFormatIsRefusedByName() {
    QVERIFY(replaceFile(m_disk, kPath, "penstock-pauses 3\nwho knows\n").isOk());
    const auto read = PauseFile(m_disk, kPath).read();
    QVERIFY(read.status().code() == StatusCode::Unsupported);
    for (const char* part : {kPath.c_str(), "format 3", "newer penstock"}) {
      QVERIFY2(read.status().message().find(part) != std::string::npos,
               read.status().message().c_str());
    }
  }

  void reasonSaysWhoSinceWhenAndWhy() {
    QCOMPARE((TablePause{"players", {"ops", "maintenance", kSince}}.reason()),
             std::string("table players is paused by ops since 2023-11-14 22:13:20 UTC: "
                         "maintenance"));
    QCOMPARE((TablePause{"players", {"ops", "", 0}}.reason()),
             std::string("table players is paused by ops"));
  }

  void tableIsFoundWhereAChangeSetNamesIt() {
    const Pauses pauses{std::nullopt, {{"play", {"ops", "", 1}}, {"players", {"ops", "", 2}}}};
    const TablePause* found =
        pauses.findNamedIn(R"({"changes":[{"table":"slots"},{"table":"players"}]})");
    QVERIFY(found != nullptr && found->table == "players");
    QVERIFY(pauses.findNamedIn(R"({"changes":[{"table":"slots"}]})") == nullptr);
  }

  void outlivesAPowerLoss() {
    QVERIFY(PauseFile(m_disk, kPath).write({Pause{"anna", "", 1}, {}}).isOk());
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const auto after = m_disk.afterPowerLoss(seed);
      QVERIFY(PauseFile(*after, kPath).read()->sink.has_value());
    }
  }

  // Going on by mistake cannot be taken back; standing still can.
  void damagedFileStillMeansPaused() {
    for (const char* content : {"", "penstock-pauses 2\ntable\tx", "penstock-pauses ?\n",
                                "penstock-pauses 2\ntable\t7\tops\t\tplayers\nrubbish\n"}) {
      QVERIFY(replaceFile(m_disk, kPath, content).isOk());
      const auto read = PauseFile(m_disk, kPath).read();
      QVERIFY(read.isOk() && read->sink && !read->sink->who.empty());
    }
    QVERIFY(PauseFile(m_disk, kPath).read()->find("players") != nullptr);
  }

  void fullDiskIsTold() {
    m_disk.plan({SimulatedFileSystem::Call::Write, SimulatedFileSystem::Fault::NoSpace});
    QVERIFY(!PauseFile(m_disk, kPath).write({Pause{"anna", "", 1}, {}}).isOk());
  }

  void init() {
    (void)m_disk.remove(kPath);
    m_disk.clearFaults();
    QVERIFY(m_disk.createDirectories("/data").isOk());
  }

 private:
  static constexpr std::int64_t kSince = 1'700'000'000'000'000;
  SimulatedFileSystem m_disk;
};

PENSTOCK_TEST(TestPauseFile)

}  // namespace penstock::test

#include "tst_pause_file.moc"
