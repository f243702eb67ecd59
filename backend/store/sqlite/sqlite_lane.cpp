// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_lane.h"

#include <sqlite3.h>

#include "base/check.h"

namespace penstock::sqlite {

namespace {

CommitResult notOpen() {
  return {CommitOutcome::Transient, "SQLITE_CANTOPEN", "the database is not open", 0};
}

CommitResult fileMoved() {
  return {CommitOutcome::Broken, std::string(kFileMoved),
          "the database file was deleted, moved or replaced while it was in use (put it back, then "
          "start again)",
          0};
}

}  // namespace

SqliteLane::Session::Session(std::unique_ptr<Connection> opened, const LaneOptions& options)
    : connection(std::move(opened)),
      cache(connection->handle(), options.statementsMax),
      rows(*connection, cache),
      checkpoints(*connection, options.journal, options.owner),
      deadLetters(*connection, options.journal),
      events(*connection, options.journal, options.eventTable) {}

Result<std::unique_ptr<SqliteLane>> SqliteLane::open(LaneOptions options) {
  std::unique_ptr<SqliteLane> lane(new SqliteLane(std::move(options)));
  RETURN_IF_ERROR(lane->reopen());
  return lane;
}

Status SqliteLane::reopen() {
  m_session.reset();
  m_catalog.reset();
  auto connection = Connection::open(m_options.connection, Connection::IfMissing::Fail);
  if (!connection) {
    return connection.status();
  }
  m_session = std::make_unique<Session>(std::move(connection).value(), m_options);
  return Status::ok();
}

std::size_t SqliteLane::statementCount() const {
  return m_session != nullptr ? m_session->cache.size() : 0;
}

CommitResult SqliteLane::commit(const CommitRequest& request) {
  CHECK(!request.fence.empty());
  if (m_session == nullptr) {
    return notOpen();
  }
  Connection& connection = *m_session->connection;
  if (connection.hasMoved()) {
    return fileMoved();
  }
  if (const Failure failure = connection.execute("BEGIN IMMEDIATE")) {
    return *failure;
  }
  Failure failure = runTransaction(request);
  if (!failure) {
    failure = finish();
  }
  if (failure) {
    connection.rollback();
    return *failure;
  }
  if (connection.hasMoved()) {  // meanwhile: committed, and to nowhere
    return fileMoved();
  }
  return {CommitOutcome::Committed, {}, {}, request.batch != nullptr ? m_session->rows.rows() : 0};
}

Failure SqliteLane::runTransaction(const CommitRequest& request) {
  if (Failure failure = m_session->checkpoints.verify(request.fence)) {
    return failure;
  }
  if (request.batch != nullptr) {
    followCatalog(*request.batch);
    if (Failure failure = m_session->deadLetters.remove(request.batch->letters)) {
      return failure;
    }
    if (Failure failure = m_session->rows.apply(*request.batch)) {
      return failure;
    }
  }
  if (Failure failure = m_session->deadLetters.keep(request.deadLetters)) {
    return failure;
  }
  if (request.events != nullptr) {
    if (Failure failure = m_session->events.write(*request.events)) {
      return failure;
    }
  }
  return m_session->checkpoints.advance(request.fence);
}

Failure SqliteLane::finish() {
  Failure failure = m_session->connection->execute("COMMIT");
  // A sync that failed may still have written the commit: who opens the file next, finds out.
  if (failure && sqlite3_errcode(m_session->connection->handle()) % 256 == SQLITE_IOERR) {
    failure->outcome = CommitOutcome::Unknown;
  }
  return failure;
}

void SqliteLane::followCatalog(const Batch& batch) {
  if (m_catalog != batch.catalog) {
    m_session->cache.clear();
    m_catalog = batch.catalog;
  }
}

Result<std::vector<Checkpoint>> SqliteLane::readCheckpoints() {
  if (m_session == nullptr) {
    return toStatus(notOpen());
  }
  Connection& connection = *m_session->connection;
  if (const Failure failure = connection.execute("BEGIN IMMEDIATE")) {
    return toStatus(*failure);
  }
  std::vector<Checkpoint> checkpoints;
  const Failure failure = m_session->checkpoints.read(checkpoints);
  connection.rollback();
  if (failure) {
    return toStatus(*failure);
  }
  return checkpoints;
}

}  // namespace penstock::sqlite
