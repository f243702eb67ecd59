// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/models/sinks_model.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {
Snapshot withSinks(const std::vector<std::string>& names) {
  const FakeEngineLink link;
  Snapshot sample = link.next();
  const SinkSnapshot pattern = sample.sinks.front();
  sample.sinks.clear();
  for (const std::string& name : names) {
    sample.sinks.push_back(pattern);
    sample.sinks.back().name = name;
  }
  return sample;
}
}  // namespace

class TestSinksModel : public QObject {
  Q_OBJECT

 private slots:
  void rowsComeGoAndMoveWithTheirSinks() {
    SinksModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    for (const std::vector<std::string>& names :
         {std::vector<std::string>{"a", "b", "c"}, {"c", "a"}, {"d", "a", "c", "e"}, {}, {"a"}}) {
      model.show(withSinks(names), nullptr);
      QCOMPARE(model.rowCount(), static_cast<int>(names.size()));
      for (int row = 0; row < model.rowCount(); ++row) {
        QCOMPARE(model.sinkAt(row), names[static_cast<std::size_t>(row)]);
      }
    }
    QCOMPARE(resets.count(), 0);
  }

  void onlyVisibleChangesAreTold() {
    SinksModel model;
    Snapshot sample = withSinks({"a", "b"});
    model.show(sample, nullptr);
    const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    sample.sinks[0].settledSequence += 5;  // in no column
    sample.sinks[0].queueBytes += 0;
    model.show(sample, nullptr);
    QCOMPARE(changes.count(), 0);
    sample.sinks[1].queueDepth = 12'480;
    model.show(sample, nullptr);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes.front()[0].toModelIndex(), model.index(1, SinksModel::Depth));
    QCOMPARE(model.index(1, SinksModel::Depth).data().toString(), QString("12,480"));
  }

  // The oldest is damaged, say: its time is not known, and it is not new.
  void noAgeIsToldWhereNoneIsKnown() {
    Snapshot sample = evenSnapshot();
    sample.sinks[0].queueDepth = 5;
    sample.sinks[0].oldestAgeMicros = 0;
    SinksModel model;
    model.show(sample, nullptr);
    QCOMPARE(model.index(0, SinksModel::Oldest).data().toString(), QString("–"));
    sample.sinks[0].queueDepth = 0;
    model.show(sample, nullptr);
    QVERIFY(model.index(0, SinksModel::Oldest).data().toString().startsWith("0"));
  }

  void pausedTablesAndAStallStandInTheState() {
    Snapshot sample = evenSnapshot();
    sample.sinks[0].state = SinkState::Running;
    sample.sinks[0].pausedTables = {{"players", "ops", "", 0, 7}};
    SinksModel model;
    model.show(sample, nullptr);
    const QModelIndex state = model.index(0, SinksModel::State);
    QCOMPARE(state.data().toString(), QString("running, 1 table paused"));
    sample.sinks[0].pausedTables.push_back({"slots", "ops", "", 0, 7});
    sample.sinks[0].stalledMicros = 8'000'000;
    model.show(sample, nullptr);
    QCOMPARE(state.data().toString(), QString("stalled, 2 tables paused"));
  }

  void aParkedTableStandsInTheState() {
    Snapshot sample = evenSnapshot();
    sample.sinks[0].state = SinkState::Running;
    SinksModel model;
    model.show(sample, nullptr);
    const QModelIndex state = model.index(0, SinksModel::State);
    QCOMPARE(state.data().toString(), QString("running"));
    sample.sinks[0].stateReason = "table 'people' is parked: no column named mood";
    model.show(sample, nullptr);
    QCOMPARE(state.data().toString(), QString("running, to decide"));
  }

  void lastErrorIsKeptWithItsCodeAndWhatToDo() {
    Snapshot sample = evenSnapshot();
    sample.sinks[0].lastError = "remaining connection slots are reserved";
    sample.sinks[0].lastErrorCode = "53300";
    sample.sinks[0].lastErrorMicros = sample.wallMicros;
    SinksModel model;
    model.setTimeStyle(TimeStyle::Utc);
    model.show(sample, nullptr);
    const QString error = model.index(0, SinksModel::LastError).data().toString();
    QVERIFY2(error.endsWith("[53300] remaining connection slots are reserved"), qPrintable(error));
    QVERIFY(model.index(0, SinksModel::Advice).data().toString().contains("max_connections"));
    // Once in the message is enough.
    sample.sinks[0].lastError = "no such user (28P01)";
    sample.sinks[0].lastErrorCode = "28P01";
    model.show(sample, nullptr);
    QCOMPARE(model.index(0, SinksModel::LastError).data().toString().count("28P01"), 1);
  }

  void aSinkThatStoppedWithoutACodeAsksForADecision() {
    Snapshot sample = evenSnapshot();
    SinksModel model;
    model.show(sample, nullptr);
    QVERIFY(model.index(0, SinksModel::Advice).data().toString().isEmpty());
    sample.sinks[0].lastError = "gap: the journal no longer reaches back";
    sample.sinks[0].state = SinkState::Stopped;
    model.show(sample, nullptr);
    QVERIFY(model.index(0, SinksModel::Advice).data().toString().contains("operator"));
    sample.sinks[0].lastError = "connection refused";
    sample.sinks[0].state = SinkState::Down;
    model.show(sample, nullptr);
    QVERIFY(model.index(0, SinksModel::Advice).data().toString().contains("host and port"));
  }

  void poolTellsWhoIsIdle() {
    SinksModel model;
    model.show(evenSnapshot(), nullptr);
    QCOMPARE(model.index(0, SinksModel::Pool).data().toString(),
             QString("1 committing, 2 preparing, 1 idle of 4"));
  }

  void everyStateHasAToneThatFitsIt() {
    QVERIFY(toneOf(SinkState::Running) == Tone::Good);
    QVERIFY(toneOf(SinkState::Paused) == Tone::Caution);
    QVERIFY(toneOf(SinkState::Down) == Tone::Alarm);
    QVERIFY(toneOf(SinkState::Stopped) == Tone::Alarm);
  }
};
PENSTOCK_TEST(TestSinksModel)

}  // namespace penstock::test
#include "tst_sinks_model.moc"
