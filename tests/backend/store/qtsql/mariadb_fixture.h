// SPDX-License-Identifier: Apache-2.0
// A database of its own on the test program's MariaDB server, with an attached store and a lane.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/qtsql/write/qtsql_store.h"
#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/servers/mariadb_server.h"

namespace penstock::test {

class MariaDbFixture {
 public:
  explicit MariaDbFixture(std::string_view schema, QtSqlOptions options = {},
                          MariaDbServer& server = MariaDbServer::shared());

  MariaDbServer& server() { return m_server; }
  const std::string& database() const { return m_database; }
  const QtSqlOptions& options() const { return m_options; }
  QtSqlStore& store() { return *m_store; }
  StoreLane& lane() { return *m_lane; }
  void closeLane() { m_lane.reset(); }
  const CatalogPointer& catalog() const { return m_catalog; }
  const Table& table(std::string_view name) const { return *m_catalog->find(name); }
  void readCatalog();
  BatchBuilder builder() const { return BatchBuilder(m_catalog); }
  /// Commits at the next sequence, which stays the same after a failure.
  CommitResult commit(const BatchBuilder& builder, std::vector<DeadLetter> letters = {});
  CommitResult commitOne(std::string_view table, const NamedEffect& effect);
  /// As MariaDbServer::rows.
  std::vector<std::string> rows(const std::string& sql) const;
  std::uint64_t settled() const { return m_settled; }
  void setSettled(std::uint64_t settled) { m_settled = settled; }

 private:
  MariaDbServer& m_server;
  std::string m_database;
  QtSqlOptions m_options;
  std::unique_ptr<QtSqlStore> m_store;
  std::unique_ptr<StoreLane> m_lane;
  CatalogPointer m_catalog;
  std::uint64_t m_settled = 0;
};

}  // namespace penstock::test
