// SPDX-License-Identifier: Apache-2.0
#include "flush/key_order.h"

#include <bit>

namespace penstock {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

std::uint64_t realPrefix(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

std::uint64_t textPrefix(std::string_view text) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < sizeof(prefix); ++i) {
    prefix = prefix << 8 | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0u);
  }
  return prefix;
}

}  // namespace

std::uint64_t orderPrefix(ValueView value) {
  switch (value.kind()) {
    case ValueKind::Null:
    case ValueKind::False:
      return 0;
    case ValueKind::True:
      return 1;
    case ValueKind::Integer:
      return static_cast<std::uint64_t>(value.asInteger()) ^ kSignBit;
    case ValueKind::Real:
      return realPrefix(value.asReal());
    default:
      return textPrefix(value.asText());
  }
}

bool lessValue(ValueView left, ValueView right) {
  const std::uint64_t leftPrefix = orderPrefix(left);
  const std::uint64_t rightPrefix = orderPrefix(right);
  if (leftPrefix != rightPrefix) return leftPrefix < rightPrefix;
  if (left.kind() != right.kind()) return left.kind() < right.kind();
  return left.kind() >= ValueKind::Text && left.asText() < right.asText();
}

void KeyOrder::add(std::uint32_t block, std::uint32_t row, std::span<const ValueView> key) {
  m_items.push_back(Item{key.empty() ? row : orderPrefix(key.front()), block, row});
}

bool KeyOrder::lessKey(std::span<const ValueView> left, std::span<const ValueView> right) {
  return std::ranges::lexicographical_compare(left, right, lessValue);
}

}  // namespace penstock
