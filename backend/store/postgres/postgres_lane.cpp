// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/postgres_lane.h"

#include <utility>

#include "base/check.h"

namespace penstock::postgres {

namespace {

CommitResult notOpen() {
  return {CommitOutcome::Transient, "08003", "the connection is not open", 0};
}

}  // namespace

PostgresLane::Session::Session(std::unique_ptr<Connection> opened, const LaneOptions& options)
    : connection(std::move(opened)),
      rows(*connection),
      checkpoints(*connection, options.journal, options.owner),
      deadLetters(*connection, options.journal),
      events(*connection, options.journal, options.eventTable) {}

Result<std::unique_ptr<PostgresLane>> PostgresLane::open(LaneOptions options) {
  std::unique_ptr<PostgresLane> lane(new PostgresLane(std::move(options)));
  RETURN_IF_ERROR(lane->reopen());
  return lane;
}

Status PostgresLane::reopen() {
  m_session.reset();
  m_catalog.reset();
  auto connection = Connection::open(m_options.connection, Connection::Use::Rows);
  if (!connection) return connection.status();
  m_session = std::make_unique<Session>(std::move(connection).value(), m_options);
  return Status::ok();
}

std::size_t PostgresLane::statementCount() const {
  return m_session != nullptr ? m_session->connection->statementCount() : 0;
}

CommitResult PostgresLane::commit(const CommitRequest& request) {
  CHECK(!request.fence.empty());
  m_locked.clear();
  for (const FenceStep& step : request.fence) m_locked.push_back(step.shard);
  if (m_session == nullptr) return notOpen();
  Step step{};
  Failure failure = attempt(request, Care::Quick, step);
  const bool isDoubtful =
      failure && step == Step::Rows &&
      (failure->outcome == CommitOutcome::Refused || failure->outcome == CommitOutcome::Drifted);
  if (isDoubtful) {
    m_session->rows.forget();
    failure = attempt(request, Care::Exact, step);
    m_session->rows.forget();
  }
  if (failure) return *failure;
  return {CommitOutcome::Committed, {}, {}, request.batch != nullptr ? m_session->rows.rows() : 0};
}

Failure PostgresLane::attempt(const CommitRequest& request, Care care, Step& step) {
  Connection& connection = *m_session->connection;
  step = Step::Fence;
  Failure failure = m_session->checkpoints.begin(request.fence, request.others);
  if (!failure) failure = apply(request, care, step);
  if (!failure) {
    step = Step::Commit;
    failure = m_session->checkpoints.commit(request.fence);
  }
  if (failure) connection.rollback();
  return failure;
}

Failure PostgresLane::apply(const CommitRequest& request, Care care, Step& step) {
  if (request.batch != nullptr) {
    followCatalog(*request.batch);
    if (Failure failure = m_session->deadLetters.remove(request.batch->letters)) return failure;
    step = Step::Rows;
    if (Failure failure = m_session->rows.apply(*request.batch, care)) return failure;
  }
  step = Step::Letters;
  if (Failure failure = m_session->deadLetters.keep(request.deadLetters)) return failure;
  return request.events != nullptr ? m_session->events.write(*request.events) : Failure{};
}

void PostgresLane::followCatalog(const Batch& batch) {
  if (m_catalog == batch.catalog) return;
  m_session->rows.forget();
  m_catalog = batch.catalog;
}

Result<std::vector<Checkpoint>> PostgresLane::readCheckpoints() {
  if (m_session == nullptr) return toStatus(notOpen());
  Connection& connection = *m_session->connection;
  std::vector<Checkpoint> checkpoints;
  Failure failure = connection.begin();
  if (!failure) failure = m_session->checkpoints.lock(m_locked);
  if (!failure) failure = m_session->checkpoints.read(checkpoints);
  connection.rollback();
  if (failure) return toStatus(*failure);
  return checkpoints;
}

}  // namespace penstock::postgres
