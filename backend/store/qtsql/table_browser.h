// SPDX-License-Identifier: Apache-2.0
// What a database holds now, for people: its tables, a page of one of them, all rows for an export.
// Reads only; names come from the database's own list, values are bound.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "store/qtsql/scoped_database.h"

namespace penstock {

struct TableCell {
  enum class Kind : std::uint8_t { Text, Number, Null };
  std::string text;  ///< UTF-8; bytes as x'00ff'; empty for Null
  Kind kind = Kind::Text;
  bool isCut = false;  ///< longer in the database (pages only)
  bool operator==(const TableCell&) const = default;
};

enum class SortOrder { Ascending, Descending };

struct TablePageRequest {
  std::string table;
  std::string filter{};      ///< `column=value`, or text that any column holds; empty: all rows
  std::string sortColumn{};  ///< empty: the primary key
  SortOrder order = SortOrder::Ascending;
  std::uint64_t offset = 0;
  std::uint32_t rowsMax = 200;  ///< at most limits::kBrowseRowsMax are given
};

struct TableRows {
  std::vector<std::string> columns;
  std::vector<std::vector<TableCell>> rows;
};

struct TablePage {
  TableRows content;
  /// Rows that the filter lets through; none when they are more than limits::kBrowseCountMax.
  std::optional<std::uint64_t> total;
};

/// Threads: any; each call opens a connection of its own and closes it.
/// Expects: a QCoreApplication.
class TableBrowser {
 public:
  explicit TableBrowser(BrowseTarget target) : m_target(std::move(target)) {}

  /// Sorted, without penstock_ and system tables. Errors: Unsupported, Unavailable.
  Result<std::vector<std::string>> tables() const;
  /// Errors: NotFound (table or sort column), Unsupported, Unavailable.
  Result<TablePage> page(const TablePageRequest& request) const;

  enum class Continue { Yes, No };
  using TakeRows = std::function<Continue(const TableRows&)>;
  /// All rows by primary key, uncut, `rowsPerCall` at a time; an empty table gives one call with
  /// columns and no rows. Errors: NotFound, Unsupported, Unavailable, Cancelled (`take` said No).
  Status exportTable(const std::string& table, std::size_t rowsPerCall, const TakeRows& take) const;

 private:
  BrowseTarget m_target;
};

}  // namespace penstock
