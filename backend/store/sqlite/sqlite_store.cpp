// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#include <sqlite3.h>

#include <algorithm>

#include "base/check.h"
#include "store/sqlite/health/health_reader.h"
#include "store/sqlite/own_tables.h"
#include "store/sqlite/schema_reader.h"
#include "store/sqlite/script.h"
#include "store/sqlite/sqlite_lane.h"

namespace penstock {

using sqlite::Connection;
using sqlite::Failure;
using sqlite::toStatus;

namespace {

bool mayBeWritten(const std::string& path) {
  sqlite3_vfs* files = sqlite3_vfs_find(nullptr);
  int may = 0;
  return files->xAccess(files, path.c_str(), SQLITE_ACCESS_READWRITE, &may) == SQLITE_OK &&
         may != 0;
}

Status checkScript(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    return {StatusCode::Invalid, "the script holds a NUL byte (it must be SQL as UTF-8 text)"};
  }
  if (sql.size() > limits::kSchemaBytesMax) {
    return {StatusCode::Invalid, "the script is longer than " +
                                     std::to_string(limits::kSchemaBytesMax) +
                                     " bytes (load data by change sets)"};
  }
  return Status::ok();
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
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(options)));
  const std::string& path = store->m_options.path;
  const auto connection =
      Connection::open({path, store->busyTimeout()}, Connection::IfMissing::Create);
  if (!connection) {
    const bool isAway = connection.status().code() == StatusCode::Unavailable &&
                        store->m_options.known == SqliteOptions::Known::Catalog &&
                        mayBeWritten(path);
    if (!isAway) return connection.status();
  }
  return store;
}

Result<Catalog> SqliteStore::preview(const SqliteOptions& options, std::string_view schema) {
  RETURN_IF_ERROR(checkScript(schema));
  auto connection = Connection::openToLook({options.path, options.busyTimeout});
  if (!connection) {
    return connection.status();
  }
  RETURN_IF_ERROR(sqlite::tryScript(**connection, schema));
  Result<Catalog> catalog = sqlite::readSchema((*connection)->handle());
  (*connection)->rollback();
  return catalog;
}

std::chrono::milliseconds SqliteStore::busyTimeout() const {
  const MutexLock lock(m_mutex);
  const bool mustNotWait =
      m_start != Start::Over && m_options.known == SqliteOptions::Known::Catalog;
  return mustNotWait ? std::min(limits::kSqliteStartTimeout, m_options.busyTimeout)
                     : m_options.busyTimeout;
}

std::string SqliteStore::describeTarget() const { return "sqlite " + m_options.path; }

Result<std::unique_ptr<Connection>> SqliteStore::connect() const {
  return Connection::open({m_options.path, busyTimeout()}, Connection::IfMissing::Fail);
}

Status SqliteStore::runScript(std::string_view sql) {
  RETURN_IF_ERROR(checkScript(sql));
  auto connection =
      Connection::open({m_options.path, m_options.busyTimeout}, Connection::IfMissing::Fail);
  if (!connection) {
    return connection.status();
  }
  return sqlite::runScript(**connection, sql);
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
  {
    const MutexLock lock(m_mutex);
    m_start = m_start == Start::Ahead ? Start::Tried : Start::Over;
  }
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  const std::string journalText = toText(journal);
  sqlite::CheckpointTable table(**connection, journalText, std::string(owner));
  std::vector<Checkpoint> checkpoints;
  RETURN_IF_ERROR(inTransaction(**connection, "BEGIN IMMEDIATE", [&] {
    Failure failure = sqlite::createOwnTables(**connection, m_options.eventTable);
    if (!failure) {
      failure = table.read(checkpoints);
    }
    return failure ? failure : table.takeOver();
  }));
  const MutexLock lock(m_mutex);
  m_start = Start::Over;
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
  sqlite::LaneOptions options{{m_options.path, m_options.busyTimeout},
                              m_options.statementsMax,
                              {},
                              {},
                              m_options.eventTable};
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

Result<std::vector<DeadLetter>> SqliteStore::listDeadLetters(const LetterQuery& query) {
  auto connection = connect();
  if (!connection) {
    return connection.status();
  }
  std::vector<DeadLetter> letters;
  bool has = false;
  Failure failure = sqlite::hasOwnTables(**connection, has);
  if (!failure && has) {
    failure = sqlite::readDeadLetters(**connection, query, letters);
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

Result<StoreHealth> SqliteStore::readHealth(const SqliteOptions& options) {
  auto connection = Connection::openToLook({options.path, options.busyTimeout});
  if (!connection) {
    return connection.status();
  }
  StoreHealth health;
  if (const Failure failure = sqlite::readHealth(**connection, health)) {
    return toStatus(*failure);
  }
  return health;
}

std::string SqliteStore::scriptOfOwnTables() { return sqlite::ownTablesScript(); }

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
