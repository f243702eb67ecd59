// SPDX-License-Identifier: Apache-2.0
// One group commit while it is being gathered: the records appended so far, already in the form in
// which they go to the disk. Knows where in which segment it will stand, and so which sequence the
// next record gets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "journal/file/format.h"
#include "model/catalog.h"

namespace penstock {

/// Threads: none; its owner guards it.
class StagingBuffer {
 public:
  struct Place {
    std::uint32_t segment = 0;
    std::uint32_t firstIndex = 0;
    std::uint64_t offset = 0;        ///< of the group in the segment, on a block boundary
    std::uint64_t segmentBytes = 0;  ///< size of the segment
    CatalogPointer catalog;          ///< of the segment
    std::uint64_t catalogHash = 0;
  };

  /// Limits: a group of at most `capacity` bytes, header included; rounded up to blocks.
  StagingBuffer(const JournalId& journal, std::size_t capacity);

  /// Empties the buffer and says where its records will stand.
  void begin(Place place);
  bool fits(std::size_t payloadBytes) const;
  /// Expects: fits(record.payload.size()).
  Sequence add(const RecordToWrite& record);

  const Place& place() const { return m_place; }
  bool isEmpty() const { return m_records == 0; }
  std::uint32_t records() const { return m_records; }
  /// Of them, how many are change sets.
  std::uint32_t changeSets() const { return m_changeSets; }
  std::uint64_t bytes() const { return m_used - kGroupHeaderBytes; }
  std::uint32_t nextIndex() const { return m_place.firstIndex + m_records; }
  Sequence first() const { return makeSequence(m_place.segment, m_place.firstIndex); }
  /// Expects: nextIndex() > 0.
  Sequence last() const { return makeSequence(m_place.segment, nextIndex() - 1); }
  /// Where the next group of the same segment begins.
  std::uint64_t end() const { return roundUpToBlock(m_place.offset + m_used); }

  /// Writes the header (place, size and count are filled in here) and the padding. Returns the
  /// bytes for the disk: whole blocks, valid until begin().
  std::span<const std::byte> finish(GroupHeader header);

 private:
  struct Release {
    void operator()(std::byte* memory) const;
  };

  const JournalId m_journal;
  const std::size_t m_capacity;
  const std::unique_ptr<std::byte[], Release> m_memory;  // on a block boundary
  Place m_place;
  std::uint64_t m_seed = 0;
  std::size_t m_used = kGroupHeaderBytes;
  std::size_t m_room = 0;  // of the buffer and of the segment, whichever is less
  std::uint32_t m_records = 0;
  std::uint32_t m_changeSets = 0;
};

}  // namespace penstock
