// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/persist_postgres.h"

#include <cstdio>
#include <filesystem>

#include "base/worker.h"
#include "tests/bench/postgres/engine_run.h"
#include "tests/bench/row_changes.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

using Format = LibpqSettings::Format;
using Order = LibpqSettings::Order;

Operation operationOf(RowLoad::Kind kind) {
  return kind == RowLoad::Kind::Insert ? Operation::Insert : Operation::Upsert;
}

/// All rows of the load by so many workers, and what is in the table then.
Result<Measured> measureRows(const RowLoad& load, RowLoad::Kind kind, EngineRun run) {
  BenchDatabase database;
  RETURN_IF_ERROR(database.makeTable(load, RowLoad::rowsBefore(kind)));
  run.changeSets = RowLoad::kRows;
  Result<Measured> measured =
      measureEngine(run, database, [&](const Catalog& catalog) -> Result<SetSource> {
        Result<RowChanges> changes = RowChanges::of(catalog);
        if (!changes) return changes.status();
        return SetSource(
            [&load, kind, shared = std::make_shared<RowChanges>(std::move(*changes))](
                std::uint64_t i) { return shared->encode(load.row(i), operationOf(kind)); });
      });
  if (!measured) return measured.status();
  Result<std::string> work = database.tally();
  if (!work) return work.status();
  measured->work = std::move(*work);
  return measured;
}

}  // namespace

std::vector<Line> PersistPostgres::lines() const {
  const bool isInsert = m_kind == RowLoad::Kind::Insert;
  return {{isInsert ? "persist_postgres_insert" : "persist_postgres_upsert", "rows/s",
           Better::Higher, isInsert ? 0.6 : 0.8}};
}

// The best of `--tune persist_postgres_insert persist_postgres_upsert`; figures in RESULTS.md.
PersistPostgres::PeerSettings PersistPostgres::bestFor(RowLoad::Kind kind) {
  if (kind == RowLoad::Kind::Insert) return {{Format::Text, Order::AsGiven}, 1};
  return {{Format::Text, Order::AsGiven}, 1};
}

std::string PersistPostgres::nameOf(const PeerSettings& settings, RowLoad::Kind kind) {
  return std::string("libpq ") +
         (kind == RowLoad::Kind::Insert ? "COPY, " : "unnest ON CONFLICT, ") +
         describe(settings.libpq) +
         (settings.connections == 1 ? "" : ", connections " + std::to_string(settings.connections));
}

std::string PersistPostgres::peerName() const { return nameOf(bestFor(m_kind), m_kind); }

Result<Measured> PersistPostgres::measureOurs(const std::string& directory) {
  EngineRun run;
  run.directory = directory;
  return measureRows(m_load, m_kind, run);
}

Result<Measured> PersistPostgres::measurePeer(const std::string& directory) {
  static_cast<void>(directory);
  return measurePeer(bestFor(m_kind));
}

Result<Measured> PersistPostgres::measurePeer(const PeerSettings& settings) const {
  BenchDatabase database;
  RETURN_IF_ERROR(database.makeTable(m_load, RowLoad::rowsBefore(m_kind)));
  const Stopwatch watch;
  RETURN_IF_ERROR(writeAll(settings, database.connection()));
  const double seconds = watch.seconds();
  Result<std::string> work = database.tally();
  if (!work) return work.status();
  return Measured{{RowLoad::kRows / seconds}, std::move(*work), 0};
}

Status PersistPostgres::writeAll(const PeerSettings& settings,
                                 const std::string& connection) const {
  const RowSource source = [this](std::uint64_t i) { return m_load.row(i); };
  const std::uint64_t part = RowLoad::kRows / static_cast<std::uint64_t>(settings.connections);
  const auto writePart = [&](std::uint64_t number) -> Status {
    Result<std::unique_ptr<LibpqPeer>> peer = LibpqPeer::open(connection, settings.libpq);
    if (!peer) return peer.status();
    const RowRange range{number * part, (number + 1) * part};
    return m_kind == RowLoad::Kind::Insert ? (*peer)->copyRows(source, range)
                                           : (*peer)->upsertRows(source, range);
  };
  std::vector<Status> ended(static_cast<std::size_t>(settings.connections));
  {
    std::vector<Worker> others;
    for (std::size_t i = 1; i < ended.size(); ++i) {
      others.emplace_back("peer", ThreadPriority::Normal, [&, i] { ended[i] = writePart(i); });
    }
    ended[0] = writePart(0);
  }
  for (Status& status : ended) RETURN_IF_ERROR(std::move(status));
  return {};
}

Status PersistPostgres::tunePeer(const std::string& directory) {
  static_cast<void>(directory);
  const bool isInsert = m_kind == RowLoad::Kind::Insert;
  std::vector<PeerSettings> tried;
  for (const Format format : {Format::Text, Format::Binary}) {
    if (isInsert) {
      for (const int connections : {1, 2, 4}) {
        tried.push_back({{format, Order::AsGiven, RowLoad::kBatchRows}, connections});
      }
      tried.push_back({{format, Order::AsGiven, 50'000}, 1});
    } else {
      tried.push_back({{format, Order::AsGiven, RowLoad::kBatchRows}, 1});
      tried.push_back({{format, Order::Sorted, RowLoad::kBatchRows}, 1});
      tried.push_back({{format, Order::Sorted, 50'000}, 1});
    }
  }
  for (const PeerSettings& settings : tried) {
    const Result<Measured> measured = measurePeer(settings);
    if (!measured) return measured.status();
    std::printf("%s, %s: %.0f rows/s\n", lines().front().name.c_str(),
                nameOf(settings, m_kind).c_str(), measured->figures.front());
    std::fflush(stdout);
  }
  return {};
}

namespace {

constexpr std::uint32_t kWorkersTried[] = {2, 4, 8};

Result<double> rateOf(const RowLoad& load, const std::string& directory, std::uint32_t workers,
                      std::string& work) {
  EngineRun run;
  run.directory = directory + "/workers_" + std::to_string(workers);
  std::filesystem::create_directories(run.directory);
  run.workers = workers;
  Result<Measured> measured = measureRows(load, RowLoad::Kind::Insert, run);
  std::filesystem::remove_all(run.directory);
  if (!measured) return measured.status();
  work = measured->work;
  return measured->figures.front();
}

}  // namespace

std::vector<Line> PostgresWorkers::lines() const {
  std::vector<Line> lines;
  for (const std::uint32_t workers : kWorkersTried) {
    lines.push_back({"postgres_workers_" + std::to_string(workers), "rows/s", Better::Higher, 1});
  }
  return lines;
}

Result<Measured> PostgresWorkers::measureOurs(const std::string& directory) {
  Measured measured;
  for (const std::uint32_t workers : kWorkersTried) {
    const Result<double> rate = rateOf(m_load, directory, workers, measured.work);
    if (!rate) return rate.status();
    measured.figures.push_back(*rate);
  }
  return measured;
}

Result<Measured> PostgresWorkers::measurePeer(const std::string& directory) {
  Measured measured;
  const Result<double> rate = rateOf(m_load, directory, 1, measured.work);
  if (!rate) return rate.status();
  measured.figures.assign(std::size(kWorkersTried), *rate);
  return measured;
}

}  // namespace penstock::bench
