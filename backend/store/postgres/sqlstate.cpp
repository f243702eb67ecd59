// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/sqlstate.h"

#include <algorithm>
#include <iterator>
#include <string>

namespace penstock::postgres {

namespace {

struct Meaning {
  std::string_view code;  ///< a class of two letters, or a whole one
  CommitOutcome outcome;
};

constexpr std::size_t kCodeLetters = 5;

// Those of whole codes go before those of their class. See appendix A of PostgreSQL's manual.
constexpr Meaning kMeanings[] = {
    {"26000", CommitOutcome::Transient},  // a prepared statement is gone: a pool between us
    {"42P05", CommitOutcome::Transient},  // or is there already
    {"55006", CommitOutcome::Transient},  // object in use
    {"55P03", CommitOutcome::Transient},  // lock not available
    {"58P01", CommitOutcome::Broken},     // a file of the database is missing
    {"58P02", CommitOutcome::Broken},     // a file of the database is there twice
    {"XX001", CommitOutcome::Broken},     // data corrupted
    {"XX002", CommitOutcome::Broken},     // index corrupted
    {"08", CommitOutcome::Transient},     // connection
    {"25", CommitOutcome::Transient},     // transaction state: a read-only server, idle too long
    {"28", CommitOutcome::Transient},     // authorization
    {"3D", CommitOutcome::Transient},     // no such database
    {"40", CommitOutcome::Transient},     // rolled back: deadlock, serialisation
    {"53", CommitOutcome::Transient},     // resources: disk full, memory, connections
    {"57", CommitOutcome::Transient},     // operator: shutdown, cancelled, starting
    {"58", CommitOutcome::Transient},     // input, output
    {"72", CommitOutcome::Transient},     // snapshot too old
    {"F0", CommitOutcome::Transient},     // the server's configuration
    {"3F", CommitOutcome::Drifted},       // no such schema
    {"42", CommitOutcome::Drifted},       // no such table or column; rights
};

}  // namespace

CommitOutcome outcomeOf(std::string_view sqlstate) {
  if (sqlstate.size() != kCodeLetters) return CommitOutcome::Transient;
  const auto* found = std::ranges::find_if(
      kMeanings, [&](const Meaning& meaning) { return sqlstate.starts_with(meaning.code); });
  return found == std::end(kMeanings) ? CommitOutcome::Refused : found->outcome;
}

Status toStatus(const CommitResult& failure) {
  const std::string message = failure.message + " (" + failure.code + ")";
  if (failure.code == "42501") return {StatusCode::Forbidden, message};
  switch (failure.outcome) {
    case CommitOutcome::Refused:
      return {StatusCode::Invalid, message};
    case CommitOutcome::Drifted:
    case CommitOutcome::Broken:
      return {StatusCode::Corrupt, message};
    case CommitOutcome::FenceLost:
      return {StatusCode::Conflict, message};
    case CommitOutcome::Unknown:
      return {StatusCode::Unknown, message};
    default:
      return {StatusCode::Unavailable, message};
  }
}

CommitResult onOwnTable(CommitResult failure) {
  if (failure.outcome == CommitOutcome::Drifted) {
    failure.outcome = CommitOutcome::Broken;
    failure.message += " (a table that Penstock keeps is not what it was: restore it)";
  }
  return failure;
}

}  // namespace penstock::postgres
