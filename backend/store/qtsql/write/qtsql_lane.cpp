// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/qtsql_lane.h"

#include <utility>

#include "base/check.h"
#include "model/limits.h"

namespace penstock::qtsql {

namespace {

CommitResult notOpen() {
  return {CommitOutcome::Transient, std::string(kNotOpen), "the database is not connected", 0};
}

}  // namespace

QtSqlLane::Connected::Connected(std::unique_ptr<Session> opened, const LaneOptions& options)
    : session(std::move(opened)),
      rows(*session),
      checkpoints(*session, options.journal, options.owner),
      deadLetters(*session, options.journal),
      events(*session, options.journal, options.eventTable) {}

QtSqlLane::QtSqlLane(LaneOptions options) : m_options(std::move(options)), m_thread("qtsql lane") {}

QtSqlLane::~QtSqlLane() {
  m_thread.run([this] { m_connected.reset(); });
}

Result<std::unique_ptr<QtSqlLane>> QtSqlLane::open(LaneOptions options) {
  std::unique_ptr<QtSqlLane> lane(new QtSqlLane(std::move(options)));
  RETURN_IF_ERROR(lane->reopen());
  return lane;
}

Status QtSqlLane::reopen() {
  Status status;
  m_thread.run([&] { status = reopenHere(); });
  return status;
}

CommitResult QtSqlLane::commit(const CommitRequest& request) {
  CHECK(!request.fence.empty());
  CommitResult result;
  m_thread.run([&] { result = commitHere(request); });
  return result;
}

Result<std::vector<Checkpoint>> QtSqlLane::readCheckpoints() {
  std::vector<Checkpoint> checkpoints;
  Failure failure;
  m_thread.run([&] { failure = readHere(checkpoints); });
  if (failure) return toStatus(*failure);
  return checkpoints;
}

std::size_t QtSqlLane::statementCount() {
  std::size_t count = 0;
  m_thread.run(
      [&] { count = m_connected != nullptr ? m_connected->session->statementCount() : 0; });
  return count;
}

Status QtSqlLane::reopenHere() {
  m_connected.reset();
  auto session = Session::open(m_options.session);
  if (!session) {
    return session.status();
  }
  m_connected = std::make_unique<Connected>(std::move(session).value(), m_options);
  return Status::ok();
}

CommitResult QtSqlLane::commitHere(const CommitRequest& request) {
  Failure failure;
  for (int attempt = 0; attempt < limits::kQtSqlDeadlockAttempts; ++attempt) {
    if (m_connected == nullptr) return notOpen();
    failure = runTransaction(request);
    if (!failure) failure = finish();
    if (!failure) {
      return {CommitOutcome::Committed,
              {},
              {},
              request.batch != nullptr ? m_connected->rows.rows() : 0};
    }
    rollBack();
    // The other one of a deadlock goes on: the next attempt waits for it.
    if (failure->code != kDeadlock || failure->outcome != CommitOutcome::Transient) break;
  }
  return *failure;
}

Failure QtSqlLane::runTransaction(const CommitRequest& request) {
  Connected& connected = *m_connected;
  if (Failure failure = connected.session->execute("START TRANSACTION")) return failure;
  if (Failure failure = connected.checkpoints.verify(request.fence)) return failure;
  if (request.batch != nullptr) {
    if (Failure failure = connected.deadLetters.remove(request.batch->letters)) return failure;
    if (Failure failure = connected.rows.apply(*request.batch)) return failure;
  }
  if (Failure failure = connected.deadLetters.keep(request.deadLetters)) return failure;
  if (request.events != nullptr) {
    if (Failure failure = connected.events.write(*request.events)) return failure;
  }
  return connected.checkpoints.advance(request.fence);
}

Failure QtSqlLane::finish() {
  Failure failure = m_connected->session->execute("COMMIT");
  return failure ? ofCommit(std::move(*failure)) : failure;
}

// A transaction that was left open would be committed by the next one's beginning.
void QtSqlLane::rollBack() {
  if (m_connected->session->execute("ROLLBACK")) m_connected.reset();
}

Failure QtSqlLane::readHere(std::vector<Checkpoint>& checkpoints) {
  if (m_connected == nullptr) return notOpen();
  Failure failure = m_connected->session->execute("START TRANSACTION");
  if (!failure) {
    failure = m_connected->checkpoints.read(checkpoints, CheckpointTable::Locking::Locked);
  }
  rollBack();
  return failure;
}

}  // namespace penstock::qtsql
