// SPDX-License-Identifier: Apache-2.0
// Runs a script of SQL statements, such as a schema, all or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/postgres/connection.h"

namespace penstock::postgres {

/// In one transaction, into which BEGIN and COMMIT of the script's own melt. Errors: Invalid with
/// the line, the statement's beginning and the database's message; Forbidden; Unavailable; nothing
/// of it is done then.
Status runScript(Connection& connection, std::string_view script);

/// A statement of a script, without its semicolon.
struct ScriptStatement {
  std::string_view text;
  std::size_t line = 0;  ///< of its first letter, from 1
  /// Its first words, in capitals, four at most.
  std::vector<std::string> words;
};

/// Takes a script apart where psql would: not within quotes, dollars, comments, parentheses or the
/// body of a function. Threads: a value. Borrows the script.
class ScriptReader {
 public:
  explicit ScriptReader(std::string_view script) : m_script(script) {}
  /// Nothing at the end. Empty statements are left out.
  std::optional<ScriptStatement> next();

 private:
  void readStatement(ScriptStatement& statement);
  void readLetter(ScriptStatement& statement);
  void readWord(ScriptStatement& statement);
  void countBody(const ScriptStatement& statement, const std::string& word);
  void skipBlanks();
  bool skipComment();
  void skipLine();
  void skipBlock();
  enum class Backslash { Plain, Escapes };
  void skipQuoted(char quote, Backslash backslash);
  bool skipDollars();
  char at(std::size_t offset) const {
    return m_at + offset < m_script.size() ? m_script[m_at + offset] : '\0';
  }
  bool atEnd() const { return m_at >= m_script.size(); }

  std::string_view m_script;
  std::size_t m_at = 0;
  std::size_t m_counted = 0;  ///< lines are counted up to here
  std::size_t m_line = 1;
  int m_parentheses = 0;
  int m_bodies = 0;  ///< BEGIN … END within a function that is written in SQL
};

}  // namespace penstock::postgres
