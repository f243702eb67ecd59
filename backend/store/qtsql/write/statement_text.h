// SPDX-License-Identifier: Apache-2.0
// The SQL of row operations, for many rows at once where a database takes them, put together from
// identifiers of the catalog alone: values are bound.
#pragma once

#include <QByteArray>
#include <QString>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/batch.h"
#include "model/catalog.h"
#include "store/qtsql/write/write_dialect.h"

namespace penstock::qtsql {

/// What a statement does. Parameters, row by row: of Update the assignments, then the key; of all
/// others the key, then the assignments.
enum class StatementKind : std::uint8_t {
  Ask,  ///< locks and gives the keys of those rows that are there
  Insert,
  Rewrite,  ///< updates rows that are known to be there, by an insert that meets them
  Update,   ///< of one row
  Delete,
};

/// A table with what its columns ask of values.
struct TableForm {
  const Table* table = nullptr;
  std::vector<ColumnForm> columns;  ///< by ColumnId
};
TableForm formOf(const Table& table);

struct StatementShape {
  const TableForm* form = nullptr;
  StatementKind kind = StatementKind::Ask;
  std::span<const Assignment> assignments;  ///< their values do not count
  std::size_t rows = 1;
};

std::size_t parametersPerRow(const StatementShape& shape);
QString statementText(const WriteDialect& dialect, const StatementShape& shape);
/// Equal for shapes of equal texts, within one catalog.
QByteArray statementKey(const StatementShape& shape);

}  // namespace penstock::qtsql
