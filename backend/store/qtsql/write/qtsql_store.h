// SPDX-License-Identifier: Apache-2.0
// Any database that Qt SQL has a driver and we have a dialect for, as a store: MariaDB and MySQL
// today. Multi-row statements, one lane.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "model/limits.h"
#include "store/qtsql/scoped_database.h"
#include "store/qtsql/write/session.h"
#include "store/store.h"

namespace penstock {

struct QtSqlOptions {
  BrowseTarget target;
  std::chrono::seconds connectTimeout = limits::kQtSqlConnectTimeoutDefault;
  /// How long a commit waits for locks of others before it is Transient.
  std::chrono::seconds lockTimeout = limits::kQtSqlLockTimeoutDefault;
  /// How long an answer of the server is waited for; then the connection counts as lost.
  std::chrono::seconds answerTimeout = limits::kQtSqlAnswerTimeoutDefault;
  /// Change sets are rows of it too; a plain name. Empty: there is none.
  std::string eventTable = {};
  /// Prepared statements kept by a lane.
  std::size_t statementsMax = limits::kStatementsKept;
};

/// Threads: any; each call uses a connection of its own.
/// Expects: a QCoreApplication.
class QtSqlStore : public Store {
 public:
  /// Connects to nothing yet. Errors: Unsupported (a driver that is not here, or without a
  /// dialect).
  static Result<std::unique_ptr<QtSqlStore>> create(QtSqlOptions options);

  std::string describeTarget() const override;
  int laneCountMax() const override { return 1; }
  /// In order, until one fails: these databases commit at every CREATE, ALTER and DROP, so what
  /// came before it stays. Errors: Invalid with the number of the statement and the database's
  /// message; Unavailable; Corrupt.
  Status runScript(std::string_view sql) override;
  /// Errors also: Unsupported (a table whose engine knows no transactions).
  Result<Catalog> readCatalog() override;
  /// Errors: Unavailable (also while another owner's commit holds the checkpoint), Unsupported (our
  /// tables are kept by an engine without transactions), Invalid, Corrupt.
  Result<std::vector<Checkpoint>> attach(const JournalId& journal, std::string_view owner) override;
  Result<std::vector<Checkpoint>> readCheckpoints(const JournalId& journal) override;
  Result<std::unique_ptr<StoreLane>> openLane() override;
  Result<std::vector<DeadLetter>> listDeadLetters(const LetterQuery& query) override;
  Result<std::uint64_t> countDeadLetters() override;
  Result<StoreHealth> readHealth() override;
  std::string ownTablesScript() const override;

 private:
  explicit QtSqlStore(QtSqlOptions options) : m_options(std::move(options)) {}
  Result<std::unique_ptr<qtsql::Session>> connect() const;
  qtsql::SessionOptions sessionOptions() const;

  const QtSqlOptions m_options;

  mutable Mutex m_mutex;
  std::string m_journal GUARDED_BY(m_mutex);  ///< of the last attach(); empty before
  std::string m_owner GUARDED_BY(m_mutex);
};

}  // namespace penstock
