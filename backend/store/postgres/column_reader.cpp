// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/column_reader.h"

#include <algorithm>
#include <iterator>

namespace penstock::postgres {

namespace {

// Domains of domains end at what they are made of; their lengths, defaults and NOT NULL add up.
constexpr const char* kSelect =
    "WITH RECURSIVE base(domain, type, modifier, required, fallback) AS ("
    " SELECT oid, typbasetype, typtypmod, typnotnull, typdefault IS NOT NULL"
    " FROM pg_catalog.pg_type WHERE typtype='d'"
    " UNION ALL"
    " SELECT b.domain, d.typbasetype,"
    " CASE WHEN b.modifier=-1 THEN d.typtypmod ELSE b.modifier END,"
    " b.required OR d.typnotnull, b.fallback OR d.typdefault IS NOT NULL"
    " FROM base b JOIN pg_catalog.pg_type d ON d.oid=b.type WHERE d.typtype='d')"
    " SELECT a.attrelid, a.attnum, a.attname,"
    " pg_catalog.format_type(a.atttypid, a.atttypmod), pg_catalog.format_type(t.oid, -1),"
    " t.typname, t.typnamespace='pg_catalog'::pg_catalog.regnamespace, t.typtype='e',"
    " t.typcategory='A', CASE WHEN b.domain IS NULL THEN a.atttypmod ELSE b.modifier END,"
    " a.attnotnull OR coalesce(b.required, false),"
    " (a.atthasdef AND a.attgenerated='') OR a.attidentity<>'' OR coalesce(b.fallback, false),"
    " a.attgenerated<>'', a.attidentity='a', coalesce(c.collisdeterministic, true)"
    " FROM pg_catalog.pg_attribute a"
    " LEFT JOIN base b ON b.domain=a.atttypid AND NOT EXISTS("
    "SELECT FROM pg_catalog.pg_type d WHERE d.oid=b.type AND d.typtype='d')"
    " JOIN pg_catalog.pg_type t ON t.oid=coalesce(b.type, a.atttypid)"
    " LEFT JOIN pg_catalog.pg_collation c ON c.oid=a.attcollation"
    " WHERE a.attnum>0 AND NOT a.attisdropped AND a.attrelid IN(";

struct TypeMeaning {
  std::string_view name;
  ColumnType type;
};

constexpr TypeMeaning kMeanings[] = {{"int8", ColumnType::Integer},
                                     {"int4", ColumnType::Integer},
                                     {"int2", ColumnType::Integer},
                                     {"text", ColumnType::Text},
                                     {"varchar", ColumnType::Text},
                                     {"bool", ColumnType::Boolean},
                                     {"float8", ColumnType::Real},
                                     {"float4", ColumnType::Real},
                                     {"numeric", ColumnType::Decimal},
                                     {"bytea", ColumnType::Bytes},
                                     {"jsonb", ColumnType::Json},
                                     {"json", ColumnType::Json},
                                     {"timestamptz", ColumnType::Timestamp},
                                     {"timestamp", ColumnType::Timestamp},
                                     {"date", ColumnType::Date},
                                     {"time", ColumnType::Time},
                                     {"uuid", ColumnType::Uuid}};

constexpr int kLengthOffset = 4;  ///< of a length in a modifier
constexpr int kMicroseconds = 6;

DescribedColumn columnOf(const QueryResult& rows, int row) {
  DescribedColumn column;
  column.relation = rows.integerAt(row, 0);
  column.number = static_cast<int>(rows.integerAt(row, 1));
  column.name = rows.textAt(row, 2);
  column.declaredType = rows.textAt(row, 3);
  column.castType = rows.textAt(row, 4);
  column.typeName = rows.textAt(row, 5);
  column.isBuiltIn = rows.booleanAt(row, 6);
  column.isEnum = rows.booleanAt(row, 7);
  column.isArray = rows.booleanAt(row, 8);
  column.modifier = static_cast<int>(rows.integerAt(row, 9));
  column.isRequired = rows.booleanAt(row, 10);
  column.hasDefault = rows.booleanAt(row, 11);
  column.isGenerated = rows.booleanAt(row, 12);
  column.isAlwaysIdentity = rows.booleanAt(row, 13);
  column.isDeterministic = rows.booleanAt(row, 14);
  return column;
}

}  // namespace

Failure readColumns(Connection& connection, const std::string& relations,
                    std::span<const std::string> parameters,
                    std::vector<DescribedColumn>& columns) {
  QueryResult rows;
  if (Failure failure = connection.query(kSelect + relations + ") ORDER BY a.attrelid, a.attnum",
                                         parameters, rows)) {
    return failure;
  }
  for (int row = 0; row < rows.rowCount(); ++row) columns.push_back(columnOf(rows, row));
  return {};
}

ColumnType columnTypeOf(const DescribedColumn& column) {
  if (column.isEnum || column.typeName == "citext") return ColumnType::Text;
  if (!column.isBuiltIn) return ColumnType::Any;
  const auto* found = std::ranges::find(kMeanings, column.typeName, &TypeMeaning::name);
  return found == std::end(kMeanings) ? ColumnType::Any : found->type;
}

bool isByteEqual(const DescribedColumn& column) {
  switch (columnTypeOf(column)) {
    case ColumnType::Integer:
    case ColumnType::Boolean:
    case ColumnType::Uuid:
    case ColumnType::Bytes:
    case ColumnType::Date:
      return true;
    case ColumnType::Text:
      return column.isDeterministic && column.typeName != "citext";
    case ColumnType::Decimal:  // a scale, or fewer digits of a second, round
      return column.modifier == -1;
    case ColumnType::Timestamp:
    case ColumnType::Time:
      return column.modifier == -1 || column.modifier == kMicroseconds;
    default:
      return false;
  }
}

std::size_t lettersMaxOf(const DescribedColumn& column) {
  const bool isLimited = column.typeName == "varchar" && column.modifier >= kLengthOffset;
  return isLimited ? static_cast<std::size_t>(column.modifier - kLengthOffset) : 0;
}

}  // namespace penstock::postgres
