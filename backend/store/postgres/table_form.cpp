// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/table_form.h"

#include <algorithm>
#include <array>

#include "store/postgres/column_reader.h"
#include "store/postgres/schema_reader.h"

namespace penstock::postgres {

namespace {

CommitResult drifted(const Table& table, std::string_view code, const std::string& what) {
  CommitResult failure{CommitOutcome::Drifted, std::string(code),
                       what + ": table '" + table.name + "'", 0};
  failure.table = table.name;
  return failure;
}

void setSumType(ColumnForm& form, ColumnType type) {
  switch (type) {
    case ColumnType::Integer:
      form.sumType = "pg_catalog.int8";  // what is added may be larger than the sum
      form.sumBinary = binaryTypeOf("int8");
      break;
    case ColumnType::Real:
      form.sumType = "pg_catalog.float8";
      form.sumBinary = binaryTypeOf("float8");
      break;
    case ColumnType::Decimal:
      form.sumType = "pg_catalog.numeric";
      break;
    default:
      break;
  }
}

// Arrays of arrays would be taken apart to the last element, and some types separate elements
// otherwise.
bool isDirect(const DescribedColumn& column) {
  return column.isBuiltIn && columnTypeOf(column) != ColumnType::Any;
}

ColumnForm formOf(const DescribedColumn& column) {
  ColumnForm form;
  form.name = quoted(column.name);
  form.castType = column.castType;
  form.isDirect = isDirect(column);
  if (form.isDirect) form.binary = binaryTypeOf(column.typeName);
  setSumType(form, columnTypeOf(column));
  form.isArray = column.isArray;
  form.isInteger = columnTypeOf(column) == ColumnType::Integer;
  form.isAlwaysIdentity = column.isAlwaysIdentity;
  form.lettersMax = lettersMaxOf(column);
  return form;
}

// As the catalog has it, or with the reason why it is not.
ColumnForm formOf(const Table& table, const Column& column,
                  const std::vector<DescribedColumn>& described) {
  const auto found = std::ranges::find(described, column.name, &DescribedColumn::name);
  if (found != described.end() && columnTypeOf(*found) == column.type) return formOf(*found);
  ColumnForm form;
  form.drift = found == described.end()
                   ? drifted(table, "42703", "there is no column '" + column.name + "' any more")
                   : drifted(table, kTableChanged,
                             "column '" + column.name + "' is now " + found->declaredType);
  return form;
}

Failure checkKey(const Table& table, const std::vector<std::string>& key) {
  const bool isSame =
      std::ranges::equal(table.key, key, {}, [&](ColumnId id) { return table.column(id).name; });
  return isSame ? Failure{} : drifted(table, kTableChanged, "the primary key is another one");
}

}  // namespace

Failure readForm(Connection& connection, const Table& table, TableForm& form) {
  TableTraits traits;
  if (Failure failure = readTraits(connection, table.name, traits)) return failure;
  if (traits.relation == 0) return drifted(table, "42P01", "there is no such table any more");
  const std::array oid{std::to_string(traits.relation)};
  std::vector<DescribedColumn> described;
  if (Failure failure = readColumns(connection, "$1", oid, described)) return failure;
  if (Failure failure = checkKey(table, traits.key)) return failure;
  form = TableForm{&table, quoted(table.name), {}, traits.hasRowSecurity, traits.keyIsDeferrable};
  for (const Column& column : table.columns) {
    form.columns.push_back(formOf(table, column, described));
  }
  for (const ColumnId id : table.key) {
    if (form.column(id).drift) return form.column(id).drift;
  }
  return {};
}

}  // namespace penstock::postgres
