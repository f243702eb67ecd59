// SPDX-License-Identifier: Apache-2.0
// The rows of the database cases as change sets: each encoded straight into its bytes, as an
// embedder would, so that making the load costs little.
#pragma once

#include <string_view>

#include "base/status.h"
#include "model/catalog.h"
#include "model/codec.h"
#include "tests/bench/row_load.h"

namespace penstock::bench {

/// Threads: one.
class RowChanges {
 public:
  /// Of the table `rows`. Errors: NotFound when the engine does not know it.
  static Result<RowChanges> of(const Catalog& catalog);

  /// All columns of a row. The bytes are valid until the next call.
  std::string_view encode(const Row& row, Operation operation);
  /// Amount and note alone, of a row that is there.
  std::string_view encodeUpdate(const Row& row, std::string_view group);
  /// The same, and the amount of another row counts one up.
  std::string_view encodeUpdateAndCount(const Row& row, std::string_view group,
                                        std::int64_t countedId);

 private:
  RowChanges() = default;
  void beginUpdate(const Row& row, std::string_view group);

  ChangeSetWriter m_writer;
  TableId m_table{};
  ColumnId m_name{}, m_amount{}, m_ratio{}, m_note{};
};

}  // namespace penstock::bench
