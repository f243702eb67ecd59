// SPDX-License-Identifier: Apache-2.0
// The columns of tables as PostgreSQL's catalog has them, and what their types mean to change sets.
// A domain counts as the type it is made of.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/catalog.h"
#include "store/postgres/connection.h"

namespace penstock::postgres {

/// A column that is there.
struct DescribedColumn {
  std::int64_t relation = 0;  ///< oid of its table
  int number = 0;             ///< in its table, from 1, with gaps
  std::string name;
  std::string declaredType;  ///< as people write it, with length and precision
  std::string castType;      ///< as SQL takes it, without them; of a domain what it is made of
  std::string typeName;      ///< without schema; `citext`, `int4` …
  bool isBuiltIn = false;    ///< the type is PostgreSQL's own
  bool isEnum = false;
  bool isArray = false;
  int modifier = -1;  ///< PostgreSQL's form of length and precision; -1: none
  bool isRequired = false;
  bool hasDefault = false;
  bool isGenerated = false;
  bool isAlwaysIdentity = false;  ///< GENERATED ALWAYS AS IDENTITY
  bool isDeterministic = true;    ///< equal under its collation is equal in bytes
};

/// Those of the relations whose oids `relations`, a query or a parameter, gives; in the order of
/// the table.
Failure readColumns(Connection& connection, const std::string& relations,
                    std::span<const std::string> parameters, std::vector<DescribedColumn>& columns);

/// Arrays, and types that intake cannot check, are Any: they are given as PostgreSQL writes them.
ColumnType columnTypeOf(const DescribedColumn& column);

/// Two values that intake tells apart are two values for the database.
bool isByteEqual(const DescribedColumn& column);

/// Of `varchar(n)`; 0: as many as one likes.
std::size_t lettersMaxOf(const DescribedColumn& column);

}  // namespace penstock::postgres
