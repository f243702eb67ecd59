// SPDX-License-Identifier: Apache-2.0
#include "queue/touch_index.h"

#include <utility>

#include "base/check.h"

namespace penstock {
namespace {

constexpr std::size_t kSlotsMin = 64;

}  // namespace

// Hashes that differ in their upper bits alone do not meet: Fibonacci hashing.
std::size_t TouchIndex::home(std::uint64_t hash) const {
  return static_cast<std::size_t>((hash * 0x9E37'79B9'7F4A'7C15u) >> 20) & (m_slots.size() - 1);
}

// Of the hash, or free. Expects: some are free.
std::size_t TouchIndex::placeOf(std::uint64_t hash) const {
  std::size_t place = home(hash);
  while (m_slots[place].number != kNone && m_slots[place].hash != hash) place = next(place);
  return place;
}

std::uint32_t TouchIndex::find(std::uint64_t hash) const {
  return m_slots.empty() ? kNone : m_slots[placeOf(hash)].number;
}

void TouchIndex::put(std::uint64_t hash, std::uint32_t number) {
  CHECK(number != kNone);
  if ((m_count + 1) * 2 > m_slots.size()) grow();
  Slot& slot = m_slots[placeOf(hash)];
  m_count += slot.number == kNone ? 1 : 0;
  slot = {hash, number};
}

// What stands behind the gap moves into it, unless it would then come before its home.
void TouchIndex::erase(std::uint64_t hash) {
  CHECK(!m_slots.empty());
  std::size_t gap = placeOf(hash);
  CHECK(m_slots[gap].number != kNone);
  const std::size_t mask = m_slots.size() - 1;
  for (std::size_t place = next(gap); m_slots[place].number != kNone; place = next(place)) {
    const std::size_t fromHome = (place - home(m_slots[place].hash)) & mask;
    const std::size_t fromGap = (place - gap) & mask;
    if (fromHome < fromGap) continue;
    m_slots[gap] = m_slots[place];
    gap = place;
  }
  m_slots[gap] = {};
  --m_count;
}

void TouchIndex::grow() {
  std::vector<Slot> before(m_slots.empty() ? kSlotsMin : m_slots.size() * 2);
  std::swap(before, m_slots);
  for (const Slot& slot : before) {
    if (slot.number != kNone) m_slots[placeOf(slot.hash)] = slot;
  }
}

}  // namespace penstock
