// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace penstock {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> makeDigits() {
  std::array<std::uint8_t, 256> digits{};
  for (auto& digit : digits) digit = kNoDigit;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return digits;
}
constexpr auto kDigits = makeDigits();

/// Decodes the first `count` letters of a group into 24 bits; false for a letter outside the
/// alphabet, or when bits beyond the last byte are set.
bool decodeGroup(std::string_view group, std::size_t count, std::uint32_t& bits) {
  bits = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint8_t digit = 0;
    if (i < count) digit = kDigits[static_cast<unsigned char>(group[i])];
    if (digit == kNoDigit) return false;
    bits = bits << 6 | digit;
  }
  return count == 4 || (bits & (count == 3 ? 0xffu : 0xffffu)) == 0;
}

}  // namespace

void appendBase64(std::string& to, std::string_view bytes) {
  to.reserve(to.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      to.push_back(k <= count ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=');
    }
  }
}

bool decodeBase64(std::string& to, std::string_view text) {
  if (text.size() % 4 != 0) return false;
  const std::size_t start = to.size();
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::string_view group = text.substr(i, 4);
    std::size_t count = 4;
    if (i + 4 == text.size()) {
      if (group[3] == '=') count = group[2] == '=' ? 2 : 3;
    }
    std::uint32_t bits = 0;
    if (!decodeGroup(group, count, bits)) {
      to.resize(start);
      return false;
    }
    for (std::size_t k = 0; k + 1 < count; ++k) {
      to.push_back(static_cast<char>(bits >> (16 - 8 * k) & 0xff));
    }
  }
  return true;
}

}  // namespace penstock
