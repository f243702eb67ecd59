// SPDX-License-Identifier: Apache-2.0
// A prepared statement: bind, step, reset. The hot path of every commit, so it is thin and inline.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "model/value.h"
#include "store/sqlite/result_codes.h"

namespace penstock::sqlite {

/// Threads: one at a time, like its connection.
/// Owns: the sqlite3_stmt. Bound text and bytes are borrowed until the next bind of that parameter
/// or step(), whichever is last: bind every parameter before every step.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(m_handle, other.m_handle);
    return *this;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement() { sqlite3_finalize(m_handle); }

  /// Compiles the one statement of `sql`; what was here before is finalised. A failure with
  /// SQLITE_ERROR means that the database's tables are not those the text was written for.
  Failure prepare(sqlite3* database, std::string_view sql);
  bool isPrepared() const { return m_handle != nullptr; }

  /// Parameters count from 1. Returns a result code. Decimals and JSON are bound as text: the
  /// column's affinity decides. A TEXT column keeps them as they are; a NUMERIC one (DECIMAL, JSON)
  /// makes a well-formed number an integer of 64 bits or a double.
  int bind(int parameter, ValueView value) {
    switch (value.kind()) {
      case ValueKind::Null:
        return sqlite3_bind_null(m_handle, parameter);
      case ValueKind::False:
        return sqlite3_bind_int(m_handle, parameter, 0);
      case ValueKind::True:
        return sqlite3_bind_int(m_handle, parameter, 1);
      case ValueKind::Integer:
        return sqlite3_bind_int64(m_handle, parameter, value.asInteger());
      case ValueKind::Real:
        return sqlite3_bind_double(m_handle, parameter, value.asReal());
      case ValueKind::Bytes:
        return sqlite3_bind_blob64(m_handle, parameter, notNull(value.asText()),
                                   value.asText().size(), SQLITE_STATIC);
      case ValueKind::Text:
      case ValueKind::Json:
        break;
    }
    return bindText(parameter, value.asText());
  }
  /// For a column of numeric affinity: text that is a number as the number. SQLite reads up to 15
  /// digits right by itself; of more, the last one may be wrong.
  int bindNumber(int parameter, std::string_view text);
  int bindText(int parameter, std::string_view text) {
    return sqlite3_bind_text64(m_handle, parameter, notNull(text), text.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int bindInteger(int parameter, std::int64_t value) {
    return sqlite3_bind_int64(m_handle, parameter, value);
  }

  /// SQLITE_ROW, SQLITE_DONE or an extended error code.
  int step() { return sqlite3_step(m_handle); }
  /// step() that expects no row, and reset(). Returns SQLITE_OK or an extended error code.
  int run() {
    const int code = sqlite3_step(m_handle);
    sqlite3_reset(m_handle);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
  }
  void reset() { sqlite3_reset(m_handle); }

  /// Columns of the present row count from 0.
  std::int64_t integerAt(int column) const { return sqlite3_column_int64(m_handle, column); }
  bool isNullAt(int column) const { return sqlite3_column_type(m_handle, column) == SQLITE_NULL; }
  /// Valid until the next step() or reset(). Empty for NULL.
  std::string_view textAt(int column) const;
  const char* sql() const { return sqlite3_sql(m_handle); }

 private:
  // SQLite takes a null pointer for NULL, whatever the length.
  static const char* notNull(std::string_view text) {
    return text.data() != nullptr ? text.data() : "";
  }

  sqlite3_stmt* m_handle = nullptr;
};

}  // namespace penstock::sqlite
