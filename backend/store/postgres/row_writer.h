// SPDX-License-Identifier: Apache-2.0
// Carries out the row effects of a batch within a transaction that somebody else began: rows of one
// shape at once, by statements that take arrays, new rows by COPY. Verifies every precondition;
// says which table and key did not hold.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/batch.h"
#include "store/postgres/connection.h"
#include "store/postgres/row_plan.h"
#include "store/postgres/table_form.h"

namespace penstock::postgres {

/// Threads: one at a time, like its connection.
/// Owns: nothing but scratch memory; the connection outlives it.
/// Limits: a statement takes a megabyte of values, so that libpq keeps no more.
class RowWriter {
 public:
  explicit RowWriter(Connection& connection) : m_connection(connection) {}

  /// Stops at the first failure; the transaction must then be rolled back. Of what Quick refuses,
  /// or takes for drifted, Exact tells the truth.
  Failure apply(const Batch& batch, Care care);
  /// Reads again what tables are like.
  void forget() { m_forms.clear(); }
  /// Rows touched by the last apply().
  std::uint64_t rows() const { return m_rows; }

 private:
  using Effects = std::vector<const RowEffect*>;
  using Format = Parameter::Format;
  using Unfit = std::optional<std::size_t>;  ///< the column with a value that has no binary form
  /// Rows of one shape.
  struct Group {
    RowShape shape;
    Effects rows;
  };
  /// Which of a row's assignments a statement takes.
  struct Part {
    Slice RowEffect::*slice = &RowEffect::insert;
    std::vector<std::uint32_t> positions;  ///< in the slice
    std::vector<Assignment> columns;       ///< their values do not count
  };
  /// Where the values of a column go: first those of the key, then those of a part.
  struct Target {
    const ColumnForm* column = nullptr;
    BinaryType binary;
    enum class Way : std::uint8_t { Element, CopyField, Binary } way = Way::Element;
  };

  Failure applyBlock(const TableBlock& block);
  Failure useTable(TableId id);
  void groupRows(const TableBlock& block);
  Group& groupOf(const RowShape& shape);
  Failure applyGroup(const Group& group);
  Failure checkColumns(const Group& group) const;
  Failure runPlanned(const Group& group, const RowPlan& plan);
  Failure askFirst(const Group& group, const RowPlan& plan);
  Failure findPresent(const Effects& rows, StatementKind question, std::vector<bool>& isPresent);
  Failure applyToPresent(const Group& group, const Effects& present);
  Failure insertRows(const Effects& rows, std::span<const Assignment> assignments,
                     const RowPlan& plan);
  Failure insertPart(const Effects& rows, const Part& part);
  Failure insertDefaults(const Effects& rows);
  Failure copyRows(const Effects& rows, const Part& part);
  Failure runKind(StatementKind kind, const Effects& rows, const Part& part);

  void setTargets(const Part& part);
  Failure fillArrays(const Effects& rows, const Part& part, std::size_t& next);
  void startArrays();
  void endArrays(std::size_t elements);
  Failure appendToArrays(const RowEffect& row, const Part& part, std::size_t& bytes, Unfit& unfit);
  Failure fillCopy(const Effects& rows, const Part& part, Format& format, std::size_t& next);
  Failure appendToCopy(const RowEffect& row, const Part& part, Format format, Unfit& unfit);
  Failure append(std::string& to, std::size_t number, const RowEffect& row, ValueView value,
                 Unfit& unfit);
  Failure check(const RowEffect& row, const ColumnForm& column, std::string_view text) const;

  RowShape shapeOf(const RowEffect& effect) const;
  std::span<const ValueView> keyOf(const RowEffect& effect) const;
  const Assignment& assignmentOf(const RowEffect& row, const Part& part, std::size_t i) const;
  CommitResult failed(CommitResult failure, const Effects& rows) const;
  CommitResult refused(std::string_view code, std::string_view what, const RowEffect& row) const;
  std::string placeOf(const RowEffect& effect) const;

  Connection& m_connection;
  Care m_care = Care::Quick;
  const Batch* m_batch = nullptr;
  const TableForm* m_form = nullptr;
  std::map<TableId, TableForm> m_forms;
  std::vector<Group> m_groups;  ///< the first m_groupCount are those of the block
  std::size_t m_groupCount = 0;
  std::vector<Target> m_targets;    ///< reused, so are those below
  std::vector<Parameter> m_arrays;  ///< one for each target
  std::string m_copy;
  std::string m_scratch;
  std::uint64_t m_rows = 0;
};

}  // namespace penstock::postgres
