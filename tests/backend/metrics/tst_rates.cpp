// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "metrics/rates.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using Kind = TimeToEmpty::Kind;

/// Depth and settled change sets at a tenth of a second.
struct Moment {
  double depth = 0;
  double settled = 0;
};

std::vector<SnapshotPointer> samplesOf(int count, const std::function<Moment(double)>& at,
                                       SinkState state = SinkState::Running) {
  std::vector<SnapshotPointer> samples;
  for (int i = 0; i < count; ++i) {
    const Moment moment = at(i / 10.0);
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->number = static_cast<std::uint64_t>(i + 1);
    snapshot->runId = 1;
    snapshot->steadyMicros = 5'000'000 + i * 100'000;
    SinkSnapshot sink;
    sink.name = "main";
    sink.state = state;
    sink.queueDepth = static_cast<std::uint64_t>(std::max(0.0, moment.depth));
    sink.persistedSets = static_cast<std::uint64_t>(moment.settled);
    snapshot->sinks.push_back(sink);
    samples.push_back(std::move(snapshot));
  }
  return samples;
}

/// `samples` with the sink's state changed in those of number `from` to `to`.
std::vector<SnapshotPointer> withState(const std::vector<SnapshotPointer>& samples,
                                       std::size_t from, SinkState state) {
  std::vector<SnapshotPointer> changed = samples;
  for (std::size_t i = 0; i < from; ++i) {
    auto copy = std::make_shared<Snapshot>(*samples[i]);
    copy->sinks[0].state = state;
    changed[i] = std::move(copy);
  }
  return changed;
}

std::vector<Reading> readingsOf(int count, const std::function<double(double)>& at) {
  std::vector<Reading> readings;
  for (int i = 0; i < count; ++i) {
    readings.push_back({1, i * 100'000, static_cast<std::uint64_t>(at(i / 10.0))});
  }
  return readings;
}

}  // namespace

class TestRates : public QObject {
  Q_OBJECT

 private slots:
  void rateIsPerSecondOfTheSteadyClock_data() {
    QTest::addColumn<quint64>("runBefore");
    QTest::addColumn<qint64>("steadyBefore");
    QTest::addColumn<quint64>("valueBefore");
    QTest::addColumn<double>("rate");  // below 0: none
    QTest::newRow("a tenth of a second") << quint64{1} << qint64{900'000} << quint64{980} << 200.0;
    QTest::newRow("ten seconds") << quint64{1} << qint64{-9'000'000} << quint64{0} << 100.0;
    QTest::newRow("nothing came") << quint64{1} << qint64{900'000} << quint64{1'000} << 0.0;
    QTest::newRow("another run") << quint64{2} << qint64{900'000} << quint64{980} << -1.0;
    QTest::newRow("no time passed") << quint64{1} << qint64{1'000'000} << quint64{980} << -1.0;
    QTest::newRow("clock went back") << quint64{1} << qint64{1'100'000} << quint64{980} << -1.0;
    QTest::newRow("counter went back") << quint64{1} << qint64{900'000} << quint64{1'001} << -1.0;
  }

  void rateIsPerSecondOfTheSteadyClock() {
    QFETCH(quint64, runBefore);
    QFETCH(qint64, steadyBefore);
    QFETCH(quint64, valueBefore);
    QFETCH(double, rate);
    const double found =
        ratePerSecond({1, 1'000'000, 1'000}, {runBefore, steadyBefore, valueBefore});
    QCOMPARE(std::isnan(found) ? -1.0 : found, rate);
  }

  void rateOfASinkFollowsItsNameAndNotItsPlace() {
    Snapshot before, now;
    before.runId = now.runId = 1;
    now.steadyMicros = 1'000'000;
    before.sinks.resize(2);
    now.sinks.resize(2);
    before.sinks[0].name = now.sinks[1].name = "a";
    before.sinks[1].name = now.sinks[0].name = "b";  // b was made the primary
    before.sinks[1].persistedSets = 10;
    now.sinks[0].persistedSets = 30;
    QCOMPARE(ratePerSecond(now, &before, "", &SinkSnapshot::persistedSets), 20.0);
    QCOMPARE(ratePerSecond(now, &before, "b", &SinkSnapshot::persistedSets), 20.0);
    QVERIFY(std::isnan(ratePerSecond(now, &before, "c", &SinkSnapshot::persistedSets)));
    QVERIFY(std::isnan(ratePerSecond(now, nullptr, "b", &SinkSnapshot::persistedSets)));
  }

  void trendFollowsASlopeThroughSteps() {
    // Batches of 500 leave every half second: 1,000 a second, in steps.
    const auto readings =
        readingsOf(100, [](double t) { return 100'000 - 500 * std::floor(t / 0.5); });
    const Trend trend = trendOf(readings, 2);
    QVERIFY(trend.isKnown);
    QVERIFY2(std::abs(trend.perSecond + 1'000) < 60, qPrintable(QString::number(trend.perSecond)));
  }

  void trendOfScatterIsNone() {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> scatter(0, 1'000);
    const auto readings = readingsOf(100, [&](double) { return 50'000 + scatter(random); });
    QCOMPARE(trendOf(readings, 2).perSecond, 0.0);
  }

  void trendOfAnotherRunIsForgotten() {
    auto readings = readingsOf(100, [](double t) { return 1'000 * t; });
    for (std::size_t i = 0; i < 97; ++i) readings[i].runId = 0;
    QVERIFY(!trendOf(readings, 2).isKnown);
    for (std::size_t i = 80; i < 97; ++i) readings[i].runId = 1;
    QVERIFY(trendOf(readings, 2).isKnown);
    QVERIFY(std::abs(trendOf(readings, 2).perSecond - 1'000) < 1);
  }

  void timeToEmptyIsSaidInWordsThatHold_data() {
    QTest::addColumn<int>("count");
    QTest::addColumn<std::function<Moment(double)>>("at");
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("value");  // seconds or change sets a second
    const auto row = [](const char* name, Kind kind, double value, std::function<Moment(double)> at,
                        int count = 100) {
      QTest::newRow(name) << count << at << static_cast<int>(kind) << value;
    };
    row(
        "no time yet", Kind::Unknown, 0,
        [](double t) {
          return Moment{1e4, t * 1e3};
        },
        5);
    row("nothing ever waits", Kind::Empty, 0, [](double t) { return Moment{0, t * 1e3}; });
    row("idle", Kind::Empty, 0, [](double) { return Moment{0, 1e6}; });
    row("busy and running dry now and then", Kind::Empty, 0, [](double t) {
      return Moment{std::fmod(t, 0.5) < 0.05 ? 0.0 : 150.0, t * 1e3};
    });
    row("a burst right after running dry", Kind::Growing, 2'000, [](double t) {
      return Moment{t < 9 ? 0 : 20'000 * (t - 9), t * 10};
    });
    row("drains", Kind::Clears, 91, [](double t) { return Moment{1e5 - 1e3 * t, 2e3 * t}; });
    row("drains in steps", Kind::Clears, 91, [](double t) {
      return Moment{1e5 - 500 * std::floor(t * 2), 500 * std::floor(t * 2)};
    });
    row("grows", Kind::Growing, 120, [](double t) { return Moment{1e4 + 120 * t, 1e3 * t}; });
    row("neither", Kind::Steady, 0, [](double t) { return Moment{5'000, 1e3 * t}; });
    row("to and fro", Kind::Steady, 0, [](double t) {
      return Moment{5'000 + 400 * std::sin(t * 9), 1e3 * t};
    });
    row("drains by less than a hundredth", Kind::Steady, 0, [](double t) {
      return Moment{1e6 - 5 * t, 1e3 * t};
    });
    row("would take weeks", Kind::Steady, 0, [](double t) {
      return Moment{1e9 - 11 * t, 1e3 * t};
    });
    row("nothing settles", Kind::Stalled, 0, [](double) { return Moment{1'000, 77}; });
    row("nothing settles and it grows", Kind::Stalled, 0, [](double t) {
      return Moment{1'000 * t + 1, 77};
    });
    row(
        "a commit of three seconds is no stall", Kind::Steady, 0,
        [](double t) {
          return Moment{5'000, t > 0.5 ? 1'000.0 : 0.0};
        },
        35);
  }

  void timeToEmptyIsSaidInWordsThatHold() {
    QFETCH(int, count);
    QFETCH(std::function<Moment(double)>, at);
    QFETCH(int, kind);
    QFETCH(double, value);
    const TimeToEmpty found = timeToEmpty(samplesOf(count, at), "");
    QCOMPARE(static_cast<int>(found.kind), kind);
    if (found.kind == Kind::Clears) QVERIFY(std::abs(found.seconds - value) < value * 0.1);
    if (found.kind == Kind::Growing && value < 1'000) {
      QVERIFY(std::abs(found.perSecond - value) < value * 0.1);
    }
    if (found.kind == Kind::Growing) QVERIFY(found.perSecond >= value * 0.5);
  }

  void stateOfTheSinkGoesBeforeItsTrend_data() {
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("kind");
    const auto row = [](const char* name, SinkState state, Kind kind) {
      QTest::newRow(name) << static_cast<int>(state) << static_cast<int>(kind);
    };
    row("paused", SinkState::Paused, Kind::Paused);
    row("down", SinkState::Down, Kind::Stalled);
    row("stopped", SinkState::Stopped, Kind::Stalled);
    row("starting", SinkState::Starting, Kind::Unknown);
    row("retrying", SinkState::Retrying, Kind::Clears);
  }

  void stateOfTheSinkGoesBeforeItsTrend() {
    QFETCH(int, state);
    QFETCH(int, kind);
    const auto samples = samplesOf(
        100,
        [](double t) {
          return Moment{1e5 - 1e3 * t, 1e3 * t};
        },
        static_cast<SinkState>(state));
    QCOMPARE(static_cast<int>(timeToEmpty(samples, "main").kind), kind);
  }

  void growthDuringAPauseIsForgottenAfterIt() {
    const auto samples = samplesOf(100, [](double t) {
      return Moment{t < 8 ? 1e4 * t : 8e4 - 1e3 * (t - 8), t < 8 ? 0 : 1e3 * (t - 8)};
    });
    const TimeToEmpty found = timeToEmpty(withState(samples, 80, SinkState::Paused), "main");
    QCOMPARE(static_cast<int>(found.kind), static_cast<int>(Kind::Clears));
    QVERIFY(std::abs(found.seconds - 78) < 8);
  }

  void nothingIsKnownOfNoSampleAndNoSink() {
    QCOMPARE(static_cast<int>(timeToEmpty({}, "").kind), static_cast<int>(Kind::Unknown));
    const auto samples = samplesOf(50, [](double) { return Moment{1, 1}; });
    QCOMPARE(static_cast<int>(timeToEmpty(samples, "other").kind), static_cast<int>(Kind::Unknown));
  }

  void journalIsFullWhenItsTrendSaysSo_data() {
    QTest::addColumn<std::function<double(double)>>("at");
    QTest::addColumn<double>("seconds");  // below 0: not filling
    const auto row = [](const char* name, double seconds, std::function<double(double)> at) {
      QTest::newRow(name) << at << seconds;
    };
    row("fills", 30.1, [](double t) { return 1e5 + 1e4 * t; });
    row("shrinks", -1, [](double t) { return 9e5 - 1e4 * t; });
    row("stands", -1, [](double) { return 5e5; });
    row("would take years", -1, [](double t) { return 5e5 + 0.1 * t; });
    row("over its limit already", 0, [](double t) { return 1.2e6 + 1e4 * t; });
  }

  void journalIsFullWhenItsTrendSaysSo() {
    QFETCH(std::function<double(double)>, at);
    QFETCH(double, seconds);
    const double found = fullInSeconds(readingsOf(600, at), 1'000'000);
    QVERIFY2(std::abs(found - seconds) < 0.5, qPrintable(QString::number(found)));
  }
};

PENSTOCK_TEST(TestRates)

}  // namespace penstock::test

#include "tst_rates.moc"
