// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema_reader.h"

#include <sqlite3.h>

#include <algorithm>
#include <functional>

#include "store/sqlite/column_types.h"
#include "store/sqlite/statement.h"

namespace penstock::sqlite {

namespace {

// Table names compare as SQLite compares them.
bool isSameName(std::string_view one, std::string_view other) {
  return one.size() == other.size() &&
         sqlite3_strnicmp(one.data(), other.data(), static_cast<int>(one.size())) == 0;
}

// Runs `sql` with up to two names bound and hands every row to `take`.
Failure forEachRow(sqlite3* database, std::string_view sql, std::string_view name,
                   const std::function<void(const Statement&)>& take) {
  Statement statement;
  if (Failure failure = statement.prepare(database, sql)) {
    return failure;
  }
  int code = name.empty() ? SQLITE_OK : statement.bindText(1, name);
  if (code == SQLITE_OK) {
    while ((code = statement.step()) == SQLITE_ROW) {
      take(statement);
    }
  }
  if (code != SQLITE_DONE) {
    return failureOf(database, code);
  }
  return {};
}

struct Index {
  std::string name;
  bool isPrimaryKey = false;
  bool isPartial = false;
};

struct IndexColumn {
  std::int64_t column = 0;  ///< negative: an expression or the rowid
  std::string collation;
};

struct RawForeignKey {
  std::int64_t id = 0;
  std::string table;
  std::vector<std::string> columns;
  std::vector<std::string> referencedColumns;  ///< empty texts: the primary key
  std::string onUpdate;
  std::string onDelete;
};

ReferentialAction actionOf(std::string_view text) {
  if (text == "CASCADE") {
    return ReferentialAction::Cascade;
  }
  if (text == "SET NULL") {
    return ReferentialAction::SetNull;
  }
  return text == "SET DEFAULT" ? ReferentialAction::SetDefault : ReferentialAction::None;
}

bool typeIsByteEqual(ColumnType type) {
  return type == ColumnType::Integer || type == ColumnType::Text || type == ColumnType::Bytes ||
         type == ColumnType::Boolean;
}

std::optional<ColumnId> findColumnAsSqlite(const Table& table, std::string_view name) {
  const auto found = std::ranges::find_if(
      table.columns, [&](const Column& column) { return isSameName(column.name, name); });
  if (found == table.columns.end()) {
    return {};
  }
  return static_cast<ColumnId>(found - table.columns.begin());
}

/// Reads one database into a list of tables; the steps run in the order of read().
class SchemaReading {
 public:
  explicit SchemaReading(sqlite3* database) : m_database(database) {}

  Failure read();
  std::vector<Table> takeTables() { return std::move(m_tables); }

 private:
  Failure readTables();
  Failure readColumns(Table& table);
  Failure readIndexes(Table& table);
  Failure readIndexList(const Table& table, std::vector<Index>& indexes);
  Failure readIndexColumns(const Index& index, std::vector<IndexColumn>& columns);
  void takeKeyIndex(Table& table, const std::vector<IndexColumn>& columns);
  void takeUnique(Table& table, const Index& index, const std::vector<IndexColumn>& columns);
  bool isBinary(const Table& table, ColumnId column) const;
  Failure readForeignKeys(Table& table);
  void takeForeignKey(Table& table, const RawForeignKey& raw);
  Failure readTriggers();
  Table* findTable(std::string_view name);

  sqlite3* m_database;
  std::vector<Table> m_tables;
  std::vector<bool> m_isStrict;  ///< by table
};

Failure SchemaReading::read() {
  if (Failure failure = readTables()) {
    return failure;
  }
  for (Table& table : m_tables) {
    if (Failure failure = readColumns(table)) {
      return failure;
    }
    if (Failure failure = readIndexes(table)) {
      return failure;
    }
  }
  for (Table& table : m_tables) {
    if (Failure failure = readForeignKeys(table)) {
      return failure;
    }
  }
  return readTriggers();
}

Failure SchemaReading::readTables() {
  return forEachRow(
      m_database,
      "SELECT name, strict FROM pragma_table_list WHERE schema='main' AND type='table'"
      " AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
      " AND name NOT LIKE 'penstock\\_%' ESCAPE '\\' ORDER BY name",
      "", [&](const Statement& row) {
        Table table;
        table.id = static_cast<TableId>(m_tables.size());
        table.name = row.textAt(0);
        m_tables.push_back(std::move(table));
        m_isStrict.push_back(row.integerAt(1) != 0);
      });
}

Failure SchemaReading::readColumns(Table& table) {
  std::vector<std::pair<std::int64_t, ColumnId>> key;
  const bool isStrict = m_isStrict[toIndex(table.id)];
  Failure failure = forEachRow(
      m_database,
      "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden"
      " FROM pragma_table_xinfo(?) ORDER BY cid",
      table.name, [&](const Statement& row) {
        Column column;
        column.name = row.textAt(0);
        column.declaredType = row.textAt(1);
        column.type = columnTypeOf(column.declaredType);
        // ANY of a STRICT table keeps text, all other ANY does not.
        column.numericAffinity = hasNumericAffinity(column.declaredType) &&
                                 !(isStrict && column.type == ColumnType::Any);
        column.nullable = row.integerAt(2) == 0 && row.integerAt(4) == 0;
        column.hasDefault = row.integerAt(3) != 0;
        column.generated = row.integerAt(5) != 0;
        if (row.integerAt(4) != 0) {
          key.emplace_back(row.integerAt(4), static_cast<ColumnId>(table.columns.size()));
        }
        table.columns.push_back(std::move(column));
      });
  std::ranges::sort(key);
  for (const auto& [position, column] : key) {
    table.key.push_back(column);
    table.keyIsByteEqual = table.keyIsByteEqual && isBinary(table, column);
  }
  return failure;
}

Failure SchemaReading::readIndexes(Table& table) {
  std::vector<Index> indexes;
  if (Failure failure = readIndexList(table, indexes)) {
    return failure;
  }
  for (const Index& index : indexes) {
    std::vector<IndexColumn> columns;
    if (Failure failure = readIndexColumns(index, columns)) {
      return failure;
    }
    if (index.isPrimaryKey) {
      takeKeyIndex(table, columns);
    } else {
      takeUnique(table, index, columns);
    }
  }
  return {};
}

Failure SchemaReading::readIndexList(const Table& table, std::vector<Index>& indexes) {
  return forEachRow(m_database,
                    "SELECT name, origin, partial FROM pragma_index_list(?)"
                    " WHERE \"unique\" ORDER BY name",
                    table.name, [&](const Statement& row) {
                      indexes.push_back({std::string(row.textAt(0)), row.textAt(1) == "pk",
                                         row.integerAt(2) != 0});
                    });
}

Failure SchemaReading::readIndexColumns(const Index& index, std::vector<IndexColumn>& columns) {
  return forEachRow(m_database,
                    "SELECT cid, coll FROM pragma_index_xinfo(?) WHERE \"key\" ORDER BY seqno",
                    index.name, [&](const Statement& row) {
                      columns.push_back({row.integerAt(0), std::string(row.textAt(1))});
                    });
}

void SchemaReading::takeKeyIndex(Table& table, const std::vector<IndexColumn>& columns) {
  for (const IndexColumn& column : columns) {
    table.keyIsByteEqual = table.keyIsByteEqual && isSameName(column.collation, "BINARY");
  }
}

void SchemaReading::takeUnique(Table& table, const Index& index,
                               const std::vector<IndexColumn>& columns) {
  UniqueConstraint unique;
  bool isByteEqual = !index.isPartial;
  for (const IndexColumn& column : columns) {
    if (column.column < 0) {
      isByteEqual = false;
      break;
    }
    const auto id = static_cast<ColumnId>(column.column);
    unique.columns.push_back(id);
    isByteEqual = isByteEqual && isSameName(column.collation, "BINARY") &&
                  typeIsByteEqual(table.column(id).type);
  }
  if (!isByteEqual) {
    unique.columns.clear();
  }
  table.uniques.push_back(std::move(unique));
}

bool SchemaReading::isBinary(const Table& table, ColumnId column) const {
  const Column& described = table.column(column);
  const char* collation = nullptr;
  const int code =
      sqlite3_table_column_metadata(m_database, "main", table.name.c_str(), described.name.c_str(),
                                    nullptr, &collation, nullptr, nullptr, nullptr);
  return code == SQLITE_OK && collation != nullptr && isSameName(collation, "BINARY") &&
         typeIsByteEqual(described.type);
}

Failure SchemaReading::readForeignKeys(Table& table) {
  std::vector<RawForeignKey> all;
  Failure failure = forEachRow(m_database,
                               "SELECT id, \"table\", \"from\", \"to\", on_update, on_delete"
                               " FROM pragma_foreign_key_list(?) ORDER BY id, seq",
                               table.name, [&](const Statement& row) {
                                 if (all.empty() || all.back().id != row.integerAt(0)) {
                                   all.push_back({row.integerAt(0),
                                                  std::string(row.textAt(1)),
                                                  {},
                                                  {},
                                                  std::string(row.textAt(4)),
                                                  std::string(row.textAt(5))});
                                 }
                                 all.back().columns.emplace_back(row.textAt(2));
                                 all.back().referencedColumns.emplace_back(row.textAt(3));
                               });
  for (const RawForeignKey& raw : all) {
    takeForeignKey(table, raw);
  }
  return failure;
}

void SchemaReading::takeForeignKey(Table& table, const RawForeignKey& raw) {
  const Table* referenced = findTable(raw.table);
  if (referenced == nullptr) {
    return;
  }
  ForeignKey key;
  key.referencedTable = referenced->id;
  key.onDelete = actionOf(raw.onDelete);
  key.onUpdate = actionOf(raw.onUpdate);
  for (std::size_t i = 0; i < raw.columns.size(); ++i) {
    const auto column = findColumnAsSqlite(table, raw.columns[i]);
    std::optional<ColumnId> target;
    if (!raw.referencedColumns[i].empty()) {
      target = findColumnAsSqlite(*referenced, raw.referencedColumns[i]);
    } else if (i < referenced->key.size()) {
      target = referenced->key[i];
    }
    if (!column || !target) {
      return;
    }
    key.columns.push_back(*column);
    key.referencedColumns.push_back(*target);
  }
  table.foreignKeys.push_back(std::move(key));
}

Failure SchemaReading::readTriggers() {
  return forEachRow(m_database, "SELECT DISTINCT tbl_name FROM sqlite_schema WHERE type='trigger'",
                    "", [&](const Statement& row) {
                      if (Table* table = findTable(row.textAt(0))) {
                        table->hasTriggers = true;
                      }
                    });
}

Table* SchemaReading::findTable(std::string_view name) {
  const auto found = std::ranges::find_if(
      m_tables, [&](const Table& table) { return isSameName(table.name, name); });
  return found == m_tables.end() ? nullptr : &*found;
}

}  // namespace

Result<Catalog> readSchema(sqlite3* database) {
  SchemaReading reading(database);
  if (const Failure failure = reading.read()) {
    return toStatus(*failure);
  }
  return Catalog(reading.takeTables());
}

Failure readKeyCollations(sqlite3* database, std::string_view table,
                          std::vector<std::string>& collations) {
  return forEachRow(database,
                    "SELECT x.coll FROM pragma_index_list(?) AS l, pragma_index_xinfo(l.name) AS x"
                    " WHERE l.origin='pk' AND x.\"key\" ORDER BY x.seqno",
                    table, [&](const Statement& row) { collations.emplace_back(row.textAt(0)); });
}

}  // namespace penstock::sqlite
