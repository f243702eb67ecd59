// SPDX-License-Identifier: Apache-2.0
// The sqlite3 library as a program would use it that has nothing but rows to write: one prepared
// statement in a loop. Also makes the tables of both sides, and tells what is in them.
#pragma once

#include <sqlite3.h>

#include <memory>
#include <string>

#include "base/status.h"
#include "tests/bench/row_load.h"

namespace penstock::bench {

struct SqliteLoopSettings {
  int cachePages = -64'000;  ///< as PRAGMA cache_size takes it: below 0 in KiB
  /// Of the keys of a batch, before it is written.
  enum class Order : std::uint8_t { AsGiven, Sorted } order = Order::AsGiven;
};

/// Threads: one. Owns: the connection, with WAL and synchronous=FULL.
class SqliteLoop {
 public:
  /// Errors: IoError, also of all other functions.
  static Result<std::unique_ptr<SqliteLoop>> open(const std::string& path,
                                                  const SqliteLoopSettings& settings);
  ~SqliteLoop();
  SqliteLoop(const SqliteLoop&) = delete;
  SqliteLoop& operator=(const SqliteLoop&) = delete;

  /// The table with the rows that are there before; nothing of it is left in the log.
  Status makeTable(const RowLoad& load, RowLoad::Kind kind);
  /// All rows of the load, in batches of RowLoad::kBatchRows.
  Status writeAll(const RowLoad& load, RowLoad::Kind kind);
  /// Count and checksum of the table.
  Result<std::string> tally();

 private:
  SqliteLoop(sqlite3* database, SqliteLoopSettings settings)
      : m_database(database), m_settings(settings) {}
  Status execute(const char* sql);
  Status writeRow(sqlite3_stmt* statement, const Row& row);
  Status failure() const;

  sqlite3* const m_database;
  const SqliteLoopSettings m_settings;
};

}  // namespace penstock::bench
