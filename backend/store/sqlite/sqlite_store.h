// SPDX-License-Identifier: Apache-2.0
// An SQLite file as a store, on the sqlite3 library: the embedded default. WAL, every commit
// synced, foreign keys enforced, one lane.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "model/limits.h"
#include "store/sqlite/connection.h"
#include "store/store.h"

namespace penstock {

struct SqliteOptions {
  std::string path;
  /// How long a commit waits for a writer outside before it is Transient.
  std::chrono::milliseconds busyTimeout = limits::kSqliteBusyTimeoutDefault;
  /// What is known of the database while it cannot be asked.
  enum class Known : std::uint8_t {
    Nothing,  ///< create() and the first attach() wait for other writers, and fail without them
    Catalog,  ///< from the journal: create() takes a file that is locked, and but for scripts
              ///< nothing waits until attach() is tried again
  } known = Known::Nothing;
  /// Prepared statements kept by a lane.
  std::size_t statementsMax = limits::kStatementsKept;
  /// Change sets are rows of it too; a plain name. Empty: there is none.
  std::string eventTable = {};
  /// maintain() cuts a write-ahead log that is longer.
  std::uint64_t walKeptBytes = limits::kSqliteWalKeptBytes;
};

/// The write-ahead log as maintain() left it.
struct WalState {
  std::uint64_t bytes = 0;
  bool isPinned = false;  ///< a reader or writer keeps it from being cut
};

/// Threads: any; each call uses a connection of its own.
class SqliteStore : public Store {
 public:
  /// Makes the file where missing (its directory must be there).
  /// Errors: Unavailable (locked, unless its catalog is known; no rights), Corrupt (not a
  /// database), Invalid (a database in memory), Unsupported (a file system without write-ahead
  /// logging).
  static Result<std::unique_ptr<SqliteStore>> create(SqliteOptions options);

  /// The catalog as it would be after `schema`; nothing is made or changed. A file that is missing
  /// counts as empty. Errors: those of create() and runScript().
  static Result<Catalog> preview(const SqliteOptions& options, std::string_view schema);

  std::string describeTarget() const override;
  int laneCountMax() const override { return 1; }
  /// All or nothing, see script.h. Errors: Invalid with statement, line and message; Unavailable;
  /// Corrupt.
  Status runScript(std::string_view sql) override;
  Result<Catalog> readCatalog() override;
  Result<std::vector<Checkpoint>> attach(const JournalId& journal, std::string_view owner) override;
  Result<std::vector<Checkpoint>> readCheckpoints(const JournalId& journal) override;
  Result<std::unique_ptr<StoreLane>> openLane() override;
  Result<std::vector<DeadLetter>> listDeadLetters(const LetterQuery& query) override;
  Result<std::uint64_t> countDeadLetters() override;
  Result<StoreHealth> readHealth() override { return readHealth(m_options); }
  /// Of a file that may be missing, and is not made.
  static Result<StoreHealth> readHealth(const SqliteOptions& options);
  std::string ownTablesScript() const override { return scriptOfOwnTables(); }
  static std::string scriptOfOwnTables();

  /// For idle moments: cuts the write-ahead log when it is longer than `walKeptBytes`. Never waits
  /// for readers. Errors: Unavailable, Corrupt.
  Result<WalState> maintain();

 private:
  explicit SqliteStore(SqliteOptions options) : m_options(std::move(options)) {}
  std::chrono::milliseconds busyTimeout() const;
  Result<std::unique_ptr<sqlite::Connection>> connect() const;

  const SqliteOptions m_options;

  mutable Mutex m_mutex;
  std::string m_journal GUARDED_BY(m_mutex);  ///< of the last attach(); empty before
  std::string m_owner GUARDED_BY(m_mutex);
  enum class Start : std::uint8_t { Ahead, Tried, Over } m_start GUARDED_BY(m_mutex) = Start::Ahead;
};

}  // namespace penstock
