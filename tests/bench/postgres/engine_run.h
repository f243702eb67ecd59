// SPDX-License-Identifier: Apache-2.0
// One run of the engine into a bench database: started, fed by a case on the calling thread, timed
// from the first submit until all is persisted, and stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/submit.h"
#include "tests/bench/case.h"
#include "tests/bench/postgres/bench_database.h"

namespace penstock::bench {

struct EngineRun {
  std::string directory;
  std::uint32_t workers = limits::kWorkersDefault;
  std::uint32_t batchRows = RowLoad::kBatchRows;
  std::uint64_t changeSets = 0;
};

/// Encodes the index-th change set; valid until the next call.
using SetSource = std::function<std::string_view(std::uint64_t index)>;
using OpenSource = std::function<Result<SetSource>(const Catalog&)>;

/// Change sets a second, with the load's part of a core; without `work`.
/// Errors: those of the engine, and Conflict when any of them became a dead letter.
Result<Measured> measureEngine(const EngineRun& run, BenchDatabase& database,
                               const OpenSource& openSource);

}  // namespace penstock::bench
