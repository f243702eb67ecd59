// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/statement.h"

#include <charconv>
#include <cmath>

#include "base/check.h"

namespace penstock::sqlite {

Failure Statement::prepare(sqlite3* database, std::string_view sql) {
  sqlite3_finalize(std::exchange(m_handle, nullptr));
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &m_handle, nullptr);
  if (code != SQLITE_OK) {
    CommitResult failure = failureOf(database, code);
    if (code == SQLITE_ERROR) {
      failure.code = kSchemaChanged;
    }
    return failure;
  }
  CHECK(m_handle != nullptr);
  return {};
}

int Statement::bindNumber(int parameter, std::string_view text) {
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  const auto whole = std::from_chars(text.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return bindInteger(parameter, integer);
  double real = 0;
  const auto number = std::from_chars(text.data(), end, real);
  if (number.ec == std::errc() && number.ptr == end && std::isfinite(real)) {
    return sqlite3_bind_double(m_handle, parameter, real);
  }
  return bindText(parameter, text);
}

std::string_view Statement::textAt(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(m_handle, column));
  if (text == nullptr) {
    return {};
  }
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(m_handle, column))};
}

}  // namespace penstock::sqlite
