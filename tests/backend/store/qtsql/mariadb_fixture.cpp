// SPDX-License-Identifier: Apache-2.0
#include "tests/backend/store/qtsql/mariadb_fixture.h"

#include <cstdio>

#include "base/check.h"

namespace penstock::test {

namespace {

void mustBeOk(const Status& status) {
  if (!status.isOk()) std::fprintf(stderr, "%s\n", status.message().c_str());
  CHECK(status.isOk());
}

}  // namespace

MariaDbFixture::MariaDbFixture(std::string_view schema, QtSqlOptions options, MariaDbServer& server)
    : m_server(server), m_database(server.makeDatabase()), m_options(std::move(options)) {
  m_options.target.driver = "QMYSQL";
  m_options.target.database = m_database;
  m_options.target.host = MariaDbServer::kHost;
  m_options.target.port = server.port();
  m_options.target.user = "root";
  auto store = QtSqlStore::create(m_options);
  mustBeOk(store.status());
  m_store = std::move(store).value();
  mustBeOk(m_store->runScript(schema));
  readCatalog();
  mustBeOk(m_store->attach(fixtureJournal(), "we").status());
  auto lane = m_store->openLane();
  mustBeOk(lane.status());
  m_lane = std::move(lane).value();
}

void MariaDbFixture::readCatalog() {
  auto catalog = m_store->readCatalog();
  mustBeOk(catalog.status());
  m_catalog = std::make_shared<const Catalog>(std::move(catalog).value());
}

CommitResult MariaDbFixture::commit(const BatchBuilder& builder, std::vector<DeadLetter> letters) {
  CommitRequest request;
  request.batch = &builder.batch();
  request.fence = {{Shard{0}, Sequence{m_settled}, Sequence{m_settled + 1}}};
  request.deadLetters = std::move(letters);
  CommitResult result = m_lane->commit(request);
  m_settled += result.outcome == CommitOutcome::Committed ? 1 : 0;
  return result;
}

CommitResult MariaDbFixture::commitOne(std::string_view table, const NamedEffect& effect) {
  return commit(builder().add(table, effect));
}

std::vector<std::string> MariaDbFixture::rows(const std::string& sql) const {
  return m_server.rows(m_database, sql);
}

}  // namespace penstock::test
