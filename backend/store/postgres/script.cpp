// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/script.h"

#include <algorithm>
#include <cctype>

#include "base/log.h"
#include "model/limits.h"

namespace penstock::postgres {

namespace {

constexpr std::size_t kWordsMax = 4;
constexpr std::size_t kShownBytes = 60;

bool isBlank(char letter) { return std::isspace(static_cast<unsigned char>(letter)) != 0; }
bool startsWord(char letter) {
  return std::isalpha(static_cast<unsigned char>(letter)) != 0 || letter == '_' ||
         static_cast<unsigned char>(letter) >= 0x80;
}
bool continuesWord(char letter) {
  return startsWord(letter) || std::isdigit(static_cast<unsigned char>(letter)) != 0 ||
         letter == '$';
}

bool isWord(const ScriptStatement& statement, std::size_t number, std::string_view word) {
  return number < statement.words.size() && statement.words[number] == word;
}

// CREATE [OR REPLACE] FUNCTION or PROCEDURE, as far as it is read.
bool makesFunction(const ScriptStatement& statement) {
  const std::size_t number = isWord(statement, 1, "OR") ? 3 : 1;
  return isWord(statement, 0, "CREATE") &&
         (isWord(statement, number, "FUNCTION") || isWord(statement, number, "PROCEDURE"));
}

bool beginsOrEnds(const ScriptStatement& statement) {
  if (isWord(statement, 1, "PREPARED")) return false;
  return isWord(statement, 0, "BEGIN") || isWord(statement, 0, "COMMIT") ||
         isWord(statement, 0, "END") ||
         (isWord(statement, 0, "START") && isWord(statement, 1, "TRANSACTION"));
}

bool leavesTransaction(const ScriptStatement& statement) {
  if (isWord(statement, 0, "PREPARE")) return isWord(statement, 1, "TRANSACTION");
  const bool undoes = isWord(statement, 0, "ROLLBACK") || isWord(statement, 0, "ABORT");
  return undoes && std::ranges::find(statement.words, "TO") == statement.words.end();
}

std::string placeOf(const ScriptStatement& statement) {
  return "line " + std::to_string(statement.line) + ", `" +
         escapeForLog(statement.text.substr(0, kShownBytes)) +
         (statement.text.size() > kShownBytes ? "…`" : "`");
}

// What it names is not there, or it cannot be run within a transaction.
bool isWrong(const CommitResult& failure) {
  return failure.code == "25001" ||
         (failure.outcome == CommitOutcome::Drifted && failure.code != "42501");
}

Status checkScript(std::string_view script) {
  if (script.find('\0') != std::string_view::npos) {
    return {StatusCode::Invalid, "the script holds a NUL byte (it must be SQL as UTF-8 text)"};
  }
  if (script.size() > limits::kSchemaBytesMax) {
    return {StatusCode::Invalid, "the script is longer than " +
                                     std::to_string(limits::kSchemaBytesMax) +
                                     " bytes (load data by change sets)"};
  }
  return Status::ok();
}

Status runStatement(Connection& connection, const ScriptStatement& statement) {
  if (beginsOrEnds(statement)) return Status::ok();
  if (leavesTransaction(statement)) {
    return Status(StatusCode::Invalid, "a script is run all or nothing (leave this out)")
        .withContext(placeOf(statement));
  }
  const Failure failure = connection.run(std::string(statement.text));
  if (!failure) return Status::ok();
  Status status = isWrong(*failure)
                      ? Status(StatusCode::Invalid, failure->message + " (" + failure->code + ")")
                      : toStatus(*failure);
  return status.withContext(placeOf(statement));
}

Status runStatements(Connection& connection, std::string_view script) {
  ScriptReader reader(script);
  while (const auto statement = reader.next()) {
    RETURN_IF_ERROR(runStatement(connection, *statement));
  }
  return Status::ok();
}

}  // namespace

Status runScript(Connection& connection, std::string_view script) {
  RETURN_IF_ERROR(checkScript(script));
  if (const Failure failure = connection.begin()) return toStatus(*failure);
  Status status = runStatements(connection, script);
  if (status.isOk()) {
    if (const Failure failure = connection.commit()) status = toStatus(*failure);
  }
  connection.rollback();
  return status;
}

std::optional<ScriptStatement> ScriptReader::next() {
  while (!atEnd()) {
    skipBlanks();
    ScriptStatement statement;
    const std::size_t begin = m_at;
    m_line += static_cast<std::size_t>(
        std::ranges::count(m_script.substr(m_counted, begin - m_counted), '\n'));
    m_counted = begin;
    statement.line = m_line;
    readStatement(statement);
    statement.text = m_script.substr(begin, m_at - begin);
    if (!atEnd()) ++m_at;  // the semicolon
    if (!statement.text.empty()) return statement;
  }
  return std::nullopt;
}

// Stays at the semicolon, or at the end.
void ScriptReader::readStatement(ScriptStatement& statement) {
  m_parentheses = 0;
  m_bodies = 0;
  while (!atEnd()) {
    if (at(0) == ';' && m_parentheses <= 0 && m_bodies <= 0) return;
    readLetter(statement);
  }
}

void ScriptReader::readLetter(ScriptStatement& statement) {
  const char letter = at(0);
  if (skipComment() || skipDollars()) return;
  if (letter == '\'' || letter == '"') return skipQuoted(letter, Backslash::Plain);
  if ((letter == 'e' || letter == 'E') && at(1) == '\'') {
    ++m_at;
    return skipQuoted('\'', Backslash::Escapes);
  }
  if (startsWord(letter)) return readWord(statement);
  m_parentheses += letter == '(' ? 1 : letter == ')' ? -1 : 0;
  ++m_at;
  // A number is no word, and no dollar quote follows it.
  while (std::isdigit(static_cast<unsigned char>(letter)) != 0 && continuesWord(at(0))) ++m_at;
}

void ScriptReader::readWord(ScriptStatement& statement) {
  std::string word;
  for (; continuesWord(at(0)); ++m_at) {
    word += static_cast<char>(std::toupper(static_cast<unsigned char>(at(0))));
  }
  countBody(statement, word);
  if (statement.words.size() < kWordsMax) statement.words.push_back(std::move(word));
}

void ScriptReader::countBody(const ScriptStatement& statement, const std::string& word) {
  if (m_parentheses > 0 || !makesFunction(statement)) return;
  if (word == "BEGIN" || (word == "CASE" && m_bodies > 0)) ++m_bodies;
  if (word == "END" && m_bodies > 0) --m_bodies;
}

void ScriptReader::skipBlanks() {
  while (!atEnd() && (isBlank(at(0)) || skipComment())) {
    if (!atEnd() && isBlank(at(0))) ++m_at;
  }
}

bool ScriptReader::skipComment() {
  if (at(0) == '-' && at(1) == '-') {
    skipLine();
    return true;
  }
  if (at(0) != '/' || at(1) != '*') return false;
  skipBlock();
  return true;
}

void ScriptReader::skipLine() { m_at = std::min(m_script.find('\n', m_at), m_script.size()); }

void ScriptReader::skipBlock() {
  int depth = 0;
  do {
    const bool opens = at(0) == '/' && at(1) == '*';
    const bool closes = at(0) == '*' && at(1) == '/';
    depth += opens ? 1 : closes ? -1 : 0;
    m_at += opens || closes ? 2 : 1;
  } while (depth > 0 && !atEnd());
  m_at = std::min(m_at, m_script.size());
}

// A plain quote that is doubled makes two texts, one behind the other: that comes to the same.
void ScriptReader::skipQuoted(char quote, Backslash backslash) {
  const bool escapes = backslash == Backslash::Escapes;
  for (++m_at; !atEnd(); ++m_at) {
    if (escapes && (at(0) == '\\' || (at(0) == quote && at(1) == quote))) {
      ++m_at;
    } else if (at(0) == quote) {
      break;
    }
  }
  m_at = std::min(m_at + 1, m_script.size());
}

// $$ … $$ or $tag$ … $tag$.
bool ScriptReader::skipDollars() {
  if (at(0) != '$') return false;
  std::size_t length = 1;
  while (continuesWord(at(length)) && at(length) != '$') ++length;
  const bool isTag = at(length) == '$' && (length == 1 || startsWord(at(1)));
  if (!isTag) return false;
  const std::string_view tag = m_script.substr(m_at, length + 1);
  const std::size_t end = m_script.find(tag, m_at + tag.size());
  m_at = end == std::string_view::npos ? m_script.size() : end + tag.size();
  return true;
}

}  // namespace penstock::postgres
