// SPDX-License-Identifier: Apache-2.0
#include "journal/file/segment_table.h"

#include <utility>

namespace penstock {
namespace {

Status notKept(Sequence position, Sequence oldest) {
  return {StatusCode::NotFound, "the journal no longer reaches back to sequence " +
                                    std::to_string(toNumber(position)) + "; it is kept after " +
                                    std::to_string(toNumber(oldest))};
}

}  // namespace

void SegmentTable::add(SegmentInfo info) {
  const MutexLock lock(m_mutex);
  if (!m_segments.empty()) {
    CHECK(m_segments.rbegin()->first < info.number);
    m_segments.rbegin()->second.isOpen = false;
  }
  const std::uint32_t number = info.number;
  m_segments.emplace(number, std::move(info));
}

void SegmentTable::advance(const Progress& progress) {
  const MutexLock lock(m_mutex);
  CHECK(!m_segments.empty());
  SegmentInfo& open = m_segments.rbegin()->second;
  CHECK(open.isOpen && progress.syncedEnd >= open.syncedEnd);
  open.syncedEnd = progress.syncedEnd;
  open.fileBytes = progress.fileBytes;
  open.last = progress.last;
  open.lastWrite = progress.wallTime;
}

std::optional<SegmentInfo> SegmentTable::find(std::uint32_t number) const {
  const MutexLock lock(m_mutex);
  const auto found = m_segments.find(number);
  if (found == m_segments.end()) return std::nullopt;
  return found->second;
}

std::vector<SegmentInfo> SegmentTable::all() const {
  const MutexLock lock(m_mutex);
  std::vector<SegmentInfo> infos;
  infos.reserve(m_segments.size());
  for (const auto& [number, info] : m_segments) infos.push_back(info);
  return infos;
}

Sequence SegmentTable::oldestKept() const {
  const MutexLock lock(m_mutex);
  return m_segments.empty() ? kNoSequence : m_segments.begin()->second.before;
}

std::uint64_t SegmentTable::bytes() const {
  const MutexLock lock(m_mutex);
  std::uint64_t sum = 0;
  for (const auto& [number, info] : m_segments) sum += info.fileBytes;
  return sum;
}

/// Index 0 of every segment is its catalog.
JournalDistance SegmentTable::distanceFrom(Sequence position) const {
  JournalDistance distance;
  MutexLock lock(m_mutex);
  for (auto each = m_segments.lower_bound(segmentOf(position)); each != m_segments.end(); ++each) {
    const SegmentInfo& segment = each->second;
    if (segment.last <= position || segmentOf(segment.last) != segment.number) continue;
    const std::uint64_t records = indexOf(segment.last);
    const bool partly = segment.number == segmentOf(position);
    const std::uint64_t behind = partly ? records - indexOf(position) : records;
    distance.records += behind;
    distance.bytes += records == 0 ? 0 : segment.syncedEnd * behind / records;
  }
  return distance;
}

std::uint32_t SegmentTable::count() const {
  const MutexLock lock(m_mutex);
  return static_cast<std::uint32_t>(m_segments.size());
}

void SegmentTable::setCatalog(std::uint32_t number, CatalogPointer catalog) {
  const MutexLock lock(m_mutex);
  const auto found = m_segments.find(number);
  if (found != m_segments.end()) found->second.catalog = std::move(catalog);
}

Result<SegmentInfo> SegmentTable::pinAfter(Sequence position) {
  const MutexLock lock(m_mutex);
  if (m_segments.empty()) return Status(StatusCode::NotFound, "the journal is empty");
  const Sequence oldest = m_segments.begin()->second.before;
  if (position < oldest) return notKept(position, oldest);
  if (position > m_segments.rbegin()->second.last) {
    return Status(StatusCode::Invalid,
                  "sequence " + std::to_string(toNumber(position)) +
                      " is ahead of the journal, which ends at " +
                      std::to_string(toNumber(m_segments.rbegin()->second.last)));
  }
  auto found = m_segments.begin();
  while (found->second.last <= position && std::next(found) != m_segments.end()) ++found;
  ++m_pins[found->first];
  return found->second;
}

Result<std::optional<SegmentInfo>> SegmentTable::pinNext(std::uint32_t number, Sequence position) {
  const MutexLock lock(m_mutex);
  const auto next = m_segments.upper_bound(number);
  if (next == m_segments.end()) return std::optional<SegmentInfo>();
  // Retired under the reader. It may go on only when it has read all that is gone.
  if (!m_segments.contains(number) && next->second.before > position) {
    return notKept(position, next->second.before);
  }
  ++m_pins[next->first];
  if (--m_pins[number] == 0) m_pins.erase(number);
  return std::optional<SegmentInfo>(next->second);
}

void SegmentTable::unpin(std::uint32_t number) {
  const MutexLock lock(m_mutex);
  if (--m_pins[number] == 0) m_pins.erase(number);
}

std::optional<SegmentTable::Retired> SegmentTable::retireOldest(Sequence passed,
                                                                WallTime olderThan) {
  const MutexLock lock(m_mutex);
  if (m_segments.size() < 2) return std::nullopt;
  const SegmentInfo& oldest = m_segments.begin()->second;
  if (oldest.isOpen || oldest.last > passed || oldest.lastWrite > olderThan) return std::nullopt;
  const Retired retired{oldest.number, oldest.fileBytes, m_pins.contains(oldest.number),
                        oldest.isMissing};
  m_segments.erase(m_segments.begin());
  return retired;
}

}  // namespace penstock
