// SPDX-License-Identifier: Apache-2.0
// The hash tables of one run, forgotten in one step when the next begins: rows by their identity,
// and plain sets of hashes. Open addressing; capacity is kept, so a steady load allocates nothing.
#pragma once

#include <cstdint>
#include <vector>

namespace penstock {

/// Maps 64-bit hashes to numbers; the caller tells equal hashes of different rows apart.
/// Threads: one.
class RowIndex {
 public:
  static constexpr std::uint32_t kNone = 0xffff'ffffu;

  /// The first number under `hash` for which `isSame(number)` holds, or kNone.
  template <typename IsSame>
  std::uint32_t find(std::uint64_t hash, const IsSame& isSame) const {
    if (m_slots.empty()) return kNone;
    for (std::size_t at = hash & m_mask;; at = (at + 1) & m_mask) {
      const Slot& slot = m_slots[at];
      if (slot.generation != m_generation) return kNone;
      if (slot.hash == hash && isSame(slot.number)) return slot.number;
    }
  }
  void insert(std::uint64_t hash, std::uint32_t number) {
    if ((m_count + 1) * 2 > m_slots.size()) grow();
    place(Slot{hash, m_generation, number});
    ++m_count;
  }
  /// Calls `visit(hash, number)` for all, in no order.
  template <typename Visit>
  void forEach(const Visit& visit) const {
    for (const Slot& slot : m_slots) {
      if (slot.generation == m_generation) visit(slot.hash, slot.number);
    }
  }
  void clear();

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t generation = 0;  // of clear(); another one: free
    std::uint32_t number = 0;
  };

  void grow();
  void place(const Slot& slot) {
    std::size_t at = slot.hash & m_mask;
    while (m_slots[at].generation == m_generation) at = (at + 1) & m_mask;
    m_slots[at] = slot;
  }

  std::vector<Slot> m_slots;
  std::size_t m_mask = 0;
  std::size_t m_count = 0;
  std::uint32_t m_generation = 1;
};

/// Threads: one.
class HashSet {
 public:
  bool contains(std::uint64_t hash) const {
    return m_index.find(hash, [](std::uint32_t) { return true; }) != RowIndex::kNone;
  }
  void insert(std::uint64_t hash) {
    if (!contains(hash)) m_index.insert(hash, 0);
  }
  void clear() { m_index.clear(); }

 private:
  RowIndex m_index;
};

}  // namespace penstock
