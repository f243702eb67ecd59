// SPDX-License-Identifier: Apache-2.0
#include "metrics/snapshot_ring.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock {

SnapshotRing::SnapshotRing(std::size_t capacity) : m_capacity(capacity), m_slots(capacity) {
  CHECK(capacity > 0);
}

void SnapshotRing::publish(SnapshotPointer snapshot) {
  CHECK(snapshot != nullptr);
  SnapshotPointer dropped;  // destroyed after the lock is released
  const MutexLock lock(m_mutex);
  if (m_newest == nullptr) {
    m_firstNumber = snapshot->number;
  } else {
    CHECK(snapshot->number == newestNumber() + 1);
  }
  dropped = std::exchange(m_slots[snapshot->number % m_capacity], snapshot);
  m_newest = std::move(snapshot);
}

SnapshotPointer SnapshotRing::newest() const {
  const MutexLock lock(m_mutex);
  return m_newest;
}

std::vector<SnapshotPointer> SnapshotRing::since(std::uint64_t after, std::size_t max) const {
  std::vector<SnapshotPointer> found;
  MutexLock lock(m_mutex);
  if (m_newest == nullptr || after >= newestNumber() || max == 0) return found;
  const std::uint64_t last = newestNumber();
  std::uint64_t next = std::max(after + 1, oldestNumber());
  next = std::max(next, last - std::min<std::uint64_t>(max - 1, last));
  lock.unlock();
  found.reserve(static_cast<std::size_t>(last - next + 1));
  while (next <= last) {
    lock.lock();
    next = copyChunk(next, last, found);
    lock.unlock();
  }
  return found;
}

std::uint64_t SnapshotRing::copyChunk(std::uint64_t first, std::uint64_t last,
                                      std::vector<SnapshotPointer>& to) const {
  // Between two chunks the sampler may have gone on and overwritten the oldest ones.
  const std::uint64_t begin = std::max(first, oldestNumber());
  const std::uint64_t end = std::min<std::uint64_t>(last + 1, begin + kChunk);
  for (std::uint64_t number = begin; number < end; ++number) {
    to.push_back(m_slots[number % m_capacity]);
  }
  return std::max(begin, end);
}

std::uint64_t SnapshotRing::newestNumber() const { return m_newest->number; }

std::uint64_t SnapshotRing::oldestNumber() const {
  const std::uint64_t newest = newestNumber();
  return newest - m_firstNumber < m_capacity ? m_firstNumber : newest - m_capacity + 1;
}

}  // namespace penstock
