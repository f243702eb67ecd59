// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

namespace penstock {

std::size_t letterBytes(std::string_view text) {
  const auto byteAt = [&text](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto isBetween = [](unsigned byte, unsigned low, unsigned high) {
    return byte >= low && byte <= high;
  };
  const unsigned first = byteAt(0);
  if (first < 0x80) return text.empty() ? 0 : 1;
  std::size_t length = 0;
  unsigned low = 0x80;
  unsigned high = 0xBF;
  if (isBetween(first, 0xC2, 0xDF)) length = 2;
  if (isBetween(first, 0xE0, 0xEF)) length = 3;
  if (isBetween(first, 0xF0, 0xF4)) length = 4;
  if (first == 0xE0) low = 0xA0;   // else overlong
  if (first == 0xED) high = 0x9F;  // else a surrogate
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  if (length == 0 || !isBetween(byteAt(1), low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!isBetween(byteAt(i), 0x80, 0xBF)) return 0;
  }
  return length;
}

}  // namespace penstock
