// SPDX-License-Identifier: Apache-2.0
// Which segments the journal has, how far each is synced, and which are being read: what writer,
// readers and housekeeping share. Readers learn here how far they may read, so that bytes which are
// written and not yet synced are never served.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "journal/journal.h"
#include "model/catalog.h"
#include "model/ids.h"

namespace penstock {

struct SegmentInfo {
  std::uint32_t number = 0;
  std::uint64_t syncedEnd = 0;  ///< offset behind the last synced group
  std::uint64_t fileBytes = 0;
  Sequence before{};       ///< the last record before this segment
  Sequence last{};         ///< the last synced record; `before` when there is none
  WallTime lastWrite{};    ///< decides about the retention
  CatalogPointer catalog;  ///< null until somebody has decoded it
  bool isOpen = false;     ///< still being written
  bool isMissing = false;  ///< its file is gone, although it was not retired

  /// Index behind that of its last record.
  std::uint32_t endIndex() const { return segmentOf(last) == number ? indexOf(last) + 1 : 0; }
};

/// Threads: any.
class SegmentTable {
 public:
  /// Expects: called in order of numbers. A segment that was open before is closed.
  void add(SegmentInfo info);
  /// The open segment is synced up to there.
  struct Progress {
    std::uint64_t syncedEnd = 0;
    std::uint64_t fileBytes = 0;
    Sequence last{};
    WallTime wallTime{};
  };
  void advance(const Progress& progress);
  /// Makes the last record visible to syncedHead(); after add() or advance().
  void publishHead(Sequence head) { m_head.store(toNumber(head), std::memory_order_release); }
  Sequence head() const { return Sequence{m_head.load(std::memory_order_acquire)}; }

  std::optional<SegmentInfo> find(std::uint32_t number) const;
  std::vector<SegmentInfo> all() const;
  /// The sequence before the first record still kept.
  Sequence oldestKept() const;
  std::uint64_t bytes() const;
  JournalDistance distanceFrom(Sequence position) const;
  std::uint32_t count() const;
  void setCatalog(std::uint32_t number, CatalogPointer catalog);

  /// For a reader that stands after `position`: the segment with the next record, or the open one
  /// when there is none yet; pinned. Errors: NotFound (no longer kept), Invalid (ahead of the
  /// head).
  Result<SegmentInfo> pinAfter(Sequence position);
  /// The segment after `number`, pinned; `number` is unpinned. Nothing when there is none yet.
  /// `position`: the last record that was read; nothing between it and the next segment may be
  /// retired. Errors: NotFound (it is).
  Result<std::optional<SegmentInfo>> pinNext(std::uint32_t number, Sequence position);
  void unpin(std::uint32_t number);

  struct Retired {
    std::uint32_t number = 0;
    std::uint64_t fileBytes = 0;
    bool isBeingRead = false;  ///< an open reader has its file: delete it, never recycle it
    bool isMissing = false;
  };
  /// Takes the oldest segment out when every record in it is <= `passed`, it was last written
  /// before `olderThan` and it is not the open one.
  std::optional<Retired> retireOldest(Sequence passed, WallTime olderThan);

 private:
  std::atomic<std::uint64_t> m_head{0};
  mutable Mutex m_mutex;
  std::map<std::uint32_t, SegmentInfo> m_segments GUARDED_BY(m_mutex);
  std::map<std::uint32_t, int> m_pins GUARDED_BY(m_mutex);
};

}  // namespace penstock
