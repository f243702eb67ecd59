// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <random>

#include "tests/support/test_main.h"
#include "ui/models/page_model.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

BrowsePage dataPage(const std::vector<int>& keys, const std::string& value = "v") {
  BrowsePage page;
  page.subject = BrowseSubject::Data;
  page.columns = {"id", "name"};
  for (const int key : keys) {
    page.rows.push_back({{std::to_string(key), PageCell::Kind::Number}, {value}});
  }
  page.total = static_cast<std::int64_t>(keys.size());
  return page;
}

QList<int> keysOf(const PageModel& model) {
  QList<int> keys;
  for (int row = 0; row < model.rowCount(); ++row) {
    keys << model.index(row, 0).data(PageModel::RawRole).toInt();
  }
  return keys;
}

}  // namespace

class TestPageModel : public QObject {
  Q_OBJECT

 private slots:
  void aRefreshNeverResets_data() {
    QTest::addColumn<QList<int>>("after");
    QTest::newRow("same") << QList<int>{1, 2, 3, 4, 5};
    QTest::newRow("first gone") << QList<int>{3, 4, 5};
    QTest::newRow("new in the middle") << QList<int>{1, 2, 9, 8, 3, 4, 5};
    QTest::newRow("turned round") << QList<int>{5, 4, 3, 2, 1};
    QTest::newRow("mixed") << QList<int>{7, 5, 1, 8, 2};
    QTest::newRow("all others") << QList<int>{11, 12};
    QTest::newRow("none") << QList<int>{};
  }
  void aRefreshNeverResets() {
    QFETCH(QList<int>, after);
    PageModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.show(dataPage({1, 2, 3, 4, 5}));
    const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.show(dataPage({after.begin(), after.end()}));
    QCOMPARE(resets.count(), 0);
    QCOMPARE(keysOf(model), after);
  }

  void anyOrderIsReached() {
    PageModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    std::mt19937 random(42);
    for (int round = 0; round < 200; ++round) {
      std::vector<int> keys;
      for (int key = 0; key < 30; ++key) {
        if (random() % 3 != 0) keys.push_back(key);
      }
      std::shuffle(keys.begin(), keys.end(), random);
      model.show(dataPage(keys, std::to_string(round % 4)));
      QCOMPARE(keysOf(model), QList<int>(keys.begin(), keys.end()));
    }
  }

  void selectionAndScrollSurviveAThousandTicks() {
    PageModel model;
    QTableView view;
    view.setModel(&model);
    view.resize(300, 200);
    view.show();
    std::vector<int> keys(200);
    for (int at = 0; at < 200; ++at) keys[static_cast<std::size_t>(at)] = at;
    model.show(dataPage(keys));
    view.selectRow(150);
    view.scrollTo(model.index(150, 0), QAbstractItemView::PositionAtTop);
    const int top = view.rowAt(0);
    for (int tick = 0; tick < 1000; ++tick) {
      model.show(dataPage(keys, "value " + std::to_string(tick)));
    }
    QCOMPARE(view.selectionModel()->selectedRows().size(), 1);
    QCOMPARE(view.currentIndex().data(PageModel::RawRole).toString(), QString("150"));
    QCOMPARE(view.rowAt(0), top);
  }

  void theSelectedRowIsFollowedWhenOthersLeave() {
    PageModel model;
    model.show(dataPage({1, 2, 3, 4}));
    const QPersistentModelIndex chosen(model.index(2, 0));
    model.show(dataPage({4, 3}));
    QCOMPARE(chosen.row(), 1);
    QCOMPARE(chosen.data(PageModel::RawRole).toInt(), 3);
  }

  void onlyChangedCellsAreTold() {
    PageModel model;
    model.show(dataPage({1, 2, 3}));
    const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    BrowsePage page = dataPage({1, 2, 3});
    page.rows[1][1].text = "other";
    model.show(page);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes.front()[0].toModelIndex(), model.index(1, 1));
  }

  void otherColumnsReset() {
    PageModel model;
    model.show(dataPage({1, 2}));
    BrowsePage page = dataPage({1});
    page.columns = {"id", "name", "more"};
    const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.show(page);
    QCOMPARE(resets.count(), 1);
    QCOMPARE(model.columnCount(), 3);
    QVERIFY(!model.index(0, 2).data().toString().contains("NULL"));
  }

  void changesOfOneChangeSetAreRowsOfTheirOwn() {
    BrowsePage page;
    page.subject = BrowseSubject::Queue;
    page.columns = {"sequence", "age", "table", "operation", "key"};
    page.rows = {{{"7"}, {"1"}, {"a"}, {"insert"}, {"1"}},
                 {{"7"}, {"1"}, {"a"}, {"insert"}, {"2"}},
                 {{"7"}, {"1"}, {"a"}, {"insert"}, {"2"}}};
    PageModel model;
    model.show(page);
    QCOMPARE(model.rowCount(), 3);
    const QSignalSpy removals(&model, &QAbstractItemModel::rowsRemoved);
    for (auto& row : page.rows) row[1].text = "2";
    model.show(page);
    QCOMPARE(removals.count(), 0);
    QCOMPARE(model.index(2, 1).data().toString(), QString("2"));
  }

  void aFailureLeavesTheRows() {
    PageModel model;
    model.show(dataPage({1, 2}));
    BrowsePage failed;
    failed.status = Status(StatusCode::Unavailable, "database is away");
    model.show(failed);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.failure(), QString("database is away"));
  }

  void hostileTextIsData() {
    BrowsePage page = dataPage({1});
    page.columns[1] = "<b>\u202E";
    page.rows[0][1].text = std::string("<script>\0x", 10) + std::string(100'000, 'y');
    PageModel model;
    model.show(page);
    QVERIFY(model.index(0, 1).data().toString().startsWith("<script>␀x"));
    QVERIFY(model.index(0, 1).data().toString().size() < 1000);
    QVERIFY(model.index(0, 1).data(Qt::ToolTipRole).toString().startsWith("<qt>&lt;script&gt;"));
    QCOMPARE(model.index(0, 1).data(PageModel::RawRole).toString().size(), 100'010);
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QString("<b>\uFFFD"));
  }

  void nullIsNotTheTextNull() {
    BrowsePage page = dataPage({1, 2});
    page.rows[0][1] = {"", PageCell::Kind::Null};
    page.rows[1][1] = {"NULL", PageCell::Kind::Text};
    PageModel model;
    model.show(page);
    QVERIFY(model.index(0, 1).data(PageModel::IsNullRole).toBool());
    QVERIFY(!model.index(1, 1).data(PageModel::IsNullRole).toBool());
  }

  void bigNumbersSortExactly() {
    BrowsePage page = dataPage({1, 2});
    page.rows[0][0].text = "9007199254740993";
    PageModel model;
    model.show(page);
    QCOMPARE(model.index(0, 0).data(PageModel::SortRole).toLongLong(), 9007199254740993LL);
  }

  void columnsOfTheEngineAreWordsAndTheirValuesHaveUnits() {
    PageModel model;
    BrowsePage page;
    page.subject = BrowseSubject::Queue;
    page.columns = {"sequence", "age_ms", "change_set"};
    page.rows = {{{"7", PageCell::Kind::Number}, {"1540", PageCell::Kind::Number}, {"{}"}}};
    model.show(page);
    const auto title = [&model](int column) {
      return model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    };
    QCOMPARE(title(0), QString("Sequence"));
    QCOMPARE(title(1), QString("Age"));
    QCOMPARE(title(2), QString("Change set"));
    QCOMPARE(model.index(0, 1).data().toString().replace(QChar(0x00A0), ' '), QString("1.5 s"));
    QCOMPARE(model.index(0, 1).data(PageModel::RawRole).toString(), QString("1540"));
  }

  void momentsOfDeadLettersAreToldInTheZoneOfTheWindow() {
    PageModel model;
    BrowsePage page;
    page.subject = BrowseSubject::DeadLetters;
    page.columns = {"sequence", "at"};
    page.rows = {{{"7", PageCell::Kind::Number}, {"2026-11-21T14:01:11.250Z"}}};
    model.show(page);
    const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.setTimeStyle(TimeStyle::Utc);
    QCOMPARE(changes.count(), 1);
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(),
             QString("Refused at"));
    QCOMPARE(model.index(0, 1).data().toString(), QString("2026-11-21 14:01:11.250 UTC"));
  }

  void columnsOfADatabaseKeepTheirNames() {
    PageModel model;
    BrowsePage page = dataPage({1});
    page.columns = {"id", "age_ms"};
    model.show(page);
    QCOMPARE(model.headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(), QString("age_ms"));
    QCOMPARE(model.index(0, 1).data().toString(), QString("v"));
  }
};
PENSTOCK_TEST(TestPageModel)

}  // namespace penstock::test
#include "tst_page_model.moc"
