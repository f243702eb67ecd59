// SPDX-License-Identifier: Apache-2.0
// Carries out the row effects of a batch, in its order, within a transaction that somebody else
// began. Verifies every precondition; says which table and key did not hold.
#pragma once

#include <cstdint>
#include <vector>

#include "model/batch.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/row_plan.h"
#include "store/sqlite/statement_cache.h"

namespace penstock::sqlite {

/// Threads: one at a time, like its connection.
/// Owns: nothing; connection and cache outlive it.
class RowWriter {
 public:
  RowWriter(Connection& connection, StatementCache& cache)
      : m_connection(connection), m_cache(cache) {}

  /// Stops at the first failure; the transaction must then be rolled back.
  Failure apply(const Batch& batch);
  /// Rows touched by the last apply().
  std::uint64_t rows() const { return m_rows; }

 private:
  Failure applyBlock(const TableBlock& block);
  Failure applyRow(const RowEffect& effect);
  Failure makePlan(const RowShape& shape);
  Failure find(const StatementShape& shape, Statement*& statement);
  CommitResult drifted(CommitResult failure) const;
  Failure runPlanned(const RowEffect& effect, const RowShape& shape);
  Failure askFirst(const RowEffect& effect, const RowShape& shape);
  Failure applyToAbsent(const RowEffect& effect, const RowShape& shape);
  Failure applyToPresent(const RowEffect& effect, const RowShape& shape);
  Failure insertRow(const RowEffect& effect, std::span<const Assignment> assignments);
  Failure insertThenAdd(const RowEffect& effect, std::span<const Assignment> assignments);
  Failure runKind(const RowEffect& effect, const StatementShape& shape);

  RowShape shapeOf(const RowEffect& effect) const;
  std::span<const ValueView> keyOf(const RowEffect& effect) const;
  int bindAll(Statement& statement, const StatementShape& shape,
              std::span<const ValueView> key) const;
  int bindValue(Statement& statement, int parameter, ColumnId column, ValueView value) const;
  CommitResult failed(Statement& statement, int code, const RowEffect& effect);
  CommitResult refused(std::string_view code, const char* what, const RowEffect& effect) const;
  std::string placeOf(const RowEffect& effect) const;

  Connection& m_connection;
  StatementCache& m_cache;
  const Batch* m_batch = nullptr;
  const Table* m_table = nullptr;
  bool m_hasPlan = false;  ///< m_plan, m_shape and m_statement hold for rows like the last one
  RowPlan m_plan;
  RowShape m_shape;
  Statement* m_statement = nullptr;
  std::vector<Assignment> m_early;  ///< reused
  std::vector<Assignment> m_late;
  std::uint64_t m_rows = 0;
};

}  // namespace penstock::sqlite
