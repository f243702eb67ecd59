// SPDX-License-Identifier: Apache-2.0
// A database in memory that knows keys, unique and foreign constraints with their actions, all
// checked at once as each change is made. It applies change sets one by one, as the judge of what
// the engine does, and batches through a StoreLane that fails on demand.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "model/batch.h"
#include "model/catalog.h"
#include "model/codec.h"
#include "model/table_policy.h"
#include "store/store.h"

namespace penstock::test {

using FakeRow = std::map<std::uint32_t, Value>;         // by column
using FakeTable = std::multimap<std::string, FakeRow>;  // by key, as text; keyless: all under ""

/// Rows and nothing else. Threads: a value.
class FakeRows {
 public:
  explicit FakeRows(CatalogPointer catalog) : m_catalog(std::move(catalog)) {
    for (const Table& table : m_catalog->tables()) m_tables[table.id];
  }

  /// All changes or none. Errors: Invalid, with what the database would say.
  Status applyChangeSet(const ChangeSetView& changeSet, std::span<const TablePolicy> policies);
  Status applyBatch(const Batch& batch);

  /// A row that another state of this database has, or has no more.
  struct Difference {
    TableId table{};
    std::string key;
    std::optional<FakeRow> row;
  };
  /// What became of the rows of this one in `after`. Expects: without a key, only inserts.
  std::vector<Difference> differencesTo(const FakeRows& after) const;
  void change(const std::vector<Difference>& differences);

  const FakeTable& table(TableId id) const { return m_tables.at(id); }
  std::uint64_t rowCount() const;
  std::string describe() const;
  bool operator==(const FakeRows& other) const { return m_tables == other.m_tables; }
  /// The same, but for the order of rows without a key.
  bool isSameInAnyOrder(const FakeRows& other) const;

 private:
  Status applyChange(const ChangeView& change, const TablePolicy& policy);
  Status applyEffect(TableId table, const RowEffect& effect, const Batch& batch);
  Status insert(const Table& table, std::span<const ValueView> key,
                std::span<const Assignment> assignments);
  Status update(const Table& table, const std::string& key,
                std::span<const Assignment> assignments);
  Status remove(const Table& table, const std::string& key);
  Status checkRow(const Table& table, const std::string& key, const FakeRow& row) const;
  Status checkReferences(const Table& table, const FakeRow& row) const;
  Status loseParent(const Table& parent, const FakeRow& row, const ForeignKey& link,
                    const Table& child);
  bool isReferenced(const Table& parent, const FakeRow& before, const FakeRow& after) const;
  FakeRow* find(const Table& table, const std::string& key);
  void remember(const Table& table, const std::string& key);
  Status allOrNothing(const Status& status);

  /// A row as it was before it was touched; nothing: it was not there.
  struct Before {
    TableId table{};
    std::string key;
    std::optional<FakeRow> row;
  };

  CatalogPointer m_catalog;
  std::map<TableId, FakeTable> m_tables;
  std::vector<Before> m_before;  // of the change set or batch at hand
};

/// What a commit is made to do. AppliedUnknown: it happened, and nobody heard.
enum class FakeFault : std::uint8_t { None, Transient, Unknown, AppliedUnknown, FenceLost, Broken };

/// The database that lanes work on. Threads: any.
class FakeDatabase {
 public:
  explicit FakeDatabase(CatalogPointer catalog) : m_rows(std::move(catalog)) {}
  explicit FakeDatabase(FakeRows rows) : m_rows(std::move(rows)) {}

  std::unique_ptr<StoreLane> openLane();
  /// Asked before each commit, with its number from 1. Set before the first.
  void setFaults(std::function<FakeFault(std::uint64_t commit)> faults);
  /// While true, reopen() and readCheckpoints() fail.
  void setAway(std::function<bool()> away);

  FakeRows rows() const;
  std::vector<DeadLetter> deadLetters() const;
  /// The one for all shards.
  Sequence checkpoint() const;
  std::vector<Checkpoint> checkpoints() const;
  /// As a backup would bring it back.
  void setCheckpoint(Shard shard, Sequence settled);
  std::uint64_t commits() const { return m_commits; }
  std::uint64_t refusals() const { return m_refusals; }
  std::uint64_t reopens() const { return m_reopens; }
  /// Two commits ran at once: never with one lane.
  bool sawOverlap() const { return m_overlap; }

 private:
  friend class FakeLane;

  mutable Mutex m_mutex;
  FakeRows m_rows GUARDED_BY(m_mutex);
  std::vector<DeadLetter> m_deadLetters GUARDED_BY(m_mutex);
  std::map<Shard, Sequence> m_checkpoints GUARDED_BY(m_mutex);
  std::function<FakeFault(std::uint64_t)> m_faults;
  std::function<bool()> m_away;
  std::atomic<std::uint64_t> m_commits{0};
  std::atomic<std::uint64_t> m_refusals{0};
  std::atomic<std::uint64_t> m_reopens{0};
  std::atomic<int> m_inside{0};
  std::atomic<bool> m_overlap{false};
};

}  // namespace penstock::test
