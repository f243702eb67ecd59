// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/check.h"
#include "store/sqlite/own_tables.h"
#include "store/sqlite/schema_reader.h"
#include "store/sqlite/sqlite_lane.h"

namespace penstock {

using sqlite::Connection;
using sqlite::Failure;
using sqlite::toStatus;

namespace {

std::string lineOf(std::string_view script, std::size_t offset) {
  return "line " + std::to_string(1 + std::ranges::count(script.substr(0, offset), '\n'));
}

// Runs one statement of the script and moves `offset` behind it.
Status runNext(Connection& connection, std::string_view script, std::size_t& offset) {
  sqlite3* database = connection.handle();
  sqlite3_stmt* statement = nullptr;
  const char* tail = nullptr;
  const std::string_view rest = script.substr(offset);
  int code =
      sqlite3_prepare_v2(database, rest.data(), static_cast<int>(rest.size()), &statement, &tail);
  std::size_t place = offset;
  if (code == SQLITE_OK) {
    while (statement != nullptr && (code = sqlite3_step(statement)) == SQLITE_ROW) {
    }
    code = statement == nullptr ? SQLITE_DONE : code;
    place += std::min(rest.find_first_not_of(" \t\r\n"), rest.size());
    offset = static_cast<std::size_t>(tail - script.data());
  } else {
    place += static_cast<std::size_t>(std::max(0, sqlite3_error_offset(database)));
  }
  Status status;
  if (code != SQLITE_DONE) {
    status = toStatus(sqlite::failureOf(database, code)).withContext(lineOf(script, place));
  }
  sqlite3_finalize(statement);
  return status;
}

// Begins, works, ends: COMMIT, or ROLLBACK after a failure.
template <typename Work>
Status inTransaction(Connection& connection, const char* begin, Work work) {
  Failure failure = connection.execute(begin);
  if (!failure) {
    failure = work();
  }
  if (!failure) {
    failure = connection.execute("COMMIT");
  }
  if (failure) {
    connection.rollback();
    return toStatus(*failure);
  }
  return Status::ok();
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::create(SqliteOptions options) {
  if (options.path.empty() || options.path == ":memory:") {
    return Status(StatusCode::Invalid, "sqlite: a database in memory keeps nothing (name a file)");
  }
  auto connection =
      Connection::open({options.path, options.busyTimeout}, Connection::IfMissing::Create);
  if (!connection) {
    return connection.status();
  }
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(options)));
}

std::string SqliteStore::describeTarget() const { return "sqlite " + m_options.path; }

Result<std::unique_ptr<Connection>> SqliteStore::connect() const {
  return Connection::open({m_options.path, m_options.busyTimeout}, Connection::IfMissing::Fail);
}

Status SqliteStore::runScript(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    return {StatusCode::Invalid, "the script holds a NUL byte"};
  }
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  std::size_t offset = 0;
  while (offset < sql.size()) {
    RETURN_IF_ERROR(runNext(**connection, sql, offset));
  }
  if ((*connection)->isInTransaction()) {
    return {StatusCode::Invalid, "the script leaves a transaction open (add COMMIT)"};
  }
  return Status::ok();
}

Result<Catalog> SqliteStore::readCatalog() {
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  // One snapshot for all questions.
  if (const Failure failure = (*connection)->execute("BEGIN")) {
    return toStatus(*failure);
  }
  return sqlite::readSchema((*connection)->handle());
}

Result<std::vector<Checkpoint>> SqliteStore::attach(const JournalId& journal,
                                                    std::string_view owner) {
  CHECK(!owner.empty());
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  const std::string journalText = toText(journal);
  sqlite::CheckpointTable table(**connection, journalText, std::string(owner));
  std::vector<Checkpoint> checkpoints;
  RETURN_IF_ERROR(inTransaction(**connection, "BEGIN IMMEDIATE", [&] {
    Failure failure = sqlite::createOwnTables(**connection);
    if (!failure) {
      failure = table.read(checkpoints);
    }
    return failure ? failure : table.takeOver();
  }));
  const MutexLock lock(m_mutex);
  m_journal = journalText;
  m_owner = owner;
  return checkpoints;
}

Result<std::vector<Checkpoint>> SqliteStore::readCheckpoints(const JournalId& journal) {
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  std::vector<Checkpoint> checkpoints;
  bool has = false;
  Failure failure = sqlite::hasOwnTables(**connection, has);
  if (!failure && has) {
    failure = sqlite::CheckpointTable(**connection, toText(journal), "").read(checkpoints);
  }
  if (failure) {
    return toStatus(*failure);
  }
  return checkpoints;
}

Result<std::unique_ptr<StoreLane>> SqliteStore::openLane() {
  sqlite::LaneOptions options{
      {m_options.path, m_options.busyTimeout}, m_options.statementsMax, {}, {}};
  {
    const MutexLock lock(m_mutex);
    options.journal = m_journal;
    options.owner = m_owner;
  }
  CHECK(!options.journal.empty());
  auto lane = sqlite::SqliteLane::open(std::move(options));
  if (!lane) {
    return lane.status();
  }
  return std::unique_ptr<StoreLane>(std::move(lane).value());
}

Result<std::vector<StoredDeadLetter>> SqliteStore::listDeadLetters(std::optional<Sequence> before,
                                                                   std::size_t countMax) {
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  std::vector<StoredDeadLetter> letters;
  bool has = false;
  Failure failure = sqlite::hasOwnTables(**connection, has);
  if (!failure && has) {
    failure = sqlite::readDeadLetters(**connection, before, countMax, letters);
  }
  if (failure) {
    return toStatus(*failure);
  }
  return letters;
}

Result<std::uint64_t> SqliteStore::countDeadLetters() {
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  std::uint64_t count = 0;
  bool has = false;
  Failure failure = sqlite::hasOwnTables(**connection, has);
  if (!failure && has) {
    failure = sqlite::countDeadLetters(**connection, count);
  }
  if (failure) {
    return toStatus(*failure);
  }
  return count;
}

Result<WalState> SqliteStore::maintain() {
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  auto bytes = (*connection)->walBytes();
  if (!bytes || *bytes <= m_options.walKeptBytes) {
    return bytes ? Result<WalState>(WalState{*bytes, false}) : bytes.status();
  }
  sqlite3_busy_timeout((*connection)->handle(), 0);
  const int code = sqlite3_wal_checkpoint_v2((*connection)->handle(), "main",
                                             SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  const bool isPinned = (code & 0xff) == SQLITE_BUSY || (code & 0xff) == SQLITE_LOCKED;
  if (code != SQLITE_OK && !isPinned) {
    return toStatus(sqlite::failureOf((*connection)->handle(), code));
  }
  bytes = (*connection)->walBytes();
  if (!bytes) {
    return bytes.status();
  }
  return WalState{*bytes, isPinned};
}

}  // namespace penstock
