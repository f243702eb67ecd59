// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/result_codes.h"

#include <algorithm>
#include <iterator>

namespace penstock::qtsql {

namespace {

// Numbers from 2000 to 2999 and from 5000 on are the client library's own.
constexpr int kClientFirst = 2000;
constexpr int kClientLast = 2999;
constexpr int kConnectorFirst = 5000;

struct KnownError {
  int number;
  CommitOutcome outcome;
  const char* name;
};

constexpr KnownError kKnown[] = {
    {1005, CommitOutcome::Drifted, "ER_CANT_CREATE_TABLE"},
    {1016, CommitOutcome::Broken, "ER_CANT_OPEN_FILE"},
    {1020, CommitOutcome::Transient, "ER_CHECKREAD"},
    {1021, CommitOutcome::Transient, "ER_DISK_FULL"},
    {1026, CommitOutcome::Transient, "ER_ERROR_ON_WRITE"},
    {1028, CommitOutcome::Transient, "ER_FILSORT_ABORT"},
    {1030, CommitOutcome::Transient, "ER_GET_ERRNO"},
    {1033, CommitOutcome::Broken, "ER_NOT_FORM_FILE"},
    {1034, CommitOutcome::Broken, "ER_NOT_KEYFILE"},
    {1035, CommitOutcome::Broken, "ER_OLD_KEYFILE"},
    {1036, CommitOutcome::Transient, "ER_OPEN_AS_READONLY"},
    {1037, CommitOutcome::Transient, "ER_OUTOFMEMORY"},
    {1038, CommitOutcome::Transient, "ER_OUT_OF_SORTMEMORY"},
    {1040, CommitOutcome::Transient, "ER_CON_COUNT_ERROR"},
    {1041, CommitOutcome::Transient, "ER_OUT_OF_RESOURCES"},
    {1042, CommitOutcome::Transient, "ER_BAD_HOST_ERROR"},
    {1043, CommitOutcome::Transient, "ER_HANDSHAKE_ERROR"},
    {1044, CommitOutcome::Transient, "ER_DBACCESS_DENIED_ERROR"},
    {1045, CommitOutcome::Transient, "ER_ACCESS_DENIED_ERROR"},
    {1046, CommitOutcome::Transient, "ER_NO_DB_ERROR"},
    {1047, CommitOutcome::Transient, "ER_UNKNOWN_COM_ERROR"},  // a Galera node that is not ready
    {1048, CommitOutcome::Refused, "ER_BAD_NULL_ERROR"},
    {1049, CommitOutcome::Transient, "ER_BAD_DB_ERROR"},
    {1053, CommitOutcome::Transient, "ER_SERVER_SHUTDOWN"},
    {1054, CommitOutcome::Drifted, "ER_BAD_FIELD_ERROR"},
    {1060, CommitOutcome::Drifted, "ER_DUP_FIELDNAME"},
    {1062, CommitOutcome::Refused, "ER_DUP_ENTRY"},
    {1064, CommitOutcome::Drifted, "ER_PARSE_ERROR"},
    {1077, CommitOutcome::Transient, "ER_NORMAL_SHUTDOWN"},
    {1079, CommitOutcome::Transient, "ER_SHUTDOWN_COMPLETE"},
    {1099, CommitOutcome::Transient, "ER_TABLE_NOT_LOCKED_FOR_WRITE"},
    {1100, CommitOutcome::Transient, "ER_TABLE_NOT_LOCKED"},
    {1109, CommitOutcome::Drifted, "ER_UNKNOWN_TABLE"},
    {1110, CommitOutcome::Drifted, "ER_FIELD_SPECIFIED_TWICE"},
    {1114, CommitOutcome::Transient, "ER_RECORD_FILE_FULL"},
    {1129, CommitOutcome::Transient, "ER_HOST_IS_BLOCKED"},
    {1130, CommitOutcome::Transient, "ER_HOST_NOT_PRIVILEGED"},
    {1135, CommitOutcome::Transient, "ER_CANT_CREATE_THREAD"},
    {1136, CommitOutcome::Drifted, "ER_WRONG_VALUE_COUNT_ON_ROW"},
    {1142, CommitOutcome::Drifted, "ER_TABLEACCESS_DENIED_ERROR"},
    {1143, CommitOutcome::Drifted, "ER_COLUMNACCESS_DENIED_ERROR"},
    {1146, CommitOutcome::Drifted, "ER_NO_SUCH_TABLE"},
    {1152, CommitOutcome::Transient, "ER_ABORTING_CONNECTION"},
    {1153, CommitOutcome::Refused, "ER_NET_PACKET_TOO_LARGE"},
    {1154, CommitOutcome::Transient, "ER_NET_READ_ERROR_FROM_PIPE"},
    {1156, CommitOutcome::Transient, "ER_NET_PACKETS_OUT_OF_ORDER"},
    {1158, CommitOutcome::Transient, "ER_NET_READ_ERROR"},
    {1159, CommitOutcome::Transient, "ER_NET_READ_INTERRUPTED"},
    {1160, CommitOutcome::Transient, "ER_NET_ERROR_ON_WRITE"},
    {1161, CommitOutcome::Transient, "ER_NET_WRITE_INTERRUPTED"},
    {1180, CommitOutcome::Transient, "ER_ERROR_DURING_COMMIT"},
    {1184, CommitOutcome::Transient, "ER_NEW_ABORTING_CONNECTION"},
    {1194, CommitOutcome::Broken, "ER_CRASHED_ON_USAGE"},
    {1195, CommitOutcome::Broken, "ER_CRASHED_ON_REPAIR"},
    {1203, CommitOutcome::Transient, "ER_TOO_MANY_USER_CONNECTIONS"},
    {1205, CommitOutcome::Transient, "ER_LOCK_WAIT_TIMEOUT"},
    {1206, CommitOutcome::Transient, "ER_LOCK_TABLE_FULL"},
    {1213, CommitOutcome::Transient, "ER_LOCK_DEADLOCK"},
    {1223, CommitOutcome::Transient, "ER_CANT_UPDATE_WITH_READLOCK"},
    {1226, CommitOutcome::Transient, "ER_USER_LIMIT_REACHED"},
    {1227, CommitOutcome::Transient, "ER_SPECIFIC_ACCESS_DENIED_ERROR"},
    {1259, CommitOutcome::Transient, "ER_ZLIB_Z_BUF_ERROR"},
    {1264, CommitOutcome::Refused, "ER_WARN_DATA_OUT_OF_RANGE"},
    {1265, CommitOutcome::Refused, "WARN_DATA_TRUNCATED"},
    {1290, CommitOutcome::Transient, "ER_OPTION_PREVENTS_STATEMENT"},
    {1292, CommitOutcome::Refused, "ER_TRUNCATED_WRONG_VALUE"},
    {1317, CommitOutcome::Transient, "ER_QUERY_INTERRUPTED"},
    {1356, CommitOutcome::Drifted, "ER_VIEW_INVALID"},
    {1364, CommitOutcome::Refused, "ER_NO_DEFAULT_FOR_FIELD"},
    {1366, CommitOutcome::Refused, "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD"},
    {1370, CommitOutcome::Drifted, "ER_PROCACCESS_DENIED_ERROR"},
    {1406, CommitOutcome::Refused, "ER_DATA_TOO_LONG"},
    {1412, CommitOutcome::Transient, "ER_TABLE_DEF_CHANGED"},
    {1436, CommitOutcome::Transient, "ER_STACK_OVERRUN_NEED_MORE"},
    {1451, CommitOutcome::Refused, "ER_ROW_IS_REFERENCED_2"},
    {1452, CommitOutcome::Refused, "ER_NO_REFERENCED_ROW_2"},
    {1461, CommitOutcome::Transient, "ER_MAX_PREPARED_STMT_COUNT_REACHED"},
    {1526, CommitOutcome::Refused, "ER_NO_PARTITION_FOR_GIVEN_VALUE"},
    {1568, CommitOutcome::Transient, "ER_CANT_CHANGE_TX_CHARACTERISTICS"},
    {1580, CommitOutcome::Transient, "ER_CANT_UPDATE_WITH_READLOCK_2"},
    {1594, CommitOutcome::Transient, "ER_SLAVE_RELAY_LOG_READ_FAILURE"},
    {1595, CommitOutcome::Transient, "ER_SLAVE_RELAY_LOG_WRITE_FAILURE"},
    {1613, CommitOutcome::Transient, "ER_XA_RBTIMEOUT"},
    {1614, CommitOutcome::Transient, "ER_XA_RBDEADLOCK"},
    {1615, CommitOutcome::Transient, "ER_NEED_REPREPARE"},
    {1637, CommitOutcome::Transient, "ER_TOO_MANY_CONCURRENT_TRXS"},
    {1644, CommitOutcome::Refused, "ER_SIGNAL_EXCEPTION"},
    {1665, CommitOutcome::Transient, "ER_BINLOG_STMT_MODE_AND_ROW_ENGINE"},
    {1690, CommitOutcome::Refused, "ER_DATA_OUT_OF_RANGE"},
    {1712, CommitOutcome::Broken, "ER_INDEX_CORRUPT"},
    {1792, CommitOutcome::Transient, "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION"},
    {1812, CommitOutcome::Broken, "ER_TABLESPACE_MISSING"},
    {1813, CommitOutcome::Broken, "ER_TABLESPACE_EXISTS"},
    {1836, CommitOutcome::Transient, "ER_READ_ONLY_MODE"},
    {1874, CommitOutcome::Transient, "ER_INNODB_READ_ONLY"},
    {1877, CommitOutcome::Broken, "ER_TABLE_CORRUPT"},
    {1927, CommitOutcome::Transient, "ER_CONNECTION_KILLED"},
    {1932, CommitOutcome::Broken, "ER_NO_SUCH_TABLE_IN_ENGINE"},
    {1969, CommitOutcome::Transient, "ER_STATEMENT_TIMEOUT"},
    {2002, CommitOutcome::Transient, "CR_CONNECTION_ERROR"},
    {2003, CommitOutcome::Transient, "CR_CONN_HOST_ERROR"},
    {2005, CommitOutcome::Transient, "CR_UNKNOWN_HOST"},
    {2006, CommitOutcome::Transient, "CR_SERVER_GONE_ERROR"},
    {2013, CommitOutcome::Transient, "CR_SERVER_LOST"},
    {2026, CommitOutcome::Transient, "CR_SSL_CONNECTION_ERROR"},
    {2055, CommitOutcome::Transient, "CR_SERVER_LOST_EXTENDED"},
    {3024, CommitOutcome::Transient, "ER_QUERY_TIMEOUT"},
    {3100, CommitOutcome::Transient, "ER_RUN_HOOK_ERROR"},
    {3101, CommitOutcome::Transient, "ER_TRANSACTION_ROLLBACK_DURING_COMMIT"},
    {3572, CommitOutcome::Transient, "ER_LOCK_NOWAIT"},
    {3819, CommitOutcome::Refused, "ER_CHECK_CONSTRAINT_VIOLATED"},
    {4025, CommitOutcome::Refused, "ER_CONSTRAINT_FAILED"},
    {4031, CommitOutcome::Transient, "ER_CLIENT_INTERACTION_TIMEOUT"},
};
static_assert(std::ranges::is_sorted(kKnown, {}, &KnownError::number));

const KnownError* find(int number) {
  const auto* found = std::ranges::lower_bound(kKnown, number, {}, &KnownError::number);
  return found != std::end(kKnown) && found->number == number ? found : nullptr;
}

bool isClients(int number) {
  return (number >= kClientFirst && number <= kClientLast) || number >= kConnectorFirst;
}

}  // namespace

CommitOutcome outcomeOf(int errorNumber) {
  if (const KnownError* known = find(errorNumber)) return known->outcome;
  // Without a number the driver could not even ask.
  return errorNumber == 0 || isClients(errorNumber) ? CommitOutcome::Transient
                                                    : CommitOutcome::Refused;
}

CommitResult ofCommit(CommitResult failure) {
  if (failure.code != kDeadlock) failure.outcome = CommitOutcome::Unknown;
  return failure;
}

std::string errorName(int errorNumber) {
  if (const KnownError* known = find(errorNumber)) return known->name;
  return (isClients(errorNumber) ? "CR_" : "ER_") + std::to_string(errorNumber);
}

CommitResult failureOf(const QSqlError& error) {
  const int number = error.nativeErrorCode().toInt();
  const QString text = error.databaseText().isEmpty() ? error.text() : error.databaseText();
  return {outcomeOf(number), errorName(number), text.toStdString(), 0};
}

Status toStatus(const CommitResult& failure) {
  const std::string message = failure.message + " (" + failure.code + ")";
  switch (failure.outcome) {
    case CommitOutcome::Refused:
    case CommitOutcome::Drifted:
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

CommitResult onOwnTable(CommitResult failure) {
  if (failure.outcome == CommitOutcome::Drifted) failure.outcome = CommitOutcome::Broken;
  return failure;
}

}  // namespace penstock::qtsql
