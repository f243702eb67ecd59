// SPDX-License-Identifier: Apache-2.0
// Carries out the row effects of a batch within a transaction that somebody else began: as many
// rows at once as one statement takes, and one by one what that does not settle. Verifies every
// precondition; says which table and key did not hold.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/batch.h"
#include "store/qtsql/write/session.h"
#include "store/qtsql/write/table_facts.h"

namespace penstock::qtsql {

/// Which rows are there is asked first, under locks; no statement can then meet another row than it
/// means. Where many rows at once fail, they are undone (a savepoint) and done again one by one,
/// which decides, and names the row.
/// Threads: one at a time, like its session, which outlives it.
class RowWriter {
 public:
  explicit RowWriter(Session& session) : m_session(session) {}

  /// Stops at the first failure; the transaction must then be rolled back.
  Failure apply(const Batch& batch);
  /// Rows touched by the last apply().
  std::uint64_t rows() const { return m_rows; }

 private:
  using Rows = std::span<const RowEffect>;
  /// A statement's work on one row.
  struct Step {
    const RowEffect* effect = nullptr;
    std::span<const Assignment> assignments;
  };
  using Steps = std::vector<Step>;
  struct Plan {
    Steps deletes;
    Steps inserts;
    Steps updates;
  };
  using Presence = std::vector<bool>;  ///< by the place of a row

  void followCatalog(const Batch& batch);
  void setTable(TableId table);
  Failure applyBlock(const TableBlock& block);
  std::size_t chunkSize(Rows rows) const;
  Failure applyChunk(Rows rows);
  Failure applyOne(const RowEffect& effect);

  bool mustAsk(const RowEffect& effect) const;
  Failure ask(Rows rows, Presence& isThere);
  Failure askSome(std::span<const Step> wanted, Presence& isThere);
  Failure plan(const RowEffect& effect, bool isThere, Plan& plan) const;
  Failure carryOut(const Plan& plan);
  Failure runAll(StatementKind kind, const Steps& steps);
  Failure runSame(StatementKind kind, std::span<const Step> steps);
  Failure runOnce(StatementKind kind, std::span<const Step> steps, QSqlQuery*& statement);
  Failure insertedMeanwhile(const RowEffect& effect, CommitResult failure);
  std::size_t countAtOnce(StatementKind kind, std::span<const Step> steps) const;

  Failure bind(StatementKind kind, std::span<const Step> steps,
               std::vector<QVariant>& values) const;
  Failure bindRow(StatementKind kind, const Step& step, std::vector<QVariant>& values) const;
  Failure bindValue(const RowEffect& effect, ColumnId column, ValueView value,
                    std::vector<QVariant>& values) const;
  std::span<const ValueView> keyOf(const RowEffect& effect) const;
  std::span<const Assignment> assignmentsOf(const Slice& slice) const;
  CommitResult placed(CommitResult failure, StatementKind kind, std::span<const Step> steps) const;
  CommitResult refused(std::string_view code, const std::string& what,
                       const RowEffect& effect) const;
  std::string placeOf(const RowEffect& effect) const;

  Session& m_session;
  const Batch* m_batch = nullptr;
  CatalogPointer m_catalog;                        ///< of the facts and the prepared statements
  std::vector<std::optional<TableFacts>> m_facts;  ///< by TableId
  const Table* m_table = nullptr;
  const TableFacts* m_now = nullptr;  ///< of m_table
  std::uint64_t m_rows = 0;
};

}  // namespace penstock::qtsql
