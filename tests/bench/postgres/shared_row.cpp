// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/postgres/shared_row.h"

#include "tests/bench/postgres/engine_run.h"
#include "tests/bench/row_changes.h"

namespace penstock::bench {

namespace {

constexpr std::uint64_t kSets = 400'000;
constexpr std::uint64_t kGroups = 700;
constexpr std::uint64_t kRowsOfGroup = 100;
constexpr std::int64_t kSharedId = 0;
constexpr std::uint64_t kSharedEvery = 10;

}  // namespace

SharedRow::SharedRow() : m_load(RowLoad::Kind::Insert) {
  for (std::uint64_t i = 0; i < kGroups; ++i) m_groups.push_back("player:" + std::to_string(i));
}

std::vector<Line> SharedRow::lines() const {
  return {{"shared_row", "sets/s", Better::Higher, 0.5}};
}

/// Ids of rowBefore() are even and begin with the shared row.
Row SharedRow::update(std::uint64_t index) const {
  Row row = m_load.row(index);
  const std::uint64_t own = static_cast<std::uint64_t>(row.amount) % kRowsOfGroup;
  row.id = static_cast<std::int64_t>(1 + index % kGroups * kRowsOfGroup + own) * 2;
  row.amount = static_cast<std::int64_t>(index);
  return row;
}

Result<Measured> SharedRow::measureOurs(const std::string& directory) {
  return measure(directory, Sharing::Tenth);
}

Result<Measured> SharedRow::measurePeer(const std::string& directory) {
  return measure(directory, Sharing::None);
}

Result<Measured> SharedRow::measure(const std::string& directory, Sharing sharing) const {
  BenchDatabase database;
  RETURN_IF_ERROR(database.makeTable(m_load, 1 + kGroups * kRowsOfGroup));
  RETURN_IF_ERROR(database.ask("UPDATE rows SET amount=0 WHERE id=0").status());
  EngineRun run;
  run.directory = directory;
  run.changeSets = kSets;
  const bool shares = sharing == Sharing::Tenth;
  Result<Measured> measured =
      measureEngine(run, database, [&](const Catalog& catalog) -> Result<SetSource> {
        Result<RowChanges> changes = RowChanges::of(catalog);
        if (!changes) return changes.status();
        auto shared = std::make_shared<RowChanges>(std::move(*changes));
        return SetSource([this, shares, shared](std::uint64_t i) {
          const std::string& group = m_groups[i % kGroups];
          const bool counts = shares && i / kGroups % kSharedEvery == i % kSharedEvery;
          return counts ? shared->encodeUpdateAndCount(update(i), group, kSharedId)
                        : shared->encodeUpdate(update(i), group);
        });
      });
  if (!measured) return measured.status();
  const Result<std::string> counted = database.ask("SELECT amount FROM rows WHERE id=0");
  if (!counted) return counted.status();
  const std::string expected = shares ? std::to_string(kSets / kSharedEvery) : "0";
  if (*counted != expected) {
    return Status(StatusCode::Conflict,
                  "the shared row counts " + *counted + " instead of " + expected);
  }
  Result<std::string> work = database.tally(kSharedId + 1);
  if (!work) return work.status();
  measured->work = std::move(*work);
  return measured;
}

}  // namespace penstock::bench
