// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/persist_sqlite.h"

#include <cstdio>
#include <filesystem>

#include "app/application/application.h"
#include "tests/bench/peers/sqlite_loop.h"
#include "tests/bench/row_changes.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto kPersistedWithin = 10min;
using Order = SqliteLoopSettings::Order;

// The best of `--tune persist_sqlite_insert persist_sqlite_upsert`; figures in RESULTS.md.
constexpr SqliteLoopSettings kInsertBest{.cachePages = -64'000, .order = Order::Sorted};
constexpr SqliteLoopSettings kUpsertBest{.cachePages = -2'000, .order = Order::AsGiven};

const SqliteLoopSettings& bestFor(RowLoad::Kind kind) {
  return kind == RowLoad::Kind::Insert ? kInsertBest : kUpsertBest;
}

/// Submits all and waits until all is persisted. Returns seconds and the load's part of a core.
Result<Measured> submitAll(SubmitPort& port, const RowLoad& load, Operation operation) {
  Result<RowChanges> changes = RowChanges::of(*port.catalog());
  if (!changes) return changes.status();
  const auto client = port.openClient("bench", nullptr);
  SubmitOptions options;
  options.notifyAt = AckLevel::Accepted;
  const Stopwatch watch;
  for (std::uint64_t i = 0; i < RowLoad::kRows; ++i) {
    RETURN_IF_ERROR(client->submitEncoded(changes->encode(load.row(i), operation), options).status);
  }
  const double cpuSeconds = watch.threadSeconds();
  RETURN_IF_ERROR(port.flushAndWait(systemClock().steadyNow() + kPersistedWithin));
  const double seconds = watch.seconds();
  return Measured{{RowLoad::kRows / seconds}, {}, 100 * cpuSeconds / seconds};
}

Result<std::string> tallyOf(const std::string& database) {
  Result<std::unique_ptr<SqliteLoop>> loop = SqliteLoop::open(database, {});
  if (!loop) return loop.status();
  return (*loop)->tally();
}

}  // namespace

std::vector<Line> PersistSqlite::lines() const {
  const bool isInsert = m_kind == RowLoad::Kind::Insert;
  return {{isInsert ? "persist_sqlite_insert" : "persist_sqlite_upsert", "rows/s", Better::Higher,
           0.8}};
}

std::string PersistSqlite::peerName() const {
  const SqliteLoopSettings& best = bestFor(m_kind);
  const std::string order = best.order == Order::Sorted ? ", sorted" : "";
  return "sqlite3 loop, batches of " + std::to_string(RowLoad::kBatchRows) + order +
         ", cache_size " + std::to_string(best.cachePages);
}

Status PersistSqlite::makeTable(const std::string& database) const {
  Result<std::unique_ptr<SqliteLoop>> loop = SqliteLoop::open(database, {});
  if (!loop) return loop.status();
  return (*loop)->makeTable(m_load, m_kind);
}

Result<Measured> PersistSqlite::measureOurs(const std::string& directory) {
  EngineOptions options = app::withDefaults({}, directory);
  options.sinks.front().flush.batchRows = RowLoad::kBatchRows;
  const std::string database = options.sinks.front().database;
  RETURN_IF_ERROR(makeTable(database));
  auto application = app::Application::start(std::move(options), app::KeepHistory::No);
  if (!application) return application.status();
  const Operation operation =
      m_kind == RowLoad::Kind::Insert ? Operation::Insert : Operation::Upsert;
  Result<Measured> measured = submitAll((*application)->engine().port(), m_load, operation);
  if (!measured) return measured.status();
  RETURN_IF_ERROR((*application)->stop(10s).status);
  const Result<std::string> work = tallyOf(database);
  if (!work) return work.status();
  measured->work = *work;
  return measured;
}

Result<Measured> PersistSqlite::measurePeer(const std::string& directory) {
  const std::string database = directory + "/database.sqlite";
  RETURN_IF_ERROR(makeTable(database));
  Result<std::unique_ptr<SqliteLoop>> loop = SqliteLoop::open(database, bestFor(m_kind));
  if (!loop) return loop.status();
  const Stopwatch watch;
  RETURN_IF_ERROR((*loop)->writeAll(m_load, m_kind));
  const double seconds = watch.seconds();
  const Result<std::string> work = (*loop)->tally();
  if (!work) return work.status();
  return Measured{{RowLoad::kRows / seconds}, *work, 0};
}

Status PersistSqlite::tunePeer(const std::string& directory) {
  const std::string database = directory + "/database.sqlite";
  for (const Order order : {Order::AsGiven, Order::Sorted}) {
    for (const int cachePages : {-2'000, -64'000, -256'000}) {
      RETURN_IF_ERROR(makeTable(database));
      {
        Result<std::unique_ptr<SqliteLoop>> loop = SqliteLoop::open(database, {cachePages, order});
        if (!loop) return loop.status();
        const Stopwatch watch;
        RETURN_IF_ERROR((*loop)->writeAll(m_load, m_kind));
        std::printf("%s, sqlite3 loop, %s, cache_size %d: %.0f rows/s\n",
                    lines().front().name.c_str(), order == Order::Sorted ? "sorted" : "as given",
                    cachePages, RowLoad::kRows / watch.seconds());
        std::fflush(stdout);
      }
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(database + suffix);
    }
  }
  return {};
}

}  // namespace penstock::bench
