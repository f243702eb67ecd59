// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/support/test_main.h"
#include "ui/models/shards_model.h"

namespace penstock::test {

using namespace penstock::ui;

namespace {

PageCell number(std::uint64_t value) { return {std::to_string(value), PageCell::Kind::Number}; }

std::vector<PageCell> row(const std::string& shard, std::uint64_t waiting) {
  const bool any = waiting > 0;
  return {{shard},
          number(16'777'300),
          number(waiting),
          number(0),
          any ? number(1'500) : PageCell{{}, PageCell::Kind::Null},
          {any ? "sequence 16777301 in shard 9" : ""}};
}

BrowsePage pageOf(std::vector<std::vector<PageCell>> rows) {
  BrowsePage page;
  page.subject = BrowseSubject::Shards;
  page.columns = {"shard", "checkpoint", "waiting", "in_flight", "oldest_age_ms", "waits_for"};
  page.rows = std::move(rows);
  return page;
}

QString textAt(const ShardsModel& model, int at, int column) {
  return model.index(at, column).data().toString();
}

}  // namespace

class TestShardsModel : public QObject {
  Q_OBJECT

 private slots:
  void rowsComeAndGoWithTheirShards() {
    ShardsModel model;
    const QAbstractItemModelTester tester(&model,
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    for (const std::vector<std::string>& shards : {std::vector<std::string>{"all", "3", "12"},
                                                   {"all", "2", "3", "64"},
                                                   {"64"},
                                                   {},
                                                   {"all", "7"}}) {
      std::vector<std::vector<PageCell>> rows;
      rows.reserve(shards.size());
      for (const std::string& shard : shards) rows.push_back(row(shard, 1));
      model.show(pageOf(std::move(rows)));
      QCOMPARE(model.rowCount(), int(shards.size()));
      for (int at = 0; at < model.rowCount(); ++at) {
        QCOMPARE(textAt(model, at, ShardsModel::Shard),
                 QString::fromStdString(shards[std::size_t(at)]));
      }
    }
    QCOMPARE(resets.count(), 0);
  }

  void allThatChangedIsToldAtOnce() {
    ShardsModel model;
    model.show(pageOf({row("1", 1), row("2", 1), row("3", 1), row("4", 1)}));
    const QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.show(pageOf({row("1", 1), row("2", 1), row("3", 1), row("4", 1)}));
    QCOMPARE(changes.count(), 0);
    model.show(pageOf({row("1", 1), row("2", 12'480), row("3", 1), row("4", 0)}));
    QCOMPARE(changes.count(), 1);
    QCOMPARE(changes.front()[0].toModelIndex().row(), 1);
    QCOMPARE(changes.front()[1].toModelIndex().row(), 3);
    QCOMPARE(textAt(model, 1, ShardsModel::Waiting), QString("12,480"));
  }

  void cellsTellWhatThereIs() {
    ShardsModel model;
    model.show(pageOf({row("all", 0), row("5", 7)}));
    QCOMPARE(textAt(model, 0, ShardsModel::Oldest), QString("–"));
    QVERIFY(textAt(model, 1, ShardsModel::Oldest).startsWith("1.5"));
    QCOMPARE(textAt(model, 1, ShardsModel::WaitsFor), QString("sequence 16777301 in shard 9"));
    QCOMPARE(model.index(1, ShardsModel::Oldest).data(ShardsModel::RawRole).toString(),
             QString("1500"));
    QCOMPARE(model.index(0, ShardsModel::Oldest).data(ShardsModel::RawRole).toString(), QString());
    QVERIFY(model.index(1, ShardsModel::Waiting).data(ShardsModel::SortRole).toULongLong() == 7);
  }

  // A node that speaks another version.
  void rowsThatAreTooShortDoNoHarm() {
    ShardsModel model;
    model.show(pageOf({{{"5"}, number(1)}, row("6", 1), row("6", 2)}));
    QCOMPARE(model.rowCount(), 2);
  }
};
PENSTOCK_TEST(TestShardsModel)

}  // namespace penstock::test
#include "tst_shards_model.moc"
