// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_store.h"

#include <utility>

#include "base/check.h"
#include "store/postgres/connection.h"
#include "store/postgres/own_tables.h"
#include "store/postgres/postgres_lane.h"
#include "store/postgres/schema_reader.h"
#include "store/postgres/script.h"

namespace penstock {

using postgres::Connection;
using postgres::Failure;
using postgres::toStatus;

namespace {

postgres::ConnectionOptions connectionOf(const PostgresOptions& options) {
  return {options.target,      options.password,         options.connectTimeout,
          options.lockTimeout, options.statementTimeout, options.statementsMax};
}

Result<std::unique_ptr<Connection>> connect(const PostgresOptions& options) {
  return Connection::open(connectionOf(options), Connection::Use::Rows);
}

// Begins, works, ends: COMMIT, or ROLLBACK after a failure. The work may be done twice: a COMMIT
// that nobody answered is a server that is away.
template <typename Work>
Status inTransaction(Connection& connection, Work work) {
  Failure failure = connection.begin();
  if (!failure) failure = work();
  if (!failure) failure = connection.commit();
  if (!failure) return Status::ok();
  connection.rollback();
  if (failure->outcome == CommitOutcome::Unknown) failure->outcome = CommitOutcome::Transient;
  return toStatus(*failure);
}

/// Settings and prepared statements belong to a session: a pool in between must not hand it to
/// others meanwhile. One of pgbouncer's gives who comes next what was used last, so a second
/// connection shows it; where others are quicker, this one's own process changes.
Status checkSession(Connection& connection, const PostgresOptions& options) {
  std::int64_t ours = 0;
  if (const Failure failure = connection.askProcess(ours)) return toStatus(*failure);
  if (ours == connection.namedProcess()) return Status::ok();
  auto other = connect(options);
  if (!other) return other.status();
  std::int64_t others = 0;
  std::int64_t again = 0;
  Failure failure = (*other)->askProcess(others);
  if (!failure) failure = connection.askProcess(again);
  if (failure) return toStatus(*failure);
  if (others != ours && again == ours) return Status::ok();
  return {StatusCode::Unsupported,
          "a pool in between hands out transactions (let it hand out sessions: in pgbouncer.ini "
          "pool_mode = session)"};
}

/// Asks the tables of ours, if they are there; otherwise the answer stays as it is.
template <typename Question>
Status askOwnTables(const PostgresOptions& options, Question question) {
  auto connection = connect(options);
  if (!connection) return connection.status();
  bool has = false;
  Failure failure = postgres::hasOwnTables(**connection, has);
  if (!failure && has) failure = question(**connection);
  return failure ? toStatus(*failure) : Status::ok();
}

}  // namespace

Result<std::unique_ptr<PostgresStore>> PostgresStore::create(PostgresOptions options) {
  RETURN_IF_ERROR(postgres::checkTarget(options.target));
  return std::unique_ptr<PostgresStore>(new PostgresStore(std::move(options)));
}

std::string PostgresStore::describeTarget() const {
  return "postgres " + postgres::describeTarget(m_options.target);
}

Status PostgresStore::runScript(std::string_view sql) {
  auto connection = Connection::open(connectionOf(m_options), Connection::Use::Script);
  if (!connection) return connection.status();
  return postgres::runScript(**connection, sql);
}

Result<Catalog> PostgresStore::readCatalog() {
  auto connection = connect(m_options);
  if (!connection) return connection.status();
  // One snapshot for all questions.
  if (const Failure failure = (*connection)->run("BEGIN ISOLATION LEVEL REPEATABLE READ")) {
    return toStatus(*failure);
  }
  return postgres::readSchema(**connection);
}

Result<std::vector<Checkpoint>> PostgresStore::attach(const JournalId& journal,
                                                      std::string_view owner) {
  CHECK(!owner.empty());
  auto connection = connect(m_options);
  if (!connection) return connection.status();
  RETURN_IF_ERROR(checkSession(**connection, m_options).withContext(describeTarget()));
  const std::string journalText = toText(journal);
  postgres::CheckpointTable table(**connection, journalText, std::string(owner));
  std::vector<Checkpoint> checkpoints;
  RETURN_IF_ERROR(inTransaction(**connection, [&] {
    Failure failure = postgres::createOwnTables(**connection);
    bool isKnown = false;
    if (!failure) failure = table.takeOver(isKnown);
    return failure || !isKnown ? failure : table.read(checkpoints);
  }));
  const MutexLock lock(m_mutex);
  m_journal = journalText;
  m_owner = owner;
  return checkpoints;
}

Result<std::vector<Checkpoint>> PostgresStore::readCheckpoints(const JournalId& journal) {
  std::vector<Checkpoint> checkpoints;
  RETURN_IF_ERROR(askOwnTables(m_options, [&](Connection& connection) {
    return postgres::CheckpointTable(connection, toText(journal), "").read(checkpoints);
  }));
  return checkpoints;
}

Result<std::unique_ptr<StoreLane>> PostgresStore::openLane() {
  postgres::LaneOptions options{connectionOf(m_options), {}, {}};
  {
    const MutexLock lock(m_mutex);
    options.journal = m_journal;
    options.owner = m_owner;
  }
  CHECK(!options.journal.empty());
  auto lane = postgres::PostgresLane::open(std::move(options));
  if (!lane) return lane.status();
  return std::unique_ptr<StoreLane>(std::move(lane).value());
}

Result<std::vector<DeadLetter>> PostgresStore::listDeadLetters(const LetterQuery& query) {
  std::vector<DeadLetter> letters;
  RETURN_IF_ERROR(askOwnTables(m_options, [&](Connection& connection) {
    return postgres::readDeadLetters(connection, query, letters);
  }));
  return letters;
}

Result<std::uint64_t> PostgresStore::countDeadLetters() {
  std::uint64_t count = 0;
  RETURN_IF_ERROR(askOwnTables(m_options, [&](Connection& connection) {
    return postgres::countDeadLetters(connection, count);
  }));
  return count;
}

}  // namespace penstock
