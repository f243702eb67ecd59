// SPDX-License-Identifier: Apache-2.0
#include "base/number_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace penstock {

std::string groupedNumber(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t place = digits.size(); place > first + 3;) {
    place -= 3;
    digits.insert(place, ",");
  }
  return digits;
}

std::string byteText(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  double amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 999.5 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  const bool fraction = unit > 0 && amount < 9.95;
  std::snprintf(text.data(), text.size(), fraction ? "%.1f %s" : "%.0f %s", amount, kUnits[unit]);
  return text.data();
}

std::string durationText(std::chrono::nanoseconds duration) {
  const std::int64_t millis =
      std::max<std::int64_t>(0, std::chrono::round<std::chrono::milliseconds>(duration).count());
  if (millis < 1000) return std::to_string(millis) + " ms";
  const std::int64_t tenths = (millis + 50) / 100;
  if (tenths < 100 && tenths % 10 != 0)
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
  const std::int64_t seconds = (millis + 500) / 1000;
  const auto both = [](std::int64_t whole, const char* unit, std::int64_t rest, const char* of) {
    const std::string text = groupedNumber(whole) + unit;
    return rest == 0 ? text : text + " " + std::to_string(rest) + of;
  };
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return both(seconds / 60, " min", seconds % 60, " s");
  return both(seconds / 3600, " h", seconds % 3600 / 60, " min");
}

}  // namespace penstock
