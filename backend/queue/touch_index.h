// SPDX-License-Identifier: Apache-2.0
// Finds a number by the hash of a thing: open addressing without tombstones, because every touched
// thing comes and goes with the change sets that touch it, a million times a second. Capacity is
// kept, so a steady load allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace penstock {

/// Threads: one at a time.
class TouchIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffffu;

  /// kNone: there is none.
  std::uint32_t find(std::uint64_t hash) const;
  /// Replaces the one that is there. Expects: not kNone.
  void put(std::uint64_t hash, std::uint32_t number);
  /// Expects: it is there.
  void erase(std::uint64_t hash);
  bool isEmpty() const { return m_count == 0; }

  /// Calls `visit(hash, number)` for all, in no order.
  template <typename Visit>
  void forEach(const Visit& visit) const {
    for (const Slot& slot : m_slots) {
      if (slot.number != kNone) visit(slot.hash, slot.number);
    }
  }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t number = kNone;  // none: free
  };

  std::size_t home(std::uint64_t hash) const;
  std::size_t next(std::size_t place) const { return (place + 1) & (m_slots.size() - 1); }
  std::size_t placeOf(std::uint64_t hash) const;
  void grow();

  std::vector<Slot> m_slots;  // a power of two
  std::size_t m_count = 0;
};

}  // namespace penstock
