// SPDX-License-Identifier: Apache-2.0
// What PostgreSQL's error codes mean for a commit. Decided by the SQLSTATE alone, never by text.
#pragma once

#include <optional>
#include <string_view>

#include "base/status.h"
#include "store/store.h"

namespace penstock::postgres {

/// Why a step of a commit failed; nothing when it did not. Its outcome is never Committed.
using Failure = std::optional<CommitResult>;

/// Codes of our own, beside PostgreSQL's.
inline constexpr std::string_view kMissingRow = "PENSTOCK_MISSING_ROW";
inline constexpr std::string_view kNoKey = "PENSTOCK_NO_KEY";
inline constexpr std::string_view kNoNumber = "PENSTOCK_NO_NUMBER";  ///< `add` to something else
inline constexpr std::string_view kFenceCode = "PENSTOCK_FENCE";
/// A table is there and is not what the catalog says.
inline constexpr std::string_view kTableChanged = "PENSTOCK_TABLE_CHANGED";
/// Of a connection that was lost without a word of the server.
inline constexpr std::string_view kConnectionLost = "08006";

/// Connection, shutdown, deadlock, serialisation, lock or statement timeout, disk full, a server
/// that only reads: Transient. A schema, table, column or right that is missing: Drifted. Damaged
/// data or files: Broken. All others say that a row is wrong: Refused; those of triggers too,
/// whatever code they make up.
CommitOutcome outcomeOf(std::string_view sqlstate);

/// The same news for those who do not commit: Unavailable, Invalid, Forbidden, Corrupt …
Status toStatus(const CommitResult& failure);

/// What failed on a table of our own: it is not what it was when a statement for it makes no sense.
CommitResult onOwnTable(CommitResult failure);

}  // namespace penstock::postgres
