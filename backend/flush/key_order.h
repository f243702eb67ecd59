// SPDX-License-Identifier: Apache-2.0
// Sorts the rows of a run by block, then by typed key: integers as numbers, texts by bytes.
// Databases load sorted keys fastest, and two transactions that lock rows in one order cannot
// deadlock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "model/value.h"

namespace penstock {

/// Keeps the order of values of one kind in an integer, as far as 64 bits go.
std::uint64_t orderPrefix(ValueView value);

/// A total order of values: by prefix, then by kind and content.
bool lessValue(ValueView left, ValueView right);

/// Threads: one.
class KeyOrder {
 public:
  struct Item {
    std::uint64_t prefix = 0;
    std::uint32_t block = 0;
    std::uint32_t row = 0;
  };

  void clear() { m_items.clear(); }
  /// `key` empty: rows of that block keep the order in which they are added.
  void add(std::uint32_t block, std::uint32_t row, std::span<const ValueView> key);

  /// `keyOf(row)` gives the whole key of a row as a span; it is asked when prefixes are equal.
  template <typename KeyOf>
  std::span<const Item> sorted(const KeyOf& keyOf) {
    const auto less = [&keyOf](const Item& left, const Item& right) {
      if (left.block != right.block) return left.block < right.block;
      if (left.prefix != right.prefix) return left.prefix < right.prefix;
      const auto leftKey = keyOf(left.row);
      const auto rightKey = keyOf(right.row);
      if (lessKey(leftKey, rightKey)) return true;
      return !lessKey(rightKey, leftKey) && left.row < right.row;
    };
    if (!std::is_sorted(m_items.begin(), m_items.end(), less)) {
      std::sort(m_items.begin(), m_items.end(), less);
    }
    return m_items;
  }

 private:
  static bool lessKey(std::span<const ValueView> left, std::span<const ValueView> right);

  std::vector<Item> m_items;
};

}  // namespace penstock
