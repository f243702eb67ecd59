// SPDX-License-Identifier: Apache-2.0
// One connection to an SQLite file, set up as every connection of ours must be: WAL, synced
// commits, foreign keys on, waiting for other writers for a bounded time.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/sqlite/result_codes.h"

namespace penstock::sqlite {

struct ConnectionOptions {
  std::string path;
  std::chrono::milliseconds busyTimeout{0};
};

/// Threads: one at a time; may be handed from thread to thread.
class Connection {
 public:
  enum class IfMissing { Fail, Create };
  /// Errors: Unavailable (missing, locked, no rights), Corrupt (not a database), Unsupported (a
  /// file system without WAL).
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options,
                                                  IfMissing ifMissing);
  /// For a look at what is there, and for trying what could be. Makes no file (a missing one is an
  /// empty database in memory) and sets nothing up in it. Errors: as open().
  static Result<std::unique_ptr<Connection>> openToLook(const ConnectionOptions& options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* handle() const { return m_handle; }
  Failure execute(const char* sql);
  /// Ends the open transaction, if there is one, with nothing done.
  void rollback();
  bool isInTransaction() const;
  /// Whether the path no longer leads to the open file: what is committed there is lost. One stat.
  bool hasMoved() const;
  /// Size of the write-ahead log. Errors: Unavailable.
  Result<std::uint64_t> walBytes();

 private:
  explicit Connection(sqlite3* handle) : m_handle(handle) {}
  Status setUp(const ConnectionOptions& options);
  Status switchToWal();

  sqlite3* m_handle;
};

/// An identifier of the catalog, quoted so that it is never anything else. (Backquotes: SQLite
/// takes an unknown name in double quotes for a string.)
std::string quoted(std::string_view identifier);

}  // namespace penstock::sqlite
