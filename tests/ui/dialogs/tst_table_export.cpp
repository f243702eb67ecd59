// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/test_main.h"
#include "tests/ui/main_window/scenes.h"
#include "ui/dialogs/table_export.h"

using namespace penstock;
using namespace penstock::test;
using namespace penstock::ui;

class TestTableExport : public QObject {
  Q_OBJECT

 private slots:
  void writesAllPagesOfTheTable();
  void aFailureLeavesNoFile();
};

static BrowsePage bigPage(int rows) {
  BrowsePage page;
  page.subject = BrowseSubject::Data;
  page.columns = {"id", "text"};
  for (int i = 0; i < rows; ++i) {
    page.rows.push_back(
        {{std::to_string(i), PageCell::Kind::Number},
         i % 2 == 0 ? PageCell{"=1+1", PageCell::Kind::Text} : PageCell{{}, PageCell::Kind::Null}});
  }
  return page;
}

void TestTableExport::writesAllPagesOfTheTable() {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("players.csv"));
  FakeEngineLink link;
  link.setPage(bigPage(2'500), "players");
  BrowseDesk desk(link);
  BrowseRequest request;
  request.subject = BrowseSubject::Data;
  request.table = "players";
  auto* run = new TableExport(desk, request, path);
  QSignalSpy ended(run, &TableExport::ended);
  run->start();
  for (int i = 0; i < 5 && ended.isEmpty(); ++i) desk.poll();
  QCOMPARE(ended.count(), 1);
  QVERIFY(ended.front().front().toBool());
  QVERIFY(run->message().startsWith(QStringLiteral("2,500 rows written")));
  QFile file(path);
  QVERIFY(file.open(QIODevice::ReadOnly));
  const QByteArray text = file.readAll();
  QCOMPARE(text.count('\n'), 2'501);
  QVERIFY(text.startsWith("id,text\r\n"));
  QVERIFY(text.contains("'=1+1"));
  delete run;
}

void TestTableExport::aFailureLeavesNoFile() {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("players.csv"));
  FakeEngineLink link;
  BrowsePage failed;
  failed.subject = BrowseSubject::Data;
  failed.status = Status(StatusCode::Unavailable, "the database is away");
  link.setPage(failed, "players");
  BrowseDesk desk(link);
  BrowseRequest request;
  request.subject = BrowseSubject::Data;
  request.table = "players";
  auto* run = new TableExport(desk, request, path);
  run->start();
  desk.poll();
  QVERIFY(run->message().contains(QStringLiteral("the database is away")));
  delete run;
  QVERIFY(!QFile::exists(path));
}

PENSTOCK_TEST(TestTableExport)
#include "tst_table_export.moc"
