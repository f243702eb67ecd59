// SPDX-License-Identifier: Apache-2.0
// Runs a script of SQL statements, such as a schema, all or nothing.
#pragma once

#include <string_view>

#include "base/status.h"
#include "store/sqlite/connection.h"

namespace penstock::sqlite {

/// In one transaction, into which BEGIN and COMMIT of the script's own melt; settings (PRAGMA) that
/// stand before all else run ahead of it, since many have no effect within. Waits for other writers
/// as the connection does. Errors: Invalid with the statement, its line and the database's message;
/// Unavailable; Corrupt; nothing of it is done then.
Status runScript(Connection& connection, std::string_view script);

/// As runScript, but leaves the transaction open, for a look at what it makes and a rollback.
/// Settings are left out. Errors: as runScript.
Status tryScript(Connection& connection, std::string_view script);

}  // namespace penstock::sqlite
