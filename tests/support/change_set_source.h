// SPDX-License-Identifier: Apache-2.0
// Change sets in encoded form for tests: written by hand in one line each, or at random over a
// schema in which every kind of dependency between rows occurs.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "model/catalog.h"
#include "model/codec.h"
#include "queue/window_entry.h"

namespace penstock::test {

/// Tables of schemaOfEverything(), by id.
enum class TestTable : std::uint32_t {
  Players,  ///< id; name (unique), score
  Slots,    ///< id; player -> players, n
  Moves,    ///< player -> players, no; text
  Plain,    ///< id; a, b (default 1)
  Log,      ///< no key; a
  Nodes,    ///< id; parent -> nodes
  Owners,   ///< id; a
  Pets,     ///< id; owner -> owners, cascade; friend -> players (default 1)
  Tags,     ///< id; pet -> pets
  Shelves,  ///< id; code (unique), keeper -> owners, set null
  Books,    ///< id; shelf code -> shelves.code
};
constexpr std::uint32_t kTestTables = 11;
const CatalogPointer& schemaOfEverything();

struct TestChange {
  TestTable table = TestTable::Plain;
  Operation operation = Operation::Insert;
  std::vector<Value> key;
  std::vector<std::pair<std::uint32_t, Value>> set;
  std::vector<std::pair<std::uint32_t, std::int64_t>> add;
};

std::string encode(const std::vector<TestChange>& changes,
                   const ChangeSetWriter::Header& header = {});

/// Encoded change sets with sequences of their own, as a window would hold them.
/// Owns: the bytes; entries borrow them.
class TestEntries {
 public:
  void push(const std::vector<TestChange>& changes) { pushBytes(encode(changes)); }
  void pushBytes(std::string bytes);
  /// A retry of the letter `sequence`; no changes: it is discarded.
  void pushLetter(Sequence sequence, const std::vector<TestChange>& changes);
  const std::vector<WindowEntry>& entries() const { return m_entries; }
  std::string describe(const Catalog& catalog) const;

 private:
  std::deque<std::string> m_bytes;
  std::vector<WindowEntry> m_entries;
};

/// How wild random change sets are.
struct RandomOptions {
  std::int64_t keysMax = 4;  ///< of each table; few, so that they meet
  int changesMax = 3;
  std::vector<TestTable> tables;  ///< empty: all
};
std::vector<TestChange> randomChangeSet(std::mt19937& random, const RandomOptions& options);

}  // namespace penstock::test
