// SPDX-License-Identifier: Apache-2.0
#include "flush/row_index.h"

#include <utility>

namespace penstock {

void RowIndex::clear() {
  m_count = 0;
  if (++m_generation != 0) return;
  m_generation = 1;  // wrapped: old slots would look alive
  for (Slot& slot : m_slots) slot.generation = 0;
}

void RowIndex::grow() {
  std::vector<Slot> old(m_slots.empty() ? 64 : m_slots.size() * 2);
  old.swap(m_slots);
  m_mask = m_slots.size() - 1;
  for (const Slot& slot : old) {
    if (slot.generation == m_generation) place(slot);
  }
}

}  // namespace penstock
