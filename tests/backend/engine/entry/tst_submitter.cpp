// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "base/worker.h"
#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

/// An engine whose small memory budget is soon used while its database stands still.
void makeSmall(EngineRig& rig, OverloadPolicy policy) {
  rig.options.memoryBudgetBytes = 400'000;
  rig.options.knownIds = 100;
  TablePolicy people;
  people.name = "people";
  people.overload = policy;
  rig.options.tables = {people};
}

SubmitOptions within(std::chrono::milliseconds time) {
  SubmitOptions options;
  options.notifyAt = AckLevel::Persisted;
  options.deadline = systemClock().steadyNow() + time;
  return options;
}

/// What came of filling a budget.
struct Filled {
  Ack last;  ///< that was not taken
  std::uint64_t accepted = 0;
  std::uint64_t turnedAway = 0;
};

/// Submits until one is not taken, and none after a sample either: what is not synced yet takes
/// memory for a moment, and what was admitted counts as more than it is until it is measured.
Filled fill(EngineRig& rig, std::chrono::milliseconds patience) {
  Filled filled;
  std::uint64_t inARow = 0;
  for (std::int64_t id = 0; inARow < 2 && filled.accepted < 200'000; ++id) {
    filled.last = rig.add(id, within(patience));
    if (filled.last.status.isOk()) {
      ++filled.accepted;
      inARow = 0;
      continue;
    }
    ++filled.turnedAway;
    ++inARow;
    rig.sample();
  }
  return filled;
}

}  // namespace

/// The way in: what is refused, how, and what an overload does.
class TestSubmitter : public QObject {
  Q_OBJECT

 private slots:
  void refusalNamesPlaceAndReason_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("reason");
    const auto row = [](const char* name, const std::string& line, const char* place,
                        const char* reason) {
      QTest::newRow(name) << QString::fromStdString(line) << place << reason;
    };
    row("table", R"({"table":"peple","op":"delete","key":{"id":1}})", "table", "people");
    row("column", person("update", 1, R"("set":{"nam":"a"})"), "set.nam", "name");
    row("type", person("update", 1, R"("set":{"n":"many"})"), "set.n", "integer");
    row("key", R"({"table":"people","op":"delete","key":{}})", "key", "id");
    row("operation", person("replace", 1, R"("set":{"n":1})"), "op", "replace");
    row("second",
        "{\"changes\":[" + person("update", 1, R"("set":{"n":1})") + "," +
            person("update", 2, R"("set":{"n":1.5})") + "]}",
        "changes[1].set.n", "integer");
    row("not JSON", "{\"table\":", "", "JSON");
  }
  void refusalNamesPlaceAndReason() {
    QFETCH(QString, line);
    QFETCH(QString, place);
    QFETCH(QString, reason);
    const Ack ack = m_rig->client().submitJson(line.toStdString(), {});
    QVERIFY(ack.status.code() == StatusCode::Invalid);
    QVERIFY(ack.sequence == kNoSequence);
    const QString message = QString::fromStdString(ack.status.message());
    QVERIFY2(message.section(": ", 0, 0).contains(place), qPrintable(message));
    QVERIFY2(message.contains(reason, Qt::CaseInsensitive), qPrintable(message));
  }

  void refusedOneLeavesNothingBehind() {
    const std::uint64_t before = m_rig->engine().totals().rejectedSets;
    const std::string bad =
        "{\"id\":\"kept free\",\"changes\":[" + person("update", 1, R"("set":{"n":"x"})") + "]}";
    const std::string good = "{\"id\":\"kept free\",\"changes\":[" +
                             person("upsert", 500, R"("set":{"name":"x"})") + "]}";
    QVERIFY(!m_rig->client().submitJson(bad, {}).status.isOk());
    QCOMPARE(m_rig->engine().totals().rejectedSets, before + 1);
    const Ack ack = m_rig->client().submitJson(good, {});
    QVERIFY(ack.status.isOk() && !ack.known);
  }

  void idsOfTwoClientsAreTwoIds() {
    const std::string line = "{\"id\":\"mine\",\"changes\":[" +
                             person("upsert", 600, R"("set":{"name":"six"},"add":{"n":1})") + "]}";
    const auto other = m_rig->engine().port().openClient("other", nullptr);
    SubmitOptions accepted;
    accepted.notifyAt = AckLevel::Accepted;
    QVERIFY(!m_rig->client().submitJson(line, accepted).known);
    QVERIFY(!other->submitJson(line, accepted).known);
    QVERIFY(other->submitJson(line, accepted).known);
    QVERIFY(m_rig->waitSettled().isOk());
    QCOMPARE(m_rig->rows("SELECT n FROM people WHERE id = 600"), (std::vector<std::string>{"2"}));
  }

  void knownOneIsToldWhenTheFirstIsPersisted() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    const std::string line =
        "{\"id\":\"twice\",\"changes\":[" + person("upsert", 1, R"("set":{"name":"a"})") + "]}";
    SubmitOptions options;
    options.notifyAt = AckLevel::Persisted;
    options.token = AckToken{1};
    QVERIFY(rig.client().submitJson(line, options).status.isOk());
    options.token = AckToken{2};
    QVERIFY(rig.client().submitJson(line, options).known);
    rig.gate().waitForCommit();
    QCOMPARE(rig.acks().countOf(AckToken{2}), 0u);
    rig.gate().open();
    QVERIFY(rig.acks().waitFor(AckToken{2}).level == AckLevel::Persisted);
    QVERIFY(rig.acks().waitFor(AckToken{1}).level == AckLevel::Persisted);
    options.token = AckToken{3};
    QVERIFY(rig.client().submitJson(line, options).known);
    QVERIFY(rig.acks().waitFor(AckToken{3}).status.isOk());
  }

  void rejectedOneIsToldWhenToTryAgainAndTheCrossingIsAnEvent() {
    EngineRig rig;
    makeSmall(rig, OverloadPolicy::Reject);
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    const Filled filled = fill(rig, 30s);
    QVERIFY(filled.accepted > 0);
    const Ack& refused = filled.last;
    QVERIFY(refused.status.code() == StatusCode::Overloaded);
    QVERIFY(refused.retryAfterMs > 0);
    QVERIFY2(refused.status.message().find("memory") != std::string::npos,
             refused.status.message().c_str());
    const SnapshotPointer sample = rig.sample();
    QVERIFY(sample->state == NodeState::Saturated);
    const Event* began = rig.lastEvent(EventKind::Backpressure, "above its high");
    QVERIFY(began != nullptr);
    QCOMPARE(began->budget, std::string("memory"));
    QCOMPARE(began->limitBytes, 400'000u);
    QVERIFY(began->usedBytes >= 360'000);
    QVERIFY(began->severity == Severity::Warning);
    QVERIFY(began->wallMicros > 0 && began->steadyMicros > 0);
    QCOMPARE(began->lastedMicros, std::int64_t{-1});
    rig.gate().open();
    QVERIFY(rig.waitSettled().isOk());
    QTRY_VERIFY(rig.lastEvent(EventKind::Backpressure, "below its low") != nullptr);
    const Event* ended = rig.lastEvent(EventKind::Backpressure, "below its low");
    QCOMPARE(ended->action, std::string("reject"));
    QVERIFY(ended->touchedSets >= 2 && ended->touchedSets <= filled.turnedAway);
    QVERIFY(ended->lastedMicros > 0);
    QVERIFY(ended->usedBytes <= 280'000);
    QVERIFY(rig.add(1).status.isOk());
    QCOMPARE(rig.rows("SELECT sum(n) FROM people"),
             (std::vector<std::string>{std::to_string(filled.accepted)}));
  }

  void shedOneIsToldAndCountedApartAndNotKept() {
    EngineRig rig;
    makeSmall(rig, OverloadPolicy::Shed);
    QVERIFY(rig.start().isOk());
    const std::string known =
        "{\"id\":\"in already\",\"changes\":[" + person("update", 0, R"("add":{"n":0})") + "]}";
    QVERIFY(rig.add(0).status.isOk());
    QVERIFY(rig.client().submitJson(known, within(30s)).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    rig.gate().close();
    const Filled filled = fill(rig, 30s);
    const Ack& shed = filled.last;
    QVERIFY(shed.shed);
    QVERIFY(shed.status.code() == StatusCode::Overloaded);
    QVERIFY(shed.sequence == kNoSequence);
    QCOMPARE(shed.retryAfterMs, 0u);
    const std::string& message = shed.status.message();
    QVERIFY2(message.find("dropped") != std::string::npos, message.c_str());
    QVERIFY2(message.find("memory budget") != std::string::npos, message.c_str());
    QVERIFY(rig.add(999'999, within(30s)).shed);
    // What is in is in: its repeat is no loss.
    const Ack repeat = rig.client().submitJson(known, within(30s));
    QVERIFY(repeat.status.isOk() && repeat.known && !repeat.shed);
    const SnapshotPointer sample = rig.sample();
    QCOMPARE(sample->shedSets, filled.turnedAway + 1);
    QCOMPARE(sample->rejectedSets, 0u);
    QVERIFY2(sample->stateReason.find("dropped") != std::string::npos, sample->stateReason.c_str());
    rig.gate().open();
    QVERIFY(rig.waitSettled().isOk());
    QTRY_VERIFY(rig.lastEvent(EventKind::Backpressure, "below its low") != nullptr);
    const Event* ended = rig.lastEvent(EventKind::Backpressure, "shed (dropped)");
    QVERIFY(ended != nullptr);
    QCOMPARE(ended->action, std::string("shed"));
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QCOMPARE(rig.rows("SELECT sum(n), sum(id = 999999) FROM people"),
             (std::vector<std::string>{std::to_string(filled.accepted + 2) + "|0"}));
  }

  /// Of a file whose every line is dropped while the database is away.
  void marksOfWhatWasDroppedKeepToTheJournalsBudget() {
    EngineRig rig;
    rig.options.journal.diskBudgetBytes = 4 * rig.options.journal.segmentBytes;
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    QVERIFY(rig.add(1).status.isOk());
    SourceLine line;
    line.source = 7;
    Status marked;
    while (marked.isOk() && line.line < 2'000'000) {
      ++line.line;
      marked = rig.engine().port().markShed(line);
    }
    QVERIFY(marked.code() == StatusCode::Overloaded);
    QVERIFY(marked.message().find("disk_budget") != std::string::npos);
    QVERIFY(rig.sample()->journalBytes <= rig.options.journal.diskBudgetBytes);
    rig.gate().open();
    QVERIFY(rig.waitSettled().isOk());
    QTRY_VERIFY(rig.engine().port().markShed(line).isOk());
  }

  void waitingOneGoesOnWhenThereIsRoom() {
    EngineRig rig;
    makeSmall(rig, OverloadPolicy::Wait);
    QVERIFY(rig.start().isOk());
    rig.gate().close();
    const Ack late = fill(rig, 50ms).last;
    QVERIFY(late.status.code() == StatusCode::Deadline);
    QVERIFY(late.sequence == kNoSequence);
    Ack waited;
    Worker waiter("waiter", ThreadPriority::Normal, [&rig, &waited] {
      const auto client = rig.engine().port().openClient("patient", nullptr);
      SubmitOptions options;
      options.notifyAt = AckLevel::Accepted;
      waited = client->submitJson(person("upsert", 1'000'000, R"("set":{"name":"late"})"), options);
    });
    rig.gate().open();
    waiter.join();
    QVERIFY(waited.status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QTRY_VERIFY(rig.lastEvent(EventKind::Backpressure, "below its low") != nullptr);
    QCOMPARE(rig.lastEvent(EventKind::Backpressure, "below its low")->action, std::string("wait"));
    QVERIFY(rig.engine().totals().waitedSets >= 1);
    QCOMPARE(rig.rows("SELECT count(*) FROM people WHERE id = 1000000"),
             (std::vector<std::string>{"1"}));
  }

  void changeSetOfSeveralTablesFollowsTheMostPatientOne() {
    EngineRig rig;
    makeSmall(rig, OverloadPolicy::Reject);
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.engine().runSchema("CREATE TABLE log(id INTEGER PRIMARY KEY)").isOk());
    rig.gate().close();
    QVERIFY(fill(rig, 30s).last.status.code() == StatusCode::Overloaded);
    const std::string both = "{\"changes\":[" + person("upsert", 1, R"("set":{"name":"a"})") +
                             R"(,{"table":"log","op":"upsert","key":{"id":1}}]})";
    Ack ack;  // what is left over for it may still be enough for some
    do {
      ack = rig.client().submitJson(both, within(30ms));
    } while (ack.status.isOk());
    QVERIFY(ack.status.code() == StatusCode::Deadline);
  }

  void rateOfATableHoldsForEachClientAlone() {
    EngineRig rig;
    TablePolicy people;
    people.name = "people";
    people.ratePerClient = 5;
    rig.options.tables = {people};
    QVERIFY(rig.start().isOk());
    Ack ack;
    int taken = 0;
    for (; taken < 1000; ++taken) {
      ack = rig.add(taken);
      if (!ack.status.isOk()) break;
    }
    QVERIFY(taken > 0 && taken < 1000);
    QVERIFY(ack.status.code() == StatusCode::Overloaded);
    QVERIFY(ack.retryAfterMs > 0);
    QVERIFY(ack.status.message().find("people") != std::string::npos);
    SubmitOptions accepted;
    accepted.notifyAt = AckLevel::Accepted;
    const auto other = rig.engine().port().openClient("other", nullptr);
    QVERIFY(
        other->submitJson(person("upsert", 1, R"("set":{"name":"a"})"), accepted).status.isOk());
  }

  void initTestCase() {
    m_rig = std::make_unique<EngineRig>();
    QVERIFY(m_rig->start().isOk());
  }
  void cleanupTestCase() { m_rig.reset(); }

 private:
  std::unique_ptr<EngineRig> m_rig;
};

PENSTOCK_TEST(TestSubmitter)

}  // namespace penstock::test

#include "tst_submitter.moc"
