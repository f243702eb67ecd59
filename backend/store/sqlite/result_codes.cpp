// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/result_codes.h"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>

namespace penstock::sqlite {

namespace {

struct NamedCode {
  int code;
  const char* name;
};

#define PENSTOCK_NAMED(code) \
  NamedCode { code, #code }

constexpr NamedCode kNames[] = {
    PENSTOCK_NAMED(SQLITE_ERROR),
    PENSTOCK_NAMED(SQLITE_INTERNAL),
    PENSTOCK_NAMED(SQLITE_PERM),
    PENSTOCK_NAMED(SQLITE_ABORT),
    PENSTOCK_NAMED(SQLITE_ABORT_ROLLBACK),
    PENSTOCK_NAMED(SQLITE_BUSY),
    PENSTOCK_NAMED(SQLITE_BUSY_RECOVERY),
    PENSTOCK_NAMED(SQLITE_BUSY_SNAPSHOT),
    PENSTOCK_NAMED(SQLITE_BUSY_TIMEOUT),
    PENSTOCK_NAMED(SQLITE_LOCKED),
    PENSTOCK_NAMED(SQLITE_LOCKED_SHAREDCACHE),
    PENSTOCK_NAMED(SQLITE_NOMEM),
    PENSTOCK_NAMED(SQLITE_READONLY),
    PENSTOCK_NAMED(SQLITE_READONLY_RECOVERY),
    PENSTOCK_NAMED(SQLITE_READONLY_CANTLOCK),
    PENSTOCK_NAMED(SQLITE_READONLY_ROLLBACK),
    PENSTOCK_NAMED(SQLITE_READONLY_DBMOVED),
    PENSTOCK_NAMED(SQLITE_READONLY_CANTINIT),
    PENSTOCK_NAMED(SQLITE_READONLY_DIRECTORY),
    PENSTOCK_NAMED(SQLITE_INTERRUPT),
    PENSTOCK_NAMED(SQLITE_IOERR),
    PENSTOCK_NAMED(SQLITE_IOERR_READ),
    PENSTOCK_NAMED(SQLITE_IOERR_SHORT_READ),
    PENSTOCK_NAMED(SQLITE_IOERR_WRITE),
    PENSTOCK_NAMED(SQLITE_IOERR_FSYNC),
    PENSTOCK_NAMED(SQLITE_IOERR_DIR_FSYNC),
    PENSTOCK_NAMED(SQLITE_IOERR_TRUNCATE),
    PENSTOCK_NAMED(SQLITE_IOERR_FSTAT),
    PENSTOCK_NAMED(SQLITE_IOERR_LOCK),
    PENSTOCK_NAMED(SQLITE_IOERR_SHMOPEN),
    PENSTOCK_NAMED(SQLITE_IOERR_SHMSIZE),
    PENSTOCK_NAMED(SQLITE_IOERR_SHMMAP),
    PENSTOCK_NAMED(SQLITE_IOERR_CORRUPTFS),
    PENSTOCK_NAMED(SQLITE_CORRUPT),
    PENSTOCK_NAMED(SQLITE_CORRUPT_VTAB),
    PENSTOCK_NAMED(SQLITE_CORRUPT_SEQUENCE),
    PENSTOCK_NAMED(SQLITE_CORRUPT_INDEX),
    PENSTOCK_NAMED(SQLITE_NOTFOUND),
    PENSTOCK_NAMED(SQLITE_FULL),
    PENSTOCK_NAMED(SQLITE_CANTOPEN),
    PENSTOCK_NAMED(SQLITE_CANTOPEN_ISDIR),
    PENSTOCK_NAMED(SQLITE_CANTOPEN_FULLPATH),
    PENSTOCK_NAMED(SQLITE_CANTOPEN_SYMLINK),
    PENSTOCK_NAMED(SQLITE_PROTOCOL),
    PENSTOCK_NAMED(SQLITE_SCHEMA),
    PENSTOCK_NAMED(SQLITE_TOOBIG),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_CHECK),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_COMMITHOOK),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_FOREIGNKEY),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_FUNCTION),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_NOTNULL),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_PRIMARYKEY),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_TRIGGER),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_UNIQUE),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_VTAB),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_ROWID),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_PINNED),
    PENSTOCK_NAMED(SQLITE_CONSTRAINT_DATATYPE),
    PENSTOCK_NAMED(SQLITE_MISMATCH),
    PENSTOCK_NAMED(SQLITE_MISUSE),
    PENSTOCK_NAMED(SQLITE_NOLFS),
    PENSTOCK_NAMED(SQLITE_AUTH),
    PENSTOCK_NAMED(SQLITE_RANGE),
    PENSTOCK_NAMED(SQLITE_NOTADB),
};

#undef PENSTOCK_NAMED

}  // namespace

CommitOutcome outcomeOf(int extendedCode) {
  switch (extendedCode & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
    case SQLITE_ABORT:
    case SQLITE_SCHEMA:
    case SQLITE_PERM:
    case SQLITE_NOLFS:
      return CommitOutcome::Transient;
    case SQLITE_ERROR:  // a function or an expression of a check, default or trigger failed
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
      return CommitOutcome::Refused;
    default:
      return CommitOutcome::Broken;
  }
}

std::string resultCodeName(int extendedCode) {
  const auto* named = std::ranges::find(kNames, extendedCode, &NamedCode::code);
  if (named != std::end(kNames)) {
    return named->name;
  }
  return "SQLITE_" + std::to_string(extendedCode & 0xff) + "/" + std::to_string(extendedCode);
}

CommitResult failureOf(sqlite3* database, int extendedCode) {
  const char* message =
      database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(extendedCode);
  return {outcomeOf(extendedCode), resultCodeName(extendedCode), message, 0};
}

Status toStatus(const CommitResult& failure) {
  const std::string message = failure.message + " (" + failure.code + ")";
  switch (failure.outcome) {
    case CommitOutcome::Refused:
      return {StatusCode::Invalid, message};
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

}  // namespace penstock::sqlite
