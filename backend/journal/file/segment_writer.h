// SPDX-License-Identifier: Apache-2.0
// Puts finished groups on the disk, one after another: opens the next segment when a group begins
// one, writes, syncs. After a failure nothing is tried again on that file; the next group must
// begin a new segment, whose header says where the old one ended.
#pragma once

#include <cstdint>
#include <memory>

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
  /// Durable when it returns. Expects: after an error, the next buffer begins a segment.
  Result<Written> write(StagingBuffer& buffer);
  /// Leaves the present file for good: its end is the last synced position.
  void seal();
  /// Proves to the next start that everything before is synced: then a last group that cannot be
  /// read is damage and no torn tail. Writes nothing when the file is sealed or full.
  Status markEnd();

 private:
  Status beginSegment(std::uint32_t number);
  void discard();
  Status writeToFile(const StagingBuffer::Place& place, std::span<const std::byte> bytes);

  SegmentFiles& m_files;
  const Clock& m_clock;
  const JournalId m_journal;
  std::unique_ptr<File> m_file;
  std::uint32_t m_segment = 0;        // of m_file
  std::uint64_t m_preparedBytes = 0;  // of m_file: blocks behind this are not written yet
  JournalPosition m_synced;
  Sequence m_head{};
  PreviousEnd m_endOfPrevious;
};

}  // namespace penstock
