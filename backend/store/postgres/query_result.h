// SPDX-License-Identifier: Apache-2.0
// One answer of the server: rows as text, the number of rows touched, or an error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "store/postgres/sqlstate.h"

struct pg_result;

namespace penstock::postgres {

/// Threads: a value.
/// Owns: the libpq result.
class QueryResult {
 public:
  QueryResult() = default;
  explicit QueryResult(pg_result* result) : m_result(result) {}

  explicit operator bool() const { return m_result != nullptr; }
  bool isError() const;
  /// One that was sent behind another one which failed.
  bool isSkipped() const;
  /// The server waits for rows, or sends them.
  bool copiesData() const;

  /// Rows and columns count from 0.
  int rowCount() const;
  bool isNullAt(int row, int column) const;
  /// Empty for NULL. Valid while this object lives.
  std::string_view textAt(int row, int column) const;
  /// Expects: a column of an integer type, not NULL.
  std::int64_t integerAt(int row, int column) const;
  bool booleanAt(int row, int column) const { return textAt(row, column) == "t"; }
  /// Rows inserted, updated, deleted or copied.
  std::uint64_t touched() const;
  /// What the command was: `COMMIT`, `ROLLBACK` …
  std::string_view command() const;

  /// Expects: isError().
  CommitResult failure() const;
  /// Where in the statement the error is: letters before it, from 1; 0 when it does not say.
  std::size_t errorPosition() const;

 private:
  std::string field(int code) const;

  struct Clear {
    void operator()(pg_result* result) const;
  };
  std::unique_ptr<pg_result, Clear> m_result;
};

/// The first line of what libpq says, without the severity.
std::string firstLine(std::string_view message);

}  // namespace penstock::postgres
