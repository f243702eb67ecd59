// SPDX-License-Identifier: Apache-2.0
// Puts finished groups on the disk, one after another: opens the next segment when a group begins
// one, writes, syncs; or leaves the sync for later and keeps a copy until then. After a failure no
// sync is tried again on that file: what was told as written is written anew, then the next group
// must begin a new segment, whose header says where the old one ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/status.h"
#include "journal/file/format.h"
#include "journal/file/segment_files.h"
#include "journal/file/staging_buffer.h"

namespace penstock {

/// Threads: one, the journal thread (and before it starts, the one that opens the journal).
class SegmentWriter {
 public:
  /// Where the journal ended when it was opened. Segment 0: it is new.
  struct Start {
    JournalId journal;
    JournalPosition end;
    Sequence head{};
  };
  SegmentWriter(SegmentFiles& files, const Clock& clock, const Start& start);

  struct Written {
    bool beganSegment = false;
    std::uint64_t syncedEnd = 0;
    std::uint64_t fileBytes = 0;
    std::uint64_t bytes = 0;  ///< of this group, with header and padding
    Sequence before{};        ///< the synced head before this group
    Sequence head{};          ///< and after it
    WallTime wallTime{};
  };
  /// Durable when it returns. Expects: nothing is unsynced; after an error, the next buffer begins
  /// a segment.
  Result<Written> write(StagingBuffer& buffer);
  /// Written when it returns, durable after the next sync(). Expects: the buffer begins no segment;
  /// after an error, mend() comes next.
  Status writeUnsynced(StagingBuffer& buffer);
  /// Makes durable what writeUnsynced() wrote. Expects: something is unsynced; after an error,
  /// mend() comes next.
  Result<Written> sync();
  /// After a failure, writes what is unsynced once more, the same bytes, and syncs that: a later
  /// sync alone would pass over pages that the failed one has given up. May be repeated. Expects:
  /// something is unsynced.
  Result<Written> mend();
  bool hasUnsynced() const { return !m_unsynced.empty(); }
  /// Bytes kept for that. Threads: any.
  std::uint64_t unsyncedBytes() const { return m_unsyncedBytes.load(std::memory_order_relaxed); }
  /// Leaves the present file for good: its end is the last synced position. Expects: nothing is
  /// unsynced.
  void seal();
  /// Proves to the next start that everything before is synced: then a last group that cannot be
  /// read is damage and no torn tail. Writes nothing when the file is sealed or full, or the disk
  /// has failed to the end.
  Status markEnd();

 private:
  Status beginSegment(std::uint32_t number);
  void discard();
  GroupHeader headerNow() const;
  Status writeToFile(const StagingBuffer::Place& place, std::span<const std::byte> bytes);
  Written settleUnsynced();

  SegmentFiles& m_files;
  const Clock& m_clock;
  const JournalId m_journal;
  std::unique_ptr<File> m_file;
  std::uint32_t m_segment = 0;        // of m_file
  std::uint64_t m_preparedBytes = 0;  // of m_file: blocks behind this are not written yet
  JournalPosition m_synced;
  Sequence m_head{};
  PreviousEnd m_endOfPrevious;
  std::vector<std::byte> m_unsynced;  // what stands behind m_synced
  Sequence m_unsyncedHead{};
  WallTime m_unsyncedTime{};
  std::atomic<std::uint64_t> m_unsyncedBytes{0};
};

}  // namespace penstock
