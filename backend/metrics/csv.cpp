// SPDX-License-Identifier: Apache-2.0
#include "metrics/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/utf8.h"
#include "metrics/history_point.h"
#include "metrics/rates.h"

namespace penstock {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

std::string asUtf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size() + 2);
  while (!text.empty()) {
    const std::size_t length = text.front() == '\0' ? 0 : letterBytes(text);
    clean += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return clean;
}

bool isPlainNumber(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const bool hasOnlyNumberLetters = text.find_first_not_of("0123456789.eE+-") == text.npos;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return hasOnlyNumberLetters && error != std::errc::invalid_argument &&
         end == text.data() + text.size();
}

bool runsAsFormula(std::string_view text) {
  static constexpr std::array<std::string_view, 11> kStarts{
      "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  if (isPlainNumber(text)) return false;
  // Some programs cut leading blanks before they look.
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return std::any_of(kStarts.begin(), kStarts.end(),
                     [text](std::string_view start) { return text.starts_with(start); });
}

void appendCell(const CsvCell& cell, std::string& row) {
  if (cell.kind == CsvCell::Kind::Null) return;
  std::string text = asUtf8(cell.text);
  if (runsAsFormula(text)) text.insert(0, 1, '\'');
  const bool isQuoted = text.empty() || text.find_first_of(",\"\r\n\t'") != text.npos ||
                        text.front() == ' ' || text.back() == ' ';
  if (!isQuoted) {
    row += text;
    return;
  }
  row += '"';
  for (const char letter : text) {
    if (letter == '"') row += '"';
    row += letter;
  }
  row += '"';
}

}  // namespace

CsvCell CsvCell::ofNumber(double value) {
  if (!std::isfinite(value)) return none();
  std::array<char, 400> digits{};
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                    std::chars_format::fixed, 3);
  std::string_view text(digits.data(), static_cast<std::size_t>(result.ptr - digits.data()));
  text = text.substr(0, text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.remove_suffix(1);
  return {std::string(text == "-0" ? "0" : text), Kind::Text};
}

CsvCell CsvCell::ofTime(std::int64_t wallMicros) {
  return {formatUtc(WallTime{std::chrono::microseconds{wallMicros}}), Kind::Text};
}

std::string csvRow(std::span<const CsvCell> cells) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += ',';
    appendCell(cells[i], row);
  }
  row += "\r\n";
  return row;
}

std::string csvSnapshotHeader() {
  std::vector<CsvCell> cells{{"time"}, {"sink"}, {"state"}};
  for (std::size_t i = 0; i < kCsvMetricCount; ++i) cells.push_back({historyMetricNames()[i]});
  return csvRow(cells);
}

std::string csvSnapshotRow(const Snapshot& now, const Snapshot* before, std::string_view sink) {
  const SinkSnapshot* found = findSink(now, sink);
  std::vector<CsvCell> cells;
  cells.push_back(CsvCell::ofTime(now.wallMicros));
  cells.push_back({found == nullptr ? std::string(sink) : found->name});
  cells.push_back(found == nullptr ? CsvCell::none()
                                   : CsvCell{std::string(sinkStateName(found->state))});
  const std::vector<double> values = historyMetricValues(now, before, sink);
  for (std::size_t i = 0; i < kCsvMetricCount; ++i) cells.push_back(CsvCell::ofNumber(values[i]));
  return csvRow(cells);
}

}  // namespace penstock
