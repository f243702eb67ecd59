// SPDX-License-Identifier: Apache-2.0
#include "intake/kept_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/check.h"
#include "base/log.h"
#include "intake/decimal_text.h"

namespace penstock {
namespace {

constexpr std::size_t kShownBytes = 60;
/// A double has at most 767 significant digits, all of which these show.
constexpr int kAllDigits = 766;

bool isDigit(char letter) { return letter >= '0' && letter <= '9'; }

/// From the first digit that counts to the last one written.
int significantDigits(std::string_view text) {
  int count = 0;
  for (const char letter : text) {
    if (letter == 'e' || letter == 'E') break;
    if (isDigit(letter) && (count > 0 || letter != '0')) ++count;
  }
  return count;
}

/// One digit before the point and `decimals` behind it, then the exponent.
std::string withDigits(double real, int decimals) {
  std::array<char, kAllDigits + 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real,
                                 std::chars_format::scientific, decimals);
  CHECK(end.ec == std::errc());
  return {buffer.data(), end.ptr};
}

std::string shortest(double real) {
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), real);
  CHECK(end.ec == std::errc());
  return {buffer.data(), end.ptr};
}

bool isSameNumber(std::string_view one, std::string_view other) {
  std::string first;
  std::string second;
  return canonicalDecimal(one, first) && canonicalDecimal(other, second) && first == second;
}

/// Infinite when it is larger than any double.
double nearestReal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double real = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), real);
  if (end.ec == std::errc()) return real;
  return std::strtod(std::string(text).c_str(), nullptr);  // too large, or too small
}

std::string_view withoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string described(const Column& column) {
  std::string text = "the " + std::string(columnTypeName(column.type)) + " column";
  if (column.declaredType.empty()) return text;
  return text + " (" + escapeForLog(std::string_view(column.declaredType).substr(0, kShownBytes)) +
         ")";
}

std::string shown(std::string_view text) {
  return escapeForLog(text.substr(0, kShownBytes)) + (text.size() > kShownBytes ? "…" : "");
}

}  // namespace

bool standsFor(double real, std::string_view text) {
  constexpr int kAlwaysHeld = 15;
  const int digits = significantDigits(text);
  // Too small to be told from zero is no error; INTERFACES names only what is too large.
  if (digits <= kAlwaysHeld || real == 0) return std::isfinite(real);
  if (!std::isfinite(real)) return false;
  return isSameNumber(withDigits(real, std::min(digits - 1, kAllDigits)), text);
}

bool isKeptExactly(std::string_view text) {
  std::string decimal;
  if (!canonicalDecimal(text, decimal)) return false;
  std::int64_t integer = 0;
  const char* end = decimal.data() + decimal.size();
  const auto whole = std::from_chars(decimal.data(), end, integer);
  if (whole.ec == std::errc() && whole.ptr == end) return true;
  const double real = nearestReal(decimal);
  if (!std::isfinite(real)) return false;
  return isSameNumber(shortest(real), decimal) ||
         isSameNumber(withDigits(real, kAllDigits), decimal);
}

bool looksLikeNumber(std::string_view text) {
  text = withoutBlanks(text);
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  std::size_t at = 0;
  std::size_t digits = 0;
  const auto skipDigits = [&] {
    for (; at < text.size() && isDigit(text[at]); ++at) ++digits;
  };
  skipDigits();
  if (at < text.size() && text[at] == '.') ++at;
  skipDigits();
  if (digits == 0) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  digits = 0;
  skipDigits();
  return digits > 0 && at == text.size();
}

Status wouldBeRounded(const Column& column, std::string_view text) {
  const double real = nearestReal(text);
  const std::string become =
      std::isfinite(real) ? "would become " + shortest(real) : "is too large";
  return {StatusCode::Invalid, shown(text) + " does not fit " + described(column) +
                                   " without loss: it " + become +
                                   " (round it, or declare the column TEXT and give a string)"};
}

Status checkTextAsNumber(const Column& column, std::string_view text) {
  if (!looksLikeNumber(text)) return Status::ok();
  std::string decimal;
  if (!canonicalDecimal(text, decimal) || !isKeptExactly(decimal)) {
    return wouldBeRounded(column, withoutBlanks(text));
  }
  if (text == decimal) return Status::ok();
  return {StatusCode::Invalid, "'" + shown(text) + "' would become the number " + shown(decimal) +
                                   " in " + described(column) +
                                   " (give the number, or declare the column TEXT)"};
}

}  // namespace penstock
