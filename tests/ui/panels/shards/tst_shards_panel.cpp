// SPDX-License-Identifier: Apache-2.0
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/panels/shards/shards_panel.h"

namespace penstock::test {

using namespace penstock::ui;
using namespace std::chrono_literals;

namespace {

BrowsePage pageOf(const std::vector<std::pair<std::string, std::uint64_t>>& waiting) {
  BrowsePage page;
  page.subject = BrowseSubject::Shards;
  for (const auto& [shard, count] : waiting) {
    const PageCell number{std::to_string(count), PageCell::Kind::Number};
    page.rows.push_back({{shard}, number, number, number, number, {"its commit"}});
  }
  page.total = std::int64_t(page.rows.size());
  return page;
}

}  // namespace

class TestShardsPanel : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_panel.reset();
    m_link = std::make_unique<FakeEngineLink>();
    m_desk = std::make_unique<BrowseDesk>(*m_link);
    m_panel = std::make_unique<ShardsPanel>(*m_desk);
    m_panel->resize(900, 160);
    m_panel->show();
  }

  void asksTwiceASecondWhileItIsSeen() {
    m_link->setPage(pageOf({{"all", 0}, {"7", 3}}));
    m_panel->hide();
    turn(600ms);
    QVERIFY(m_link->browses().empty());
    m_panel->show();
    for (int i = 0; i < 10; ++i) turn(100ms);
    QCOMPARE(m_link->browses().size(), std::size_t{2});
    QCOMPARE(m_panel->model().rowCount(), 2);
    QCOMPARE(m_panel->emptyText(), QString());
  }

  void aSinkWithOneLaneSaysWhyThereAreNone() {
    QVERIFY(m_panel->emptyText().startsWith(QStringLiteral("Waiting for an answer")));
    BrowsePage none = pageOf({});
    none.note = "one lane commits here, in the order of the journal";
    m_link->setPage(none);
    turn(100ms);
    QCOMPARE(m_panel->emptyText(),
             QStringLiteral("One lane commits here, in the order of the journal."));
    QVERIFY(!m_panel->exportButton()->isEnabled());
  }

  void sortsOnceASecondAndKeepsTheSelection() {
    m_link->setPage(pageOf({{"1", 5}, {"2", 9}, {"3", 1}}));
    turn(100ms);
    m_panel->view()->sortByColumn(ShardsModel::Waiting, Qt::DescendingOrder);
    QCOMPARE(firstShard(), QString("2"));
    m_panel->view()->selectRow(0);
    turn(1'000ms);  // sorted now; the page of the turn comes later
    m_link->setPage(pageOf({{"1", 50}, {"2", 9}, {"3", 1}}));
    turn(500ms);
    QCOMPARE(firstShard(), QString("2"));
    turn(500ms);
    turn(100ms);
    QCOMPARE(firstShard(), QString("1"));
    const QModelIndexList chosen = m_panel->view()->selectionModel()->selectedRows();
    QCOMPARE(chosen.size(), 1);
    QCOMPARE(chosen.front().data().toString(), QString("2"));
  }

  void poolTellsOfTheSinkInView() {
    Snapshot sample = evenSnapshot();
    sample.sinks.push_back(sample.sinks.front());
    sample.sinks[1].name = "paris";
    sample.sinks[1].lanes = 64;
    sample.sinks[1].workersIdle = 3;
    m_panel->showSample(sample);
    QCOMPARE(m_panel->poolText(),
             QStringLiteral("main (one lane): 1 committing, 2 preparing, 1 idle of 4 workers"));
    m_panel->setSink("paris");
    m_panel->showSample(sample);
    QCOMPARE(
        m_panel->poolText(),
        QStringLiteral("paris (up to 64 lanes): 1 committing, 2 preparing, 3 idle of 4 workers"));
  }

  void anotherSinkStartsEmptyAndIsAskedFor() {
    m_link->setPage(pageOf({{"7", 3}}));
    turn(100ms);
    QCOMPARE(m_panel->model().rowCount(), 1);
    m_panel->setSink("paris");
    QCOMPARE(m_panel->model().rowCount(), 0);
    turn(100ms);
    QCOMPARE(m_link->browses().back().sink, std::string("paris"));
  }

  void exportIsOfTheSinkInView() {
    m_link->setPage(pageOf({{"7", 3}}));
    m_panel->setSink("paris");
    turn(100ms);
    BrowseRequest request;
    connect(m_panel.get(), &ShardsPanel::exportWanted, this,
            [&request](const BrowseRequest& wanted) { request = wanted; });
    m_panel->exportButton()->click();
    QVERIFY(request.subject == BrowseSubject::Shards);
    QCOMPARE(request.sink, std::string("paris"));
  }

  void nothingIsAskedWithoutConnection() {
    m_panel->setConnected(false);
    turn(600ms);
    QVERIFY(m_link->browses().empty());
    QVERIFY(m_panel->emptyText().contains(QStringLiteral("Not connected")));
  }

  void aFailureIsSaid() {
    BrowsePage failed;
    failed.subject = BrowseSubject::Shards;
    failed.status = Status(StatusCode::NotFound, "there is no sink 'x'");
    m_link->setPage(failed);
    turn(100ms);
    QCOMPARE(m_panel->emptyText(), QStringLiteral("there is no sink 'x'"));
  }

 private:
  void turn(std::chrono::milliseconds by) {
    m_clock.advance(by);
    m_panel->tick(m_clock.steadyNow());
    m_desk->poll();
  }
  QString firstShard() const {
    return m_panel->view()->model()->index(0, ShardsModel::Shard).data().toString();
  }

  std::unique_ptr<FakeEngineLink> m_link;
  std::unique_ptr<BrowseDesk> m_desk;
  std::unique_ptr<ShardsPanel> m_panel;
  HandClock m_clock;
};
PENSTOCK_TEST(TestShardsPanel)

}  // namespace penstock::test
#include "tst_shards_panel.moc"
