// SPDX-License-Identifier: Apache-2.0
#include "app/application/config_file.h"
#include "model/limits.h"
#include "tests/fuzz/target.h"

namespace penstock::test {
namespace {

template <typename T>
bool isWithin(T value, T low, T high) {
  return value >= low && value <= high;
}

/// Of each kind of value one, that it is within its range.
Complaint lookAtOptions(const EngineOptions& options) {
  using namespace limits;
  if (!isWithin(options.memoryBudgetBytes, kMemoryBudgetMin, 1024 * kGiB)) return "memory_budget";
  if (!isWithin(options.knownIds, std::size_t{1}, kKnownIdsMax)) return "known_ids";
  if (options.drainTimeout < 0ms || options.drainTimeout > 24h) return "drain_timeout";
  const JournalOptions& journal = options.journal;
  if (!isWithin(journal.segmentBytes, kSegmentBytesMin, kSegmentBytesMax)) return "segment_size";
  if (journal.segmentBytes % kJournalBlockBytes != 0) return "segment_size";
  if (journal.diskBudgetBytes < 4 * journal.segmentBytes) return "disk_budget";
  if (options.retry.max < options.retry.initial) return "retry";
  if (options.sinks.size() != 1) return "sinks";
  const FlushOptions& flush = options.sinks.front().flush;
  if (!isWithin<std::uint32_t>(flush.workers, kWorkersMin, kWorkersMax)) return "workers";
  if (!isWithin<std::size_t>(flush.batchRows, kBatchRowsMin, kBatchRowsMax)) return "batch_rows";
  for (const TablePolicy& table : options.tables) {
    if (table.name.empty()) return "a table without a name";
    if (table.ratePerClient && !(*table.ratePerClient > 0)) return "rate_per_client";
  }
  return {};
}

}  // namespace

Complaint tryConfig(std::string_view input) {
  const auto options = app::parseConfig(input, "penstock.toml");
  if (options) {
    const Complaint wrong = lookAtOptions(*options);
    return wrong.empty() ? wrong : "accepted out of range: " + wrong;
  }
  const Status& refusal = options.status();
  if (refusal.code() != StatusCode::Invalid) {
    return "refused as " + std::string(statusCodeName(refusal.code()));
  }
  if (!refusal.message().starts_with("penstock.toml: line ")) {
    return "the refusal names no line: " + refusal.message();
  }
  if (!isOneLine(refusal.message())) return "the refusal is not one line: " + refusal.message();
  return {};
}

}  // namespace penstock::test
