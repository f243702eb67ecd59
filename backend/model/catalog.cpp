// SPDX-License-Identifier: Apache-2.0
#include "model/catalog.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace penstock {
namespace {

bool isIn(const std::vector<ColumnId>& ids, std::size_t columns) {
  return std::all_of(ids.begin(), ids.end(), [&](ColumnId id) { return toIndex(id) < columns; });
}

void checkTable(const Table& table, std::span<const Table> tables) {
  CHECK(isIn(table.key, table.columns.size()));
  for (const UniqueConstraint& unique : table.uniques) {
    CHECK(isIn(unique.columns, table.columns.size()));
  }
  for (const ForeignKey& foreign : table.foreignKeys) {
    CHECK(isIn(foreign.columns, table.columns.size()));
    CHECK(toIndex(foreign.referencedTable) < tables.size());
    const Table& referenced = tables[toIndex(foreign.referencedTable)];
    CHECK(isIn(foreign.referencedColumns, referenced.columns.size()));
  }
}

/// Where the ids of a newly read catalog have gone.
struct Renumbering {
  std::vector<TableId> tables;                 // by the new catalog's table
  std::vector<std::vector<ColumnId>> columns;  // likewise, by its column

  void apply(TableId table, std::vector<ColumnId>& ids) const {
    for (ColumnId& id : ids) id = columns[toIndex(table)][toIndex(id)];
  }
};

/// Columns of `before`, dropped ones kept, with those of `now` put in by name.
std::vector<ColumnId> mergeColumns(std::vector<Column>& columns, const std::vector<Column>& now) {
  for (Column& column : columns) column.dropped = true;
  std::vector<ColumnId> ids;
  for (const Column& column : now) {
    const auto known = std::find_if(columns.begin(), columns.end(),
                                    [&](const Column& c) { return c.name == column.name; });
    ids.push_back(ColumnId{static_cast<std::uint32_t>(known - columns.begin())});
    if (known == columns.end()) {
      columns.push_back(column);
    } else {
      *known = column;
    }
  }
  return ids;
}

void takeConstraints(Table& into, const Table& now, const Renumbering& moved) {
  into.key = now.key;
  moved.apply(now.id, into.key);
  into.uniques = now.uniques;
  for (UniqueConstraint& unique : into.uniques) moved.apply(now.id, unique.columns);
  into.foreignKeys = now.foreignKeys;
  for (ForeignKey& foreign : into.foreignKeys) {
    moved.apply(now.id, foreign.columns);
    moved.apply(foreign.referencedTable, foreign.referencedColumns);
    foreign.referencedTable = moved.tables[toIndex(foreign.referencedTable)];
  }
  into.hasTriggers = now.hasTriggers;
  into.keyIsByteEqual = now.keyIsByteEqual;
}

char lowered(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Letters to insert, remove, replace or swap with a neighbour to make `a` of `b`, in any case of
/// letters (optimal string alignment).
std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> beforeLast;
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  const auto same = [&](std::size_t i, std::size_t j) { return lowered(a[i]) == lowered(b[j]); };
  for (std::size_t i = 0; i < a.size(); ++i) {
    beforeLast = last;
    last = row;
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({last[j] + (same(i, j) ? 0 : 1), last[j + 1] + 1, row[j] + 1});
      const bool swapped = i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j);
      if (swapped) row[j + 1] = std::min(row[j + 1], beforeLast[j - 1] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string_view columnTypeName(ColumnType type) {
  static constexpr std::string_view kNames[] = {"any",       "integer", "real",    "decimal",
                                                "text",      "bytes",   "boolean", "json",
                                                "timestamp", "date",    "time",    "uuid"};
  CHECK(static_cast<std::size_t>(type) < std::size(kNames));
  return kNames[static_cast<std::size_t>(type)];
}

std::optional<ColumnId> Table::findColumn(std::string_view columnName) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].dropped && columns[i].name == columnName) {
      return ColumnId{static_cast<std::uint32_t>(i)};
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> Table::keyPosition(ColumnId column) const {
  const auto found = std::find(key.begin(), key.end(), column);
  if (found == key.end()) return std::nullopt;
  return static_cast<std::size_t>(found - key.begin());
}

Catalog::Catalog(std::vector<Table> tables) : m_tables(std::move(tables)) {
  for (std::size_t i = 0; i < m_tables.size(); ++i) {
    CHECK(toIndex(m_tables[i].id) == i);
    checkTable(m_tables[i], m_tables);
    if (!m_tables[i].dropped) m_byName.emplace(m_tables[i].name, m_tables[i].id);
  }
}

const Table* Catalog::find(std::string_view tableName) const {
  const auto found = m_byName.find(tableName);
  return found == m_byName.end() ? nullptr : &m_tables[toIndex(found->second)];
}

const Table& Catalog::table(TableId id) const {
  CHECK(toIndex(id) < m_tables.size());
  return m_tables[toIndex(id)];
}

Catalog Catalog::evolve(const Catalog& before, const Catalog& now) {
  std::vector<Table> tables = before.m_tables;
  for (Table& table : tables) table.dropped = true;
  Renumbering moved;
  for (const Table& table : now.m_tables) {
    const auto known = std::find_if(tables.begin(), tables.end(),
                                    [&](const Table& t) { return t.name == table.name; });
    const auto id = TableId{static_cast<std::uint32_t>(known - tables.begin())};
    if (known == tables.end()) {
      tables.emplace_back();
      tables.back().id = id;
      tables.back().name = table.name;
    }
    Table& into = tables[toIndex(id)];
    into.dropped = table.dropped;
    moved.tables.push_back(id);
    moved.columns.push_back(mergeColumns(into.columns, table.columns));
  }
  for (const Table& table : now.m_tables) {
    takeConstraints(tables[toIndex(moved.tables[toIndex(table.id)])], table, moved);
  }
  return Catalog(std::move(tables));
}

std::string nearestName(std::string_view name, std::span<const std::string> known) {
  constexpr std::size_t kNameBytesMax = 128;  // longer ones are not typed by hand
  if (name.size() > kNameBytesMax) return {};
  std::size_t best = std::max<std::size_t>(1, name.size() / 3) + 1;
  std::string nearest;
  for (const std::string& candidate : known) {
    if (candidate.size() > kNameBytesMax) continue;
    const std::size_t distance = editDistance(name, candidate);
    if (distance < best && distance < candidate.size()) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace penstock
