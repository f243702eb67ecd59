// SPDX-License-Identifier: Apache-2.0
#include <QTest>
#include <string>
#include <vector>

#include "engine/browse/queue_browser.h"
#include "tests/backend/engine/engine_rig.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

std::vector<std::string> keysOf(const BrowsePage& page) {
  std::vector<std::string> keys;
  for (const auto& row : page.rows) keys.push_back(row[5].text);
  return keys;
}

using Keys = std::vector<std::string>;

}  // namespace

/// What waits, as an operator reads it. The sink is paused, ten change sets wait.
class TestQueueBrowser : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_rig = std::make_unique<EngineRig>();
    QVERIFY(m_rig->start().isOk());
    QVERIFY(m_rig->engine().runSchema("CREATE TABLE log(id INTEGER PRIMARY KEY, t TEXT)").isOk());
    QVERIFY(m_rig->add(99).status.isOk());
    QVERIFY(m_rig->waitSettled().isOk());
    QVERIFY(m_rig->command(CommandKind::Pause).stage == CommandStage::InEffect);
    for (std::int64_t id = 1; id <= 9; ++id) QVERIFY(m_rig->add(id).status.isOk());
    SubmitOptions last;
    last.token = AckToken{10};
    QVERIFY(m_rig->client()
                .submitJson(R"({"group":"g:1","changes":[)"
                            R"({"table":"log","op":"insert","key":{"id":10},"set":{"t":"<b>"}},)"
                            R"({"table":"people","op":"delete","key":{"id":3}}]})",
                            last)
                .status.isOk());
    QVERIFY(m_rig->acks().waitFor(AckToken{10}).status.isOk());
  }
  void cleanupTestCase() { m_rig.reset(); }

  void whatWaitsIsShownAndNothingElse() {
    const BrowsePage page = ask({});
    QVERIFY(page.status.isOk());
    QCOMPARE(page.columns.size(), 7u);
    QCOMPARE(page.columns.front(), std::string("sequence"));
    QCOMPARE(keysOf(page), (Keys{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10; 3"}));
    const auto& row = page.rows.back();
    QCOMPARE(row[2].text, std::string("g:1"));
    QCOMPARE(row[3].text, std::string("log; people"));
    QCOMPARE(row[4].text, std::string("insert; delete"));
    QVERIFY(row[6].text.find("<b>") != std::string::npos);
    QVERIFY(row[0].kind == PageCell::Kind::Number && row[1].kind == PageCell::Kind::Number);
    QVERIFY(page.note.empty());
  }

  void pagesFollowOneAnotherInBothOrders() {
    BrowseRequest request;
    request.rowsMax = 4;
    QCOMPARE(keysOf(ask(request)), (Keys{"1", "2", "3", "4"}));
    request.offset = 4;
    QCOMPARE(keysOf(ask(request)), (Keys{"5", "6", "7", "8"}));
    request.offset = 8;
    QCOMPARE(keysOf(ask(request)), (Keys{"9", "10; 3"}));
    request.offset = 20;
    QVERIFY(ask(request).rows.empty());
    request.order = BrowseOrder::Descending;
    request.offset = 0;
    QCOMPARE(keysOf(ask(request)), (Keys{"10; 3", "9", "8", "7"}));
    request.offset = 8;
    QCOMPARE(keysOf(ask(request)), (Keys{"2", "1"}));
  }

  void filtersByTableTextAndSequence() {
    BrowseRequest request;
    request.table = "log";
    QCOMPARE(keysOf(ask(request)), (Keys{"10; 3"}));
    request.table = "nothing";
    QVERIFY(ask(request).rows.empty());
    request.table.clear();
    request.filter = "person 7";
    QCOMPARE(keysOf(ask(request)), (Keys{"7"}));
    request.filter = ask({}).rows[1][0].text;
    QCOMPARE(keysOf(ask(request)), (Keys{"2"}));
    request.filter = "person 99";  // persisted, so it does not wait
    QVERIFY(ask(request).rows.empty());
  }

 private:
  BrowsePage ask(BrowseRequest request) {
    request.subject = BrowseSubject::Queue;
    return m_rig->engine().browse(request);
  }

  std::unique_ptr<EngineRig> m_rig;
};

PENSTOCK_TEST(TestQueueBrowser)

}  // namespace penstock::test

#include "tst_queue_browser.moc"
