// SPDX-License-Identifier: Apache-2.0
#include <QRegularExpression>
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/models/tile_text.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

QString plain(QString text) { return text.replace(QChar(0x00A0), ' '); }

TileText tileOf(const StatusInput& input, TileKind kind) {
  return tileTexts(input)[static_cast<std::size_t>(kind)];
}

StatusInput inputOf(const FakeEngineLink& link) {
  StatusInput input;
  input.newest = link.newest();
  input.recent.assign(link.samples().begin(), link.samples().end());
  if (link.samples().size() > 20) input.before = link.samples()[link.samples().size() - 21];
  input.nowMicros = input.newest->wallMicros;
  return input;
}

}  // namespace

class TestTileText : public QObject {
  Q_OBJECT

 private slots:
  void tilesStandInTheirOrder() {
    const QStringList titles{"DEPTH", "OLDEST AGE", "TIME TO EMPTY", "FLUSH RATE",
                             "POOL",  "PRESSURE",   "JOURNAL",       "DEAD LETTERS"};
    const auto tiles = tileTexts(StatusInput{});
    for (std::size_t at = 0; at < kTileCount; ++at) {
      QCOMPARE(tiles[at].title, titles[static_cast<int>(at)]);
      QCOMPARE(tiles[at].value, QString("–"));
      QCOMPARE(tiles[at].detail, QString("waits for a sample"));
    }
  }

  void aGrowingQueueSaysSo() {
    FakeEngineLink link;
    link.publishEvenly(60);
    const StatusInput input = inputOf(link);
    QCOMPARE(tileOf(input, TileKind::Depth).value, QString("590"));
    QCOMPARE(plain(tileOf(input, TileKind::TimeToEmpty).value), QString("growing 100/s"));
    QVERIFY(tileOf(input, TileKind::TimeToEmpty).tone == Tone::Caution);
    QCOMPARE(tileOf(input, TileKind::FlushRate).value, QString("900"));
    QCOMPARE(tileOf(input, TileKind::FlushRate).unit, QString("/s"));
    QCOMPARE(tileOf(input, TileKind::Pool).value, QString("3/4"));
    QVERIFY(tileOf(input, TileKind::DeadLetters).tone == Tone::Good);
  }

  void aShrinkingQueueTellsWhen() {
    FakeEngineLink link;
    for (int at = 0; at < 80; ++at) {
      Snapshot sample = link.next();
      sample.sinks[0].queueDepth = static_cast<std::uint64_t>(10'000 - at * 50);
      link.publish(sample);
    }
    const QString text = plain(tileOf(inputOf(link), TileKind::TimeToEmpty).value);
    QVERIFY2(text.startsWith("clears in 1"), qPrintable(text));
  }

  void aPausedSinkIsPausedEverywhere() {
    FakeEngineLink link;
    for (int at = 0; at < 30; ++at) {
      Snapshot sample = link.next();
      sample.sinks[0].state = SinkState::Paused;
      link.publish(sample);
    }
    QCOMPARE(tileOf(inputOf(link), TileKind::TimeToEmpty).value, QString("paused"));
    QCOMPARE(tileOf(inputOf(link), TileKind::FlushRate).word, QString("paused"));
  }

  void pressureAndAFillingJournalAreSeen() {
    FakeEngineLink link;
    Snapshot sample = link.next();
    sample.budgets[0].pressure = 1;
    sample.budgets[0].usedBytes = sample.budgets[0].limitBytes * 95 / 100;
    sample.journalFullInSeconds = 300;
    sample.sinks[0].deadLettersWaiting = 3;
    link.publish(sample);
    const StatusInput input = inputOf(link);
    QVERIFY(tileOf(input, TileKind::Pressure).tone == Tone::Alarm);
    QCOMPARE(tileOf(input, TileKind::Pressure).unit, QString("% memory"));
    QCOMPARE(plain(tileOf(input, TileKind::Journal).detail), QString("full in 5 min"));
    QVERIFY(tileOf(input, TileKind::DeadLetters).tone == Tone::Alarm);
  }

  void ageThatNobodyKnowsIsNoZero() {
    FakeEngineLink link;
    Snapshot sample = link.next();
    sample.sinks[0].queueDepth = 7;
    sample.sinks[0].oldestAgeMicros = 0;
    link.publish(sample);
    QCOMPARE(tileOf(inputOf(link), TileKind::OldestAge).value, QString("–"));
  }

  void whatAPauseHoldsIsNoDamage() {
    FakeEngineLink link;
    Snapshot sample = link.next();
    SinkSnapshot& sink = sample.sinks[0];
    sink.deadLettersWaiting = sink.heldLetters = 40;
    sink.pausedTables = {{"players", "ops", "", 0, 40}};
    link.publish(sample);
    TileText tile = tileOf(inputOf(link), TileKind::DeadLetters);
    QVERIFY(tile.tone == Tone::Caution && tile.word == "paused");
    QCOMPARE(plain(tile.detail), QString("40 of them held"));
    sink.deadLettersWaiting = 41;
    link.publish(sample);
    tile = tileOf(inputOf(link), TileKind::DeadLetters);
    QVERIFY(tile.tone == Tone::Alarm && tile.word == "to decide");
  }

  void stalledSinkDoesNotFlush() {
    FakeEngineLink link;
    Snapshot sample = link.next();
    sample.sinks[0].stalledMicros = 8'000'000;
    link.publish(sample);
    const TileText tile = tileOf(inputOf(link), TileKind::FlushRate);
    QVERIFY(tile.tone == Tone::Alarm && tile.word == "stalled");
  }

  void freeSpaceIsToldInBytes() {
    FakeEngineLink link;
    Snapshot sample = link.next();
    BudgetSnapshot floor;
    floor.name = "free_space";
    floor.pressure = 1;
    floor.usedBytes = 18 << 20;
    floor.limitBytes = 40 << 20;
    sample.budgets.push_back(floor);
    link.publish(sample);
    const TileText tile = tileOf(inputOf(link), TileKind::Pressure);
    QCOMPARE(tile.value + ' ' + plain(tile.unit), QString("18 MiB free"));
    QVERIFY(tile.tone == Tone::Alarm);
  }

  void whatIsShedIsSaidOnceThereIsSome() {
    FakeEngineLink link;
    link.publishEvenly(60);
    QVERIFY(!tileOf(inputOf(link), TileKind::Pressure).detail.contains("shed"));
    Snapshot sample = link.next();
    sample.shedSets = 40;
    link.publish(sample);
    const QString detail = plain(tileOf(inputOf(link), TileKind::Pressure).detail);
    QVERIFY2(detail.contains(QRegularExpression("^\\d+/s shed, ")), qPrintable(detail));
  }

  void staleTilesKeepTheirValueAndTellItsAge() {
    FakeEngineLink link;
    link.publishEvenly(30);
    StatusInput input = inputOf(link);
    input.nowMicros += 5'000'000;
    for (const TileText& tile : tileTexts(input)) {
      QVERIFY(tile.tone == Tone::Stale);
      QCOMPARE(plain(tile.detail), QString("5 s old"));
    }
    QCOMPARE(tileOf(input, TileKind::Depth).value, QString("290"));
  }

  void aTileCanBeSpoken() {
    FakeEngineLink link;
    link.publishEvenly(30);
    QVERIFY(tileOf(inputOf(link), TileKind::FlushRate).spoken().startsWith("flush rate: 900/s"));
  }

  void aQueueThatBreathesIsNoCaution() {
    const auto toneOfGrowth = [](std::uint64_t more) {
      FakeEngineLink link;
      for (int at = 0; at < 60; ++at) {
        Snapshot sample = link.next();
        sample.sinks[0].queueDepth = 1'000 + std::uint64_t(at) * more;
        link.publish(sample);
      }
      return tileOf(inputOf(link), TileKind::TimeToEmpty).tone;
    };
    QVERIFY(toneOfGrowth(2) == Tone::Neutral);  // 20 a second of 1,000
    QVERIFY(toneOfGrowth(50) == Tone::Caution);
  }
};
PENSTOCK_TEST(TestTileText)

}  // namespace penstock::test
#include "tst_tile_text.moc"
