// SPDX-License-Identifier: Apache-2.0
// Rows of the CSV files that users take away: RFC 4180 in UTF-8, safe to open in a spreadsheet
// (no cell of somebody else's making can run as a formula), the same in every locale.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "metrics/snapshot.h"

namespace penstock {

/// One cell: what it shows, and whether there is anything.
struct CsvCell {
  enum class Kind : std::uint8_t {
    Text,
    Null,  ///< written as nothing at all; an empty text is written as `""`
  };
  std::string text;
  Kind kind = Kind::Text;

  static CsvCell none() { return {{}, Kind::Null}; }
  /// NaN and infinities are empty; at most three decimals.
  static CsvCell ofNumber(double value);
  /// ISO 8601, UTC, milliseconds.
  static CsvCell ofTime(std::int64_t wallMicros);
};

/// A row with its line end (CR LF). A text that a spreadsheet would run (after blanks `=`, `+`,
/// `-`,
/// `@`, also in full width, a tab or a line end first; a plain number is none) gets a leading
/// apostrophe. Bytes that are no UTF-8, and NUL, become U+FFFD.
std::string csvRow(std::span<const CsvCell> cells);

/// The header of the snapshot file.
std::string csvSnapshotHeader();
/// A row of it for a sink (empty: the primary). Rates are of the time since `before`, empty where
/// there are none (no earlier sample, another run of the node).
std::string csvSnapshotRow(const Snapshot& now, const Snapshot* before, std::string_view sink);

}  // namespace penstock
