// SPDX-License-Identifier: Apache-2.0
// Reads the groups of one segment file through a window of large reads, and checks them. Used by
// readers, recovery and verification alike, so that all three agree on what is whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "journal/file/format.h"

namespace penstock {

/// Threads: one.
class GroupScanner {
 public:
  struct Group {
    GroupHeader header;
    std::string_view records;  ///< borrowed until the next call
  };
  /// Where to look, and where the part begins that must not be looked at (the end of the file, or
  /// of what is synced).
  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  GroupScanner(std::unique_ptr<File> file, const JournalId& journal, std::uint32_t segment);

  std::uint32_t segment() const { return m_segment; }
  std::uint64_t seed() const { return m_seed; }
  Result<std::uint64_t> fileSize() const { return m_file->size(); }

  /// The header at range.begin. Errors: NotFound, Corrupt, Unsupported as decodeGroupHeader;
  /// Corrupt too when the group would reach beyond range.end; IoError.
  Result<GroupHeader> headerAt(Range range);
  /// Header and records, which are not verified. Errors: as headerAt.
  Result<Group> groupAt(Range range);
  /// The first whole header at range.begin or on a block boundary behind it. Errors: IoError.
  Result<std::optional<GroupHeader>> findHeader(Range range);
  /// The bytes of the block at range.begin; fewer at the end. Errors: IoError.
  Result<std::span<const std::byte>> blockAt(Range range) {
    return bytesAt(range.begin, limits::kJournalBlockBytes, range.end);
  }
  /// `count` bytes from range.begin on; fewer at the end. Errors: IoError.
  Result<std::span<const std::byte>> bytesAt(Range range, std::size_t count) {
    return bytesAt(range.begin, count, range.end);
  }
  /// The first record of the segment, its catalog, also when the header before it is damaged.
  /// Errors: Corrupt, IoError.
  Result<RecordView> firstRecord(std::uint64_t end);

  /// Whether every record of the group is whole.
  bool isWhole(const Group& group) const;

 private:
  Result<std::span<const std::byte>> bytesAt(std::uint64_t offset, std::size_t count,
                                             std::uint64_t end);

  const std::unique_ptr<File> m_file;
  const JournalId m_journal;
  const std::uint32_t m_segment;
  const std::uint64_t m_seed;
  std::vector<std::byte> m_window;
  std::uint64_t m_windowAt = 0;
  std::size_t m_windowBytes = 0;
};

}  // namespace penstock
