// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "metrics/csv.h"
#include "tests/fuzz/target.h"

namespace penstock::test {
namespace {

std::vector<CsvCell> cellsOf(std::string_view input) {
  std::vector<CsvCell> cells;
  for (;;) {
    const std::size_t end = std::min(input.find(kCellEnd), input.size());
    const std::string_view text = input.substr(0, end);
    cells.push_back(text == kNullCell ? CsvCell::none() : CsvCell{std::string(text)});
    if (end == input.size()) return cells;
    input.remove_prefix(end + 1);
  }
}

struct ReadCell {
  std::string text;
  bool isQuoted = false;
};

/// Takes a cell off the front of a row, by the grammar of RFC 4180 alone.
std::optional<ReadCell> takeCell(std::string_view& row) {
  ReadCell cell;
  if (!row.starts_with('"')) {
    cell.text = row.substr(0, row.find_first_of(",\r"));
    row.remove_prefix(cell.text.size());
    if (cell.text.find_first_of("\"\n") != std::string::npos) return std::nullopt;
    return cell;
  }
  cell.isQuoted = true;
  row.remove_prefix(1);
  for (;;) {
    const std::size_t quote = row.find('"');
    if (quote == std::string_view::npos) return std::nullopt;
    cell.text += row.substr(0, quote);
    row.remove_prefix(quote + 1);
    if (!row.starts_with('"')) return cell;
    cell.text += '"';
    row.remove_prefix(1);
  }
}

std::optional<std::vector<ReadCell>> readRow(std::string_view row) {
  std::vector<ReadCell> cells;
  for (;;) {
    auto cell = takeCell(row);
    if (!cell) return std::nullopt;
    cells.push_back(std::move(*cell));
    if (row == "\r\n") return cells;
    if (!row.starts_with(',')) return std::nullopt;
    row.remove_prefix(1);
  }
}

/// The documented replacements, but for the apostrophe.
std::string asWritten(std::string_view text) {
  std::string written;
  while (!text.empty()) {
    const std::size_t length = text.front() == '\0' ? 0 : lettersBytes(text);
    written += length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return written;
}

/// A number as people write it: digits with a sign, a point, an exponent; the whole of the text.
bool isNumber(std::string_view text) {
  const auto takeDigits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const auto takeAny = [&text](std::string_view letters) {
    const bool isThere = !text.empty() && letters.find(text.front()) != letters.npos;
    if (isThere) text.remove_prefix(1);
    return isThere;
  };
  takeAny("+-");
  std::size_t digits = takeDigits();
  if (takeAny(".")) digits += takeDigits();
  if (digits == 0) return false;
  if (takeAny("eE")) {
    takeAny("+-");
    if (takeDigits() == 0) return false;
  }
  return text.empty();
}

bool isFormula(std::string_view text) {
  if (isNumber(text)) return false;
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  static constexpr std::array<std::string_view, 11> kStarts{
      "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [text](std::string_view start) { return text.starts_with(start); });
}

Complaint compare(const CsvCell& given, const ReadCell& read) {
  if (given.kind == CsvCell::Kind::Null) {
    return read.isQuoted || !read.text.empty() ? "nothing was written as something" : "";
  }
  if (read.text.empty() && !read.isQuoted) return "an empty text was written as nothing";
  if (isFormula(read.text)) return "a cell runs as a formula: " + read.text;
  const std::string expected = asWritten(given.text);
  const bool isGuarded = isFormula(expected);
  if (read.text != (isGuarded ? "'" + expected : expected)) {
    return "the cell is another one: " + read.text + " for " + expected;
  }
  return {};
}

/// The first eight bytes, as a number of ours.
Complaint tryNumber(std::string_view input) {
  double value = 0;
  if (input.size() < sizeof value) return {};
  std::memcpy(&value, input.data(), sizeof value);
  const CsvCell cell = CsvCell::ofNumber(value);
  if (cell.kind == CsvCell::Kind::Null) return {};
  if (!isNumber(cell.text) || cell.text.find_first_of("+eE") != std::string::npos) {
    return "a number is written as " + cell.text;
  }
  return csvRow({&cell, 1}) == cell.text + "\r\n" ? "" : "a number is quoted: " + cell.text;
}

}  // namespace

Complaint tryCsv(std::string_view input) {
  if (Complaint wrong = tryNumber(input); !wrong.empty()) return wrong;
  const std::vector<CsvCell> cells = cellsOf(input);
  const auto read = readRow(csvRow(cells));
  if (!read) return "the row is no RFC 4180";
  if (read->size() != cells.size()) return "the row has another number of cells";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (Complaint wrong = compare(cells[i], (*read)[i]); !wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace penstock::test
