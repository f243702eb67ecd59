// SPDX-License-Identifier: Apache-2.0
// The prepared statements of one connection, by table, kind and columns; the least recently used
// one goes when there are too many.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "model/catalog.h"
#include "store/sqlite/statement.h"
#include "store/sqlite/statement_text.h"

namespace penstock::sqlite {

/// Threads: one at a time, like its connection.
/// Limits: `countMax` statements, at least limits::kStatementsKeptMin.
class StatementCache {
 public:
  StatementCache(sqlite3* database, std::size_t countMax);

  /// The statement, compiled now or earlier, in `statement`. It stays valid while fewer than
  /// kStatementsKeptMin others are asked for.
  /// Errors: Refused with kSchemaChanged when the database does not have those columns.
  Failure find(const StatementShape& shape, Statement*& statement);
  /// Compiles `statement` anew; tells a changed schema from a failing expression.
  Failure compileAgain(Statement& statement);
  void clear();
  std::size_t size() const { return m_entries.size(); }

 private:
  struct Entry {
    Statement statement;
    std::uint64_t usedAt = 0;
  };
  void writeKey(const StatementShape& shape);
  void makeRoom();
  Failure collationsOf(const Table& table, const std::vector<std::string>*& collations);

  sqlite3* m_database;
  std::size_t m_countMax;
  std::unordered_map<std::string, Entry> m_entries;
  std::unordered_map<TableId, std::vector<std::string>> m_collations;  ///< of keys not BINARY
  std::string m_key;                                                   ///< reused
  std::uint64_t m_uses = 0;
};

}  // namespace penstock::sqlite
