// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/connection.h"

#include <sqlite3.h>

#include "model/limits.h"
#include "store/sqlite/add_function.h"
#include "store/sqlite/statement.h"

namespace penstock::sqlite {

namespace {

// A relative path must not be taken for a URI or for SQLite's name of a database in memory.
std::string safePath(const std::string& path) { return path.starts_with('/') ? path : "./" + path; }

Status cannotBeWritten() {
  return {StatusCode::Unavailable, "the database cannot be written to (check its rights)"};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options,
                                                     IfMissing ifMissing) {
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (ifMissing == IfMissing::Create) {
    flags |= SQLITE_OPEN_CREATE;
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(safePath(options.path).c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) {
    return toStatus(failureOf(handle, code)).withContext(options.path);
  }
  if (Status status = connection->setUp(options); !status) {
    return status.withContext(options.path);
  }
  return connection;
}

Result<std::unique_ptr<Connection>> Connection::openToLook(const ConnectionOptions& options) {
  const std::string path = safePath(options.path);
  sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
  int isThere = 0;
  files->xAccess(files, path.c_str(), SQLITE_ACCESS_EXISTS, &isThere);
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(isThere != 0 ? path.c_str() : ":memory:", &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) {
    return toStatus(failureOf(handle, code)).withContext(options.path);
  }
  sqlite3_busy_timeout(handle, static_cast<int>(options.busyTimeout.count()));
  if (const Failure failure = connection->execute("SELECT 1 FROM sqlite_schema LIMIT 1")) {
    return toStatus(*failure).withContext(options.path);
  }
  if (sqlite3_db_readonly(handle, "main") == 1) {
    return cannotBeWritten().withContext(options.path);
  }
  return connection;
}

Connection::~Connection() { sqlite3_close_v2(m_handle); }

Status Connection::setUp(const ConnectionOptions& options) {
  sqlite3_busy_timeout(m_handle, static_cast<int>(options.busyTimeout.count()));
  RETURN_IF_ERROR(switchToWal());
  const std::string pragmas =
      "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
      "PRAGMA journal_size_limit=" +
      std::to_string(limits::kSqliteWalKeptBytes);
  if (const Failure failure = execute(pragmas.c_str())) {
    return toStatus(*failure);
  }
  if (const int code = registerAddFunction(m_handle); code != SQLITE_OK) {
    return toStatus(failureOf(m_handle, code));
  }
  return Status::ok();
}

Status Connection::switchToWal() {
  Statement statement;
  if (const Failure failure = statement.prepare(m_handle, "PRAGMA journal_mode=WAL")) {
    return toStatus(*failure);
  }
  const int code = statement.step();
  if (code != SQLITE_ROW) {
    return toStatus(failureOf(m_handle, code));
  }
  if (sqlite3_db_readonly(m_handle, "main") == 1) {
    return cannotBeWritten();
  }
  if (statement.textAt(0) != "wal") {
    return {StatusCode::Unsupported,
            "the database cannot use write-ahead logging there (use a local file system)"};
  }
  return Status::ok();
}

Failure Connection::execute(const char* sql) {
  const int code = sqlite3_exec(m_handle, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return failureOf(m_handle, code);
  }
  return {};
}

void Connection::rollback() {
  // It fails only when SQLite has rolled back already.
  sqlite3_exec(m_handle, "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Connection::isInTransaction() const { return sqlite3_get_autocommit(m_handle) == 0; }

bool Connection::hasMoved() const {
  int moved = 0;
  const int code = sqlite3_file_control(m_handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

Result<std::uint64_t> Connection::walBytes() {
  // The log is opened by the first read.
  if (const Failure failure = execute("SELECT 1 FROM sqlite_schema LIMIT 1")) {
    return toStatus(*failure);
  }
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(m_handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (code != SQLITE_OK || file == nullptr || file->pMethods == nullptr) {
    return Status(StatusCode::Unavailable, "the write-ahead log is not open");
  }
  sqlite3_int64 size = 0;
  if (file->pMethods->xFileSize(file, &size) != SQLITE_OK) {
    return Status(StatusCode::Unavailable, "the size of the write-ahead log cannot be read");
  }
  return static_cast<std::uint64_t>(size);
}

std::string quoted(std::string_view identifier) {
  std::string text = "`";
  for (const char letter : identifier) {
    text += letter;
    if (letter == '`') {
      text += '`';
    }
  }
  text += '`';
  return text;
}

}  // namespace penstock::sqlite
