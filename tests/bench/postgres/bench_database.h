// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL server of the bench, the same for ours and the peers: durable, with room enough
// that no checkpoint falls into a run. Each measurement has a fresh database on it.
#pragma once

#include <string>

#include "base/status.h"
#include "engine/options.h"
#include "tests/bench/row_load.h"
#include "tests/support/servers/postgres_server.h"

namespace penstock::bench {

/// Threads: one. Dropped at its end.
class BenchDatabase {
 public:
  BenchDatabase();
  ~BenchDatabase();
  BenchDatabase(const BenchDatabase&) = delete;
  BenchDatabase& operator=(const BenchDatabase&) = delete;

  /// For libpq.
  std::string connection() const;
  /// Where an engine writes to it.
  SinkOptions sink() const;
  /// `rows` with five columns and so many of the load's rowBefore(), which are in the table alone,
  /// not in its log, when a run begins. Errors: IoError, also of the others.
  Status makeTable(const RowLoad& load, std::uint64_t rowsBefore);
  /// The first cell of the last statement's answer.
  Result<std::string> ask(const std::string& sql);
  /// Count and checksum of the rows of `rows` with ids from `idMin` on.
  Result<std::string> tally(std::int64_t idMin = 0);

 private:
  std::string m_name;
};

}  // namespace penstock::bench
