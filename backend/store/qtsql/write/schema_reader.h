// SPDX-License-Identifier: Apache-2.0
// Reads what a database of MariaDB or MySQL holds into a catalog: tables, columns, keys,
// constraints. Says conservatively where the database's notion of equality is not that of bytes.
#pragma once

#include "base/status.h"
#include "model/catalog.h"
#include "store/qtsql/write/session.h"

namespace penstock::qtsql {

/// Ordinary tables but those named penstock_…; no views, no sequences. A key or unique constraint
/// over values whose equality is not byte equality (nearly every collation, also `…_bin`, which
/// pads; floats; a prefix of a column) is marked so. Foreign keys to tables of other databases are
/// left out. What the user has no right to see is not there: triggers need the right TRIGGER.
/// Errors: Unavailable, Corrupt, Unsupported (a table whose engine knows no transactions).
Result<Catalog> readSchema(Session& session);

}  // namespace penstock::qtsql
