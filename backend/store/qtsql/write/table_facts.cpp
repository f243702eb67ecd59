// SPDX-License-Identifier: Apache-2.0
#include "store/qtsql/write/table_facts.h"

#include <algorithm>

namespace penstock::qtsql {

namespace {

bool comesBackTheSame(const Column& column) {
  switch (column.type) {
    case ColumnType::Integer:
      return !column.declaredType.starts_with("bit");
    case ColumnType::Text:
    case ColumnType::Bytes:
    case ColumnType::Uuid:
      return true;
    default:
      return false;
  }
}

}  // namespace

TableFacts factsOf(const Table& table) {
  TableFacts facts;
  facts.form = formOf(table);
  facts.keysCompare = table.keyIsByteEqual && std::ranges::all_of(table.key, [&](ColumnId column) {
                        return comesBackTheSame(table.column(column));
                      });
  facts.mayRewrite =
      facts.keysCompare && !table.key.empty() && table.uniques.empty() && !table.hasTriggers;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const auto id = static_cast<ColumnId>(i);
    const bool isOptional =
        column.nullable || column.hasDefault || column.generated || column.dropped;
    if (!isOptional && !table.keyPosition(id)) facts.required.push_back(id);
  }
  return facts;
}

bool areComplete(const TableFacts& facts, std::span<const Assignment> assignments) {
  return std::ranges::all_of(facts.required, [&](ColumnId column) {
    return std::ranges::find(assignments, column, &Assignment::column) != assignments.end();
  });
}

bool haveSameColumns(std::span<const Assignment> one, std::span<const Assignment> other) {
  return std::ranges::equal(one, other, [](const Assignment& a, const Assignment& b) {
    return a.column == b.column && a.kind == b.kind;
  });
}

}  // namespace penstock::qtsql
