// SPDX-License-Identifier: Apache-2.0
// What the engine knows of the database's tables: columns, types, keys and constraints. Read from
// the primary's store, kept at the head of every journal segment, so that intake can check change
// sets while the database is away. Immutable once made; shared by pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "model/ids.h"

namespace penstock {

/// The numbers are stored in journals: never renumber.
enum class ColumnType : std::uint8_t {
  Any = 0,
  Integer = 1,
  Real = 2,
  Decimal = 3,
  Text = 4,
  Bytes = 5,
  Boolean = 6,
  Json = 7,
  Timestamp = 8,
  Date = 9,
  Time = 10,
  Uuid = 11,
};
std::string_view columnTypeName(ColumnType type);

struct Column {
  std::string name;
  ColumnType type = ColumnType::Any;
  std::string declaredType;  ///< as the database writes it, for messages
  bool nullable = true;
  bool hasDefault = false;
  bool generated = false;  ///< computed by the database; never written
  bool dropped = false;    ///< was there once; keeps its id
  /// The database makes numbers of text, and keeps them as 64-bit integers or doubles (SQLite).
  bool numericAffinity = false;
  bool operator==(const Column&) const = default;
};

/// A unique constraint or index beside the primary key.
struct UniqueConstraint {
  std::vector<ColumnId> columns;  ///< empty: on an expression or partial; the whole table counts
  bool operator==(const UniqueConstraint&) const = default;
};

enum class ReferentialAction : std::uint8_t { None, Cascade, SetNull, SetDefault };

struct ForeignKey {
  std::vector<ColumnId> columns;
  TableId referencedTable{};
  std::vector<ColumnId> referencedColumns;
  ReferentialAction onDelete = ReferentialAction::None;
  ReferentialAction onUpdate = ReferentialAction::None;
  bool operator==(const ForeignKey&) const = default;
};

struct Table {
  TableId id{};
  std::string name;
  std::vector<Column> columns;  ///< index is the ColumnId
  std::vector<ColumnId> key;    ///< primary key, in key order; empty: no key, inserts only
  std::vector<UniqueConstraint> uniques;
  std::vector<ForeignKey> foreignKeys;
  bool hasTriggers = false;
  bool keyIsByteEqual = true;  ///< false: collations, floats; order the table as one row
  bool dropped = false;        ///< was there once; keeps its id

  std::optional<ColumnId> findColumn(std::string_view columnName) const;
  /// Position of `column` in the key, if it is part of it.
  std::optional<std::size_t> keyPosition(ColumnId column) const;
  const Column& column(ColumnId columnId) const { return columns[toIndex(columnId)]; }
  bool operator==(const Table&) const = default;
};

/// Threads: immutable, any.
class Catalog {
 public:
  Catalog() = default;
  /// Expects: tables[i].id == i and every id named in a constraint exists.
  explicit Catalog(std::vector<Table> tables);

  /// Null when unknown or dropped. Names compare byte by byte.
  const Table* find(std::string_view tableName) const;
  const Table& table(TableId id) const;
  std::span<const Table> tables() const { return m_tables; }
  bool operator==(const Catalog& other) const { return m_tables == other.m_tables; }

  /// `now` as read from the database, with the ids of `before` kept by name: a table or column that
  /// is gone stays with `dropped` set, what is new is appended.
  static Catalog evolve(const Catalog& before, const Catalog& now);

  /// The byte form kept in journals (versioned).
  std::string encode() const;
  /// Errors: Corrupt (not an encoded catalog), Unsupported (a newer version).
  static Result<Catalog> decode(std::string_view bytes);

 private:
  struct NameHash {
    using is_transparent = void;  // find() takes a string_view without making a string
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };

  std::vector<Table> m_tables;
  std::unordered_map<std::string, TableId, NameHash, std::equal_to<>> m_byName;
};

using CatalogPointer = std::shared_ptr<const Catalog>;

/// The known name nearest to `name` by edit distance, for `unknown column 'nam': did you mean
/// 'name'?`. Empty when nothing is near.
std::string nearestName(std::string_view name, std::span<const std::string> known);

}  // namespace penstock
