// SPDX-License-Identifier: Apache-2.0
// What a lane must know of a table beside the catalog to write to it: the types as SQL takes them,
// lengths, and what PostgreSQL cannot do with it. Read from the database, so it also tells whether
// the table still is what the catalog says.
#pragma once

#include <string>
#include <vector>

#include "model/batch.h"
#include "model/catalog.h"
#include "store/postgres/connection.h"
#include "store/postgres/value_binary.h"

namespace penstock::postgres {

struct ColumnForm {
  std::string name;       ///< quoted
  std::string castType;   ///< that values of it have before they are assigned
  std::string sumType;    ///< of what is added to it; empty: nothing can be
  BinaryType binary;      ///< that values of it, and arrays of them, may be sent in
  BinaryType sumBinary;   ///< likewise of what is added
  bool isDirect = false;  ///< PostgreSQL takes an array of its type; else of text, cast one by one
  bool isArray = false;
  bool isInteger = false;
  bool isAlwaysIdentity = false;
  std::size_t lettersMax = 0;  ///< of varchar(n); 0: no limit
  Failure drift;               ///< why nothing can be written to it
};

struct TableForm {
  const Table* table = nullptr;
  std::string name;                 ///< quoted
  std::vector<ColumnForm> columns;  ///< by ColumnId
  bool hasRowSecurity = false;
  bool keyIsDeferrable = false;

  const ColumnForm& column(ColumnId id) const { return columns[toIndex(id)]; }
};

/// Errors: Drifted, with the table named, when it or its key is another one than the catalog's.
/// Other columns that are missing or have changed matter only to who writes to them.
Failure readForm(Connection& connection, const Table& table, TableForm& form);

}  // namespace penstock::postgres
