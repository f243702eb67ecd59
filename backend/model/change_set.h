// SPDX-License-Identifier: Apache-2.0
// The unit of submission, retry and dead-lettering, as a client writes it: with names and owned
// values. Intake checks it against the catalog and encodes it once (codec.h); everything behind
// intake works on the encoded form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/value.h"

namespace penstock {

/// The numbers are stored in journals: never renumber.
enum class Operation : std::uint8_t { Insert = 1, Update = 2, Upsert = 3, Delete = 4 };
std::string_view operationName(Operation operation);

using NamedValue = std::pair<std::string, Value>;

/// One row operation.
struct Change {
  std::string table;
  Operation operation = Operation::Insert;
  std::vector<NamedValue> key;  ///< every key column, in any order
  std::vector<NamedValue> set;
  std::vector<NamedValue> add;  ///< numeric increments; NULL and a missing value count as zero
};

/// Changes that commit together or not at all.
struct ChangeSet {
  std::string id;     ///< idempotency key, unique per client identity; empty: none
  std::string group;  ///< ordering domain; empty: the row of the first change
  std::vector<Change> changes;
};

/// Where a change set came from, when it was a line of a file or stream that may be replayed.
struct SourceLine {
  std::uint64_t source = 0;     ///< hash of the source's name; 0: no source
  std::uint64_t line = 0;       ///< counts the non-empty lines, from 1
  std::uint64_t chainHash = 0;  ///< of all lines up to this one, to notice another file
};

}  // namespace penstock
