// SPDX-License-Identifier: Apache-2.0
// Finds the whole records of one segment in a file, also those that a reader passes over together
// with the damage beside them: a record has a checksum of its own, so it can be trusted whatever
// became of the group that it was written in.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/status.h"
#include "journal/file/format.h"
#include "journal/file/group_scanner.h"

namespace penstock {

/// Threads: one.
/// Owns: the scanner, and so the open file.
class RecordFinder {
 public:
  struct Found {
    RecordView record;
    std::uint64_t begin = 0;  ///< offsets in the file
    std::uint64_t end = 0;
    std::int64_t wallMicros = 0;  ///< of its group, or of the last one known before it
  };

  /// Looks at nothing from `end` on: what lies there was never synced, or was told not journaled.
  RecordFinder(std::unique_ptr<GroupScanner> scanner, std::uint64_t end)
      : m_scanner(std::move(scanner)), m_end(end) {}

  /// The next whole record, in order of sequences, borrowed until the next call; nothing when there
  /// is none any more. Errors: IoError, Unsupported.
  Result<std::optional<Found>> next();

  /// At the end. One more than the highest index that a whole group header tells of.
  std::uint32_t endIndex() const { return m_endIndex; }
  /// At the end. Where a last group begins of which it is not known how many records it had.
  std::optional<std::uint64_t> doubtfulFrom() const { return m_doubtfulFrom; }

 private:
  /// A group, or damage up to where the next group begins.
  struct Part {
    std::uint64_t end = 0;  ///< of its records
    std::uint64_t next = 0;
    std::uint32_t endIndex = 0;
    enum class Kind : std::uint8_t { Group, Damage, Rest } kind = Kind::Group;
  };

  Result<bool> enterNextPart();
  Result<std::optional<Found>> recordHere();
  Status goToNextFrame();
  bool isWanted(Sequence sequence) const;

  const std::unique_ptr<GroupScanner> m_scanner;
  const std::uint64_t m_end;
  Part m_part;
  std::uint64_t m_at = 0;
  std::uint32_t m_nextIndex = 0;  // lower ones are found or lost
  std::uint32_t m_endIndex = 0;
  std::int64_t m_wallMicros = 0;
  std::optional<std::uint64_t> m_doubtfulFrom;
};

}  // namespace penstock
