// SPDX-License-Identifier: Apache-2.0
// A database of its own on the real server of this test program, with an attached store and a lane.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/postgres/postgres_store.h"
#include "tests/backend/store/sqlite_fixture.h"
#include "tests/support/servers/postgres_server.h"

namespace penstock::test {

class PostgresFixture {
 public:
  /// Without a target: a new database. The tables that `schema` makes are in the catalog.
  explicit PostgresFixture(std::string_view schema, PostgresOptions options = {});

  PostgresServer& server() { return PostgresServer::shared(); }
  const std::string& database() const { return m_database; }
  std::string connection() { return server().connection(m_database); }
  PostgresStore& store() { return *m_store; }
  StoreLane& lane() { return *m_lane; }
  std::unique_ptr<StoreLane> openLane();
  const CatalogPointer& catalog() const { return m_catalog; }
  void readCatalog();
  BatchBuilder builder() const { return BatchBuilder(m_catalog); }
  /// Commits at the next sequence of all shards, which stays the same after a failure.
  CommitResult commit(const BatchBuilder& builder, std::vector<DeadLetter> letters = {});
  CommitResult commitOne(std::string_view table, const NamedEffect& effect);
  std::vector<std::string> rows(const std::string& sql) { return m_other->rows(sql); }
  std::uint64_t settled() const { return m_settled; }
  /// After the server was away: rows() connects anew.
  void lookAgain();

 private:
  std::string m_database;
  std::unique_ptr<PostgresSession> m_other;
  std::unique_ptr<PostgresStore> m_store;
  std::unique_ptr<StoreLane> m_lane;
  CatalogPointer m_catalog;
  std::uint64_t m_settled = 0;
};

}  // namespace penstock::test
