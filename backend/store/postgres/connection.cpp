// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "base/check.h"
#include "model/limits.h"

namespace penstock::postgres {

namespace {

using namespace std::chrono_literals;

/// How much later than the server's own timeout we give up: its answer may be on its way.
constexpr std::chrono::milliseconds kGrace = 5s;
constexpr int kServerVersionMin =
    120'000;  // collations that are not deterministic, generated columns
constexpr std::size_t kCopyPieceBytes = std::size_t{64} * 1024;

void ignoreNotice(void*, const char*) {}

std::string milliseconds(std::chrono::milliseconds time) { return std::to_string(time.count()); }

std::string settings(const ConnectionOptions& options, Connection::Use use) {
  std::string sql =
      "SET client_min_messages=warning; SET datestyle='ISO, YMD'; SET timezone='UTC';"
      "SET standard_conforming_strings=on; SET bytea_output=hex; SET extra_float_digits=1;"
      // Who trusts a commit deletes the journal behind it.
      "SELECT pg_catalog.set_config('synchronous_commit', 'on', false)"
      " WHERE pg_catalog.current_setting('synchronous_commit')='off';"
      "SET lock_timeout=" +
      milliseconds(options.lockTimeout) +
      // Else a server that does not notice our end holds the fence's locks for hours.
      "; SET tcp_keepalives_idle=20; SET tcp_keepalives_interval=5; SET tcp_keepalives_count=3"
      "; SET idle_in_transaction_session_timeout=" +
      milliseconds(options.statementTimeout + kGrace);
  if (use == Connection::Use::Script) return sql + "; SET statement_timeout=0";
  return sql + "; SET statement_timeout=" + milliseconds(options.statementTimeout) +
         // A plan that was made for an empty table is kept while that table grows: it must be the
         // one that finds each row by its key.
         "; SET enable_seqscan=off; SET enable_hashjoin=off; SET enable_mergejoin=off; SET jit=off";
}

struct FreeInfo {
  void operator()(PQconninfoOption* info) const { PQconninfoFree(info); }
};
using ConnectionInfo = std::unique_ptr<PQconninfoOption, FreeInfo>;

bool isList(const std::string& target) {
  return target.find('=') != std::string::npos || target.starts_with("postgres://") ||
         target.starts_with("postgresql://");
}

ConnectionInfo parseTarget(const std::string& target) {
  return ConnectionInfo(isList(target) ? PQconninfoParse(target.c_str(), nullptr) : nullptr);
}

std::string optionOf(const ConnectionInfo& info, std::string_view keyword) {
  for (const PQconninfoOption* option = info.get(); option != nullptr && option->keyword != nullptr;
       ++option) {
    if (option->keyword == keyword && option->val != nullptr) return option->val;
  }
  return {};
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    parts.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// Each host that was tried has a line or two in it.
std::string oneLine(std::string_view message) {
  std::string line;
  while (!message.empty()) {
    const std::size_t end = std::min(message.find('\n'), message.size());
    std::string_view next = message.substr(0, end);
    const bool goesOn = next.starts_with('\t');
    if (goesOn) next.remove_prefix(1);
    if (!next.empty()) line.append(line.empty() ? "" : goesOn ? " " : "; ").append(next);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  return line;
}

// Later ones win: what the target says wins over our defaults, and what must be over the target.
pg_conn* connect(const ConnectionOptions& options) {
  const std::string timeout = std::to_string(std::max<std::int64_t>(
      2, std::chrono::ceil<std::chrono::seconds>(options.connectTimeout).count()));
  std::vector<std::array<const char*, 2>> all{{"target_session_attrs", "read-write"},
                                              {"connect_timeout", timeout.c_str()},
                                              {"keepalives_idle", "20"},
                                              {"keepalives_interval", "5"},
                                              {"keepalives_count", "3"},
                                              {"tcp_user_timeout", "30000"},
                                              {"fallback_application_name", "penstock"},
                                              {"dbname", options.target.c_str()},
                                              {"client_encoding", "UTF8"}};
  if (!options.password.empty()) all.push_back({"password", options.password.c_str()});
  std::vector<const char*> keywords;
  std::vector<const char*> values;
  for (const auto& [keyword, value] : all) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
  keywords.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectdbParams(keywords.data(), values.data(), 1);
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const ConnectionOptions& options, Use use) {
  RETURN_IF_ERROR(checkTarget(options.target));
  std::unique_ptr<Connection> connection(new Connection(connect(options), options, use));
  const std::string where = describeTarget(options.target);
  if (PQstatus(connection->m_handle) != CONNECTION_OK) {
    return Status(StatusCode::Unavailable, oneLine(PQerrorMessage(connection->m_handle)))
        .withContext(where);
  }
  if (Status status = connection->setUp(options, use); !status) return status.withContext(where);
  return connection;
}

Connection::Connection(pg_conn* handle, const ConnectionOptions& options, Use use)
    : m_handle(handle),
      m_patienceMs(
          use == Use::Script ? -1 : static_cast<int>((options.statementTimeout + kGrace).count())),
      m_statementsMax(options.statementsMax) {
  CHECK(options.statementsMax >= limits::kStatementsKeptMin);
  PQsetNoticeProcessor(m_handle, ignoreNotice, nullptr);
}

Connection::~Connection() { PQfinish(m_handle); }

Status Connection::setUp(const ConnectionOptions& options, Use use) {
  if (PQserverVersion(m_handle) < kServerVersionMin) {
    return {StatusCode::Unsupported, "the server is older than PostgreSQL 12 (upgrade it)"};
  }
  if (PQsetnonblocking(m_handle, 1) != 0) {
    return {StatusCode::Unavailable, firstLine(PQerrorMessage(m_handle))};
  }
  if (const Failure failure = run(settings(options, use))) return toStatus(*failure);
  return Status::ok();
}

Failure Connection::run(const std::string& sql) {
  QueryResult result;
  return run(sql, result);
}

Failure Connection::run(const std::string& sql, QueryResult& result) {
  if (Failure failure = ask(sql, result)) return failure;
  if (!result.copiesData()) return {};
  lost("a COPY that nobody feeds");  // there is no way back from it that costs less
  return CommitResult{CommitOutcome::Refused, "0A000",
                      "COPY from or to the client is not possible here (write INSERT)", 0};
}

Failure Connection::ask(const std::string& sql, QueryResult& result) {
  if (isLost()) return lost({});
  if (Failure failure = sent(PQsendQuery(m_handle, sql.c_str()))) return failure;
  return collect(result);
}

Failure Connection::query(const std::string& sql, std::span<const std::string> parameters,
                          QueryResult& result) {
  if (isLost()) return lost({});
  std::string name;
  if (Failure failure = prepared(sql, name)) return failure;
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  const int isSent = PQsendQueryPrepared(m_handle, name.c_str(), static_cast<int>(values.size()),
                                         values.data(), nullptr, nullptr, 0);
  if (Failure failure = sent(isSent)) return failure;
  return collect(result);
}

Failure Connection::copyIn(const std::string& sql, std::string_view rows, QueryResult& result) {
  if (Failure failure = ask(sql, result)) return failure;
  CHECK(result.copiesData());
  while (!rows.empty()) {
    const std::string_view piece = rows.substr(0, kCopyPieceBytes);
    const int isTaken = PQputCopyData(m_handle, piece.data(), static_cast<int>(piece.size()));
    if (isTaken < 0) return lost(PQerrorMessage(m_handle));
    if (isTaken == 1) rows.remove_prefix(piece.size());
    if (Failure failure = flush()) return failure;
  }
  int isEnded = 0;
  while ((isEnded = PQputCopyEnd(m_handle, nullptr)) == 0) {
    if (Failure failure = flush()) return failure;
  }
  if (isEnded < 0) return lost(PQerrorMessage(m_handle));
  return collect(result);
}

Failure Connection::begin() { return run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"); }

// A commit that waits for a synchronous standby must not be told that it need not: that is what the
// server's timeout would do.
Failure Connection::commit() {
  QueryResult result;
  Failure failure = run("SET LOCAL statement_timeout=0; COMMIT", result);
  if (isLost() || (failure && (failure->code == "40003" || failure->code == "08007"))) {
    failure->outcome = CommitOutcome::Unknown;
  } else if (!failure && result.command() != "COMMIT") {
    failure = CommitResult{CommitOutcome::Transient, "25P02", "the transaction was rolled back", 0};
  }
  return failure;
}

void Connection::rollback() {
  if (isLost() || PQtransactionStatus(m_handle) == PQTRANS_IDLE) return;
  QueryResult result;
  const Failure failure = run("ROLLBACK", result);
  if (failure && !isLost()) lost("the transaction could not be rolled back");
}

Failure Connection::prepared(const std::string& sql, std::string& name) {
  auto found = m_statements.find(sql);
  if (found == m_statements.end()) {
    if (Failure failure = makeRoom()) return failure;
    const std::string fresh = "penstock_" + std::to_string(++m_uses);
    if (Failure failure = sent(PQsendPrepare(m_handle, fresh.c_str(), sql.c_str(), 0, nullptr))) {
      return failure;
    }
    QueryResult result;
    if (Failure failure = collect(result)) return failure;
    found = m_statements.emplace(sql, Prepared{fresh, 0}).first;
  }
  found->second.usedAt = ++m_uses;
  name = found->second.name;
  return {};
}

Failure Connection::askProcess(std::int64_t& process) {
  QueryResult result;
  if (Failure failure = run("SELECT pg_catalog.pg_backend_pid()", result)) return failure;
  process = result.integerAt(0, 0);
  return {};
}

std::int64_t Connection::namedProcess() const { return PQbackendPID(m_handle); }

Failure Connection::makeRoom() {
  if (m_statements.size() < m_statementsMax) return {};
  const auto oldest = std::ranges::min_element(
      m_statements, {}, [](const auto& entry) { return entry.second.usedAt; });
  const std::string name = oldest->second.name;
  m_statements.erase(oldest);
  return run("DEALLOCATE " + name);
}

Failure Connection::sent(int isSent) {
  if (isSent == 0) return lost(PQerrorMessage(m_handle));
  return flush();
}

Failure Connection::flush() {
  int left = 0;
  while ((left = PQflush(m_handle)) == 1) {
    // The server may be blocked until we take what it says.
    if (Failure failure = waitFor(POLLIN | POLLOUT)) return failure;
  }
  return left < 0 ? Failure(lost(PQerrorMessage(m_handle))) : Failure{};
}

// Reads until there is nothing more, as libpq demands; the first error is what counts.
Failure Connection::collect(QueryResult& result) {
  Failure failure;
  for (;;) {
    while (PQisBusy(m_handle) != 0) {
      if (Failure gone = waitFor(POLLIN)) return failure ? failure : gone;
    }
    QueryResult next(PQgetResult(m_handle));
    if (!next) break;
    if (next.isError() && !failure) failure = next.failure();
    result = std::move(next);
    if (result.copiesData()) break;
  }
  if (PQstatus(m_handle) == CONNECTION_BAD) {
    const CommitResult gone = lost(PQerrorMessage(m_handle));
    return failure ? failure : gone;
  }
  return failure;
}

Failure Connection::waitFor(short events) {
  pollfd waited{PQsocket(m_handle), events, 0};
  int ready = 0;
  do {
    ready = poll(&waited, 1, m_patienceMs);
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) return lost("the server does not answer");
  if ((waited.revents & (POLLIN | POLLERR | POLLHUP)) == 0) return {};
  return PQconsumeInput(m_handle) == 1 ? Failure{} : Failure(lost(PQerrorMessage(m_handle)));
}

CommitResult Connection::lost(std::string_view why) {
  const std::string line = why.empty() ? "the connection was lost" : firstLine(why);
  PQfinish(m_handle);
  m_handle = nullptr;
  m_statements.clear();
  return {CommitOutcome::Transient, std::string(kConnectionLost), line, 0};
}

Status checkTarget(const std::string& target) {
  if (target.empty() || (isList(target) && parseTarget(target) == nullptr)) {
    return {StatusCode::Invalid,
            "postgres: the target cannot be read (as in postgresql://user@host:5432/database)"};
  }
  return Status::ok();
}

std::string describeTarget(const std::string& target) {
  const ConnectionInfo info = parseTarget(target);
  if (info == nullptr) return isList(target) ? "?" : target;
  const std::string database = optionOf(info, "dbname");
  const std::vector<std::string> ports = split(optionOf(info, "port"));
  std::string text;
  std::size_t number = 0;
  std::string hosts = optionOf(info, "host");
  if (hosts.empty()) hosts = optionOf(info, "hostaddr");
  for (const std::string& host : split(hosts)) {
    const std::string& port = ports[std::min(number, ports.size() - 1)];
    text += (number++ == 0 ? "" : ",") + (host.empty() ? "localhost" : host);
    if (!port.empty()) text += ":" + port;
  }
  return text + "/" + (database.empty() ? optionOf(info, "user") : database);
}

std::string quoted(std::string_view identifier) {
  std::string text = "\"";
  for (const char letter : identifier) {
    text += letter;
    if (letter == '"') text += '"';
  }
  return text + '"';
}

}  // namespace penstock::postgres
