// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/script.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <string>

namespace penstock::sqlite {

namespace {

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

constexpr std::string_view kBlanks = " \t\r\n\f;";

/// Without the blanks and comments before it.
std::string_view fromFirstWord(std::string_view sql) {
  for (;;) {
    sql.remove_prefix(std::min(sql.find_first_not_of(kBlanks), sql.size()));
    if (sql.starts_with("--")) {
      sql.remove_prefix(std::min(sql.find('\n'), sql.size()));
    } else if (sql.starts_with("/*")) {
      const std::size_t end = sql.find("*/", 2);
      sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 2);
    } else {
      return sql;
    }
  }
}

bool beginsWith(std::string_view sql, std::string_view word) {
  const std::string_view first = sql.substr(0, sql.find_first_of(kBlanks));
  return first.size() == word.size() &&
         sqlite3_strnicmp(first.data(), word.data(), static_cast<int>(word.size())) == 0;
}

/// Goes through a script once, statement by statement.
class Script {
 public:
  enum class End : std::uint8_t { Commit, Open };
  Script(Connection& connection, std::string_view text, End end)
      : m_connection(connection), m_text(text), m_end(end) {}

  Status run(const char* begin);

 private:
  Status runNext(std::string_view rest, const char* begin);
  Status step(sqlite3_stmt* statement);
  /// `statement 3, line 7: message`.
  Status failed(std::size_t at, const Status& status) const;
  Status failed(std::size_t at, int code) const {
    return failed(at, toStatus(failureOf(m_connection.handle(), code)));
  }

  Connection& m_connection;
  const std::string_view m_text;
  const End m_end;
  std::size_t m_offset = 0;
  std::size_t m_place = 0;  ///< of the statement at hand
  std::size_t m_number = 0;
  bool m_hasBegun = false;  ///< by a BEGIN of its own
};

Status Script::run(const char* begin) {
  while (m_offset < m_text.size()) {
    const std::string_view rest = fromFirstWord(m_text.substr(m_offset));
    m_place = m_text.size() - rest.size();
    m_offset = m_text.size();
    if (!rest.empty()) {
      ++m_number;
      RETURN_IF_ERROR(runNext(rest, begin));
    }
  }
  if (m_hasBegun) {
    return {StatusCode::Invalid, "the script leaves a transaction open (add COMMIT)"};
  }
  if (m_end == End::Commit && m_connection.isInTransaction()) {
    if (const Failure failure = m_connection.execute("COMMIT")) {
      return toStatus(*failure).withContext("the script as a whole");
    }
  }
  return Status::ok();
}

Status Script::runNext(std::string_view rest, const char* begin) {
  const bool isSetting = beginsWith(rest, "PRAGMA");
  if (!isSetting && !m_connection.isInTransaction()) {
    if (const Failure failure = m_connection.execute(begin)) {
      return failed(m_place, toStatus(*failure));
    }
  }
  sqlite3_stmt* compiled = nullptr;
  const char* tail = nullptr;
  const int code = sqlite3_prepare_v2(m_connection.handle(), rest.data(),
                                      static_cast<int>(rest.size()), &compiled, &tail);
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(compiled);
  if (code != SQLITE_OK) {
    const int within = sqlite3_error_offset(m_connection.handle());
    return failed(m_place + static_cast<std::size_t>(std::max(0, within)), code);
  }
  m_offset = static_cast<std::size_t>(tail - m_text.data());
  const bool begins = beginsWith(rest, "BEGIN");
  if (begins || beginsWith(rest, "COMMIT") || beginsWith(rest, "END")) {
    if (m_hasBegun == begins) {
      return failed(m_place, Status(StatusCode::Invalid, begins ? "a BEGIN within a transaction"
                                                                : "no BEGIN before it"));
    }
    m_hasBegun = begins;
    return Status::ok();
  }
  return isSetting && m_end == End::Open ? Status::ok() : step(statement.get());
}

Status Script::step(sqlite3_stmt* statement) {
  const bool wasInTransaction = m_connection.isInTransaction();
  int code = SQLITE_DONE;
  while (statement != nullptr && (code = sqlite3_step(statement)) == SQLITE_ROW) {
  }
  if (code != SQLITE_DONE) {
    return failed(m_place, code);
  }
  if (wasInTransaction && !m_connection.isInTransaction()) {
    return failed(m_place, Status(StatusCode::Invalid,
                                  "undoes the script, which is done as a whole or not at all"));
  }
  return Status::ok();
}

Status Script::failed(std::size_t at, const Status& status) const {
  const auto line = 1 + std::ranges::count(m_text.substr(0, at), '\n');
  return status.withContext("statement " + std::to_string(m_number) + ", line " +
                            std::to_string(line));
}

}  // namespace

Status runScript(Connection& connection, std::string_view script) {
  // First without a lock: a schema that is there already only reads.
  Status status = Script(connection, script, Script::End::Commit).run("BEGIN");
  if (status.code() == StatusCode::Unavailable) {
    connection.rollback();
    status = Script(connection, script, Script::End::Commit).run("BEGIN IMMEDIATE");
  }
  if (!status.isOk()) {
    connection.rollback();
  }
  return status;
}

Status tryScript(Connection& connection, std::string_view script) {
  Status status = Script(connection, script, Script::End::Open).run("BEGIN");
  if (!status.isOk()) {
    connection.rollback();
  }
  return status;
}

}  // namespace penstock::sqlite
