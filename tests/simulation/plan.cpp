// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/plan.h"

#include <algorithm>

namespace penstock::test {
namespace {

using namespace std::chrono_literals;

/// How often a kind of operation occurs in a history, if it does at all.
struct Share {
  OperationKind kind;
  std::uint64_t inPercentOfHistories;
  std::uint64_t most;
};
constexpr Share kShares[] = {
    {OperationKind::Kill, 40, 3},       {OperationKind::PowerLoss, 50, 4},
    {OperationKind::Restart, 20, 2},    {OperationKind::DiskFault, 40, 4},
    {OperationKind::DiskFull, 10, 1},   {OperationKind::StoreAway, 30, 2},
    {OperationKind::StoreStorm, 60, 3}, {OperationKind::StoreBroken, 5, 1},
    {OperationKind::BackUp, 25, 2},     {OperationKind::Restore, 20, 1},
    {OperationKind::OldJournal, 8, 1},  {OperationKind::Pause, 20, 2},
    {OperationKind::Flush, 25, 4},      {OperationKind::Resize, 25, 3},
    {OperationKind::Configure, 20, 2},  {OperationKind::ShiftWall, 10, 2},
};

template <typename T, std::size_t N>
T pick(Random& random, const T (&choices)[N]) {
  return choices[random.below(N)];
}

std::vector<TablePolicy> policiesOf(Random& random, bool coalesce) {
  std::vector<TablePolicy> policies;
  for (const Table& table : schemaOfEverything()->tables()) {
    TablePolicy policy;
    policy.name = table.name;
    policy.coalesce = coalesce;
    policy.missing = random.percent(50) ? MissingPolicy::Error : MissingPolicy::Ignore;
    policy.conflict = static_cast<ConflictPolicy>(random.below(3));
    policy.overload = random.percent(50) ? OverloadPolicy::Wait : OverloadPolicy::Reject;
    policies.push_back(policy);
  }
  return policies;
}

NodeSetting nodeOf(Random& random, bool coalesce) {
  NodeSetting node;
  node.segmentBytes = pick<std::uint64_t>(random, {16, 32, 64}) * limits::kKiB;
  node.spares = random.below(3);
  node.retain = pick<std::chrono::microseconds>(random, {0us, 50'000us, 1'000'000us});
  node.diskBudgetBytes = pick<std::uint64_t>(random, {0, 0, 0, 12}) * node.segmentBytes;
  node.chores = random.time(40ms, 300ms).count() / 1000 * 1ms;
  node.snapshotEvery = random.between(1, 10);
  node.sink.windowBytes = pick<std::uint64_t>(random, {500, 2'000, 20'000});
  node.sink.take.batchRows = pick<std::size_t>(random, {1, 5, 20, 500});
  node.sink.take.batchBytes = pick<std::uint64_t>(random, {1'000, 100'000});
  node.sink.take.linger = pick<std::chrono::milliseconds>(random, {0ms, 5ms, 50ms});
  node.sink.workers = static_cast<std::uint32_t>(random.between(1, 4));
  node.sink.retry.max = pick<std::chrono::milliseconds>(random, {500ms, 5'000ms, 30'000ms});
  node.sink.policies = policiesOf(random, coalesce);
  return node;
}

/// In half of the histories some tables hold what comes behind a dead letter, and in half of those
/// an operator decides. With randomness of its own, so that the rest is as without.
void holdSome(Plan& plan) {
  Random random(plan.seed ^ 0x401d);
  if (!random.percent(50)) return;
  for (TablePolicy& policy : plan.node.sink.policies) {
    if (random.percent(50)) policy.afterDeadLetter = AfterDeadLetter::Hold;
  }
  if (!random.percent(50)) return;
  for (std::uint64_t left = random.between(1, 15); left > 0; --left) {
    plan.operations.push_back(
        {0, OperationKind::Decide, random.time(0us, plan.length), random.next()});
  }
}

/// In a part of the histories journaled is told before the sync. With randomness of its own, too.
void syncLater(Plan& plan) {
  Random random(plan.seed ^ 0x5f1c);
  if (random.percent(75)) return;
  plan.node.syncInterval = pick<std::chrono::milliseconds>(random, {2ms, 20ms, 1'000ms});
}

/// Several lanes in most histories. With randomness of its own, likewise. A database that goes back
/// shows itself in some shards alone, so it does so more often, and by little.
void drawLanes(Plan& plan) {
  Random random(plan.seed ^ 0x1a9e);
  if (!random.percent(60)) return;
  plan.node.sink.lanes = SinkSetting::Lanes::Several;
  plan.node.sink.workers = static_cast<std::uint32_t>(random.between(1, 8));
  plan.node.sink.windowBytes = pick<std::uint64_t>(random, {2'000, 10'000, 100'000});
  if (!random.percent(40)) return;
  for (std::uint64_t left = random.between(2, 6); left > 0; --left) {
    const auto kept = random.time(0us, plan.length);
    const auto back = kept + random.time(0us, plan.length / 20);
    plan.operations.push_back({0, OperationKind::BackUp, kept, random.next()});
    plan.operations.push_back({0, OperationKind::Restore, back, random.next()});
  }
}

/// In most histories of one lane an operator pauses tables, and in some of those he decides about
/// letters meanwhile; with several a table cannot be paused by itself. With randomness of its own,
/// too.
void pauseSome(Plan& plan) {
  Random random(plan.seed ^ 0x9a05e);
  const bool hasOneLane = plan.node.sink.lanes == SinkSetting::Lanes::One;
  if (!hasOneLane || !random.percent(60)) return;
  const auto add = [&](OperationKind kind, std::uint64_t count) {
    for (; count > 0; --count) {
      plan.operations.push_back({0, kind, random.time(0us, plan.length), random.next()});
    }
  };
  add(OperationKind::PauseTable, random.between(1, 6));
  if (random.percent(30)) add(OperationKind::Decide, random.between(1, 8));
}

}  // namespace

std::string_view operationKindName(OperationKind kind) {
  constexpr std::string_view kNames[] = {
      "submit",     "submit line", "kill",      "power loss", "restart", "disk fault",  "disk full",
      "store away", "storm",       "broken",    "back up",    "restore", "old journal", "pause",
      "flush",      "resize",      "configure", "shift wall", "decide",  "pause table"};
  return kNames[static_cast<std::size_t>(kind)];
}

Plan planOf(std::uint64_t seed) {
  Random random(seed);
  Plan plan;
  plan.seed = seed;
  // Folding is exact for rows without constraints; with them, errors that only a folded-away
  // version would have met may go unseen, so there every version is applied.
  const bool coalesce = random.percent(50);
  if (coalesce) plan.tables = {TestTable::Plain};
  plan.node = nodeOf(random, coalesce);
  plan.length = random.time(300ms, pick<std::chrono::microseconds>(random, {2s, 10s, 60s}));
  plan.keysMax = static_cast<std::int64_t>(random.between(2, 8));
  plan.wildPercent = pick<std::uint64_t>(random, {0, 5, 30});
  const auto add = [&](OperationKind kind, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      plan.operations.push_back({0, kind, random.time(0us, plan.length), random.next()});
    }
  };
  add(OperationKind::Submit, random.between(15, 45));
  if (random.percent(30)) add(OperationKind::SubmitLine, random.between(5, 25));
  for (const Share& share : kShares) {
    if (random.percent(share.inPercentOfHistories)) add(share.kind, random.between(1, share.most));
  }
  holdSome(plan);
  syncLater(plan);
  drawLanes(plan);
  pauseSome(plan);
  std::ranges::stable_sort(plan.operations, {}, &PlannedOperation::at);
  for (std::size_t i = 0; i < plan.operations.size(); ++i) {
    plan.operations[i].number = static_cast<std::uint32_t>(i);
  }
  return plan;
}

std::vector<TestChange> changesOf(const Plan& plan, std::uint32_t order, Random& random) {
  std::vector<TestChange> changes;
  const std::uint64_t count = random.between(1, 3);
  for (std::uint64_t i = 0; i < count; ++i) {
    TestChange change;
    change.table = plan.tables.empty()
                       ? TestTable{static_cast<std::uint32_t>(random.below(kTestTables))}
                       : plan.tables[random.below(plan.tables.size())];
    const Table& table =
        schemaOfEverything()->table(TableId{static_cast<std::uint32_t>(change.table)});
    if (table.key.empty()) continue;
    change.operation = random.percent(plan.wildPercent)
                           ? Operation{static_cast<std::uint8_t>(random.between(1, 4))}
                           : Operation::Upsert;
    for (std::size_t k = 0; k < table.key.size(); ++k) {
      change.key.push_back(Value::integer(
          static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(plan.keysMax)))));
    }
    const auto columns = static_cast<std::uint32_t>(table.columns.size());
    for (auto column = static_cast<std::uint32_t>(table.key.size());
         change.operation != Operation::Delete && column < columns; ++column) {
      const std::uint64_t what = random.below(10);
      if (what == 0) change.set.emplace_back(column, Value::null());
      if (what == 1)
        change.add.emplace_back(column, 1 + static_cast<std::int64_t>(random.below(3)));
      if (what == 2 && change.table == TestTable::Plain) {
        change.set.emplace_back(column, Value::text(std::string(random.below(2'000), 'x')));
      }
      if (what > 4)
        change.set.emplace_back(column,
                                Value::integer(static_cast<std::int64_t>(1 + random.below(9))));
    }
    changes.push_back(std::move(change));
  }
  TestChange seen;
  seen.table = TestTable::Log;
  seen.operation = Operation::Insert;
  seen.set.emplace_back(0, Value::integer(order));
  changes.push_back(std::move(seen));
  return changes;
}

}  // namespace penstock::test
