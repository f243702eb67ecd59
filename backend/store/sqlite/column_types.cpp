// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/column_types.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace penstock::sqlite {

namespace {

std::string upperCase(std::string_view text) {
  std::string upper(text);
  std::ranges::transform(upper, upper.begin(), [](unsigned char letter) {
    return static_cast<char>(letter < 0x80 ? std::toupper(letter) : letter);
  });
  return upper;
}

// INT, INTEGER, BIGINT, INT8, UNSIGNED BIG INT …, but not POINT, INTERVAL or PRINTABLE, which
// SQLite gives integer affinity too.
bool isIntegerWord(std::string_view word) {
  constexpr std::array<std::string_view, 5> kSizes{"U", "BIG", "SMALL", "TINY", "MEDIUM"};
  for (const std::string_view size : kSizes) {
    if (word.starts_with(size)) {
      word.remove_prefix(size.size());
    }
  }
  while (!word.empty() && std::isdigit(static_cast<unsigned char>(word.back())) != 0) {
    word.remove_suffix(1);
  }
  return word == "INT" || word == "INTEGER";
}

bool hasIntegerWord(std::string_view type) {
  while (!type.empty()) {
    const std::size_t end = std::min(type.find_first_of(" (,)"), type.size());
    if (isIntegerWord(type.substr(0, end))) {
      return true;
    }
    type.remove_prefix(std::min(end + 1, type.size()));
  }
  return false;
}

}  // namespace

ColumnType columnTypeOf(std::string_view declaredType) {
  const std::string type = upperCase(declaredType);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (type.starts_with("BOOL")) {
    return ColumnType::Boolean;
  }
  if (type.starts_with("JSON")) {
    return ColumnType::Json;
  }
  if (has("INT")) {
    return hasIntegerWord(type) ? ColumnType::Integer : ColumnType::Any;
  }
  if (has("CHAR") || has("CLOB") || has("TEXT")) {
    return ColumnType::Text;
  }
  if (has("BLOB")) {
    return ColumnType::Bytes;
  }
  if (has("REAL") || has("FLOA") || has("DOUB")) {
    return ColumnType::Real;
  }
  if (type.starts_with("DEC") || type.starts_with("NUM")) {
    return ColumnType::Decimal;
  }
  return ColumnType::Any;
}

// The rules of https://www.sqlite.org/datatype3.html, section 3.1.
bool hasNumericAffinity(std::string_view declaredType) {
  const std::string type = upperCase(declaredType);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (has("INT")) {
    return true;
  }
  return !type.empty() && !has("CHAR") && !has("CLOB") && !has("TEXT") && !has("BLOB");
}

}  // namespace penstock::sqlite
