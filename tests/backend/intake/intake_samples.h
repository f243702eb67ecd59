// SPDX-License-Identifier: Apache-2.0
// The catalog that the tests of intake check change sets against.
#pragma once

#include <memory>

#include "tests/backend/model/model_samples.h"

namespace penstock::test {

/// Table 0 `kinds`, 1 `pairs`, 2 `log` as in sampleCatalog(); 3 `players`: key `id`, text `status`,
/// integer `slot`, integer `moves`, generated `score`, dropped `gone`; 4 `old`, dropped; 5 `wide`:
/// key `c0` and 99 integer columns.
inline CatalogPointer intakeCatalog() {
  const Catalog sample = sampleCatalog();
  std::vector<Table> tables(sample.tables().begin(), sample.tables().end());
  Table players;
  players.id = TableId{3};
  players.name = "players";
  players.columns = {
      sampleColumn("id", ColumnType::Integer),    sampleColumn("status", ColumnType::Text),
      sampleColumn("slot", ColumnType::Integer),  sampleColumn("moves", ColumnType::Integer),
      sampleColumn("score", ColumnType::Integer), sampleColumn("gone", ColumnType::Text)};
  players.columns[4].generated = true;
  players.columns[5].dropped = true;
  players.key = {ColumnId{0}};
  tables.push_back(players);
  Table old;
  old.id = TableId{4};
  old.name = "old";
  old.dropped = true;
  tables.push_back(old);
  Table wide;
  wide.id = TableId{5};
  wide.name = "wide";
  for (int i = 0; i < 100; ++i) {
    wide.columns.push_back(sampleColumn("c" + std::to_string(i), ColumnType::Integer));
  }
  wide.key = {ColumnId{0}};
  tables.push_back(wide);
  return std::make_shared<const Catalog>(std::move(tables));
}

}  // namespace penstock::test
