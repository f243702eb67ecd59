// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/health/health_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "store/postgres/own_tables.h"

namespace penstock::postgres {

namespace {

// Those of this user under our name are the sink's own, or another one's of this node.
constexpr const char* kRoom =
    "SELECT pg_catalog.current_setting('server_version'),"
    " pg_catalog.current_setting('max_connections'),"
    " pg_catalog.current_setting('superuser_reserved_connections')::integer"
    "  + COALESCE(NULLIF(pg_catalog.current_setting('reserved_connections', true), ''),"
    "  '0')::integer,"
    " (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid IS NOT NULL AND NOT("
    "  a.usename=CURRENT_USER AND a.datname=pg_catalog.current_database() AND"
    "  a.application_name=pg_catalog.current_setting('application_name'))),"
    " (SELECT min(l.most) FROM (SELECT r.rolconnlimit FROM pg_catalog.pg_roles r"
    "  WHERE r.rolname=CURRENT_USER UNION ALL SELECT d.datconnlimit FROM pg_catalog.pg_database d"
    "  WHERE d.datname=pg_catalog.current_database()) AS l(most) WHERE l.most>=0)";

// As a session has it before it sets anything, and who set it so.
constexpr const char* kSettings =
    "SELECT s.name, s.reset_val, COALESCE((SELECT pg_catalog.concat_ws(' in ',"
    "  CASE WHEN o.setrole<>0 THEN 'role '||pg_catalog.pg_get_userbyid(o.setrole) END,"
    "  CASE WHEN o.setdatabase<>0 THEN 'database '||pg_catalog.current_database() END)"
    " FROM pg_catalog.pg_db_role_setting o"
    " WHERE o.setdatabase IN(0, (SELECT d.oid FROM pg_catalog.pg_database d"
    "   WHERE d.datname=pg_catalog.current_database()))"
    "  AND o.setrole IN(0, (SELECT r.oid FROM pg_catalog.pg_roles r"
    "   WHERE r.rolname=CURRENT_USER))"
    "  AND EXISTS(SELECT FROM pg_catalog.unnest(o.setconfig) AS c(entry)"
    "   WHERE pg_catalog.split_part(c.entry, '=', 1)=s.name)"
    " ORDER BY o.setrole<>0 AND o.setdatabase<>0 DESC, o.setrole<>0 DESC LIMIT 1), '')"
    " FROM pg_catalog.pg_settings s"
    " WHERE s.name IN('synchronous_commit', 'fsync', 'full_page_writes') ORDER BY s.name";

#define PENSTOCK_OUR_TABLES                                                           \
  " FROM pg_catalog.pg_class c WHERE c.relkind IN('r', 'p') AND NOT c.relispartition" \
  " AND c.relpersistence<>'t' AND pg_catalog.pg_table_is_visible(c.oid)"              \
  " AND c.relnamespace NOT IN(SELECT n.oid FROM pg_catalog.pg_namespace n"            \
  " WHERE n.nspname IN('pg_catalog', 'information_schema'))"

constexpr const char* kUnlogged =
    "SELECT c.relname" PENSTOCK_OUR_TABLES " AND c.relpersistence='u' ORDER BY 1";

// An index helps when its first columns are those of the key, in any order.
constexpr const char* kBareKeys =
    "SELECT t.relname, (SELECT pg_catalog.string_agg(a.attname, ', ' ORDER BY k.place)"
    "  FROM pg_catalog.unnest(f.conkey) WITH ORDINALITY AS k(number, place)"
    "  JOIN pg_catalog.pg_attribute a ON a.attrelid=f.conrelid AND a.attnum=k.number),"
    " (SELECT r.relname FROM pg_catalog.pg_class r WHERE r.oid=f.confrelid)"
    " FROM pg_catalog.pg_constraint f JOIN pg_catalog.pg_class t ON t.oid=f.conrelid"
    " WHERE f.contype='f' AND f.conparentid=0 AND f.conrelid IN(SELECT c.oid" PENSTOCK_OUR_TABLES
    ") AND NOT EXISTS(SELECT FROM pg_catalog.pg_index i WHERE i.indrelid=f.conrelid"
    " AND i.indisvalid AND i.indpred IS NULL"
    " AND (i.indkey::smallint[])[0:pg_catalog.cardinality(f.conkey)-1] @> f.conkey)"
    " ORDER BY 1, 2";

constexpr const char* kTableRights =
    "SELECT c.relname, pg_catalog.has_table_privilege(c.oid, 'SELECT'),"
    " pg_catalog.has_table_privilege(c.oid, 'INSERT'),"
    " pg_catalog.has_table_privilege(c.oid, 'UPDATE'),"
    " pg_catalog.has_table_privilege(c.oid, 'DELETE')" PENSTOCK_OUR_TABLES " ORDER BY 1";

// None when the search path leads to no schema.
constexpr const char* kSchemaRights =
    "SELECT pg_catalog.current_schema(),"
    " pg_catalog.has_schema_privilege(pg_catalog.current_schema(), 'CREATE'), CURRENT_USER";

constexpr std::string_view kRights[] = {"SELECT", "INSERT", "UPDATE", "DELETE"};

StoreRight rightOn(const std::string& right, const std::string& on, const std::string& grant) {
  StoreRight made;
  made.right = right;
  made.on = on;
  made.grant = grant;
  return made;
}

Failure readRoom(Connection& connection, StoreHealth& health) {
  QueryResult row;
  if (Failure failure = connection.run(kRoom, row)) return failure;
  health.server = "PostgreSQL " + std::string(row.textAt(0, 0));
  ConnectionRoom room;
  room.max = static_cast<std::uint32_t>(std::stoul(std::string(row.textAt(0, 1))));
  room.reserved = static_cast<std::uint32_t>(row.integerAt(0, 2));
  room.usedByOthers = static_cast<std::uint32_t>(row.integerAt(0, 3));
  if (!row.isNullAt(0, 4)) room.ofUser = static_cast<std::uint32_t>(row.integerAt(0, 4));
  health.connections = room;
  return {};
}

Failure readTableRights(Connection& connection, const std::string& user, StoreHealth& health) {
  QueryResult rows;
  if (Failure failure = connection.run(kTableRights, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    const std::string table(rows.textAt(row, 0));
    std::string held;
    std::string missing;
    for (int i = 0; i < 4; ++i) {
      std::string& list = rows.booleanAt(row, i + 1) ? held : missing;
      list += (list.empty() ? "" : ", ") + std::string(kRights[i]);
    }
    const std::string all = missing.empty() ? held : missing;
    StoreRight right = rightOn(all, "table " + table,
                               "GRANT " + all + " ON " + quoted(table) + " TO " + quoted(user));
    right.held = missing.empty() ? StoreRight::Held::Yes : StoreRight::Held::No;
    health.rights.push_back(std::move(right));
  }
  return {};
}

Failure readRights(Connection& connection, StoreHealth& health) {
  if (Failure failure = hasOwnTables(connection, health.hasOwnTables)) return failure;
  QueryResult row;
  if (Failure failure = connection.run(kSchemaRights, row)) return failure;
  const std::string user(row.textAt(0, 2));
  if (!health.hasOwnTables) {
    const std::string schema(row.isNullAt(0, 0) ? "public" : row.textAt(0, 0));
    StoreRight make = rightOn("CREATE", "schema " + schema,
                              "GRANT CREATE ON SCHEMA " + quoted(schema) + " TO " + quoted(user));
    const bool may = !row.isNullAt(0, 1) && row.booleanAt(0, 1);
    make.held = may ? StoreRight::Held::Yes : StoreRight::Held::No;
    health.rights.push_back(std::move(make));
  }
  return readTableRights(connection, user, health);
}

}  // namespace

Failure readHealth(Connection& connection, StoreHealth& health) {
  if (Failure failure = readRoom(connection, health)) return failure;
  QueryResult rows;
  if (Failure failure = connection.run(kSettings, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    health.settings.push_back({std::string(rows.textAt(row, 0)), std::string(rows.textAt(row, 1)),
                               std::string(rows.textAt(row, 2))});
  }
  if (Failure failure = connection.run(kUnlogged, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    health.unloggedTables.emplace_back(rows.textAt(row, 0));
  }
  if (Failure failure = connection.run(kBareKeys, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    health.bareForeignKeys.push_back({std::string(rows.textAt(row, 0)),
                                      std::string(rows.textAt(row, 1)),
                                      std::string(rows.textAt(row, 2))});
  }
  return readRights(connection, health);
}

}  // namespace penstock::postgres
