// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/qtsql_store.h"

#include <utility>

#include "base/check.h"
#include "store/qtsql/write/health_reader.h"
#include "store/qtsql/write/own_tables.h"
#include "store/qtsql/write/qtsql_lane.h"
#include "store/qtsql/write/schema_reader.h"

namespace penstock {

using qtsql::CheckpointTable;
using qtsql::Failure;
using qtsql::Session;
using qtsql::toStatus;

namespace {

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
Failure inTransaction(Session& session, Work work) {
  Failure failure = session.execute("START TRANSACTION");
  if (!failure) failure = work();
  if (!failure) {
    failure = session.execute("COMMIT");
    return failure ? qtsql::ofCommit(std::move(*failure)) : failure;
  }
  if (session.execute("ROLLBACK")) {  // the connection is lost, and the server undoes it
  }
  return failure;
}

}  // namespace

Result<std::unique_ptr<QtSqlStore>> QtSqlStore::create(QtSqlOptions options) {
  const auto dialect = qtsql::WriteDialect::ofDriver(options.target.driver);
  if (!dialect) return dialect.status();
  if (!QSqlDatabase::isDriverAvailable(QString::fromStdString(options.target.driver))) {
    return Status(StatusCode::Unsupported,
                  "Qt SQL has no driver '" + options.target.driver + "' here (install it)");
  }
  if (options.target.database.empty()) {
    return Status(StatusCode::Invalid, "the sink names no database (database = \"…\")");
  }
  return std::unique_ptr<QtSqlStore>(new QtSqlStore(std::move(options)));
}

std::string QtSqlStore::describeTarget() const {
  const BrowseTarget& target = m_options.target;
  return target.driver + " " + target.database + " at " +
         (target.host.empty() ? "localhost" : target.host) +
         (target.port == 0 ? "" : ":" + std::to_string(target.port));
}

qtsql::SessionOptions QtSqlStore::sessionOptions() const {
  return {m_options.target, m_options.connectTimeout, m_options.answerTimeout,
          m_options.lockTimeout, m_options.statementsMax};
}

Result<std::unique_ptr<Session>> QtSqlStore::connect() const {
  return Session::open(sessionOptions());
}

Status QtSqlStore::runScript(std::string_view sql) {
  RETURN_IF_ERROR(checkScript(sql));
  auto session = connect();
  if (!session) return session.status();
  std::size_t done = 0;
  const auto text = QString::fromUtf8(sql.data(), static_cast<qsizetype>(sql.size()));
  const Failure failure =
      inTransaction(**session, [&] { return (*session)->runScript(text, done); });
  return failure ? toStatus(*failure).withContext("statement " + std::to_string(done + 1))
                 : Status::ok();
}

Result<Catalog> QtSqlStore::readCatalog() {
  auto session = connect();
  if (!session) return session.status();
  return qtsql::readSchema(**session);
}

Result<std::vector<Checkpoint>> QtSqlStore::attach(const JournalId& journal,
                                                   std::string_view owner) {
  CHECK(!owner.empty());
  auto session = connect();
  if (!session) return session.status();
  RETURN_IF_ERROR(qtsql::createOwnTables(**session, m_options.eventTable));
  const std::string journalText = toText(journal);
  CheckpointTable table(**session, journalText, std::string(owner));
  std::vector<Checkpoint> checkpoints;
  Failure failure = inTransaction(**session, [&] {
    Failure read = table.read(checkpoints, CheckpointTable::Locking::Locked);
    return read ? read : table.takeOver();
  });
  if (failure) {
    // Taken over twice is taken over.
    if (failure->outcome == CommitOutcome::Unknown) failure->outcome = CommitOutcome::Transient;
    return toStatus(*failure);
  }
  const MutexLock lock(m_mutex);
  m_journal = journalText;
  m_owner = owner;
  return checkpoints;
}

Result<std::vector<Checkpoint>> QtSqlStore::readCheckpoints(const JournalId& journal) {
  auto session = connect();
  if (!session) return session.status();
  std::vector<Checkpoint> checkpoints;
  bool has = false;
  Failure failure = qtsql::hasOwnTables(**session, has);
  if (!failure && has) {
    failure = CheckpointTable(**session, toText(journal), "")
                  .read(checkpoints, CheckpointTable::Locking::AsIs);
  }
  if (failure) return toStatus(*failure);
  return checkpoints;
}

Result<std::unique_ptr<StoreLane>> QtSqlStore::openLane() {
  qtsql::LaneOptions options{sessionOptions(), {}, {}, m_options.eventTable};
  {
    const MutexLock lock(m_mutex);
    options.journal = m_journal;
    options.owner = m_owner;
  }
  CHECK(!options.journal.empty());
  auto lane = qtsql::QtSqlLane::open(std::move(options));
  if (!lane) return lane.status();
  return std::unique_ptr<StoreLane>(std::move(lane).value());
}

Result<std::vector<DeadLetter>> QtSqlStore::listDeadLetters(const LetterQuery& query) {
  auto session = connect();
  if (!session) return session.status();
  std::vector<DeadLetter> letters;
  bool has = false;
  Failure failure = qtsql::hasOwnTables(**session, has);
  if (!failure && has) failure = qtsql::readDeadLetters(**session, query, letters);
  if (failure) return toStatus(*failure);
  return letters;
}

Result<std::uint64_t> QtSqlStore::countDeadLetters() {
  auto session = connect();
  if (!session) return session.status();
  std::uint64_t count = 0;
  bool has = false;
  Failure failure = qtsql::hasOwnTables(**session, has);
  if (!failure && has) failure = qtsql::countDeadLetters(**session, count);
  if (failure) return toStatus(*failure);
  return count;
}

Result<StoreHealth> QtSqlStore::readHealth() {
  auto session = connect();
  if (!session) return session.status();
  StoreHealth health;
  if (const Failure failure = qtsql::readHealth(**session, health)) return toStatus(*failure);
  return health;
}

std::string QtSqlStore::ownTablesScript() const { return qtsql::ownTablesScript(); }

}  // namespace penstock
