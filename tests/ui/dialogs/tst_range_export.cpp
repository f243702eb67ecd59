// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "metrics/csv.h"
#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/dialogs/range_export.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestRangeExport : public QObject {
  Q_OBJECT

 private slots:
  void writesARowForEverySampleInRange();
  void olderRowsComeFromTheHistoryBefore();
  void aFileThatCannotBeWrittenIsToldAndNotLeftBehind();

 private:
  static QList<QByteArray> linesOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return {};
    QList<QByteArray> lines = file.readAll().split('\n');
    lines.removeLast();
    return lines;
  }
};

void TestRangeExport::writesARowForEverySampleInRange() {
  const QTemporaryDir folder;
  FakeEngineLink link;
  HandClock clock;
  playHealthy(link, clock);
  const auto samples = link.samplesSince(0, 1'000);
  RangeExportRequest request;
  request.path = folder.filePath(QStringLiteral("range.csv"));
  request.fromMicros = samples[300]->wallMicros;
  request.toMicros = samples[899]->wallMicros;
  std::optional<RangeExportResult> result;
  RangeExport run(link, request, [&result](const RangeExportResult& got) { result = got; });
  run.start();
  QVERIFY(!result);
  QTRY_VERIFY(result.has_value());
  QVERIFY(result->status.isOk());
  QCOMPARE(result->rows, std::uint64_t{600});
  const QList<QByteArray> lines = linesOf(request.path);
  QCOMPARE(lines.size(), 601);
  QCOMPARE(lines[0] + '\n', QByteArray::fromStdString(csvSnapshotHeader()));
  QCOMPARE(lines[1] + '\n',
           QByteArray::fromStdString(csvSnapshotRow(*samples[300], samples[299].get(), {})));
}

void TestRangeExport::olderRowsComeFromTheHistoryBefore() {
  const QTemporaryDir folder;
  FakeEngineLink link;
  HandClock clock;
  playHealthy(link, clock);
  const std::int64_t oldest = link.samplesSince(0, 1'000).front()->wallMicros;
  HistoryPoint point;
  point.fromMicros = oldest - 60'000'000;
  point.toMicros = oldest - 59'000'000;
  point.metrics.resize(historyMetricNames().size());
  for (auto& metric : point.metrics) metric = {1, 9, 4};
  link.setHistory({point});
  RangeExportRequest request;
  request.path = folder.filePath(QStringLiteral("range.csv"));
  request.fromMicros = oldest - 120'000'000;
  request.toMicros = clock.wallNow().time_since_epoch().count();
  std::optional<RangeExportResult> result;
  RangeExport run(link, request, [&result](const RangeExportResult& got) { result = got; });
  run.start();
  for (const HistoryPage& page : link.takeHistory()) {
    QVERIFY(run.takeHistory(page) == RangeExport::Taken::Yes);
  }
  QTRY_VERIFY(result.has_value());
  QCOMPARE(result->rows, std::uint64_t{901});
  const QList<QByteArray> lines = linesOf(request.path);
  QCOMPARE(lines[1].count(','), lines[0].count(','));
  QVERIFY(lines[1].contains("primary"));
}

void TestRangeExport::aFileThatCannotBeWrittenIsToldAndNotLeftBehind() {
  FakeEngineLink link;
  HandClock clock;
  playHealthy(link, clock);
  RangeExportRequest request;
  request.path = QStringLiteral("/nowhere/at/all/range.csv");
  std::optional<RangeExportResult> result;
  RangeExport run(link, request, [&result](const RangeExportResult& got) { result = got; });
  run.start();
  QTRY_VERIFY(result.has_value());
  QVERIFY(result->status.code() == StatusCode::IoError);
  QVERIFY(!QFile::exists(request.path));
}

PENSTOCK_TEST(TestRangeExport)
#include "tst_range_export.moc"
