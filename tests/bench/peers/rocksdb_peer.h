// SPDX-License-Identifier: Apache-2.0
// The peer of journal throughput: RocksDB's synced write-ahead log. Built without the library it
// fails and says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/bench/case.h"

namespace penstock::bench {

struct RocksDbSettings {
  std::size_t batch = 1;  ///< records of one write
  std::size_t threads = 1;
  /// Recycled: an earlier log of the same size is written over, as our spare segments are.
  enum class Log : std::uint8_t { Growing, Recycled } log = Log::Recycled;
};

/// Writes so many records (number as key, the other bytes as value) and reads them back.
/// Errors: Unavailable (built without RocksDB), IoError.
Result<Measured> writeToRocksDb(const std::string& directory, std::uint64_t records,
                                const RocksDbSettings& settings);

}  // namespace penstock::bench
