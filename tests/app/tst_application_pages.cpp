// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "app/application/application.h"
#include "tests/support/test_main.h"

namespace penstock::test {

using namespace penstock::app;

/// What a window gets to read of a node with two databases and an archive.
class TestApplicationPages : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    m_place = std::make_unique<QTemporaryDir>();
    QFile schema(m_place->filePath("schema.sql"));
    QVERIFY(schema.open(QIODevice::WriteOnly));
    schema.write("CREATE TABLE IF NOT EXISTS people(id INTEGER PRIMARY KEY, name TEXT)");
    schema.close();
    EngineOptions options;
    options.sinks.front().schemaFile = schema.fileName().toStdString();
    options.sinks.front().flush.workers = 12;
    options.sinks.push_back(options.sinks.front());
    options.sinks.back().name = "paris";
    options.sinks.back().role = "standby";
    options.sinks.push_back({});
    options.sinks.back().name = "books";
    options.sinks.back().role = options.sinks.back().driver = "archive";
    TablePolicy nowhere;
    nowhere.name = "nowhere";
    options.tables.push_back(nowhere);
    options = withDefaults(std::move(options), m_place->filePath("data").toStdString());
    auto started = Application::start(std::move(options), KeepHistory::No);
    QVERIFY2(started.isOk(), started.status().message().c_str());
    m_application = std::move(*started);
    m_link = m_application->makeLink();
  }
  void cleanupTestCase() {
    m_link.reset();
    m_application.reset();
    m_place.reset();
  }

  void eachSinkShowsItsOwnTables() {
    BrowseRequest request;
    request.subject = BrowseSubject::Tables;
    for (const char* sink : {"", "primary", "paris"}) {
      request.sink = sink;
      const BrowsePage page = ask(request);
      QVERIFY2(page.status.isOk(), page.status.message().c_str());
      QVERIFY(std::ranges::any_of(page.rows,
                                  [](const auto& row) { return row.front().text == "people"; }));
    }
    request.sink = "books";
    QVERIFY(ask(request).status.message().find("an archive keeps change sets") !=
            std::string::npos);
    request.sink = "nobody";
    QVERIFY(ask(request).status.code() == StatusCode::NotFound);
  }

  void shardsOfASinkWithOneLaneAreExplained() {
    BrowseRequest request;
    request.subject = BrowseSubject::Shards;
    const BrowsePage page = ask(request);
    QVERIFY(page.status.isOk() && page.rows.empty());
    QVERIFY(page.note.starts_with("one lane commits here"));
  }

  void healthComparesSettingsWithAdvice() {
    BrowseRequest request;
    request.subject = BrowseSubject::Health;
    const BrowsePage page = ask(request);
    QVERIFY(page.status.isOk());
    QCOMPARE(page.columns.size(), std::size_t{5});
    QVERIFY(has(page, "warning", "[[table]] nowhere"));
    QVERIFY(has(page, "note", "workers"));
    QVERIFY(has(page, "good", "sync"));
    QCOMPARE(page.total, std::int64_t(page.rows.size()));
    request.filter = "nowhere";
    QCOMPARE(ask(request).rows.size(), std::size_t{1});
  }

 private:
  BrowsePage ask(const BrowseRequest& request) {
    const RequestId id = m_link->browse(request);
    BrowsePage found;
    const auto has = [&] {
      for (BrowsePage& page : m_link->takePages()) {
        if (page.request == id) found = std::move(page);
      }
      return found.request == id;
    };
    (void)QTest::qWaitFor(has, 20'000);
    return found;
  }
  static bool has(const BrowsePage& page, const std::string& level, const std::string& about) {
    return std::ranges::any_of(
        page.rows, [&](const auto& row) { return row[0].text == level && row[2].text == about; });
  }

  std::unique_ptr<QTemporaryDir> m_place;
  std::unique_ptr<Application> m_application;
  std::unique_ptr<EngineLink> m_link;
};
PENSTOCK_TEST(TestApplicationPages)

}  // namespace penstock::test
#include "tst_application_pages.moc"
