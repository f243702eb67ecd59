// SPDX-License-Identifier: Apache-2.0
// The one writer connection of a database by Qt SQL: fence, rows, dead letters and checkpoint of a
// batch in one transaction. A connection of Qt SQL lives and dies on one thread: the lane has one
// of its own, on which everything happens.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/qtsql/write/own_tables.h"
#include "store/qtsql/write/own_thread.h"
#include "store/qtsql/write/row_writer.h"
#include "store/qtsql/write/session.h"
#include "store/store.h"

namespace penstock::qtsql {

struct LaneOptions {
  SessionOptions session;
  std::string journal;  ///< id as text
  std::string owner;
  std::string eventTable = {};  ///< empty: none
};

/// Threads: one at a time; may be handed from thread to thread.
/// Owns: a thread, the connection and all its statements.
/// Errors: after any outcome but Committed and Unknown nothing happened, or will be undone by the
/// server before it gives our locks to anybody.
class QtSqlLane : public StoreLane {
 public:
  static Result<std::unique_ptr<QtSqlLane>> open(LaneOptions options);
  ~QtSqlLane() override;

  CommitResult commit(const CommitRequest& request) override;
  Result<std::vector<Checkpoint>> readCheckpoints() override;
  Status reopen() override;

  /// Prepared statements kept now.
  std::size_t statementCount();

 private:
  /// What lives and ends with one connection.
  struct Connected {
    Connected(std::unique_ptr<Session> opened, const LaneOptions& options);
    std::unique_ptr<Session> session;
    RowWriter rows;
    CheckpointTable checkpoints;
    DeadLetterTable deadLetters;
    EventTable events;
  };
  explicit QtSqlLane(LaneOptions options);
  Status reopenHere();
  CommitResult commitHere(const CommitRequest& request);
  Failure runTransaction(const CommitRequest& request);
  Failure finish();
  void rollBack();
  Failure readHere(std::vector<Checkpoint>& checkpoints);

  const LaneOptions m_options;
  std::unique_ptr<Connected> m_connected;  ///< of m_thread; null when it was lost
  OwnThread m_thread;                      ///< last: it ends before what it uses
};

}  // namespace penstock::qtsql
