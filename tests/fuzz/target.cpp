// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/target.h"

#include <array>
#include <bit>
#include <cstdint>

namespace penstock::test {

std::size_t lettersBytes(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<std::uint8_t>(text.front());
  const auto length = static_cast<std::size_t>(std::countl_one(first));
  if (length == 0) return 1;
  if (length == 1 || length > 4 || length > text.size()) return 0;
  std::uint32_t point = first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0u) != 0x80u) return 0;
    point = point << 6 | (byte & 0x3fu);
  }
  static constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool isSurrogate = point >= 0xd800 && point < 0xe000;
  return point < kLeast[length] || point > 0x10ffff || isSurrogate ? 0 : length;
}

bool isOneLine(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text.front());
    const std::size_t length = lettersBytes(text);
    const bool isSecondControl =  // U+0080 to U+009F
        first == 0xc2 && length == 2 && static_cast<std::uint8_t>(text[1]) < 0xa0;
    if (length == 0 || first < 0x20 || first == 0x7f || isSecondControl) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace penstock::test
