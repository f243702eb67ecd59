// SPDX-License-Identifier: GPL-3.0-or-later
// What a replay did, as one JSON object for scripts or a few lines for people.
#pragma once

#include <cstdint>

#include "engine/engine.h"
#include "workload/replay.h"

namespace penstock::app {

enum class SummaryForm : std::uint8_t { People, Json };

/// The fields of `replay --json`.
struct ReplaySummary {
  std::uint64_t changeSets = 0;
  std::uint64_t changes = 0;
  std::uint64_t persisted = 0;
  std::uint64_t known = 0;
  std::uint64_t coalesced = 0;
  std::uint64_t deadLetters = 0;
  std::uint64_t rejected = 0;
  std::uint64_t rejectedBefore = 0;      ///< by earlier runs over the same lines
  std::uint64_t deadLettersWaiting = 0;  ///< in the database at the end, of whatever run
  std::uint64_t shed = 0;
  std::uint64_t shedBefore = 0;  ///< by earlier runs over the same lines
  double seconds = 0;
  Quantiles ackMicros;  ///< of the whole run
  Quantiles commitMicros;
  std::uint64_t peakResidentBytes = 0;
};

ReplaySummary summarize(const ReplayCounts& counts, const Engine& engine);
void printSummary(const ReplaySummary& summary, SummaryForm form);

}  // namespace penstock::app
