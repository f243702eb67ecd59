// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/health_reader.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "store/qtsql/write/own_tables.h"

namespace penstock::qtsql {

namespace {

constexpr const char* kRights[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

// Without the right PROCESS one sees one's own connections alone, which are those that are wanted.
constexpr const char* kOwnConnections =
    "SELECT COUNT(*) FROM information_schema.PROCESSLIST"
    " WHERE USER=SUBSTRING_INDEX(USER(), '@', 1) AND DB=DATABASE()";

constexpr const char* kTables =
    "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()"
    " AND TABLE_TYPE='BASE TABLE' ORDER BY 1";

// On the server, on this database, or on one of its tables.
constexpr const char* kPrivileges =
    "SELECT '', p.PRIVILEGE_TYPE, p.GRANTEE FROM information_schema.USER_PRIVILEGES p"
    " UNION ALL SELECT '', p.PRIVILEGE_TYPE, p.GRANTEE FROM information_schema.SCHEMA_PRIVILEGES p"
    " WHERE DATABASE() LIKE p.TABLE_SCHEMA"
    " UNION ALL SELECT p.TABLE_NAME, p.PRIVILEGE_TYPE, p.GRANTEE"
    " FROM information_schema.TABLE_PRIVILEGES p WHERE p.TABLE_SCHEMA=DATABASE()";

std::string quoted(const std::string& name) {
  std::string text = "`";
  for (const char c : name) text += c == '`' ? "``" : std::string(1, c);
  return text + "`";
}

std::string textAt(const QSqlQuery& row, int column) {
  return row.value(column).toString().toStdString();
}

Failure readRoom(Session& session, StoreHealth& health) {
  ConnectionRoom room;
  Failure failure = session.forEachRow(
      "SELECT VERSION(), @@GLOBAL.max_connections, @@GLOBAL.innodb_flush_log_at_trx_commit,"
      " @@GLOBAL.log_bin, @@GLOBAL.sync_binlog, @@max_user_connections",
      {}, [&](const QSqlQuery& row) {
        health.server = (session.isMariaDb() ? "MariaDB " : "MySQL ") + textAt(row, 0);
        room.max = row.value(1).toUInt();
        health.settings.push_back({"innodb_flush_log_at_trx_commit", textAt(row, 2), {}});
        if (row.value(3).toInt() != 0)
          health.settings.push_back({"sync_binlog", textAt(row, 4), {}});
        if (row.value(5).toUInt() > 0) room.ofUser = row.value(5).toUInt();
      });
  std::uint32_t all = 0;
  if (!failure) {
    failure = session.forEachRow("SHOW GLOBAL STATUS LIKE 'Threads_connected'", {},
                                 [&](const QSqlQuery& row) { all = row.value(1).toUInt(); });
  }
  if (!failure) {
    failure = session.forEachRow(kOwnConnections, {}, [&](const QSqlQuery& row) {
      room.usedByOthers = all - std::min(all, row.value(0).toUInt());
    });
  }
  health.connections = room;
  return failure;
}

struct Held {
  std::set<std::pair<std::string, std::string>> byTable;  ///< empty name: all tables
  std::string grantee;                                    ///< `'game'@'%'`

  bool has(const std::string& table, const std::string& right) const {
    return byTable.contains({"", right}) || byTable.contains({table, right});
  }
};

Failure readHeld(Session& session, Held& held) {
  return session.forEachRow(kPrivileges, {}, [&](const QSqlQuery& row) {
    held.byTable.emplace(textAt(row, 0), textAt(row, 1));
    held.grantee = textAt(row, 2);
  });
}

StoreRight rightOf(const Held& held, const std::string& table, const std::string& database) {
  StoreRight right;
  std::string missing;
  for (const char* each : kRights) {
    right.right += (right.right.empty() ? "" : ", ") + std::string(each);
    if (held.has(table, each)) continue;
    missing += (missing.empty() ? "" : ", ") + std::string(each);
  }
  right.on = "table " + table;
  if (missing.empty()) return right;
  right.held = StoreRight::Held::No;
  right.right = missing;
  right.grant =
      "GRANT " + missing + " ON " + quoted(database) + "." + quoted(table) + " TO " + held.grantee;
  return right;
}

Failure readRights(Session& session, StoreHealth& health) {
  if (Failure failure = hasOwnTables(session, health.hasOwnTables)) return failure;
  Held held;
  if (Failure failure = readHeld(session, held)) return failure;
  std::string database;
  Failure failure =
      session.forEachRow("SELECT DATABASE(), CURRENT_USER()", {}, [&](const QSqlQuery& row) {
        database = textAt(row, 0);
        const QString user = row.value(1).toString();
        if (held.grantee.empty()) {
          held.grantee = "'" + user.section('@', 0, -2).toStdString() + "'@'" +
                         user.section('@', -1).toStdString() + "'";
        }
      });
  if (failure) return failure;
  if (!health.hasOwnTables) {
    StoreRight make;
    make.right = "CREATE";
    make.on = "database " + database;
    make.held = held.has("", "CREATE") ? StoreRight::Held::Yes : StoreRight::Held::No;
    make.grant = "GRANT CREATE, SELECT, INSERT, UPDATE, DELETE ON " + quoted(database) + ".* TO " +
                 held.grantee;
    health.rights.push_back(std::move(make));
  }
  return session.forEachRow(kTables, {}, [&](const QSqlQuery& row) {
    health.rights.push_back(rightOf(held, textAt(row, 0), database));
  });
}

}  // namespace

Failure readHealth(Session& session, StoreHealth& health) {
  if (Failure failure = readRoom(session, health)) return failure;
  return readRights(session, health);
}

}  // namespace penstock::qtsql
