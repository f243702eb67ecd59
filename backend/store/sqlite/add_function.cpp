// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/add_function.h"

#include <sqlite3.h>

#include <cmath>
#include <cstdint>

namespace penstock::sqlite {

namespace {

void refuse(sqlite3_context* context, const char* message) {
  sqlite3_result_error(context, message, -1);
  sqlite3_result_error_code(context, SQLITE_CONSTRAINT_FUNCTION);
}

bool isNumber(int type) { return type == SQLITE_INTEGER || type == SQLITE_FLOAT; }

void addIntegers(sqlite3_context* context, std::int64_t current, std::int64_t delta) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(current, delta, &sum)) {
    return refuse(context, "add: the sum does not fit into 64 bits");
  }
  sqlite3_result_int64(context, sum);
}

void add(sqlite3_context* context, int, sqlite3_value** arguments) {
  const int deltaType = sqlite3_value_numeric_type(arguments[1]);
  if (!isNumber(deltaType)) {
    return refuse(context, "add: what is to be added is not a number");
  }
  int currentType = sqlite3_value_numeric_type(arguments[0]);
  const bool isNull = currentType == SQLITE_NULL;
  currentType = isNull ? SQLITE_INTEGER : currentType;
  if (!isNumber(currentType)) {
    return refuse(context, "add: what the column holds is not a number");
  }
  if (currentType == SQLITE_INTEGER && deltaType == SQLITE_INTEGER) {
    return addIntegers(context, isNull ? 0 : sqlite3_value_int64(arguments[0]),
                       sqlite3_value_int64(arguments[1]));
  }
  const double sum =
      (isNull ? 0.0 : sqlite3_value_double(arguments[0])) + sqlite3_value_double(arguments[1]);
  if (!std::isfinite(sum)) {
    return refuse(context, "add: the sum is not a finite number");
  }
  sqlite3_result_double(context, sum);
}

}  // namespace

int registerAddFunction(sqlite3* database) {
  return sqlite3_create_function_v2(database, "penstock_add", 2,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, nullptr,
                                    add, nullptr, nullptr, nullptr);
}

}  // namespace penstock::sqlite
