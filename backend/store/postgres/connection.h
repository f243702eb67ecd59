// SPDX-License-Identifier: Apache-2.0
// One connection to a PostgreSQL server, set up as every connection of ours must be: it commits for
// good, waits for a bounded time, and speaks UTF-8, UTC and ISO dates whatever the server prefers.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/status.h"
#include "store/postgres/query_result.h"
#include "store/postgres/sqlstate.h"

struct pg_conn;

namespace penstock::postgres {

struct ConnectionOptions {
  std::string target;    ///< libpq's `key=value …` or URL, with several hosts if wanted
  std::string password;  ///< beside what the target or a password file say; never shown
  std::chrono::milliseconds connectTimeout{};    ///< of each host; whole seconds, at least 2
  std::chrono::milliseconds lockTimeout{};       ///< then a statement fails: Transient
  std::chrono::milliseconds statementTimeout{};  ///< likewise
  /// Prepared and kept, at least limits::kStatementsKeptMin.
  std::size_t statementsMax = 0;
};

/// Threads: one at a time; may be handed from thread to thread.
/// Limits: a server that says nothing for longer than a statement may take counts as lost.
class Connection {
 public:
  enum class Use : std::uint8_t {
    Rows,   ///< rows by their keys: plans that look at whole tables are not wanted
    Script  ///< whatever an operator wrote: plans and time are as the server has them
  };
  /// Errors: Unavailable (no server, no rights, one that only reads), Unsupported (before
  /// PostgreSQL 12), Invalid (see checkTarget()); their messages name no secret.
  static Result<std::unique_ptr<Connection>> open(const ConnectionOptions& options, Use use);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Nothing can be done with it any more; what was on its way may still happen.
  bool isLost() const { return m_handle == nullptr; }

  /// Statements without parameters, as one message; `result` is that of the last one.
  Failure run(const std::string& sql, QueryResult& result);
  Failure run(const std::string& sql);
  /// One statement, prepared now or earlier; parameters are text without NUL.
  Failure query(const std::string& sql, std::span<const std::string> parameters,
                QueryResult& result);
  /// A COPY … FROM STDIN of `rows`.
  Failure copyIn(const std::string& sql, std::string_view rows, QueryResult& result);

  /// READ COMMITTED: what follows a lock sees what was committed before it was granted.
  Failure begin();
  /// The result's outcome is Unknown when it cannot be told whether it happened.
  Failure commit();
  /// Ends the open transaction, if there is one, with nothing done.
  void rollback();

  /// The process of the server that answers, and the one that was named when we connected: another
  /// one when there is a pool in between.
  Failure askProcess(std::int64_t& process);
  std::int64_t namedProcess() const;

  /// Prepared statements kept now.
  std::size_t statementCount() const { return m_statements.size(); }

 private:
  struct Prepared {
    std::string name;
    std::uint64_t usedAt = 0;
  };
  Connection(pg_conn* handle, const ConnectionOptions& options, Use use);
  Status setUp(const ConnectionOptions& options, Use use);
  Failure prepared(const std::string& sql, std::string& name);
  Failure makeRoom();
  Failure ask(const std::string& sql, QueryResult& result);
  Failure sent(int isSent);
  Failure collect(QueryResult& result);
  Failure flush();
  Failure waitFor(short events);
  CommitResult lost(std::string_view why);

  pg_conn* m_handle;
  int m_patienceMs;  ///< without a sign of the server; -1: for ever
  std::size_t m_statementsMax;
  std::unordered_map<std::string, Prepared> m_statements;  ///< by text
  std::uint64_t m_uses = 0;
};

/// Errors: Invalid, without a word of the target, which may hold a secret.
Status checkTarget(const std::string& target);

/// `host1:5432,host2:5433/database`, without user and secrets.
std::string describeTarget(const std::string& target);

/// An identifier, quoted so that it is never anything else.
std::string quoted(std::string_view identifier);

}  // namespace penstock::postgres
