// SPDX-License-Identifier: Apache-2.0
// What a seed stands for: the settings of a node, and the operations (of clients, operators and
// fate) with their times. A history that fails is shortened by leaving operations out, so each of
// them carries its own randomness.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/simulated_node.h"
#include "tests/simulation/world.h"
#include "tests/support/change_set_source.h"

namespace penstock::test {

enum class OperationKind : std::uint8_t {
  Submit,
  SubmitLine,  ///< of a source that is replayed
  Kill,
  PowerLoss,
  Restart,    ///< in order
  DiskFault,  ///< EIO, ENOSPC, short writes, once or for a while
  DiskFull,
  StoreAway,
  StoreStorm,  ///< bad weather for a while
  StoreBroken,
  BackUp,
  Restore,
  OldJournal,  ///< the node is started on an old copy of its files, by mistake
  Pause,
  Flush,
  Resize,
  Configure,
  ShiftWall,
  Decide,      ///< about a dead letter
  PauseTable,  ///< for a while
};
std::string_view operationKindName(OperationKind kind);

struct PlannedOperation {
  std::uint32_t number = 0;
  OperationKind kind = OperationKind::Submit;
  std::chrono::microseconds at{0};
  std::uint64_t seed = 0;
};

struct Plan {
  std::uint64_t seed = 0;
  NodeSetting node;
  std::chrono::microseconds length{0};
  std::int64_t keysMax = 4;
  std::uint64_t wildPercent = 0;  ///< of changes that may well be refused
  std::vector<TestTable> tables;
  std::vector<PlannedOperation> operations;  ///< by time
};

Plan planOf(std::uint64_t seed);

/// The changes of one order, with the insert by which its effect is seen.
std::vector<TestChange> changesOf(const Plan& plan, std::uint32_t order, Random& random);

}  // namespace penstock::test
