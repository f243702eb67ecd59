// SPDX-License-Identifier: Apache-2.0
// What the error numbers of MariaDB and MySQL mean for a commit. Decided by the number that Qt's
// driver hands on (nativeErrorCode) alone, never by text.
#pragma once

#include <QSqlError>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/store.h"

namespace penstock::qtsql {

/// Why a step of a commit failed; nothing when it did not. Its outcome is never Committed.
using Failure = std::optional<CommitResult>;

/// Codes of our own, beside the database's.
inline constexpr std::string_view kMissingRow = "PENSTOCK_MISSING_ROW";
inline constexpr std::string_view kNoKey = "PENSTOCK_NO_KEY";
inline constexpr std::string_view kWouldChange = "PENSTOCK_WOULD_CHANGE";  ///< not kept as it is
inline constexpr std::string_view kFenceCode = "PENSTOCK_FENCE";
inline constexpr std::string_view kNotOpen = "PENSTOCK_NOT_OPEN";
/// A row is there that must not be.
inline constexpr std::string_view kRowIsThere = "ER_DUP_ENTRY";
/// A column that must be given was not: it depends on the catalog what that means.
inline constexpr std::string_view kNoDefault = "ER_NO_DEFAULT_FOR_FIELD";
inline constexpr std::string_view kDeadlock = "ER_LOCK_DEADLOCK";
inline constexpr std::string_view kTooLarge = "ER_NET_PACKET_TOO_LARGE";

/// Connection, shutdown, deadlock, lock timeout, too many connections, a server that only reads,
/// disk full: Transient. A table, column or right that is missing: Drifted. Damaged tables: Broken.
/// All others say that a row is wrong: Refused; those of triggers (SIGNAL) too, whatever number
/// they make up.
CommitOutcome outcomeOf(int errorNumber);

/// What failed as COMMIT: a deadlock was rolled back (Galera tells so then); after all else nobody
/// knows.
CommitResult ofCommit(CommitResult failure);

/// `ER_DUP_ENTRY`; `ER_4711` for a number without a name here, `CR_2099` for one of the client's.
std::string errorName(int errorNumber);

/// What just failed, with the database's own message.
CommitResult failureOf(const QSqlError& error);

/// The same news for those who do not commit: Unavailable, Invalid or Corrupt.
Status toStatus(const CommitResult& failure);

/// What failed on a table of our own: it is not what it was when a statement for it makes no sense.
CommitResult onOwnTable(CommitResult failure);

}  // namespace penstock::qtsql
