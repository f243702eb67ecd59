// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/case.h"
#include "tests/bench/journal_latency.h"
#include "tests/bench/journal_throughput.h"
#include "tests/bench/live_tick.h"
#include "tests/bench/persist_sqlite.h"
#include "tests/bench/postgres/hot_rows.h"
#include "tests/bench/postgres/persist_postgres.h"
#include "tests/bench/postgres/shared_row.h"

namespace penstock::bench {

std::vector<std::unique_ptr<Case>> makeCases(const CaseSettings& settings) {
  std::vector<std::unique_ptr<Case>> cases;
  cases.push_back(std::make_unique<JournalThroughput>());
  cases.push_back(std::make_unique<JournalLatency>());
  cases.push_back(std::make_unique<PersistSqlite>(RowLoad::Kind::Insert));
  cases.push_back(std::make_unique<PersistSqlite>(RowLoad::Kind::Upsert));
  cases.push_back(std::make_unique<PersistPostgres>(RowLoad::Kind::Insert));
  cases.push_back(std::make_unique<PersistPostgres>(RowLoad::Kind::Upsert));
  cases.push_back(std::make_unique<HotRows>());
  cases.push_back(std::make_unique<SharedRow>());
  cases.push_back(std::make_unique<PostgresWorkers>());
  cases.push_back(std::make_unique<LiveTick>(settings.stretch));
  return cases;
}

}  // namespace penstock::bench
