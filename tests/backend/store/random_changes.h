// SPDX-License-Identifier: Apache-2.0
// Change sets that meet on few rows of two tables, so that they fold in every way: `players`, whose
// `moves` have a default that is no zero, and `slots`, whose `note` has one.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "model/change_set.h"
#include "model/table_policy.h"
#include "queue/window_entry.h"

namespace penstock::test {

/// Three rows of each table. Threads: one.
class RandomChanges {
 public:
  explicit RandomChanges(std::uint32_t seed) : m_random(seed) {}

  std::vector<TablePolicy> policies();
  /// Twelve change sets, encoded, with sequences from `after` on. Borrow until the next call.
  std::vector<WindowEntry> entries(const CatalogPointer& catalog, std::uint32_t after);

 private:
  ChangeSet next();
  Change player();
  Change slot();
  std::int64_t below(std::int64_t end);
  Operation operation() { return Operation{static_cast<std::uint8_t>(1 + below(4))}; }

  std::mt19937 m_random;
  std::vector<std::string> m_bytes;  // what entries borrow
};

}  // namespace penstock::test
