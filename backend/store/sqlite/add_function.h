// SPDX-License-Identifier: Apache-2.0
// The SQL function behind `add`: penstock_add(current, delta). SQLite's own `+` turns an integer
// that overflows into a double and text that is no number into 0; both would be silent losses.
#pragma once

struct sqlite3;

namespace penstock::sqlite {

/// Makes penstock_add known to one connection. NULL counts as 0; two integers add to an integer or
/// fail; anything else that looks like a number adds as doubles (a decimal sum keeps 15 digits);
/// the rest fails with SQLITE_CONSTRAINT_FUNCTION. Returns a result code.
int registerAddFunction(sqlite3* database);

}  // namespace penstock::sqlite
