// SPDX-License-Identifier: Apache-2.0
// Finds records in a file of an archive where the row of commits does not lead to them: at the end
// that a crash may have torn, and behind damage.
#pragma once

#include <cstdint>
#include <optional>

#include "base/file_system.h"
#include "base/status.h"
#include "store/archive/format.h"

namespace penstock::archive {

/// Threads: one at a time. The file outlives it.
class RecordFinder {
 public:
  /// Only records of the file that `opening` opens count.
  RecordFinder(File& file, const Record& opening) : m_file(file), m_opening(opening) {}

  /// The last record that begins before `limit`. Errors: IoError, Unsupported.
  Result<std::optional<Record>> lastBefore(std::uint64_t limit);
  /// The first one that begins at `from` or behind it. Errors: IoError, Unsupported.
  Result<std::optional<Record>> firstFrom(std::uint64_t from);

 private:
  enum class Wanted : std::uint8_t { First, Last };
  Result<std::optional<Record>> searchBlock(std::uint64_t begin, std::uint64_t end, Wanted wanted);

  File& m_file;
  const Record m_opening;
};

/// Where the part of a file that counts ends: behind the last commit that is whole. What is behind
/// that was never told as committed.
struct Tail {
  Record opening;
  Sequence settled{};
  std::uint64_t end = 0;
  std::uint64_t size = 0;  ///< of the file; beyond `end`: torn
  /// The record that ends there; nothing when the one behind it is torn.
  std::optional<Record> last;

  bool isTorn() const { return size > end; }
};

/// The opening record of a file.
/// Errors: NotFound (cut short while it was made: there is nothing in it), Corrupt, Unsupported,
/// IoError.
Result<Record> readOpening(File& file);
/// Errors: as readOpening().
Result<Tail> findTail(File& file);

/// Exactly `into.size()` bytes; fewer than that are Corrupt.
Status readExactly(File& file, std::uint64_t offset, std::span<std::byte> into);

}  // namespace penstock::archive
