// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "engine/browse/trace.h"
#include "model/codec_json.h"
#include "tests/support/change_set_source.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

constexpr JournalId kJournal{};

std::string setOf(std::int64_t id, const ChangeSetWriter::Header& header = {}) {
  TestChange change;
  change.table = TestTable::Plain;
  change.operation = Operation::Upsert;
  change.key = {Value::integer(id)};
  change.set = {{1, Value::integer(7)}};
  return encode({change}, header);
}

/// A journal of a few records.
class Records {
 public:
  explicit Records(TraceQuery query, std::size_t setsMax = 100)
      : tracer(std::move(query), kJournal, setsMax) {}

  void take(std::uint32_t index, RecordType type, const std::string& payload) {
    const Status taken = tracer.take(
        {makeSequence(1, index), type, payload, std::int64_t{1000} * index, schemaOfEverything()});
    QVERIFY2(taken.isOk(), taken.message().c_str());
  }
  void takeSet(std::uint32_t index, std::int64_t id) {
    take(index, RecordType::ChangeSet, setOf(id));
  }
  void takeOrder(std::uint32_t index, LetterAction action, std::uint32_t letter,
                 const std::string& sink = "primary", const std::string& journal = {}) {
    const std::string set = setOf(1);
    LetterOrder order;
    order.action = action;
    order.sink = sink;
    order.journal = journal;
    order.sequence = makeSequence(1, letter);
    order.who = "ada";
    if (action == LetterAction::Retry) order.changeSet = set;
    std::string bytes;
    order.encodeTo(bytes);
    take(index, RecordType::DeadLetterOrder, bytes);
  }

  Tracer tracer;
};

TraceQuery rowOf(std::int64_t id) { return *rowQuery("plain/" + std::to_string(id)); }

SinkView settledAt(std::uint32_t index) { return {"primary", {}, makeSequence(1, index), {}}; }

SinkFate fateOf(const Records& records, const SinkView& view) {
  return judge(records.tracer.found().at(0), view).fate;
}

}  // namespace

class TestTrace : public QObject {
  Q_OBJECT

 private slots:
  void changeSetIsFoundByIdSequenceAndRow() {
    TraceQuery id;
    id.id = "b";
    TraceQuery sequence;
    sequence.sequence = makeSequence(1, 2);
    for (const TraceQuery& query : {id, sequence, rowOf(12)}) {
      Records records(query);
      records.take(0, RecordType::Catalog, "");
      records.take(1, RecordType::ChangeSet, setOf(11, {"", "a", "", {}}));
      records.take(2, RecordType::ChangeSet, setOf(12, {"", "b", "g:1", {}}));
      records.takeSet(3, 13);
      const auto found = records.tracer.found();
      QCOMPARE(found.size(), std::size_t{1});
      QVERIFY(found[0].sequence == makeSequence(1, 2));
      QCOMPARE(found[0].journaledMicros, std::int64_t{2000});
      QCOMPARE(found[0].id, std::string("b"));
      QCOMPARE(found[0].group, std::string("g:1"));
      QCOMPARE(found[0].summary, std::string("upsert plain/12"));
    }
  }

  void rowNeedsTableAndKey() {
    QCOMPARE(rowQuery("a/b/c")->table, std::string("a"));
    QCOMPARE(rowQuery("a/b/c")->key, std::string("b/c"));
    for (const char* text : {"", "a", "/b", "a/"}) {
      QVERIFY(rowQuery(text).status().code() == StatusCode::Invalid);
    }
  }

  void newestOfManyAreKeptAndAllAreCounted() {
    Records records(rowOf(5), 3);
    for (std::uint32_t index = 1; index <= 10; ++index) records.takeSet(index, 5);
    QCOMPARE(records.tracer.matches(), std::uint64_t{10});
    QCOMPARE(records.tracer.found().size(), std::size_t{3});
    QVERIFY(records.tracer.found()[0].sequence == makeSequence(1, 8));
  }

  void checkpointTellsWaitingFromPersisted() {
    Records records(rowOf(5));
    records.takeSet(4, 5);
    QVERIFY(fateOf(records, settledAt(3)) == SinkFate::Waiting);
    QVERIFY(fateOf(records, settledAt(4)) == SinkFate::Persisted);
    SinkView away = settledAt(9);
    away.status = Status(StatusCode::NotFound, "no database");
    QVERIFY(fateOf(records, away) == SinkFate::Unknown);
  }

  void letterThatIsKeptIsTold() {
    Records records(rowOf(5));
    records.takeSet(4, 5);
    records.takeOrder(6, LetterAction::Retry, 4);
    SinkView view = settledAt(9);
    view.letter = DeadLetter{makeSequence(1, 4), "", "refused", "UNIQUE failed", "1555", 2, 0, ""};
    const SinkTrace trace = judge(records.tracer.found().at(0), view);
    QVERIFY(trace.fate == SinkFate::DeadLetter);
    for (const char* part : {"UNIQUE failed", "1555", "2 attempts", "retry decided by ada"}) {
      QVERIFY2(trace.text.find(part) != std::string::npos, trace.text.c_str());
    }
    QVERIFY(trace.text.find("waiting") == std::string::npos);
    view.settled = makeSequence(1, 5);
    const std::string before = judge(records.tracer.found().at(0), view).text;
    QVERIFY(before.find("waiting") != std::string::npos);
  }

  void decisionsTellWhatBecameOfALetterThatIsGone_data() {
    using enum LetterAction;
    QTest::addColumn<std::vector<LetterAction>>("actions");
    QTest::addColumn<SinkFate>("fate");
    const auto row = [](const char* name, std::vector<LetterAction> actions, SinkFate fate) {
      QTest::newRow(name) << std::move(actions) << fate;
    };
    row("none", {}, SinkFate::Persisted);
    row("retried", {Retry}, SinkFate::Retried);
    row("retried twice", {Retry, Retry}, SinkFate::Retried);
    row("discarded", {Discard}, SinkFate::Discarded);
    row("discarded, then retried in vain", {Discard, Retry}, SinkFate::Discarded);
    row("retried, then discarded", {Retry, Discard}, SinkFate::Decided);
  }
  void decisionsTellWhatBecameOfALetterThatIsGone() {
    QFETCH(std::vector<LetterAction>, actions);
    QFETCH(SinkFate, fate);
    Records records(rowOf(5));
    records.takeSet(4, 5);
    std::uint32_t index = 5;
    for (const LetterAction action : actions) records.takeOrder(index++, action, 4);
    records.takeOrder(index, LetterAction::Discard, 4);  // not come to yet
    QVERIFY(fateOf(records, settledAt(index - 1)) == fate);
  }

  void decisionsOfOtherSinksJournalsAndLettersDoNotCount() {
    Records records(rowOf(5));
    records.takeSet(4, 5);
    records.takeOrder(5, LetterAction::Discard, 4, "standby");
    records.takeOrder(6, LetterAction::Discard, 4, "primary", std::string(32, 'f'));
    records.takeOrder(7, LetterAction::Discard, 3);
    QVERIFY(fateOf(records, settledAt(9)) == SinkFate::Persisted);
    records.takeOrder(8, LetterAction::Discard, 4, "primary", toText(kJournal));
    QVERIFY(fateOf(records, settledAt(9)) == SinkFate::Discarded);
  }

  void otherRecordsAreNamed() {
    TraceQuery query;
    query.sequence = makeSequence(1, 6);
    Records records(query);
    records.takeSet(5, 1);
    records.takeOrder(6, LetterAction::Retry, 2);
    QVERIFY(records.tracer.found().empty());
    QVERIFY(records.tracer.otherRecord().find("retry dead letter 16777218") != std::string::npos);
  }

  void reachOfTheJournalIsTold() {
    Records records(rowOf(5));
    QCOMPARE(records.tracer.reachText(), std::string("the journal is empty"));
    records.takeSet(3, 1);
    QCOMPARE(records.tracer.reachText(),
             std::string("the journal reaches back to sequence 16777219 of "
                         "1970-01-01T00:00:00.003Z"));
  }

  void letterOutlivesItsRecord() {
    TraceQuery query;
    query.id = "a \"b\"";
    Records records(query);
    records.takeSet(7, 1);
    const std::string bytes = setOf(5, {"", query.id, "", {}});
    DeadLetter letter;
    letter.sequence = makeSequence(1, 2);
    letter.journal = toText(kJournal);
    letter.changeSet = toJson(*ChangeSetView::parse(bytes), *schemaOfEverything());
    QVERIFY(isMeant(query, letter));
    DeadLetter other = letter;
    other.changeSet = R"({"id":"a","changes":[]})";
    QVERIFY(!isMeant(query, other));
    records.tracer.takeLetter(letter);
    records.tracer.takeLetter(letter);  // of another sink
    QCOMPARE(records.tracer.found().size(), std::size_t{1});
    QCOMPARE(records.tracer.found()[0].journaledMicros, std::int64_t{0});
    letter.journal = std::string(32, 'f');
    letter.sequence = makeSequence(1, 3);
    records.tracer.takeLetter(letter);
    QCOMPARE(records.tracer.matches(), std::uint64_t{1});
  }
};

PENSTOCK_TEST(TestTrace)

}  // namespace penstock::test

#include "tst_trace.moc"
