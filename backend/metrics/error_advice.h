// SPDX-License-Identifier: Apache-2.0
// What to do about an error of a database: from its code (SQLSTATE of PostgreSQL, name of a result
// code of SQLite, name of an error of MariaDB and MySQL, or one of ours) to a sentence for the one
// who has to act. For people alone: no decision of the engine depends on it.
#pragma once

#include <string>
#include <string_view>

namespace penstock {

/// One sentence; a code that is not known gets that of its class, or a general one. Empty for an
/// empty code. Threads: any.
std::string_view adviceFor(std::string_view code);

/// The code at the end of a message, `… (42501)` or `… [SQLITE_FULL]`; empty: there is none.
std::string_view codeIn(std::string_view message);

/// For a message that bears a code or not: without one, as of a connection that cannot be made.
std::string adviceForMessage(std::string_view message);

}  // namespace penstock
