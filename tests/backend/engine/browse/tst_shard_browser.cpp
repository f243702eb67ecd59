// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>

#include "engine/browse/shard_browser.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;
using WaitsFor = ShardLoad::WaitsFor;

ShardLoad loadOf(WaitsFor what) {
  ShardLoad load;
  load.shard = Shard{7};
  load.settled = Sequence{41};
  load.waiting = 3;
  load.waitsFor = what;
  load.behind = Sequence{42};
  load.behindIn = Shard{12};
  return load;
}

std::string textOf(const ShardLoad& load, SinkState state = SinkState::Running) {
  return shardRows({load}, state, SteadyTime{})[0][5].text;
}

}  // namespace

class TestShardBrowser : public QObject {
  Q_OBJECT

 private slots:
  void everyReasonIsTold() {
    QCOMPARE(textOf(loadOf(WaitsFor::OwnCommit)), std::string("its commit"));
    QCOMPARE(textOf(loadOf(WaitsFor::Nothing)), std::string("a free worker, or linger"));
    QCOMPARE(textOf(loadOf(WaitsFor::Everything)),
             std::string("all before it, from sequence 42 in shard 12"));
    ShardLoad load = loadOf(WaitsFor::Entry);
    QCOMPARE(textOf(load), std::string("its turn with or behind sequence 42 in shard 12 (same row, "
                                       "key or unique value)"));
    load.isBehindInFlight = true;
    QCOMPARE(textOf(load), std::string("the commit of sequence 42 in shard 12 (same row, key or "
                                       "unique value)"));
    load.behind = kNoSequence;
    QCOMPARE(textOf(load), std::string("an earlier one of the same row, key or unique value"));
    load = loadOf(WaitsFor::Decision);
    load.behindIn = kAllShards;
    QCOMPARE(textOf(load), std::string("the decision about a dead letter, sequence 42"));
  }

  void aSinkThatStandsStillIsTheReason() {
    const ShardLoad load = loadOf(WaitsFor::Entry);
    QCOMPARE(textOf(load, SinkState::Paused), std::string("resume: the sink is paused"));
    QVERIFY(textOf(load, SinkState::Down).starts_with("the database"));
    QVERIFY(textOf(load, SinkState::Retrying).starts_with("the database"));
    QVERIFY(textOf(load, SinkState::Stopped).starts_with("an operator"));
    QVERIFY(textOf(load, SinkState::Starting).starts_with("the start"));
  }

  void nothingIsWaitedForWhereNothingWaits() {
    ShardLoad load = loadOf(WaitsFor::Nothing);
    load.waiting = 0;
    QCOMPARE(textOf(load, SinkState::Paused), std::string());
    load.inFlight = 2;
    QCOMPARE(textOf(load), std::string("its commit"));
  }

  void agesAreThoseOfTheClock() {
    ShardLoad load = loadOf(WaitsFor::Nothing);
    load.shard = kAllShards;
    auto rows = shardRows({load}, SinkState::Running, SteadyTime{5s});
    QCOMPARE(rows[0][0].text, std::string("all"));
    QCOMPARE(rows[0][1].text, std::string("41"));
    QVERIFY(rows[0][4].kind == PageCell::Kind::Null);
    load.arrived = SteadyTime{2s};
    rows = shardRows({load}, SinkState::Running, SteadyTime{5s});
    QCOMPARE(rows[0][4].text, std::string("3000"));
    rows = shardRows({load}, SinkState::Running, SteadyTime{1s});  // journaled by another clock
    QCOMPARE(rows[0][4].text, std::string("0"));
  }
};
PENSTOCK_TEST(TestShardBrowser)

}  // namespace penstock::test
#include "tst_shard_browser.moc"
