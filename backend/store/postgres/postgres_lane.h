// SPDX-License-Identifier: Apache-2.0
// A connection that commits: fence, rows, dead letters and checkpoint of a batch in one
// transaction. Several lanes do so at once, each with shards of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "store/postgres/connection.h"
#include "store/postgres/own_tables.h"
#include "store/postgres/row_writer.h"
#include "store/store.h"

namespace penstock::postgres {

struct LaneOptions {
  ConnectionOptions connection;
  std::string journal;  ///< id as text
  std::string owner;
  std::string eventTable = {};  ///< empty: none
};

/// Threads: one at a time; may be handed from thread to thread.
/// Owns: the connection.
/// Errors: after any outcome but Committed and Unknown no transaction of this connection will be
/// committed, and nothing happened.
class PostgresLane : public StoreLane {
 public:
  static Result<std::unique_ptr<PostgresLane>> open(LaneOptions options);

  CommitResult commit(const CommitRequest& request) override;
  /// Locks what the last commit() had locked, and so waits until that one's old connection, which
  /// may go on without us, has come to an end. Errors: Unavailable, for one when it does not.
  Result<std::vector<Checkpoint>> readCheckpoints() override;
  Status reopen() override;

  /// Prepared statements kept now.
  std::size_t statementCount() const;

 private:
  /// What lives and ends with one connection.
  struct Session {
    Session(std::unique_ptr<Connection> opened, const LaneOptions& options);
    std::unique_ptr<Connection> connection;
    RowWriter rows;
    CheckpointTable checkpoints;
    DeadLetterTable deadLetters;
    EventTable events;
  };
  /// How far a transaction came.
  enum class Step : std::uint8_t { Fence, Rows, Letters, Commit };

  explicit PostgresLane(LaneOptions options) : m_options(std::move(options)) {}
  Failure attempt(const CommitRequest& request, Care care, Step& step);
  Failure apply(const CommitRequest& request, Care care, Step& step);
  void followCatalog(const Batch& batch);

  LaneOptions m_options;
  std::unique_ptr<Session> m_session;  ///< null after a reopen() that failed
  CatalogPointer m_catalog;            ///< that the session knows tables of
  std::vector<Shard> m_locked;         ///< by the last commit()
};

}  // namespace penstock::postgres
