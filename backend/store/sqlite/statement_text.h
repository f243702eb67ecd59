// SPDX-License-Identifier: Apache-2.0
// The SQL of a row operation, put together from identifiers of the catalog alone: values are bound.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "model/batch.h"
#include "model/catalog.h"

namespace penstock::sqlite {

/// What a statement does. Parameters, in this order: of Update the assignments, then the key; of
/// all others the key, then the insert assignments, then (Upsert only) the update assignments.
enum class StatementKind : std::uint8_t {
  Exists,  ///< one row when the key is there
  Insert,
  InsertOrNothing,  ///< nothing when the key is there; other unique constraints still fail
  Upsert,
  UpsertSame,  ///< updates to the inserted values
  Update,
  Delete,
};

struct StatementShape {
  const Table* table = nullptr;
  StatementKind kind = StatementKind::Exists;
  std::span<const Assignment> insert;  ///< its values do not count
  std::span<const Assignment> update;
};

/// `keyCollations`: of the key's index, in key order; empty when all are BINARY.
std::string statementText(const StatementShape& shape, std::span<const std::string> keyCollations);

}  // namespace penstock::sqlite
