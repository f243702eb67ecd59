// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/schema_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "store/qtsql/write/column_form.h"

namespace penstock::qtsql {

namespace {

using TableColumn = std::pair<std::string, std::string>;

std::string textAt(const QSqlQuery& row, int column) {
  return row.value(column).toString().toStdString();
}

ReferentialAction actionOf(std::string_view rule) {
  if (rule == "CASCADE") return ReferentialAction::Cascade;
  if (rule == "SET NULL") return ReferentialAction::SetNull;
  return rule == "SET DEFAULT" ? ReferentialAction::SetDefault : ReferentialAction::None;
}

struct RawForeignKey {
  std::string table;
  std::string name;
  std::string referencedTable;
  std::string onUpdate;
  std::string onDelete;
  std::vector<std::pair<std::string, std::string>> columns;  ///< own, referenced
};

struct RawIndex {
  std::string table;
  std::string name;
  std::vector<std::string> columns;  ///< an empty name: an expression
  bool hasPrefix = false;
};

/// Reads one database into a list of tables; the steps run in the order of read().
class SchemaReading {
 public:
  explicit SchemaReading(Session& session) : m_session(session) {}

  Failure read();
  std::vector<Table> takeTables() { return std::move(m_tables); }
  const std::string& untransacted() const { return m_untransacted; }

 private:
  Failure readTables();
  Failure readJsonColumns();
  Failure readForeignKeys();
  Failure readIndexes();
  Failure readColumns();
  Failure readTriggers();
  void takeColumn(const QSqlQuery& row);
  void takeIndex(const RawIndex& index);
  void takeForeignKey(const RawForeignKey& key);
  Table* findTable(std::string_view name);

  Session& m_session;
  std::vector<Table> m_tables;
  std::vector<std::vector<bool>> m_isByteEqual;  ///< by table and column
  std::vector<RawIndex> m_indexes;
  std::vector<RawForeignKey> m_foreignKeys;
  std::set<TableColumn> m_json;
  std::set<TableColumn> m_namesRows;
  std::string m_untransacted;  ///< a table, and why it cannot be used
};

Failure SchemaReading::read() {
  using Step = Failure (SchemaReading::*)();
  // What a column is depends on the constraints that it is part of.
  for (const Step step : {&SchemaReading::readTables, &SchemaReading::readJsonColumns,
                          &SchemaReading::readForeignKeys, &SchemaReading::readIndexes,
                          &SchemaReading::readColumns, &SchemaReading::readTriggers}) {
    if (Failure failure = (this->*step)()) return failure;
  }
  for (const RawIndex& index : m_indexes) takeIndex(index);
  for (const RawForeignKey& key : m_foreignKeys) takeForeignKey(key);
  return {};
}

Failure SchemaReading::readTables() {
  return m_session.forEachRow(
      "SELECT t.TABLE_NAME, t.ENGINE, e.TRANSACTIONS FROM information_schema.TABLES t"
      " LEFT JOIN information_schema.ENGINES e ON e.ENGINE=t.ENGINE"
      " WHERE t.TABLE_SCHEMA=DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE','SYSTEM VERSIONED')"
      " AND t.TABLE_NAME NOT LIKE 'penstock!_%' ESCAPE '!' ORDER BY BINARY t.TABLE_NAME",
      {}, [&](const QSqlQuery& row) {
        Table table;
        table.id = static_cast<TableId>(m_tables.size());
        table.name = textAt(row, 0);
        if (row.value(2).toString() != "YES" && m_untransacted.empty()) {
          m_untransacted = "table '" + table.name + "' " +
                           (row.value(1).isNull() ? "cannot be read"
                                                  : "is kept by " + textAt(row, 1) +
                                                        ", which knows no transactions (ALTER "
                                                        "TABLE … ENGINE=InnoDB, or move it to "
                                                        "another database)");
        }
        m_tables.push_back(std::move(table));
      });
}

// JSON is a text that is checked in MariaDB, and a type of its own in MySQL.
Failure SchemaReading::readJsonColumns() {
  if (!m_session.isMariaDb()) return {};
  return m_session.forEachRow(
      "SELECT c.TABLE_NAME, c.COLUMN_NAME FROM information_schema.COLUMNS c"
      " JOIN information_schema.CHECK_CONSTRAINTS k ON k.CONSTRAINT_SCHEMA=c.TABLE_SCHEMA"
      " AND k.TABLE_NAME=c.TABLE_NAME"
      " AND k.CHECK_CLAUSE=CONCAT('json_valid(`',REPLACE(c.COLUMN_NAME,'`','``'),'`)')"
      " WHERE c.TABLE_SCHEMA=DATABASE()",
      {}, [&](const QSqlQuery& row) { m_json.emplace(textAt(row, 0), textAt(row, 1)); });
}

Failure SchemaReading::readForeignKeys() {
  return m_session.forEachRow(
      "SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME,"
      " k.REFERENCED_COLUMN_NAME, r.UPDATE_RULE, r.DELETE_RULE"
      " FROM information_schema.KEY_COLUMN_USAGE k"
      " JOIN information_schema.REFERENTIAL_CONSTRAINTS r"
      " ON r.CONSTRAINT_SCHEMA=k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME=k.CONSTRAINT_NAME"
      " AND r.TABLE_NAME=k.TABLE_NAME"
      " WHERE k.TABLE_SCHEMA=DATABASE() AND k.REFERENCED_TABLE_SCHEMA=DATABASE()"
      " ORDER BY BINARY k.TABLE_NAME, BINARY k.CONSTRAINT_NAME, k.ORDINAL_POSITION",
      {}, [&](const QSqlQuery& row) {
        const std::string table = textAt(row, 0);
        const std::string name = textAt(row, 1);
        if (m_foreignKeys.empty() || m_foreignKeys.back().table != table ||
            m_foreignKeys.back().name != name) {
          m_foreignKeys.push_back(
              {table, name, textAt(row, 3), textAt(row, 5), textAt(row, 6), {}});
        }
        m_foreignKeys.back().columns.emplace_back(textAt(row, 2), textAt(row, 4));
        m_namesRows.emplace(table, textAt(row, 2));
        m_namesRows.emplace(textAt(row, 3), textAt(row, 4));
      });
}

Failure SchemaReading::readIndexes() {
  return m_session.forEachRow(
      "SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME, SUB_PART FROM information_schema.STATISTICS"
      " WHERE TABLE_SCHEMA=DATABASE() AND NON_UNIQUE=0"
      " ORDER BY BINARY TABLE_NAME, BINARY INDEX_NAME, SEQ_IN_INDEX",
      {}, [&](const QSqlQuery& row) {
        const std::string table = textAt(row, 0);
        const std::string name = textAt(row, 1);
        if (m_indexes.empty() || m_indexes.back().table != table || m_indexes.back().name != name) {
          m_indexes.push_back({table, name, {}});
        }
        RawIndex& index = m_indexes.back();
        index.columns.push_back(textAt(row, 2));
        index.hasPrefix = index.hasPrefix || !row.value(3).isNull();
        if (name == "PRIMARY") m_namesRows.emplace(table, textAt(row, 2));
      });
}

Failure SchemaReading::readColumns() {
  m_isByteEqual.resize(m_tables.size());
  return m_session.forEachRow(
      "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, COLLATION_NAME, IS_NULLABLE,"
      " COLUMN_DEFAULT, EXTRA FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE()"
      " ORDER BY BINARY TABLE_NAME, ORDINAL_POSITION",
      {}, [&](const QSqlQuery& row) { takeColumn(row); });
}

void SchemaReading::takeColumn(const QSqlQuery& row) {
  Table* table = findTable(textAt(row, 0));
  if (table == nullptr) return;
  Column column;
  column.name = textAt(row, 1);
  const TableColumn place(table->name, column.name);
  const DeclaredColumn declared{textAt(row, 2), textAt(row, 3), textAt(row, 4),
                                m_json.contains(place), m_namesRows.contains(place)};
  const std::string extra = textAt(row, 7);
  column.declaredType = declared.columnType;
  column.type = columnTypeOf(declared);
  column.nullable = textAt(row, 5) == "YES";
  // MariaDB says NULL for a column that has none and takes it; the text stands in quotes.
  const bool saysNull = m_session.isMariaDb() && textAt(row, 6) == "NULL";
  column.hasDefault = (!row.value(6).isNull() && !saysNull) || extra == "auto_increment";
  column.generated = extra.find("VIRTUAL") != std::string::npos ||
                     extra.find("STORED") != std::string::npos ||
                     extra.find("PERSISTENT") != std::string::npos;
  m_isByteEqual[toIndex(table->id)].push_back(isByteEqual(column.type, declared));
  table->columns.push_back(std::move(column));
}

void SchemaReading::takeIndex(const RawIndex& index) {
  Table* table = findTable(index.table);
  if (table == nullptr) return;
  bool isExact = !index.hasPrefix;
  std::vector<ColumnId> columns;
  for (const std::string& name : index.columns) {
    const auto column = table->findColumn(name);
    isExact = isExact && column && m_isByteEqual[toIndex(table->id)][toIndex(*column)];
    if (column) columns.push_back(*column);
  }
  if (index.name == "PRIMARY") {
    table->key = columns;
    table->keyIsByteEqual = isExact;
  } else {
    table->uniques.push_back({isExact ? columns : std::vector<ColumnId>{}});
  }
}

void SchemaReading::takeForeignKey(const RawForeignKey& raw) {
  Table* table = findTable(raw.table);
  const Table* referenced = findTable(raw.referencedTable);
  if (table == nullptr || referenced == nullptr) return;
  ForeignKey key;
  key.referencedTable = referenced->id;
  key.onDelete = actionOf(raw.onDelete);
  key.onUpdate = actionOf(raw.onUpdate);
  for (const auto& [own, other] : raw.columns) {
    const auto column = table->findColumn(own);
    const auto target = referenced->findColumn(other);
    if (!column || !target) return;
    key.columns.push_back(*column);
    key.referencedColumns.push_back(*target);
  }
  table->foreignKeys.push_back(std::move(key));
}

Failure SchemaReading::readTriggers() {
  return m_session.forEachRow(
      "SELECT DISTINCT EVENT_OBJECT_TABLE FROM information_schema.TRIGGERS"
      " WHERE EVENT_OBJECT_SCHEMA=DATABASE()",
      {}, [&](const QSqlQuery& row) {
        if (Table* table = findTable(textAt(row, 0))) table->hasTriggers = true;
      });
}

Table* SchemaReading::findTable(std::string_view name) {
  const auto found =
      std::ranges::find_if(m_tables, [&](const Table& table) { return table.name == name; });
  return found == m_tables.end() ? nullptr : &*found;
}

}  // namespace

Result<Catalog> readSchema(Session& session) {
  SchemaReading reading(session);
  if (const Failure failure = reading.read()) return toStatus(*failure);
  if (!reading.untransacted().empty()) {
    return Status(StatusCode::Unsupported, reading.untransacted());
  }
  return Catalog(reading.takeTables());
}

}  // namespace penstock::qtsql
