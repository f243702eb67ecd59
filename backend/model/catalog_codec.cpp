// SPDX-License-Identifier: Apache-2.0
// The byte form of a catalog in journals: u8 version, varint number of tables, then per table its
// name, flags, columns, key, unique constraints and foreign keys. Numbers are varints, names have
// their length before them.
#include <algorithm>
#include <unordered_set>

#include "model/catalog.h"
#include "model/limits.h"
#include "model/varint.h"

namespace penstock {
namespace {

constexpr std::uint8_t kCatalogFormat = 2;  // since 2: kNumericAffinity

enum ColumnFlag : std::uint32_t {
  kNullable = 1,
  kHasDefault = 2,
  kGenerated = 4,
  kColumnGone = 8,
  kNumericAffinity = 16,
};
enum TableFlag : std::uint32_t { kHasTriggers = 1, kKeyIsByteEqual = 2, kTableGone = 4 };

void appendIds(std::string& to, const std::vector<ColumnId>& ids) {
  appendVarint(to, ids.size());
  for (const ColumnId id : ids) appendVarint(to, toIndex(id));
}

void appendColumn(std::string& to, const Column& column) {
  appendLengthed(to, column.name);
  appendVarint(to, static_cast<std::uint64_t>(column.type));
  appendLengthed(to, column.declaredType);
  appendVarint(to, (column.nullable ? kNullable : 0u) | (column.hasDefault ? kHasDefault : 0u) |
                       (column.generated ? kGenerated : 0u) | (column.dropped ? kColumnGone : 0u) |
                       (column.numericAffinity ? kNumericAffinity : 0u));
}

void appendTable(std::string& to, const Table& table) {
  appendLengthed(to, table.name);
  appendVarint(to, (table.hasTriggers ? kHasTriggers : 0u) |
                       (table.keyIsByteEqual ? kKeyIsByteEqual : 0u) |
                       (table.dropped ? kTableGone : 0u));
  appendVarint(to, table.columns.size());
  for (const Column& column : table.columns) appendColumn(to, column);
  appendIds(to, table.key);
  appendVarint(to, table.uniques.size());
  for (const UniqueConstraint& unique : table.uniques) appendIds(to, unique.columns);
  appendVarint(to, table.foreignKeys.size());
  for (const ForeignKey& foreign : table.foreignKeys) {
    appendIds(to, foreign.columns);
    appendVarint(to, toIndex(foreign.referencedTable));
    appendIds(to, foreign.referencedColumns);
    appendVarint(to, static_cast<std::uint64_t>(foreign.onDelete));
    appendVarint(to, static_cast<std::uint64_t>(foreign.onUpdate));
  }
}

bool takeName(ByteReader& reader, std::string& name) {
  std::string_view bytes;
  if (!reader.takeLengthed(bytes)) return false;
  name = bytes;
  return true;
}

/// A count of things of at least one byte each: no larger than what is left.
bool takeCount(ByteReader& reader, std::uint32_t& count, std::size_t countMax) {
  return reader.takeVarint32(count) && count <= countMax && count <= reader.remaining();
}

bool takeIds(ByteReader& reader, std::vector<ColumnId>& ids) {
  std::uint32_t count = 0;
  if (!takeCount(reader, count, limits::kColumnsPerTableMax)) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t id = 0;
    if (!reader.takeVarint32(id)) return false;
    ids.push_back(ColumnId{id});
  }
  return true;
}

bool takeAction(ByteReader& reader, ReferentialAction& action) {
  std::uint32_t number = 0;
  if (!reader.takeVarint32(number)) return false;
  if (number > static_cast<std::uint32_t>(ReferentialAction::SetDefault)) return false;
  action = static_cast<ReferentialAction>(number);
  return true;
}

bool takeColumn(ByteReader& reader, Column& column) {
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  if (!takeName(reader, column.name) || !reader.takeVarint32(type)) return false;
  if (type > static_cast<std::uint32_t>(ColumnType::Uuid)) return false;
  if (!takeName(reader, column.declaredType) || !reader.takeVarint32(flags)) return false;
  if (flags >= kNumericAffinity * 2) return false;
  column.type = static_cast<ColumnType>(type);
  column.nullable = flags & kNullable;
  column.hasDefault = flags & kHasDefault;
  column.generated = flags & kGenerated;
  column.dropped = flags & kColumnGone;
  column.numericAffinity = flags & kNumericAffinity;
  return true;
}

bool takeForeignKey(ByteReader& reader, ForeignKey& foreign) {
  std::uint32_t table = 0;
  if (!takeIds(reader, foreign.columns) || !reader.takeVarint32(table)) return false;
  foreign.referencedTable = TableId{table};
  return takeIds(reader, foreign.referencedColumns) && takeAction(reader, foreign.onDelete) &&
         takeAction(reader, foreign.onUpdate);
}

bool takeConstraints(ByteReader& reader, Table& table) {
  std::uint32_t count = 0;
  if (!takeIds(reader, table.key) || !takeCount(reader, count, reader.remaining())) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!takeIds(reader, table.uniques.emplace_back().columns)) return false;
  }
  if (!takeCount(reader, count, reader.remaining())) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!takeForeignKey(reader, table.foreignKeys.emplace_back())) return false;
  }
  return true;
}

bool takeTable(ByteReader& reader, Table& table) {
  std::uint32_t flags = 0;
  std::uint32_t columns = 0;
  if (!takeName(reader, table.name) || !reader.takeVarint32(flags)) return false;
  if (flags >= kTableGone * 2) return false;
  table.hasTriggers = flags & kHasTriggers;
  table.keyIsByteEqual = flags & kKeyIsByteEqual;
  table.dropped = flags & kTableGone;
  // Dropped columns keep their ids, so that a journal may hold more of them than a database.
  if (!takeCount(reader, columns, reader.remaining())) return false;
  for (std::uint32_t i = 0; i < columns; ++i) {
    if (!takeColumn(reader, table.columns.emplace_back())) return false;
  }
  return takeConstraints(reader, table);
}

bool areIdsIn(const std::vector<ColumnId>& ids, const Table& table) {
  return std::all_of(ids.begin(), ids.end(),
                     [&](ColumnId id) { return toIndex(id) < table.columns.size(); });
}

/// What the constructor of Catalog expects, as a question: the bytes may be anything.
bool isConsistent(const std::vector<Table>& tables) {
  std::unordered_set<std::string_view> names;
  for (const Table& table : tables) {
    if (!areIdsIn(table.key, table)) return false;
    if (!names.insert(table.name).second) return false;
    for (const UniqueConstraint& unique : table.uniques) {
      if (!areIdsIn(unique.columns, table)) return false;
    }
    for (const ForeignKey& foreign : table.foreignKeys) {
      if (toIndex(foreign.referencedTable) >= tables.size()) return false;
      if (!areIdsIn(foreign.columns, table)) return false;
      const Table& referenced = tables[toIndex(foreign.referencedTable)];
      if (!areIdsIn(foreign.referencedColumns, referenced)) return false;
    }
  }
  return true;
}

Status corrupt() {
  return {StatusCode::Corrupt, "the bytes are no catalog (damaged, or of another program)"};
}

}  // namespace

std::string Catalog::encode() const {
  std::string bytes;
  bytes.push_back(static_cast<char>(kCatalogFormat));
  appendVarint(bytes, m_tables.size());
  for (const Table& table : m_tables) appendTable(bytes, table);
  return bytes;
}

Result<Catalog> Catalog::decode(std::string_view bytes) {
  ByteReader reader(bytes);
  std::uint8_t version = 0;
  std::uint32_t count = 0;
  if (!reader.take8(version) || version == 0) return corrupt();
  if (version > kCatalogFormat) {
    return Status(StatusCode::Unsupported, "catalog of format " + std::to_string(version) +
                                               ": written by a newer Penstock (use that one)");
  }
  if (!takeCount(reader, count, reader.remaining())) return corrupt();
  std::vector<Table> tables;  // grows as it is read: a count of damaged bytes means nothing
  for (std::uint32_t i = 0; i < count; ++i) {
    tables.emplace_back().id = TableId{i};
    if (!takeTable(reader, tables.back())) return corrupt();
  }
  if (!reader.atEnd() || !isConsistent(tables)) return corrupt();
  return Catalog(std::move(tables));
}

}  // namespace penstock
