// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/hot_rows.h"

#include <cstdio>

#include "tests/bench/postgres/engine_run.h"
#include "tests/bench/row_changes.h"
#include "tests/bench/stopwatch.h"

namespace penstock::bench {

namespace {

using Format = LibpqSettings::Format;
using Order = LibpqSettings::Order;

constexpr std::uint64_t kHotRows = 1'000;
// The best of `--tune hot_rows`; figures in RESULTS.md.
constexpr LibpqSettings kBest{Format::Text, Order::AsGiven, RowLoad::kBatchRows};

}  // namespace

std::vector<Line> HotRows::lines() const {
  return {{"hot_rows", "updates/s", Better::Higher, 1.2}};
}

std::string HotRows::peerName() const {
  return "libpq unnest UPDATE without duplicates, " + describe(kBest);
}

/// The load's rows from 1 on are there; each update is of a random one of them, and unlike others.
Row HotRows::update(std::uint64_t index) const {
  Row row = m_load.row(index);
  row.id = static_cast<std::int64_t>(static_cast<std::uint64_t>(row.amount) % kHotRows) * 2;
  row.amount = static_cast<std::int64_t>(index);
  return row;
}

Result<Measured> HotRows::measureOurs(const std::string& directory) {
  BenchDatabase database;
  RETURN_IF_ERROR(database.makeTable(m_load, kHotRows));
  EngineRun run;
  run.directory = directory;
  run.changeSets = RowLoad::kRows;
  Result<Measured> measured =
      measureEngine(run, database, [this](const Catalog& catalog) -> Result<SetSource> {
        Result<RowChanges> changes = RowChanges::of(catalog);
        if (!changes) return changes.status();
        return SetSource([this, shared = std::make_shared<RowChanges>(std::move(*changes))](
                             std::uint64_t i) { return shared->encodeUpdate(update(i), {}); });
      });
  if (!measured) return measured.status();
  Result<std::string> work = database.tally();
  if (!work) return work.status();
  measured->work = std::move(*work);
  return measured;
}

Result<Measured> HotRows::measurePeer(const std::string& directory) {
  static_cast<void>(directory);
  return measurePeer(kBest);
}

Result<Measured> HotRows::measurePeer(const LibpqSettings& settings) const {
  BenchDatabase database;
  RETURN_IF_ERROR(database.makeTable(m_load, kHotRows));
  Result<std::unique_ptr<LibpqPeer>> peer = LibpqPeer::open(database.connection(), settings);
  if (!peer) return peer.status();
  const RowSource source = [this](std::uint64_t i) { return update(i); };
  const Stopwatch watch;
  RETURN_IF_ERROR((*peer)->updateRows(source, {0, RowLoad::kRows}));
  const double seconds = watch.seconds();
  Result<std::string> work = database.tally();
  if (!work) return work.status();
  return Measured{{RowLoad::kRows / seconds}, std::move(*work), 0};
}

Status HotRows::tunePeer(const std::string& directory) {
  static_cast<void>(directory);
  for (const Format format : {Format::Text, Format::Binary}) {
    for (const std::uint64_t batchRows : {1'000U, 5'000U, 20'000U, 100'000U}) {
      for (const Order order : {Order::AsGiven, Order::Sorted}) {
        const LibpqSettings settings{format, order, batchRows};
        const Result<Measured> measured = measurePeer(settings);
        if (!measured) return measured.status();
        std::printf("hot_rows, %s: %.0f updates/s\n", describe(settings).c_str(),
                    measured->figures.front());
        std::fflush(stdout);
      }
    }
  }
  return {};
}

}  // namespace penstock::bench
