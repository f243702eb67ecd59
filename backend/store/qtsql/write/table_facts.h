// SPDX-License-Identifier: Apache-2.0
// What the writer must know of a table of the catalog to take many of its rows at once: which keys
// can be told apart here, which rows may be updated by inserts. Worked out once per catalog.
#pragma once

#include <span>
#include <vector>

#include "model/batch.h"
#include "model/catalog.h"
#include "store/qtsql/write/statement_text.h"

namespace penstock::qtsql {

struct TableFacts {
  TableForm form;
  /// Keys that come back are equal here exactly when they are there; of a table without a key too.
  bool keysCompare = false;
  /// An insert that meets a row can have met nothing but its key, and nothing else happens by it.
  bool mayRewrite = false;
  std::vector<ColumnId> required;  ///< beside the key: neither NULL nor a default
};
TableFacts factsOf(const Table& table);

/// Whether every required column is assigned.
bool areComplete(const TableFacts& facts, std::span<const Assignment> assignments);

/// Whether one statement serves both (values do not count).
bool haveSameColumns(std::span<const Assignment> one, std::span<const Assignment> other);

}  // namespace penstock::qtsql
