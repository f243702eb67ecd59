// SPDX-License-Identifier: Apache-2.0
// The SQL of a row operation on any number of rows, put together from identifiers and types of the
// database alone: values come as one array for each column.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "model/batch.h"
#include "store/postgres/table_form.h"

namespace penstock::postgres {

/// What a statement does. Parameters, one array each, in this order: the key's columns, then the
/// assignments: those of `update` of an Update, of `insert` of all others.
enum class StatementKind : std::uint8_t {
  Exists,          ///< the numbers, from 1, of the keys that are there
  ExistsForWrite,  ///< likewise; nobody else changes those rows until the transaction ends
  Insert,
  InsertOrNothing,  ///< nothing when the key is there; other unique constraints still fail
  UpsertSame,       ///< updates to, or adds, what would be inserted
  Update,
  Delete,
};

/// The values do not count.
struct StatementShape {
  StatementKind kind = StatementKind::Exists;
  std::span<const Assignment> insert;
  std::span<const Assignment> update;
};

/// Expects: for a row without a key and without assignments, insertDefaultsText().
std::string statementText(const TableForm& form, const StatementShape& shape);

/// So many rows of nothing but defaults.
std::string insertDefaultsText(const TableForm& form, std::size_t rows);

/// COPY of the key's columns and those of `insert`.
std::string copyText(const TableForm& form, std::span<const Assignment> insert,
                     Parameter::Format format);

}  // namespace penstock::postgres
