// SPDX-License-Identifier: Apache-2.0
// Reads what a PostgreSQL database holds into a catalog: tables, columns, keys, constraints. Says
// conservatively where PostgreSQL's notion of equality is not that of bytes.
#pragma once

#include "base/status.h"
#include "model/catalog.h"
#include "store/postgres/connection.h"

namespace penstock::postgres {

/// Tables, partitioned ones too, that the search path finds, but those named penstock_…; no
/// partitions, views, foreign or temporary tables. A unique constraint on expressions, on some
/// rows only, with NULLs that are equal, or under which texts of different bytes are equal has no
/// columns; so has an exclusion constraint. Foreign keys to tables that are not in the catalog are
/// left out. Expects: a transaction, so that all is of one moment. Errors: Unavailable, Corrupt.
Result<Catalog> readSchema(Connection& connection);

/// What else a lane must know of a table, by its name.
struct TableTraits {
  std::int64_t relation = 0;  ///< its oid; 0: there is no such table
  bool hasRowSecurity = false;
  bool keyIsDeferrable = false;  ///< checked at the end of the transaction: no arbiter
  std::vector<std::string> key;  ///< names, in key order
};
Failure readTraits(Connection& connection, const std::string& table, TableTraits& traits);

}  // namespace penstock::postgres
