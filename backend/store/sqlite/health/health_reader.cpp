// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/health/health_reader.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/own_tables.h"
#include "store/sqlite/statement.h"

namespace penstock::sqlite {

namespace {

constexpr const char* kForeignKeys =
    "SELECT t.name, f.id, f.\"from\", f.\"table\" FROM sqlite_schema t,"
    " pragma_foreign_key_list(t.name) f WHERE t.type='table' ORDER BY t.name, f.id, f.seq";

// The key of a table whose rows are found by it is one too.
constexpr const char* kIndexColumns =
    "SELECT t.name, i.name, c.seqno, c.name FROM sqlite_schema t, pragma_index_list(t.name) i,"
    " pragma_index_info(i.name) c WHERE t.type='table' AND i.partial=0"
    " UNION ALL SELECT t.name, '', k.pk-1, k.name FROM sqlite_schema t,"
    " pragma_table_info(t.name) k WHERE t.type='table' AND k.pk>0 ORDER BY 1, 2, 3";

struct Key {
  std::string table;
  std::string references;
  std::vector<std::string> columns;
};

using Columns = std::vector<std::string>;
using Indexes = std::map<std::string, std::map<std::string, Columns>>;  // by table and name

template <typename Take>
Failure forEachRow(Connection& connection, const char* sql, Take take) {
  Statement statement;
  if (Failure failure = statement.prepare(connection.handle(), sql)) return failure;
  int code = statement.step();
  for (; code == SQLITE_ROW; code = statement.step()) take(statement);
  if (code == SQLITE_DONE) return {};
  return failureOf(connection.handle(), code);
}

bool helps(const Columns& index, const Columns& key) {
  if (index.size() < key.size()) return false;
  const std::set<std::string> first(index.begin(),
                                    index.begin() + static_cast<std::ptrdiff_t>(key.size()));
  return std::ranges::all_of(key, [&](const std::string& each) { return first.contains(each); });
}

std::string joined(const Columns& columns) {
  std::string text;
  for (const std::string& each : columns) text += (text.empty() ? "" : ", ") + each;
  return text;
}

Failure readBareKeys(Connection& connection, StoreHealth& health) {
  std::vector<std::pair<std::int64_t, Key>> keys;
  Failure failure = forEachRow(connection, kForeignKeys, [&](const Statement& row) {
    const std::string table(row.textAt(0));
    const std::int64_t id = row.integerAt(1);
    const bool goesOn =
        !keys.empty() && keys.back().second.table == table && keys.back().first == id;
    if (!goesOn) keys.push_back({id, {table, std::string(row.textAt(3)), {}}});
    keys.back().second.columns.emplace_back(row.textAt(2));
  });
  if (failure) return failure;
  Indexes indexes;
  failure = forEachRow(connection, kIndexColumns, [&](const Statement& row) {
    indexes[std::string(row.textAt(0))][std::string(row.textAt(1))].emplace_back(row.textAt(3));
  });
  if (failure) return failure;
  for (const auto& numbered : keys) {
    const Key& key = numbered.second;
    const auto& own = indexes[key.table];
    const bool isHelped = std::ranges::any_of(
        own, [&](const auto& index) { return helps(index.second, key.columns); });
    if (!isHelped) {
      health.bareForeignKeys.push_back({key.table, joined(key.columns), key.references});
    }
  }
  return {};
}

}  // namespace

Failure readHealth(Connection& connection, StoreHealth& health) {
  health.server = std::string("SQLite ") + sqlite3_libversion();
  Failure failure = forEachRow(connection, "PRAGMA journal_mode", [&](const Statement& row) {
    health.settings.push_back({"journal_mode", std::string(row.textAt(0)), {}});
  });
  if (!failure) failure = hasOwnTables(connection, health.hasOwnTables);
  return failure ? failure : readBareKeys(connection, health);
}

}  // namespace penstock::sqlite
