// SPDX-License-Identifier: Apache-2.0
// What SQLite's result codes mean for a commit. Decided by the extended code alone, never by text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/store.h"

struct sqlite3;

namespace penstock::sqlite {

/// Why a step of a commit failed; nothing when it did not. Its outcome is never Committed.
using Failure = std::optional<CommitResult>;

/// Codes of our own, beside SQLite's.
inline constexpr std::string_view kMissingRow = "PENSTOCK_MISSING_ROW";
inline constexpr std::string_view kNoKey = "PENSTOCK_NO_KEY";
inline constexpr std::string_view kFileMoved = "PENSTOCK_FILE_MOVED";  ///< the path leads elsewhere
/// The tables are not what the catalog says: a statement of ours does not compile.
inline constexpr std::string_view kSchemaChanged = "SQLITE_SCHEMA";

/// Busy, locked, full, an I/O error …: Transient. Constraint, mismatch, too big …: Refused.
/// Corrupt, not a database, and what no manual lists: Broken.
CommitOutcome outcomeOf(int extendedCode);

/// `SQLITE_CONSTRAINT_UNIQUE`; `SQLITE_19/1299` for a code without a name here.
std::string resultCodeName(int extendedCode);

/// What just failed on `database`, with its own message.
CommitResult failureOf(sqlite3* database, int extendedCode);

/// The same news for those who do not commit: Unavailable, Invalid or Corrupt.
Status toStatus(const CommitResult& failure);

}  // namespace penstock::sqlite
