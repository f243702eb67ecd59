// SPDX-License-Identifier: Apache-2.0
// The one writer connection of an SQLite database: fence, rows, dead letters and checkpoint of a
// batch in one transaction.
#pragma once

#include <memory>
#include <string>

#include "store/sqlite/connection.h"
#include "store/sqlite/own_tables.h"
#include "store/sqlite/row_writer.h"
#include "store/sqlite/statement_cache.h"
#include "store/store.h"

namespace penstock::sqlite {

struct LaneOptions {
  ConnectionOptions connection;
  std::size_t statementsMax = 0;
  std::string journal;  ///< id as text
  std::string owner;
  std::string eventTable = {};  ///< empty: none
};

/// Threads: one at a time; may be handed from thread to thread.
/// Owns: the connection and all its statements.
/// Errors: after any outcome but Committed and Unknown no transaction is open and nothing happened.
class SqliteLane : public StoreLane {
 public:
  static Result<std::unique_ptr<SqliteLane>> open(LaneOptions options);

  CommitResult commit(const CommitRequest& request) override;
  Result<std::vector<Checkpoint>> readCheckpoints() override;
  Status reopen() override;

  /// Prepared statements kept now.
  std::size_t statementCount() const;

 private:
  /// What lives and ends with one connection; statements before it.
  struct Session {
    Session(std::unique_ptr<Connection> opened, const LaneOptions& options);
    std::unique_ptr<Connection> connection;
    StatementCache cache;
    RowWriter rows;
    CheckpointTable checkpoints;
    DeadLetterTable deadLetters;
    EventTable events;
  };
  explicit SqliteLane(LaneOptions options) : m_options(std::move(options)) {}
  Failure runTransaction(const CommitRequest& request);
  Failure finish();
  void followCatalog(const Batch& batch);

  LaneOptions m_options;
  std::unique_ptr<Session> m_session;  ///< null after a reopen() that failed
  CatalogPointer m_catalog;            ///< that the kept statements were written for
};

}  // namespace penstock::sqlite
