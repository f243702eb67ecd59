// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "engine/browse/trace_browser.h"
#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

enum Column { At = 1, Sink, State, Told, Changes, Id, Group, Set };

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Of all rows, newest first.
std::vector<std::string> cells(const BrowsePage& page, Column column) {
  std::vector<std::string> found;
  for (const auto& row : page.rows) found.push_back(row.at(column).text);
  return found;
}

using Texts = std::vector<std::string>;

}  // namespace

/// What became of change sets, as an operator asks for it on a node that runs.
class TestTraceBrowser : public QObject {
  Q_OBJECT

 private slots:
  void newestOfARowComeFirstWithWhatBecameOfThem() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk() && rig.add(2).status.isOk());
    QVERIFY(submit(rig, "wrong", person("insert", 1, R"("set":{"name":"x"})")));
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.command(pauseOf("people")).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    QVERIFY(rig.command(CommandKind::Pause).stage == CommandStage::InEffect);
    QVERIFY(rig.add(1).status.isOk());
    QTRY_COMPARE(rig.sample()->sinks[0].queueDepth, 1u);
    const BrowsePage page = ask(rig, "1", "people");
    QVERIFY2(page.status.isOk(), page.status.message().c_str());
    QCOMPARE(cells(page, State), (Texts{"waiting", "held", "dead letter", "persisted"}));
    QCOMPARE(cells(page, Sink), (Texts{"primary", "primary", "primary", "primary"}));
    QVERIFY(contains(page.rows[1][Told].text, "table people is paused by ops"));
    QVERIFY(contains(page.rows[2][Told].text, "dead letter (refused) since"));
    QCOMPARE(page.rows[2][Id].text, std::string("wrong"));
    QCOMPARE(page.rows[3][Changes].text, std::string("upsert people/1"));
    QVERIFY(contains(page.rows[0][Set].text, "\"people\"") && !page.rows[0][At].text.empty());
    QCOMPARE(page.total, std::int64_t{4});
    BrowseRequest newest = requestOf("1", "people");
    newest.rowsMax = 1;
    const BrowsePage one = rig.engine().browse(newest);
    QCOMPARE(cells(one, State), (Texts{"waiting"}));
    QVERIFY2(contains(one.note, "newest of 4"), one.note.c_str());
  }

  void idAndSequenceFindTheOne() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(submit(rig, "first", person("upsert", 1, R"("set":{"name":"x"})")));
    QVERIFY(submit(rig, "4711", person("upsert", 2, R"("set":{"name":"y"})")));
    QVERIFY(rig.waitSettled().isOk());
    const BrowsePage byId = ask(rig, "first");
    QCOMPARE(cells(byId, State), (Texts{"persisted"}));
    const BrowsePage bySequence = ask(rig, byId.rows[0][0].text);
    QCOMPARE(cells(bySequence, Id), (Texts{"first"}));
    QCOMPARE(cells(ask(rig, "4711"), Id), (Texts{"4711"}));  // a number that is no sequence
  }

  void whatIsNotKnownSaysHowFarBackWasLooked() {
    EngineRig rig;
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(rig.waitSettled().isOk());
    const BrowsePage row = ask(rig, "77", "people");
    QVERIFY(row.status.code() == StatusCode::NotFound && row.rows.empty());
    QVERIFY2(contains(row.status.message(),
                      "row people/77: no such change set; the journal "
                      "reaches back to sequence"),
             row.status.message().c_str());
    QVERIFY(contains(ask(rig, "77", "peple").status.message(), "there is no table 'peple'"));
    QVERIFY(contains(ask(rig, "99999999999").status.message(), "no such change set"));
    const BrowsePage nothing = ask(rig, "");
    QVERIFY(nothing.status.isOk() && nothing.rows.empty());
  }

  /// Its segment may be gone long since; of a row, too.
  void deadLetterOutlivesItsSegment() {
    EngineRig rig;
    rig.options.journal.retain = std::chrono::seconds(0);
    QVERIFY(rig.start().isOk());
    QVERIFY(rig.add(1).status.isOk());
    QVERIFY(submit(rig, "wrong", person("insert", 1, R"("set":{"name":"x"})")));
    QVERIFY(rig.waitSettled().isOk());
    const std::string sequence = ask(rig, "wrong").rows.at(0).at(0).text;
    rig.end();
    QVERIFY(rig.start().isOk());
    QTRY_COMPARE(ask(rig, "1", "people").rows.size(), std::size_t{1});  // the other one is gone
    for (const BrowsePage& page :
         {ask(rig, "wrong"), ask(rig, sequence), ask(rig, "1", "people")}) {
      QVERIFY2(page.status.isOk(), page.status.message().c_str());
      QCOMPARE(cells(page, State), (Texts{"dead letter"}));
      QCOMPARE(page.rows[0][0].text, sequence);
    }
  }

 private:
  static BrowseRequest requestOf(const std::string& what, const std::string& table) {
    BrowseRequest request;
    request.subject = BrowseSubject::Trace;
    request.filter = what;
    request.table = table;
    return request;
  }
  static BrowsePage ask(EngineRig& rig, const std::string& what, const std::string& table = {}) {
    return rig.engine().browse(requestOf(what, table));
  }
  static Command pauseOf(const std::string& table) {
    Command command;
    command.kind = CommandKind::Pause;
    command.table = table;
    command.who = "ops";
    return command;
  }
  static bool submit(EngineRig& rig, const std::string& id, const std::string& change) {
    const std::string line = "{\"id\":\"" + id + "\",\"changes\":[" + change + "]}";
    return rig.client().submitJson(line, {}).status.isOk();
  }
};

PENSTOCK_TEST(TestTraceBrowser)

}  // namespace penstock::test

#include "tst_trace_browser.moc"
