// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "tests/support/fake_engine_link.h"
#include "tests/support/test_main.h"
#include "ui/models/status_text.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

StatusInput inputOf(Snapshot sample) {
  StatusInput input;
  input.nowMicros = sample.wallMicros + 100'000;
  input.timeStyle = TimeStyle::Utc;
  input.newest = std::make_shared<const Snapshot>(std::move(sample));
  input.recent = {input.newest};
  return input;
}

QString plain(QString text) { return text.replace(QChar(0x00A0), ' '); }

}  // namespace

class TestStatusText : public QObject {
  Q_OBJECT

 private slots:
  void everyStateHasItsWordAndTone_data() {
    QTest::addColumn<int>("state");
    QTest::addColumn<QString>("word");
    QTest::addColumn<int>("tone");
    const auto row = [](NodeState state, const char* word, Tone tone) {
      QTest::addRow("%s", word) << static_cast<int>(state) << QString::fromLatin1(word)
                                << static_cast<int>(tone);
    };
    row(NodeState::Healthy, "Healthy", Tone::Good);
    row(NodeState::Idle, "Idle", Tone::Neutral);
    row(NodeState::Recovering, "Recovering", Tone::Notice);
    row(NodeState::Draining, "Draining", Tone::Notice);
    row(NodeState::Stopping, "Stopping", Tone::Notice);
    row(NodeState::Paused, "Paused", Tone::Caution);
    row(NodeState::Saturated, "Saturated", Tone::Alarm);
    row(NodeState::Stalled, "Stalled", Tone::Alarm);
    row(NodeState::SinkDown, "Database down", Tone::Alarm);
    row(NodeState::IntakeHeld, "Intake held", Tone::Alarm);
    row(NodeState::Damaged, "Journal damaged", Tone::Alarm);
  }
  void everyStateHasItsWordAndTone() {
    QFETCH(int, state);
    QFETCH(QString, word);
    QFETCH(int, tone);
    Snapshot sample = evenSnapshot();
    sample.state = static_cast<NodeState>(state);
    StatusText status = statusText(inputOf(sample));
    QCOMPARE(status.word, word);
    QCOMPARE(static_cast<int>(status.tone), tone);
    QVERIFY(status.text.startsWith(word));
    QCOMPARE(status.advice.isEmpty(), status.tone != Tone::Alarm && status.tone != Tone::Caution);
    sample.stateReason = "number and cause";
    sample.furtherProblems = {{NodeState::SinkDown, "primary: connection refused"},
                              {NodeState::Paused, "mirror by ops, 40 change sets wait"}};
    status = statusText(inputOf(sample));
    QVERIFY(status.text.endsWith(", +2 more"));
    QCOMPARE(status.further, (QStringList{"Database down: primary: connection refused",
                                          "Paused: mirror by ops, 40 change sets wait"}));
  }

  void healthyIsOneWord() {
    QCOMPARE(statusText(inputOf(evenSnapshot())).text, QString("Healthy"));
  }

  void pausedTellsWhoSinceWhenAndWhatWaits() {
    Snapshot sample = evenSnapshot();
    sample.state = NodeState::Paused;
    sample.journalFullInSeconds = 3 * 3600;
    sample.sinks[0].state = SinkState::Paused;
    sample.sinks[0].stateReason = "paused by anna";
    sample.sinks[0].stateSinceMicros = sample.wallMicros - 60'000'000;
    sample.sinks[0].queueDepth = 12'480;
    const StatusText status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text),
             QString("Paused by anna since 14:12, 12,480 wait, journal full in 3 h"));
    QCOMPARE(status.titleTag, QString("[Paused]"));
    sample.sinks[0].pausedTables = {{"players", "ops", "", sample.wallMicros, 0}};
    QVERIFY(
        plain(statusText(inputOf(sample)).text).contains("; table players is paused of itself"));
  }

  void worseThanAPauseTellsThePauseToo() {
    Snapshot sample = evenSnapshot();
    sample.state = NodeState::Saturated;
    sample.stateReason = "journal budget 32 MiB of 32 MiB";
    sample.furtherProblems = {{NodeState::Paused, "primary by anna"}};
    StatusText status = statusText(inputOf(sample));
    QVERIFY(!status.text.contains("paused"));
    QVERIFY(status.titleTag.isEmpty());
    sample.sinks[0].state = SinkState::Paused;
    sample.sinks[0].stateReason = "by anna";
    sample.sinks[0].stateSinceMicros = sample.wallMicros - 60'000'000;
    status = statusText(inputOf(sample));
    QVERIFY(status.tone == Tone::Alarm);
    QVERIFY2(plain(status.text).contains("paused by anna since "), qPrintable(status.text));
    QVERIFY(!status.text.contains("more"));  // it is told
    QCOMPARE(status.titleTag, QString("[Paused]"));
    QVERIFY(status.advice.startsWith("Resume"));
  }

  void pausedTableTellsWhichByWhomSinceWhenAndWhatIsHeld() {
    Snapshot sample = evenSnapshot();
    sample.state = NodeState::Paused;
    sample.sinks[0].state = SinkState::Running;
    sample.sinks[0].pausedTables = {
        {"players", "ops", "new index", sample.wallMicros - 60'000'000, 12'480}};
    StatusText status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text), QString("Table paused: players by ops since 14:12 (new index), "
                                         "12,480 change sets are held"));
    QCOMPARE(status.titleTag, QString("[Table paused]"));
    QVERIFY(status.tone == Tone::Caution && status.advice.contains("Resume table"));
    sample.sinks[0].pausedTables.push_back({"slots", "bob", "", 0, 0});
    sample.furtherProblems = {{NodeState::Paused, "primary by anna"}};
    status = statusText(inputOf(sample));
    QCOMPARE(status.titleTag, QString("[2 tables paused]"));
    QVERIFY(status.text.endsWith(", +1 more"));
    sample.sinks[0].state = SinkState::Paused;  // all of it: that comes first
    QCOMPARE(statusText(inputOf(sample)).titleTag, QString("[Paused]"));
  }

  void whatIsReleasedIsNoDeadLetter() {
    Snapshot sample = evenSnapshot();
    SinkSnapshot& sink = sample.sinks[0];
    sink.deadLettersWaiting = 4'974;
    sink.heldLetters = 20'196;  // counted when the release began
    sink.isReleasing = true;
    StatusText status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text),
             QString("Releasing: 4,974 dead letters are left, held ones follow in order"));
    QVERIFY(status.tone == Tone::Notice);
    sink.isReleasing = false;
    status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text), QString("Dead letters: 4,974 change sets are held"));
  }

  void stoppedSinkDoesNotComeBackByItself() {
    Snapshot sample = evenSnapshot();
    sample.state = NodeState::SinkDown;
    sample.stateReason = "primary: gap";
    sample.sinks[0].state = SinkState::Down;
    QVERIFY(statusText(inputOf(sample)).advice.contains("follows by itself"));
    sample.sinks[0].state = SinkState::Stopped;
    const StatusText status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text), QString("Sink stopped: primary: gap"));
    QVERIFY(status.advice.contains("start again"));
  }

  void fullDiskNeedsNoButton() {
    Snapshot sample = evenSnapshot();
    sample.state = NodeState::IntakeHeld;
    QVERIFY(statusText(inputOf(sample)).advice.contains("drain"));
    BudgetSnapshot floor;
    floor.name = "free_space";
    floor.pressure = 1;
    sample.budgets.push_back(floor);
    QVERIFY(statusText(inputOf(sample)).advice.contains("by itself"));
  }

  void whatATileWarnsOfTheStatusLineTellsToo() {
    Snapshot sample = evenSnapshot();
    sample.journalFullInSeconds = 3 * 86'400;
    QCOMPARE(statusText(inputOf(sample)).word, QString("Healthy"));
    sample.journalFullInSeconds = 3'600;
    sample.sinks[0].queueDepth = 12'480;
    StatusText status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text), QString("Filling: 12,480 wait, journal full in 1 h"));
    QVERIFY(status.tone == Tone::Caution);
    QVERIFY(!status.advice.isEmpty());
    sample.sinks[0].deadLettersWaiting = 12;
    status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text),
             QString("Dead letters: the database refused 12 change sets for good, +1 more"));
    QVERIFY(status.tone == Tone::Alarm);
    sample.sinks[0].heldLetters = 10;
    QCOMPARE(plain(statusText(inputOf(sample)).text),
             QString("Dead letters: the database refused 2 change sets for good, 10 more are held "
                     "behind them, +1 more"));
    sample.journalFullInSeconds = 540;
    status = statusText(inputOf(sample));
    QCOMPARE(plain(status.text), QString("Filling: 12,480 wait, journal full in 9 min, +1 more"));
    QVERIFY(status.tone == Tone::Alarm);
    sample.state = NodeState::Stalled;
    QCOMPARE(statusText(inputOf(sample)).word, QString("Stalled"));
  }

  void aHostileNameStaysText() {
    Snapshot sample = evenSnapshot();
    sample.state = NodeState::Paused;
    sample.sinks[0].state = SinkState::Paused;
    sample.sinks[0].stateReason = "<b>\u202Eanna";
    const QString text = statusText(inputOf(sample)).text;
    QVERIFY(text.contains("<b>"));
    QVERIFY(!text.contains(QChar(0x202E)));
  }

  void aLostNodeTellsSinceWhenWhyAndWhenNext() {
    StatusInput input = inputOf(evenSnapshot());
    input.link.phase = LinkState::Phase::Disconnected;
    input.link.reason = "refused";
    input.link.sinceMicros = input.nowMicros - 9'100'000;
    input.link.nextTryMicros = input.nowMicros + 4'000'000;
    const StatusText status = statusText(input);
    QCOMPARE(plain(status.text),
             QString("Not connected since 14:13:11 (refused). Next try in 4 s."));
    QVERIFY(status.action == StatusText::Action::TryNow);
    QVERIFY(isStale(input));
  }

  void oldSamplesLookStale() {
    StatusInput input = inputOf(evenSnapshot());
    QVERIFY(!isStale(input));
    input.nowMicros = input.newest->wallMicros + 1'900'000;
    QVERIFY(!isStale(input));
    input.nowMicros = input.newest->wallMicros + 4'000'000;
    QVERIFY(isStale(input));
    QCOMPARE(plain(statusText(input).text), QString("Stale: no sample for 4 s; it was: Healthy"));
    QVERIFY(statusText(input).tone == Tone::Stale);
    input.nowMicros = input.newest->wallMicros + 11'000'000;
    QVERIFY(statusText(input).tone == Tone::Alarm);
  }

  void beforeTheFirstSampleItWaits() {
    StatusInput input;
    QCOMPARE(statusText(input).word, QString("No data yet"));
    input.link.phase = LinkState::Phase::Connecting;
    input.link.node = "db1";
    QCOMPARE(statusText(input).text, QString("Connecting to db1"));
    input.link.phase = LinkState::Phase::VersionMismatch;
    QCOMPARE(statusText(input).word, QString("Version mismatch"));
  }

  void frozenChartsCountWhatTheyMiss() {
    QCOMPARE(frozenText(kEvenStartMicros, 318, TimeStyle::Utc),
             QString("Charts frozen at 14:13:20, 318 new samples."));
  }
};
PENSTOCK_TEST(TestStatusText)

}  // namespace penstock::test
#include "tst_status_text.moc"
