// SPDX-License-Identifier: Apache-2.0
// Checks a whole archive: every commit of every file against its record, every closed file against
// its manifest, and that each file goes on where the one before it ended. It changes nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "model/ids.h"

namespace penstock {

struct ArchiveDamage {
  std::string file;  ///< its name
  std::uint64_t offset = 0;
  /// What was behind `after`, up to `upTo`, cannot be read. Both kNoSequence: nothing is lost;
  /// `upTo` alone: to the end of the file.
  Sequence after{};
  Sequence upTo{};
  std::string what;
};
/// For people.
std::string describe(const ArchiveDamage& damage);

struct ArchiveReport {
  std::uint64_t files = 0;
  std::uint64_t commits = 0;
  std::uint64_t changeSets = 0;
  std::uint64_t changes = 0;
  std::uint64_t bytes = 0;  ///< of the files, as far as they could be read
  std::vector<ArchiveDamage> damages;
  /// The newest file ends in a commit that is not whole: it was never told as committed (or it is
  /// damaged; then too the next start has it sent again).
  std::optional<ArchiveDamage> tornTail;
};

/// Errors: NotFound (no archive), IoError, Unsupported, Corrupt (what belongs to it cannot be
/// told).
Result<ArchiveReport> verifyArchive(FileSystem& files, const std::string& directory);

}  // namespace penstock
