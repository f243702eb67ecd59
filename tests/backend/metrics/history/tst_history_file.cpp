// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <limits>
#include <vector>

#include "metrics/history/history_file.h"
#include "tests/support/test_main.h"

namespace penstock::test {
namespace {

HistoryPoint pointAt(std::int64_t wallMicros, std::uint64_t runId = 1) {
  HistoryPoint point;
  point.fromMicros = wallMicros;
  point.toMicros = wallMicros + 9;
  point.runId = runId;
  double value = static_cast<double>(wallMicros);
  for (std::size_t i = 0; i < historyMetricNames().size(); ++i, value += 3) {
    point.metrics.push_back({value, value + 1, value + 2});
  }
  return point;
}

std::vector<std::int64_t> beginsOf(const Result<std::vector<HistoryPoint>>& points) {
  std::vector<std::int64_t> begins;
  for (const HistoryPoint& point : points.value()) begins.push_back(point.fromMicros);
  return begins;
}

using Begins = std::vector<std::int64_t>;

}  // namespace

class TestHistoryFile : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_path = m_folder->filePath("history.sqlite").toStdString();
  }

  void pointsComeBackAsTheyWere() {
    HistoryFile file;
    QVERIFY(file.open(m_path).isOk());
    HistoryPoint point = pointAt(100, 0xFFFF'FFFF'FFFF'FFFF);
    point.metrics[3] = {std::numeric_limits<double>::quiet_NaN(), -0.0, 1e300};
    QVERIFY(file.append({{HistoryTier::Fine, point}}).isOk());
    file.close();
    QVERIFY(file.open(m_path).isOk());
    const auto found = file.read(HistoryTier::Fine, {0, 1'000});
    QCOMPARE(found->size(), std::size_t{1});
    const HistoryPoint& back = found->front();
    QCOMPARE(back.runId, point.runId);
    QCOMPARE(back.toMicros, point.toMicros);
    QCOMPARE(back.metrics.size(), point.metrics.size());
    QVERIFY(std::isnan(back.metrics[3].minimum));
    QCOMPARE(back.metrics[3].last, 1e300);
    QCOMPARE(back.metrics.back().maximum, point.metrics.back().maximum);
  }

  void rangeFindsWhatTouchesIt() {
    HistoryFile file;
    QVERIFY(file.open(m_path).isOk());
    QVERIFY(file.append({{HistoryTier::Fine, pointAt(300)},
                         {HistoryTier::Fine, pointAt(100)},
                         {HistoryTier::Fine, pointAt(200)},
                         {HistoryTier::Coarse, pointAt(150)}})
                .isOk());
    QCOMPARE(beginsOf(file.read(HistoryTier::Fine, {0, 999})), (Begins{100, 200, 300}));
    QCOMPARE(beginsOf(file.read(HistoryTier::Fine, {109, 200})), (Begins{100, 200}));
    QCOMPARE(beginsOf(file.read(HistoryTier::Fine, {110, 199})), (Begins{}));
    QCOMPARE(beginsOf(file.read(HistoryTier::Coarse, {0, 999})), (Begins{150}));
  }

  void oldPointsOfOneResolutionAreRemoved() {
    HistoryFile file;
    QVERIFY(file.open(m_path).isOk());
    for (const std::int64_t at : {100, 200, 300}) {
      QVERIFY(file.append({{HistoryTier::Fine, pointAt(at)}, {HistoryTier::Middle, pointAt(at)}})
                  .isOk());
    }
    QVERIFY(file.removeBefore(HistoryTier::Fine, 200).isOk());
    QCOMPARE(beginsOf(file.read(HistoryTier::Fine, {0, 999})), (Begins{200, 300}));
    QCOMPARE(beginsOf(file.read(HistoryTier::Middle, {0, 999})), (Begins{100, 200, 300}));
  }

  void secondOpenerIsToldThatItIsHeld() {
    HistoryFile first;
    HistoryFile second;
    QVERIFY(first.open(m_path).isOk());
    QVERIFY(first.append({{HistoryTier::Fine, pointAt(1)}}).isOk());
    QCOMPARE(second.open(m_path).code(), StatusCode::Unavailable);
    QVERIFY(!second.isOpen());
    first.close();
    QVERIFY(second.open(m_path).isOk());
  }

  void whatIsNoDatabaseIsCorrupt() {
    QFile other(QString::fromStdString(m_path));
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.write(QByteArray(10'000, 'x'));
    other.close();
    HistoryFile file;
    QCOMPARE(file.open(m_path).code(), StatusCode::Corrupt);
    QCOMPARE(QFile(other.fileName()).size(), qint64{10'000});
  }

  void damageInTheMiddleIsFoundAtOpening() {
    {
      HistoryFile file;
      QVERIFY(file.open(m_path).isOk());
      std::vector<TieredPoint> points;
      for (int i = 0; i < 200; ++i) points.push_back({HistoryTier::Fine, pointAt(i * 10)});
      QVERIFY(file.append(points).isOk());
    }
    QFile damaged(QString::fromStdString(m_path));
    QVERIFY(damaged.open(QIODevice::ReadWrite));
    QVERIFY(damaged.size() > 40'000);
    damaged.seek(4'096 * 2);
    damaged.write(QByteArray(4'096 * 6, '\xAB'));
    damaged.close();
    HistoryFile file;
    QCOMPARE(file.open(m_path).code(), StatusCode::Corrupt);
  }

  void fileOfANewerVersionIsLeftAlone() {
    change("PRAGMA user_version = 2");
    HistoryFile file;
    QCOMPARE(file.open(m_path).code(), StatusCode::Unsupported);
  }

  void metricsOfAnEarlierVersionAreFoundByName() {
    {
      HistoryFile file;
      QVERIFY(file.open(m_path).isOk());
      QVERIFY(file.append({{HistoryTier::Fine, pointAt(1'000)}}).isOk());
    }
    const std::string second = historyMetricNames()[1];
    change(QString("UPDATE layout SET names = 'gone,%1'").arg(QString::fromStdString(second)));
    HistoryFile file;
    QVERIFY(file.open(m_path).isOk());
    const auto found = file.read(HistoryTier::Fine, {0, 9'999});
    QCOMPARE(found->size(), std::size_t{1});
    QCOMPARE(found->front().metrics.size(), historyMetricNames().size());
    QVERIFY(std::isnan(found->front().metrics[0].last));
    QCOMPARE(found->front().metrics[1].minimum, pointAt(1'000).metrics[1].minimum);
    QVERIFY(std::isnan(found->front().metrics[2].last));
  }

  void folderThatIsNotThereIsAnIoError() {
    HistoryFile file;
    QCOMPARE(file.open(m_path + "/no/such/file").code(), StatusCode::IoError);
  }

 private:
  void change(const QString& statement) {
    {
      QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", "change");
      database.setDatabaseName(QString::fromStdString(m_path));
      QVERIFY(database.open());
      QSqlQuery query(database);
      QVERIFY(query.exec(statement));
    }
    QSqlDatabase::removeDatabase("change");
  }

  std::unique_ptr<QTemporaryDir> m_folder;
  std::string m_path;
};

PENSTOCK_TEST(TestHistoryFile)

}  // namespace penstock::test

#include "tst_history_file.moc"
