// SPDX-License-Identifier: Apache-2.0
#include "metrics/error_advice.h"

#include <algorithm>
#include <iterator>

namespace penstock {
namespace {

struct Advice {
  std::string_view beginning;  ///< of the code
  std::string_view sentence;
};

constexpr std::string_view kAway =
    "The server is away or cannot be reached: look whether it runs and whether host and port are "
    "right. It is tried again by itself, and nothing is lost.";
constexpr std::string_view kRights =
    "The user lacks a right: give it what penstockd check names, or another user to the sink.";
constexpr std::string_view kDisk =
    "The disk of the database is full: free space there. It is tried again by itself.";
constexpr std::string_view kOthersWrite =
    "Somebody else writes or locks the same rows: it is tried again by itself. If it comes often, "
    "look for long transactions of other programs.";
constexpr std::string_view kLogin =
    "The server does not let the user in: check user, password_file, and whether the server "
    "accepts this machine.";
constexpr std::string_view kNoDatabase =
    "There is no such database: make it, or correct the name in the sink's settings.";
constexpr std::string_view kRoom =
    "The server has no connection left: raise its max_connections, or lower the workers of the "
    "sink. Configuration health reckons how many fit.";
constexpr std::string_view kSchema =
    "The table is not what the catalog says: make it what it was, or start the node again if the "
    "new form is meant; then retry the dead letter of kind parked.";
constexpr std::string_view kReadOnly =
    "The server only reads, as a replica does: name the host that takes writes, or all hosts with "
    "commas.";
constexpr std::string_view kDuplicate =
    "The key or a unique value exists already: correct or discard the dead letter, or give the "
    "table conflict = \"upsert\" or \"ignore\".";
constexpr std::string_view kParent =
    "A row that it names does not exist, or is still named by others: bring that row in first, "
    "then retry the dead letter.";
constexpr std::string_view kValue =
    "A value does not fit its column: correct the change set, or the column, then retry the dead "
    "letter.";
constexpr std::string_view kConstraint =
    "The row breaks a rule of the table: correct the change set, or the rule, then retry the dead "
    "letter.";
constexpr std::string_view kDamaged =
    "The database is damaged: stop writing to it, look at its own log, and restore it from a "
    "backup. The journal brings what it lacks, as far back as retain reaches.";
constexpr std::string_view kDiskError =
    "The database cannot read or write its files: look at its log and at the disk.";
constexpr std::string_view kSlow =
    "A statement took too long: look at the server's load and locks, or lower batch_rows.";
constexpr std::string_view kComesBack =
    "The server is being stopped or started: it is tried again by itself.";
constexpr std::string_view kMissing =
    "The row to be changed is not there: find out who deleted it, or give the table missing = "
    "\"ignore\".";
constexpr std::string_view kFence =
    "Another process has taken this sink over, or its database was restored: stop the other one, "
    "then start this node again.";
constexpr std::string_view kMemory =
    "The server lacks memory or another resource: look at its load, or lower workers and "
    "batch_rows.";

// Whole codes before the classes that they belong to.
constexpr Advice kAdvices[] = {
    // Ours
    {"PENSTOCK_FENCE", kFence},
    {"PENSTOCK_MISSING_ROW", kMissing},
    {"PENSTOCK_TABLE_CHANGED", kSchema},
    {"PENSTOCK_LETTER_GONE", "It was retried or discarded before: there is nothing to be done."},
    {"PENSTOCK_", kConstraint},
    // PostgreSQL, appendix A of its manual
    {"08", kAway},
    {"22", kValue},
    {"23503", kParent},
    {"23505", kDuplicate},
    {"23", kConstraint},
    {"25006", kReadOnly},
    {"25", kComesBack},
    {"28", kLogin},
    {"3D", kNoDatabase},
    {"3F", kSchema},
    {"40", kOthersWrite},
    {"42501", kRights},
    {"42", kSchema},
    {"53100", kDisk},
    {"53300", kRoom},
    {"53", kMemory},
    {"55", kOthersWrite},
    {"57014", kSlow},
    {"57", kComesBack},
    {"58", kDiskError},
    {"XX", kDamaged},
    // SQLite
    {"SQLITE_BUSY",
     "Another program writes to the file: it is tried again by itself. If it comes "
     "often, look who holds it open for long."},
    {"SQLITE_LOCKED", kOthersWrite},
    {"SQLITE_FULL", kDisk},
    {"SQLITE_READONLY_DBMOVED",
     "The file was moved or replaced: put it back, then start the node again."},
    {"SQLITE_READONLY", "The file or its folder cannot be written to: check their rights."},
    {"SQLITE_PERM", "The file or its folder cannot be written to: check their rights."},
    {"SQLITE_CANTOPEN",
     "The file cannot be opened: check that its folder is there, and its "
     "rights."},
    {"SQLITE_IOERR", kDiskError},
    {"SQLITE_CORRUPT", kDamaged},
    {"SQLITE_NOTADB", "The file is no SQLite database: name another one, or restore it."},
    {"SQLITE_CONSTRAINT_UNIQUE", kDuplicate},
    {"SQLITE_CONSTRAINT_PRIMARYKEY", kDuplicate},
    {"SQLITE_CONSTRAINT_ROWID", kDuplicate},
    {"SQLITE_CONSTRAINT_FOREIGNKEY", kParent},
    {"SQLITE_CONSTRAINT_DATATYPE", kValue},
    {"SQLITE_CONSTRAINT", kConstraint},
    {"SQLITE_MISMATCH", kValue},
    {"SQLITE_TOOBIG", kValue},
    {"SQLITE_SCHEMA", kSchema},
    {"SQLITE_ERROR", kSchema},
    {"SQLITE_NOMEM", kMemory},
    // MariaDB and MySQL
    {"ER_ACCESS_DENIED", kLogin},
    {"ER_HOST_", kLogin},
    {"ER_DBACCESS_DENIED", kRights},
    {"ER_TABLEACCESS_DENIED", kRights},
    {"ER_COLUMNACCESS_DENIED", kRights},
    {"ER_SPECIFIC_ACCESS_DENIED", kRights},
    {"ER_BAD_DB", kNoDatabase},
    {"ER_CON_COUNT", kRoom},
    {"ER_TOO_MANY_USER_CONNECTIONS", kRoom},
    {"ER_USER_LIMIT_REACHED", kRoom},
    {"ER_LOCK_", kOthersWrite},
    {"ER_XA_RB", kOthersWrite},
    {"ER_DISK_FULL", kDisk},
    {"ER_RECORD_FILE_FULL", kDisk},
    {"ER_OPTION_PREVENTS", kReadOnly},
    {"ER_READ_ONLY", kReadOnly},
    {"ER_INNODB_READ_ONLY", kReadOnly},
    {"ER_DUP_ENTRY", kDuplicate},
    {"ER_ROW_IS_REFERENCED", kParent},
    {"ER_NO_REFERENCED_ROW", kParent},
    {"ER_BAD_NULL", kConstraint},
    {"ER_NO_DEFAULT_FOR_FIELD", kConstraint},
    {"ER_CHECK_CONSTRAINT", kConstraint},
    {"ER_CONSTRAINT_FAILED", kConstraint},
    {"ER_DATA_TOO_LONG", kValue},
    {"ER_WARN_DATA_OUT_OF_RANGE", kValue},
    {"ER_DATA_OUT_OF_RANGE", kValue},
    {"ER_TRUNCATED_WRONG_VALUE", kValue},
    {"WARN_DATA_TRUNCATED", kValue},
    {"ER_NET_PACKET_TOO_LARGE",
     "The change set is larger than the server takes at once: raise its "
     "max_allowed_packet."},
    {"ER_NO_SUCH_TABLE_IN_ENGINE", kDamaged},
    {"ER_NO_SUCH_TABLE", kSchema},
    {"ER_UNKNOWN_TABLE", kSchema},
    {"ER_BAD_FIELD", kSchema},
    {"ER_INDEX_CORRUPT", kDamaged},
    {"ER_TABLE_CORRUPT", kDamaged},
    {"ER_CRASHED", kDamaged},
    {"ER_TABLESPACE", kDamaged},
    {"ER_SERVER_SHUTDOWN", kComesBack},
    {"ER_NORMAL_SHUTDOWN", kComesBack},
    {"ER_SHUTDOWN_COMPLETE", kComesBack},
    {"ER_STATEMENT_TIMEOUT", kSlow},
    {"ER_QUERY_TIMEOUT", kSlow},
    {"ER_OUT", kMemory},
    {"CR_SSL", "The secured connection cannot be made: check the certificates in options."},
    {"CR_", kAway},
};

constexpr std::string_view kGeneral =
    "Look the code up in the manual of the database; the message says what it met.";

/// A connection that is refused bears no code.
constexpr std::string_view kUntold =
    "Look whether the server runs, whether host and port are right, and then database, user and "
    "password.";

constexpr std::size_t kSqlstateLetters = 5;

bool isSqlstate(std::string_view code) {
  return code.size() == kSqlstateLetters && std::ranges::all_of(code, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

bool isCode(std::string_view text) {
  if (isSqlstate(text)) return true;
  const bool isNamed = text.starts_with("SQLITE_") || text.starts_with("ER_") ||
                       text.starts_with("CR_") || text.starts_with("WARN_") ||
                       text.starts_with("PENSTOCK_");
  return isNamed && text.find(' ') == std::string_view::npos;
}

}  // namespace

std::string_view adviceFor(std::string_view code) {
  if (code.empty()) return {};
  const bool isOfClass = isSqlstate(code);
  const auto* found = std::ranges::find_if(kAdvices, [&](const Advice& each) {
    const bool isShort = each.beginning.size() < kSqlstateLetters &&
                         each.beginning.find('_') == std::string_view::npos;
    return (isOfClass || !isShort) && code.starts_with(each.beginning);
  });
  return found == std::end(kAdvices) ? kGeneral : found->sentence;
}

std::string_view codeIn(std::string_view message) {
  const std::size_t begin = message.find_last_of("([");
  if (begin == std::string_view::npos) return {};
  const char close = message[begin] == '(' ? ')' : ']';
  const std::size_t end = message.find(close, begin);
  if (end == std::string_view::npos) return {};
  const std::string_view code = message.substr(begin + 1, end - begin - 1);
  return isCode(code) ? code : std::string_view();
}

std::string adviceForMessage(std::string_view message) {
  const std::string_view code = codeIn(message);
  return std::string(code.empty() ? kUntold : adviceFor(code));
}

}  // namespace penstock
