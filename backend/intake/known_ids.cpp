// SPDX-License-Identifier: Apache-2.0
// Entries of its snapshot (snapshot_frame.h), one per id, oldest first: 16 bytes id, 8 bytes
// content, varint sequence.
#include "intake/known_ids.h"

#include <cstring>

#include "base/check.h"
#include "intake/snapshot_frame.h"
#include "model/limits.h"
#include "model/varint.h"

namespace penstock {
namespace {

constexpr SnapshotFrame kFrame("snapshot of known ids", 1);

static_assert(limits::kKnownIdsMax < (std::size_t{1} << 31), "slots hold 32-bit indexes");

/// Two thirds full at most.
std::size_t slotsFor(std::size_t capacity) { return capacity + capacity / 2 + 1; }

}  // namespace

KnownIds::KnownIds(std::size_t capacity)
    : m_capacity(capacity),
      m_slotCount(slotsFor(capacity)),
      m_slots(static_cast<std::uint32_t*>(std::calloc(m_slotCount, sizeof(std::uint32_t)))) {
  CHECK(capacity > 0 && capacity <= limits::kKnownIdsMax);
  CHECK(m_slots != nullptr);
  m_entries.reserve(capacity);  // so that growing never copies; untouched pages cost nothing
}

std::size_t KnownIds::homeOf(const Hash128& id) const {
  // The upper half, scaled to the slots: a product of 32 and at most 28 bits.
  return static_cast<std::size_t>((id.low >> 32) * m_slotCount >> 32);
}

std::size_t KnownIds::slotOf(const Hash128& id) const {
  std::size_t slot = homeOf(id);
  while (m_slots[slot] != 0) {
    if (m_entries[m_slots[slot] - 1].id == id) return slot;
    slot = afterSlot(slot);
  }
  return kNowhere;
}

KnownIds::Answer KnownIds::lookup(const Hash128& id, std::uint64_t content) const {
  const std::size_t slot = slotOf(id);
  if (slot == kNowhere) return {};
  const Entry& entry = m_entries[m_slots[slot] - 1];
  const Sequence sequence{entry.sequence};
  if (entry.content != content) return {Seen::ContentDiffers, sequence};
  return {sequence == kNoSequence ? Seen::InFlight : Seen::Known, sequence};
}

void KnownIds::remember(const Hash128& id, std::uint64_t content, Sequence sequence) {
  CHECK(sequence != kNoSequence);
  put(id, content, sequence);
}

void KnownIds::put(const Hash128& id, std::uint64_t content, Sequence sequence) {
  const std::size_t known = slotOf(id);
  if (known != kNowhere) {
    Entry& entry = m_entries[m_slots[known] - 1];
    if (entry.sequence == toNumber(kNoSequence)) {
      entry.content = content;
      entry.sequence = toNumber(sequence);
    }
    return;
  }
  std::size_t index = m_entries.size();
  if (index < m_capacity) {
    m_entries.emplace_back();
  } else {
    evictOldest();
    index = m_oldest;
    m_oldest = m_oldest + 1 == m_capacity ? 0 : m_oldest + 1;
  }
  m_entries[index] = {id, content, toNumber(sequence)};
  std::size_t slot = homeOf(id);
  while (m_slots[slot] != 0) slot = afterSlot(slot);
  m_slots[slot] = static_cast<std::uint32_t>(index + 1);
  ++m_size;
}

void KnownIds::evictOldest() {
  const Entry& oldest = m_entries[m_oldest];
  if (oldest.sequence != kForgotten) removeSlot(slotOf(oldest.id));
}

void KnownIds::forget(const Hash128& id) {
  const std::size_t slot = slotOf(id);
  if (slot == kNowhere) return;
  m_entries[m_slots[slot] - 1].sequence = kForgotten;
  removeSlot(slot);
}

/// Moves later entries of the same run back, so that no search ends too early.
void KnownIds::removeSlot(std::size_t slot) {
  CHECK(slot != kNowhere);
  std::size_t hole = slot;
  for (std::size_t next = afterSlot(hole); m_slots[next] != 0; next = afterSlot(next)) {
    const std::size_t home = homeOf(m_entries[m_slots[next] - 1].id);
    // Its home lies cyclically in (hole, next]: it stays where it is.
    const bool stays = hole < next ? home > hole && home <= next : home > hole || home <= next;
    if (stays) continue;
    m_slots[hole] = m_slots[next];
    hole = next;
  }
  m_slots[hole] = 0;
  --m_size;
}

void KnownIds::clear() {
  m_entries.clear();
  m_oldest = 0;
  m_size = 0;
  std::memset(m_slots.get(), 0, m_slotCount * sizeof(std::uint32_t));
}

std::size_t KnownIds::memoryBytes() const {
  return m_entries.size() * sizeof(Entry) + m_slotCount * sizeof(std::uint32_t);
}

std::string KnownIds::snapshot(Sequence position) const {
  std::string entries;
  entries.reserve(m_size * 32 + 64);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < m_entries.size(); ++i) {
    const Entry& entry = m_entries[(m_oldest + i) % m_entries.size()];
    if (entry.sequence == kForgotten || entry.sequence == toNumber(kNoSequence)) continue;
    if (entry.sequence > toNumber(position)) continue;  // may never be synced
    appendFixed64(entries, entry.id.low);
    appendFixed64(entries, entry.id.high);
    appendFixed64(entries, entry.content);
    appendVarint(entries, entry.sequence);
    ++count;
  }
  return kFrame.seal(position, count, entries);
}

Result<Sequence> KnownIds::restore(std::string_view bytes) {
  Result<SnapshotFrame::Opened> opened = kFrame.open(bytes);
  if (!opened) return opened.status();
  ByteReader& reader = opened->entries;
  KnownIds read(m_capacity);
  for (std::uint64_t i = 0; i < opened->count; ++i) {
    Entry entry;
    if (!reader.take64(entry.id.low) || !reader.take64(entry.id.high)) return kFrame.corrupt();
    if (!reader.take64(entry.content) || !reader.takeVarint(entry.sequence))
      return kFrame.corrupt();
    if (entry.sequence == toNumber(kNoSequence) || entry.sequence == kForgotten)
      return kFrame.corrupt();
    read.put(entry.id, entry.content, Sequence{entry.sequence});
  }
  if (!reader.atEnd()) return kFrame.corrupt();
  m_entries.swap(read.m_entries);
  m_slots.swap(read.m_slots);
  m_oldest = read.m_oldest;
  m_size = read.m_size;
  return opened->position;
}

void KnownIds::checkInvariants() const {
  std::size_t live = 0;
  for (std::size_t i = 0; i < m_entries.size(); ++i) {
    if (m_entries[i].sequence == kForgotten) continue;
    ++live;
    const std::size_t slot = slotOf(m_entries[i].id);
    CHECK(slot != kNowhere && m_slots[slot] == i + 1);
  }
  std::size_t used = 0;
  for (std::size_t i = 0; i < m_slotCount; ++i) used += m_slots[i] != 0;
  CHECK(live == m_size && used == m_size && m_entries.size() <= m_capacity);
}

}  // namespace penstock
