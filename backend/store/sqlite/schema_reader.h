// SPDX-License-Identifier: Apache-2.0
// Reads what an SQLite database holds into a catalog: tables, columns, keys, constraints. Says
// conservatively where SQLite's notion of equality is not that of bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/catalog.h"
#include "store/sqlite/result_codes.h"

namespace penstock::sqlite {

/// Ordinary tables but those named sqlite_… or penstock_…; no views, virtual or shadow tables.
/// A key or unique constraint over values whose equality is not byte equality (a collation,
/// doubles, decimals, columns without a type) is marked so. Foreign keys to tables that are not in
/// the catalog are left out. Errors: Unavailable, Corrupt.
Result<Catalog> readSchema(sqlite3* database);

/// The collations of the index behind the primary key of `table`, in key order; none for a rowid.
Failure readKeyCollations(sqlite3* database, std::string_view table,
                          std::vector<std::string>& collations);

}  // namespace penstock::sqlite
