// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_store.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock::test {
namespace {

std::string keyText(std::span<const ValueView> key) {
  std::string text;
  for (const ValueView value : key) text += toDisplayText(value) + "|";
  return text;
}

std::vector<ValueView> decodeKey(std::string_view bytes) {
  std::vector<ValueView> key;
  for (ValueCursor cursor(bytes); !cursor.atEnd();) key.push_back(cursor.next());
  return key;
}

std::vector<Assignment> decodeAssignments(const ChangeView& change) {
  std::vector<Assignment> list;
  for (ValueCursor cursor(change.setBytes); !cursor.atEnd();) {
    const auto [column, value] = cursor.nextAssignment();
    list.push_back({column, AssignmentKind::Set, value});
  }
  for (ValueCursor cursor(change.addBytes); !cursor.atEnd();) {
    const auto [column, value] = cursor.nextAssignment();
    list.push_back({column, AssignmentKind::Add, value});
  }
  return list;
}

void assign(FakeRow& row, std::span<const Assignment> assignments) {
  for (const Assignment& assignment : assignments) {
    Value& value = row[static_cast<std::uint32_t>(assignment.column)];
    if (assignment.kind == AssignmentKind::Set) {
      value = Value(assignment.value);
      continue;
    }
    const bool number = value.view().kind() == ValueKind::Integer;
    value = Value::integer((number ? value.view().asInteger() : 0) + assignment.value.asInteger());
  }
}

const Value& at(const FakeRow& row, ColumnId column) {
  return row.at(static_cast<std::uint32_t>(column));
}

/// The values of `columns`, or nothing when one is NULL.
std::optional<std::string> tuple(const FakeRow& row, std::span<const ColumnId> columns) {
  std::string text;
  for (const ColumnId column : columns) {
    if (at(row, column).view().isNull()) return std::nullopt;
    text += toDisplayText(at(row, column).view()) + "|";
  }
  return text;
}

Status invalid(const std::string& what) { return Status(StatusCode::Invalid, what); }

}  // namespace

Status FakeRows::applyChangeSet(const ChangeSetView& changeSet,
                                std::span<const TablePolicy> policies) {
  Status status;
  auto changes = changeSet.changes();
  while (const auto change = changes.next()) {
    const std::string& name = m_catalog->table(change->table).name;
    const auto policy = std::ranges::find(policies, name, &TablePolicy::name);
    status = applyChange(*change, policy == policies.end() ? TablePolicy{} : *policy);
    if (!status.isOk()) break;
  }
  return allOrNothing(status);
}

Status FakeRows::applyBatch(const Batch& batch) {
  for (const Run& run : batch.runs) {
    for (const TableBlock& block : run.blocks) {
      for (const RowEffect& effect : block.rows) {
        const Status status = applyEffect(block.table, effect, batch);
        if (!status.isOk()) return allOrNothing(status);
      }
    }
  }
  return allOrNothing(Status::ok());
}

void FakeRows::remember(const Table& table, const std::string& key) {
  Before before{table.id, key, std::nullopt};
  const FakeRow* row = table.key.empty() ? nullptr : find(table, key);
  if (row != nullptr) before.row = *row;
  m_before.push_back(std::move(before));
}

Status FakeRows::allOrNothing(const Status& status) {
  while (!status.isOk() && !m_before.empty()) {
    Before& before = m_before.back();
    FakeTable& rows = m_tables[before.table];
    const auto present = rows.equal_range(before.key);  // of those without a key, the last one
    if (present.first != present.second) rows.erase(std::prev(present.second));
    if (before.row) rows.emplace(before.key, std::move(*before.row));
    m_before.pop_back();
  }
  m_before.clear();
  return status;
}

Status FakeRows::applyChange(const ChangeView& change, const TablePolicy& policy) {
  const Table& table = m_catalog->table(change.table);
  const std::vector<ValueView> key = decodeKey(change.keyBytes);
  const std::vector<Assignment> list = decodeAssignments(change);
  const std::string text = keyText(key);
  const bool present = !table.key.empty() && find(table, text) != nullptr;
  switch (change.operation) {
    case Operation::Insert:
      if (!present) return insert(table, key, list);
      if (policy.conflict == ConflictPolicy::Error) return invalid("key exists");
      return policy.conflict == ConflictPolicy::Upsert ? update(table, text, list) : Status::ok();
    case Operation::Upsert:
      return present ? update(table, text, list) : insert(table, key, list);
    case Operation::Update:
    case Operation::Delete:
      break;
  }
  if (!present) {
    return policy.missing == MissingPolicy::Ignore ? Status::ok() : invalid("no such row");
  }
  return change.operation == Operation::Update ? update(table, text, list) : remove(table, text);
}

Status FakeRows::applyEffect(TableId id, const RowEffect& effect, const Batch& batch) {
  const Table& table = m_catalog->table(id);
  const auto key = std::span(batch.values).subspan(effect.key.begin, effect.key.size());
  const auto list = [&batch](Slice slice) {
    return std::span(batch.assignments).subspan(slice.begin, slice.size());
  };
  const std::string text = keyText(key);
  if (table.key.empty() || find(table, text) == nullptr) {
    if (effect.ifAbsent == IfAbsent::Error) return invalid("row is absent");
    return effect.ifAbsent == IfAbsent::Insert ? insert(table, key, list(effect.insert))
                                               : Status::ok();
  }
  switch (effect.ifPresent) {
    case IfPresent::Error:
      return invalid("row is present");
    case IfPresent::Nothing:
      return Status::ok();
    case IfPresent::Update:
      return update(table, text, list(effect.update));
    case IfPresent::Delete:
      return remove(table, text);
    case IfPresent::Replace:
      RETURN_IF_ERROR(remove(table, text));
      return insert(table, key, list(effect.insert));
  }
  return Status::ok();
}

Status FakeRows::insert(const Table& table, std::span<const ValueView> key,
                        std::span<const Assignment> assignments) {
  FakeRow row;
  for (std::uint32_t column = 0; column < table.columns.size(); ++column) {
    row[column] = table.columns[column].hasDefault ? Value::integer(1) : Value::null();
  }
  for (std::size_t i = 0; i < key.size(); ++i) {
    row[static_cast<std::uint32_t>(table.key[i])] = Value(key[i]);
  }
  assign(row, assignments);
  const std::string text = keyText(key);
  RETURN_IF_ERROR(checkRow(table, text, row));
  remember(table, text);
  m_tables[table.id].emplace(text, std::move(row));
  return Status::ok();
}

Status FakeRows::update(const Table& table, const std::string& key,
                        std::span<const Assignment> assignments) {
  FakeRow* row = find(table, key);
  FakeRow after = *row;
  assign(after, assignments);
  RETURN_IF_ERROR(checkRow(table, key, after));
  if (isReferenced(table, *row, after)) return invalid("still referenced");
  remember(table, key);
  *row = std::move(after);
  return Status::ok();
}

Status FakeRows::remove(const Table& table, const std::string& key) {
  remember(table, key);
  FakeTable& rows = m_tables[table.id];
  const auto found = rows.find(key);
  const FakeRow row = found->second;
  rows.erase(found);
  for (const Table& child : m_catalog->tables()) {
    for (const ForeignKey& link : child.foreignKeys) {
      if (link.referencedTable == table.id) RETURN_IF_ERROR(loseParent(table, row, link, child));
    }
  }
  return Status::ok();
}

Status FakeRows::checkRow(const Table& table, const std::string& key, const FakeRow& row) const {
  const auto rows = m_tables.find(table.id);
  for (const UniqueConstraint& unique : table.uniques) {
    const auto values = tuple(row, unique.columns);
    if (!values || rows == m_tables.end()) continue;
    for (const auto& [otherKey, other] : rows->second) {
      if (otherKey != key && tuple(other, unique.columns) == values) {
        return invalid("unique value exists");
      }
    }
  }
  return checkReferences(table, row);
}

Status FakeRows::checkReferences(const Table& table, const FakeRow& row) const {
  for (const ForeignKey& link : table.foreignKeys) {
    const auto values = tuple(row, link.columns);
    if (!values) continue;
    bool found = link.referencedTable == table.id && tuple(row, link.referencedColumns) == values;
    if (const auto parents = m_tables.find(link.referencedTable); parents != m_tables.end()) {
      for (const auto& [key, parent] : parents->second) {
        found = found || tuple(parent, link.referencedColumns) == values;
      }
    }
    if (!found) return invalid("no such parent");
  }
  return Status::ok();
}

Status FakeRows::loseParent(const Table& parent, const FakeRow& row, const ForeignKey& link,
                            const Table& child) {
  std::vector<std::string> keys;
  for (const auto& [key, other] : m_tables[child.id]) {
    if (tuple(other, link.columns) == tuple(row, link.referencedColumns)) keys.push_back(key);
  }
  for (const std::string& key : keys) {
    if (link.onDelete == ReferentialAction::None) return invalid("still referenced");
    if (link.onDelete == ReferentialAction::Cascade) {
      if (find(child, key) != nullptr) RETURN_IF_ERROR(remove(child, key));
      continue;
    }
    CHECK(link.onDelete == ReferentialAction::SetNull);
    remember(child, key);
    for (const ColumnId column : link.columns) {
      (*find(child, key))[static_cast<std::uint32_t>(column)] = Value::null();
    }
  }
  (void)parent;
  return Status::ok();
}

bool FakeRows::isReferenced(const Table& parent, const FakeRow& before,
                            const FakeRow& after) const {
  for (const Table& child : m_catalog->tables()) {
    const auto rows = m_tables.find(child.id);
    if (rows == m_tables.end()) continue;
    for (const ForeignKey& link : child.foreignKeys) {
      if (link.referencedTable != parent.id) continue;
      const auto values = tuple(before, link.referencedColumns);
      if (!values || tuple(after, link.referencedColumns) == values) continue;
      for (const auto& [key, row] : rows->second) {
        if (tuple(row, link.columns) == values) return true;
      }
    }
  }
  return false;
}

FakeRow* FakeRows::find(const Table& table, const std::string& key) {
  FakeTable& rows = m_tables[table.id];
  const auto found = rows.find(key);
  return found == rows.end() ? nullptr : &found->second;
}

std::vector<FakeRows::Difference> FakeRows::differencesTo(const FakeRows& after) const {
  std::vector<Difference> differences;
  for (const auto& [id, rows] : after.m_tables) {
    const FakeTable& before = m_tables.at(id);
    if (m_catalog->table(id).key.empty()) {
      const auto added = std::next(rows.begin(), static_cast<std::ptrdiff_t>(before.size()));
      for (auto row = added; row != rows.end(); ++row) differences.push_back({id, "", row->second});
      continue;
    }
    for (const auto& [key, row] : rows) {
      const auto found = before.find(key);
      const bool isSame = found != before.end() && found->second == row;
      if (!isSame) differences.push_back({id, key, row});
    }
    for (const auto& [key, row] : before) {
      if (!rows.contains(key)) differences.push_back({id, key, std::nullopt});
    }
  }
  return differences;
}

void FakeRows::change(const std::vector<Difference>& differences) {
  for (const Difference& difference : differences) {
    FakeTable& rows = m_tables[difference.table];
    if (!difference.key.empty()) rows.erase(difference.key);
    if (difference.row) rows.emplace(difference.key, *difference.row);
  }
}

bool FakeRows::isSameInAnyOrder(const FakeRows& other) const {
  return std::ranges::all_of(m_tables, [&](const auto& each) {
    return std::ranges::is_permutation(each.second, other.m_tables.at(each.first));
  });
}

std::uint64_t FakeRows::rowCount() const {
  std::uint64_t count = 0;
  for (const auto& [id, rows] : m_tables) count += rows.size();
  return count;
}

std::string FakeRows::describe() const {
  std::string text;
  for (const auto& [id, rows] : m_tables) {
    for (const auto& [key, row] : rows) {
      text += m_catalog->table(id).name + " " + key + ":";
      for (const auto& [column, value] : row) text += " " + toDisplayText(value.view());
      text += "\n";
    }
  }
  return text;
}

class FakeLane final : public StoreLane {
 public:
  explicit FakeLane(FakeDatabase& database) : m_database(database) {}

  CommitResult commit(const CommitRequest& request) override {
    if (++m_database.m_inside != 1) m_database.m_overlap = true;
    const std::uint64_t number = ++m_database.m_commits;
    const FakeFault fault = m_database.m_faults ? m_database.m_faults(number) : FakeFault::None;
    CommitResult result = commitWith(request, fault);
    --m_database.m_inside;
    return result;
  }

  Result<std::vector<Checkpoint>> readCheckpoints() override {
    if (m_database.m_away && m_database.m_away()) return away();
    return m_database.checkpoints();
  }

  Status reopen() override {
    ++m_database.m_reopens;
    if (m_database.m_away && m_database.m_away()) return away();
    m_lost = false;
    return Status::ok();
  }

 private:
  static Status away() { return Status(StatusCode::Unavailable, "the database is away"); }

  CommitResult commitWith(const CommitRequest& request, FakeFault fault) {
    CHECK(!m_lost);  // after a failure the lane must be reopened first
    switch (fault) {
      case FakeFault::None:
        return apply(request);
      case FakeFault::FenceLost:
        return {CommitOutcome::FenceLost, "fence", "another owner", 0};
      case FakeFault::Broken:
        return {CommitOutcome::Broken, "11", "malformed", 0};
      case FakeFault::AppliedUnknown: {
        CommitResult result = apply(request);
        if (result.outcome != CommitOutcome::Committed) return result;
        break;
      }
      case FakeFault::Unknown:
        break;
      case FakeFault::Transient:
        m_lost = true;
        return {CommitOutcome::Transient, "5", "busy", 0};
    }
    m_lost = true;
    return {CommitOutcome::Unknown, "08006", "connection lost", 0};
  }

  CommitResult apply(const CommitRequest& request) {
    MutexLock lock(m_database.m_mutex);
    CHECK(!request.fence.empty());
    // A release moves the count of reviews, what comes later finds it where it is.
    const bool mayStand =
        std::ranges::find(request.fence, kReviewCount, &FenceStep::shard) != request.fence.end();
    for (const FenceStep& step : request.fence) {
      const bool goesOn = step.next > step.expected || (step.next == step.expected && mayStand);
      if (step.expected != m_database.m_checkpoints[step.shard] || !goesOn) {
        return {CommitOutcome::FenceLost, "fence", "not the expected checkpoint", 0};
      }
    }
    for (const Checkpoint& other : request.others) {
      if (m_database.m_checkpoints[other.shard] < other.settled) {
        return {CommitOutcome::FenceLost, "fence", "the database went back", 0};
      }
    }
    if (request.batch != nullptr) {
      const Status status = m_database.m_rows.applyBatch(*request.batch);
      if (!status.isOk()) {
        ++m_database.m_refusals;
        return {CommitOutcome::Refused, "23000", status.message(), 0};
      }
    }
    for (const DeadLetter& letter : request.deadLetters) {
      m_database.m_deadLetters.push_back(letter);
    }
    for (const FenceStep& step : request.fence) {
      m_database.m_checkpoints[step.shard] = step.next;
    }
    return {CommitOutcome::Committed, "", "", request.batch ? request.batch->effects : 0};
  }

  FakeDatabase& m_database;
  bool m_lost = false;
};

std::unique_ptr<StoreLane> FakeDatabase::openLane() { return std::make_unique<FakeLane>(*this); }

void FakeDatabase::setFaults(std::function<FakeFault(std::uint64_t commit)> faults) {
  m_faults = std::move(faults);
}

void FakeDatabase::setAway(std::function<bool()> away) { m_away = std::move(away); }

FakeRows FakeDatabase::rows() const {
  MutexLock lock(m_mutex);
  return m_rows;
}

std::vector<DeadLetter> FakeDatabase::deadLetters() const {
  MutexLock lock(m_mutex);
  return m_deadLetters;
}

Sequence FakeDatabase::checkpoint() const {
  MutexLock lock(m_mutex);
  const auto found = m_checkpoints.find(kAllShards);
  return found == m_checkpoints.end() ? kNoSequence : found->second;
}

void FakeDatabase::setCheckpoint(Shard shard, Sequence settled) {
  MutexLock lock(m_mutex);
  m_checkpoints[shard] = settled;
}

std::vector<Checkpoint> FakeDatabase::checkpoints() const {
  MutexLock lock(m_mutex);
  std::vector<Checkpoint> all;
  for (const auto& [shard, settled] : m_checkpoints) all.push_back({shard, settled});
  return all;
}

}  // namespace penstock::test
