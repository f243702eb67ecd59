// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schema_reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "store/postgres/column_reader.h"

namespace penstock::postgres {

namespace {

#define PENSTOCK_TABLES                                                               \
  " FROM pg_catalog.pg_class c WHERE c.relkind IN('r', 'p') AND NOT c.relispartition" \
  " AND c.relpersistence<>'t' AND pg_catalog.pg_table_is_visible(c.oid)"              \
  " AND c.relnamespace NOT IN('pg_catalog'::pg_catalog.regnamespace,"                 \
  " 'information_schema'::pg_catalog.regnamespace) AND c.relname NOT LIKE 'penstock\\_%'"

// A rule acts like a trigger, and so does a child table: it holds rows that are the parent's too.
constexpr const char* kTables =
    "SELECT c.oid, c.relname,"
    " EXISTS(SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid=c.oid AND NOT t.tgisinternal)"
    " OR EXISTS(SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class=c.oid)"
    " OR (c.relkind='r' AND EXISTS(SELECT FROM pg_catalog.pg_inherits i"
    " WHERE c.oid IN(i.inhparent, i.inhrelid)))" PENSTOCK_TABLES
    " ORDER BY c.relname COLLATE \"C\"";

// One row for each column of an index; number 0: an expression. `indnullsnotdistinct` is not there
// before PostgreSQL 15.
constexpr const char* kIndexes =
    "SELECT i.indrelid, i.indexrelid, i.indisprimary, i.indisunique AND i.indpred IS NULL"
    " AND NOT i.indisexclusion"
    " AND coalesce(pg_catalog.to_jsonb(i)->>'indnullsnotdistinct', 'false')='false',"
    " k.number, coalesce(l.collisdeterministic, true)"
    " FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid=i.indexrelid"
    " CROSS JOIN LATERAL unnest(i.indkey::pg_catalog.int2[],"
    " i.indcollation::pg_catalog.oid[]) WITH ORDINALITY AS k(number, collated, position)"
    " LEFT JOIN pg_catalog.pg_collation l ON l.oid=k.collated"
    " WHERE (i.indisunique OR i.indisexclusion) AND k.position<=i.indnkeyatts"
    " AND i.indrelid IN(SELECT c.oid" PENSTOCK_TABLES
    ") ORDER BY i.indrelid, x.relname COLLATE \"C\", i.indexrelid, k.position";

constexpr const char* kForeignKeys =
    "SELECT f.conrelid, f.oid, f.confrelid, f.confupdtype, f.confdeltype, k.own, k.referenced"
    " FROM pg_catalog.pg_constraint f"
    " CROSS JOIN LATERAL unnest(f.conkey, f.confkey)"
    " WITH ORDINALITY AS k(own, referenced, position)"
    " WHERE f.contype='f' AND f.conparentid=0 AND f.conrelid IN(SELECT c.oid" PENSTOCK_TABLES
    ") ORDER BY f.conrelid, f.conname COLLATE \"C\", f.oid, k.position";

constexpr const char* kTraits =
    "SELECT c.oid, c.relrowsecurity, coalesce(NOT i.indimmediate, false), a.attname"
    " FROM pg_catalog.pg_class c"
    " LEFT JOIN pg_catalog.pg_index i ON i.indrelid=c.oid AND i.indisprimary"
    " LEFT JOIN LATERAL unnest(i.indkey::pg_catalog.int2[])"
    " WITH ORDINALITY AS k(number, position) ON k.position<=i.indnkeyatts"
    " LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid=c.oid AND a.attnum=k.number"
    " WHERE c.oid=pg_catalog.to_regclass(pg_catalog.quote_ident($1)) AND c.relkind IN('r', 'p')"
    " ORDER BY k.position";

ReferentialAction actionOf(std::string_view letter) {
  if (letter == "c") return ReferentialAction::Cascade;
  if (letter == "n") return ReferentialAction::SetNull;
  return letter == "d" ? ReferentialAction::SetDefault : ReferentialAction::None;
}

/// Reads one database into a list of tables; the steps run in the order of read().
class SchemaReading {
 public:
  explicit SchemaReading(Connection& connection) : m_connection(connection) {}

  Failure read();
  std::vector<Table> takeTables() { return std::move(m_tables); }

 private:
  struct Place {
    TableId table{};
    ColumnId column{};
    bool isByteEqual = false;
  };
  using Address = std::pair<std::int64_t, std::int64_t>;  ///< oid of the table, column's number

  Failure readTables();
  Failure readTableColumns();
  Failure readIndexes();
  Failure readForeignKeys();
  void takeColumn(const DescribedColumn& described);
  void takeKeyColumn(const Place& place, bool isDeterministic);
  void takeUniqueColumn(const QueryResult& rows, int row, const Place* place);
  const Place* find(std::int64_t relation, std::int64_t number) const;
  Table& tableOf(const Place& place) { return m_tables[toIndex(place.table)]; }

  Connection& m_connection;
  std::vector<Table> m_tables;
  std::map<std::int64_t, TableId> m_ids;  ///< by oid
  std::map<Address, Place> m_places;
  std::vector<TableId> m_hasWhole;  ///< the last unique constraint has lost its columns
};

Failure SchemaReading::read() {
  if (Failure failure = readTables()) return failure;
  if (Failure failure = readTableColumns()) return failure;
  if (Failure failure = readIndexes()) return failure;
  return readForeignKeys();
}

Failure SchemaReading::readTables() {
  QueryResult rows;
  if (Failure failure = m_connection.run(kTables, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    Table table;
    table.id = static_cast<TableId>(m_tables.size());
    table.name = rows.textAt(row, 1);
    table.hasTriggers = rows.booleanAt(row, 2);
    m_ids.emplace(rows.integerAt(row, 0), table.id);
    m_tables.push_back(std::move(table));
  }
  return {};
}

Failure SchemaReading::readTableColumns() {
  std::vector<DescribedColumn> columns;
  if (Failure failure = readColumns(m_connection, "SELECT c.oid" PENSTOCK_TABLES, {}, columns)) {
    return failure;
  }
  for (const DescribedColumn& column : columns) takeColumn(column);
  return {};
}

void SchemaReading::takeColumn(const DescribedColumn& described) {
  const TableId id = m_ids.at(described.relation);
  std::vector<Column>& columns = m_tables[toIndex(id)].columns;
  m_places[{described.relation, described.number}] = {id, static_cast<ColumnId>(columns.size()),
                                                      isByteEqual(described)};
  Column column;
  column.name = described.name;
  column.type = columnTypeOf(described);
  column.declaredType = described.declaredType;
  column.nullable = !described.isRequired;
  column.hasDefault = described.hasDefault;
  // An identity that is always generated takes a value in a new row's key alone, see readIndexes().
  column.generated = described.isGenerated || described.isAlwaysIdentity;
  columns.push_back(std::move(column));
}

Failure SchemaReading::readIndexes() {
  QueryResult rows;
  if (Failure failure = m_connection.run(kIndexes, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    const Place* place = find(rows.integerAt(row, 0), rows.integerAt(row, 4));
    if (rows.booleanAt(row, 2)) {
      takeKeyColumn(*place, rows.booleanAt(row, 5));
    } else {
      takeUniqueColumn(rows, row, place);
    }
  }
  return {};
}

void SchemaReading::takeKeyColumn(const Place& place, bool isDeterministic) {
  Table& table = tableOf(place);
  Column& column = table.columns[toIndex(place.column)];
  column.generated = column.generated && !column.hasDefault;  // an identity
  table.key.push_back(place.column);
  table.keyIsByteEqual = table.keyIsByteEqual && place.isByteEqual && isDeterministic;
}

// `place` is null for an expression.
void SchemaReading::takeUniqueColumn(const QueryResult& rows, int row, const Place* place) {
  Table& table = m_tables[toIndex(m_ids.at(rows.integerAt(row, 0)))];
  const bool isFirst = row == 0 || rows.integerAt(row, 1) != rows.integerAt(row - 1, 1);
  if (isFirst) table.uniques.emplace_back();
  std::vector<ColumnId>& columns = table.uniques.back().columns;
  // What the engine does not compare by bytes anyway, it need not be kept from.
  const bool isPlain = rows.booleanAt(row, 3) && place != nullptr && rows.booleanAt(row, 5) &&
                       (place->isByteEqual || table.column(place->column).type != ColumnType::Text);
  if (isFirst) std::erase(m_hasWhole, table.id);
  const bool isWhole = std::ranges::find(m_hasWhole, table.id) != m_hasWhole.end();
  if (isPlain && !isWhole) {
    columns.push_back(place->column);
  } else {
    columns.clear();
    m_hasWhole.push_back(table.id);
  }
}

Failure SchemaReading::readForeignKeys() {
  QueryResult rows;
  if (Failure failure = m_connection.run(kForeignKeys, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    const Place* own = find(rows.integerAt(row, 0), rows.integerAt(row, 5));
    const Place* referenced = find(rows.integerAt(row, 2), rows.integerAt(row, 6));
    if (own == nullptr || referenced == nullptr) continue;
    std::vector<ForeignKey>& keys = tableOf(*own).foreignKeys;
    if (row == 0 || rows.integerAt(row, 1) != rows.integerAt(row - 1, 1)) {
      ForeignKey key;
      key.referencedTable = referenced->table;
      key.onUpdate = actionOf(rows.textAt(row, 3));
      key.onDelete = actionOf(rows.textAt(row, 4));
      keys.push_back(std::move(key));
    }
    keys.back().columns.push_back(own->column);
    keys.back().referencedColumns.push_back(referenced->column);
  }
  return {};
}

const SchemaReading::Place* SchemaReading::find(std::int64_t relation, std::int64_t number) const {
  const auto found = m_places.find({relation, number});
  return found == m_places.end() ? nullptr : &found->second;
}

}  // namespace

Result<Catalog> readSchema(Connection& connection) {
  SchemaReading reading(connection);
  if (const Failure failure = reading.read()) return toStatus(*failure);
  return Catalog(reading.takeTables());
}

Failure readTraits(Connection& connection, const std::string& table, TableTraits& traits) {
  QueryResult rows;
  if (Failure failure = connection.query(kTraits, {&table, 1}, rows)) return failure;
  for (int row = 0; row < rows.rowCount(); ++row) {
    traits.relation = rows.integerAt(row, 0);
    traits.hasRowSecurity = rows.booleanAt(row, 1);
    traits.keyIsDeferrable = rows.booleanAt(row, 2);
    if (!rows.isNullAt(row, 3)) traits.key.emplace_back(rows.textAt(row, 3));
  }
  return {};
}

}  // namespace penstock::postgres
