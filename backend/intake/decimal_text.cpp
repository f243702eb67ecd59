// SPDX-License-Identifier: Apache-2.0
#include "intake/decimal_text.h"

#include <charconv>

#include "model/limits.h"

namespace penstock {
namespace {

bool isDigit(char letter) { return letter >= '0' && letter <= '9'; }

std::string_view takeDigits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && isDigit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

/// The rest of a number after its digits: nothing, or an exponent.
bool takeExponent(std::string_view text, long& exponent) {
  exponent = 0;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text[0] == '-') return false;
  }
  const auto end = std::from_chars(text.data(), text.data() + text.size(), exponent);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return false;
  constexpr long kFar = 1'000'000'000;  // beyond the digits allowed; no overflow below
  return exponent >= -kFar && exponent <= kFar;
}

}  // namespace

bool canonicalDecimal(std::string_view text, std::string& to) {
  to.clear();
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  const std::string_view whole = takeDigits(text);
  std::string_view fraction;
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    fraction = takeDigits(text);
  }
  long exponent = 0;
  if (whole.empty() && fraction.empty()) return false;
  if (!takeExponent(text, exponent)) return false;
  constexpr long kDigitsMax = static_cast<long>(limits::kDecimalDigitsMax);
  if (whole.size() + fraction.size() > limits::kChangeSetBytesMax) return false;

  std::string digits;  // without zeros at either end; its point stands after `point` of them
  digits.reserve(whole.size() + fraction.size());
  digits.append(whole).append(fraction);
  long point = static_cast<long>(whole.size()) + exponent;
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) {
    to = "0";
    return true;
  }
  digits.erase(digits.find_last_not_of('0') + 1);
  digits.erase(0, first);
  point -= static_cast<long>(first);
  const long count = static_cast<long>(digits.size());
  if (count > kDigitsMax || point > kDigitsMax || count - point > kDigitsMax) return false;

  if (negative) to.push_back('-');
  if (point <= 0) {
    to.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (point >= count) {
    to.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    const auto at = static_cast<std::size_t>(point);
    to.append(digits, 0, at).append(".").append(digits, at);
  }
  return true;
}

}  // namespace penstock
