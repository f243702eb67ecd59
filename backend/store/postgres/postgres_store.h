// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL database as a store, on libpq: several lanes, each a connection of its own; rows by
// statements that take arrays and by COPY.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "model/limits.h"
#include "store/store.h"

namespace penstock {

struct PostgresOptions {
  /// libpq's URL or `key=value …`. Several hosts are tried in turn until one takes writes
  /// (`target_session_attrs=read-write`, unless it says otherwise). A pool in between must hand out
  /// sessions, not transactions: settings and prepared statements belong to one.
  std::string target;
  /// What else knows it: the target, PGPASSFILE, ~/.pgpass. Never shown.
  std::string password;
  std::chrono::milliseconds connectTimeout = limits::kPostgresConnectTimeout;
  /// How long a commit waits for a row that somebody else holds before it is Transient.
  std::chrono::milliseconds lockTimeout = limits::kPostgresLockTimeout;
  /// How long a statement may take, and a server say nothing, before the commit is Transient.
  std::chrono::milliseconds statementTimeout = limits::kPostgresStatementTimeout;
  /// Prepared statements kept by a lane.
  std::size_t statementsMax = limits::kStatementsKept;
  int lanesMax = limits::kWorkersMax;
};

/// Threads: any; each call uses a connection of its own.
class PostgresStore : public Store {
 public:
  /// Connects to nothing yet: the server may be away. Errors: Invalid (a target that cannot be
  /// read).
  static Result<std::unique_ptr<PostgresStore>> create(PostgresOptions options);

  std::string describeTarget() const override;
  int laneCountMax() const override { return m_options.lanesMax; }
  /// All or nothing, see script.h. Errors: Invalid with line and message; Unavailable; Forbidden.
  Status runScript(std::string_view sql) override;
  Result<Catalog> readCatalog() override;
  /// Waits for commits of the owner before, and ends what they may do. Errors: Unavailable (also
  /// when one of them does not end), Forbidden (no right to make tables), Corrupt, Unsupported (a
  /// pool that hands out transactions).
  Result<std::vector<Checkpoint>> attach(const JournalId& journal, std::string_view owner) override;
  Result<std::vector<Checkpoint>> readCheckpoints(const JournalId& journal) override;
  Result<std::unique_ptr<StoreLane>> openLane() override;
  Result<std::vector<DeadLetter>> listDeadLetters(const LetterQuery& query) override;
  Result<std::uint64_t> countDeadLetters() override;

 private:
  explicit PostgresStore(PostgresOptions options) : m_options(std::move(options)) {}

  const PostgresOptions m_options;

  mutable Mutex m_mutex;
  std::string m_journal GUARDED_BY(m_mutex);  ///< of the last attach(); empty before
  std::string m_owner GUARDED_BY(m_mutex);
};

}  // namespace penstock
