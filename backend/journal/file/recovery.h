// SPDX-License-Identifier: Apache-2.0
// Finds out what a stopped journal's directory holds: which segments belong to it, where each ends,
// and where the last one was cut off. Only reads. Segments are followed from the newest backwards,
// each header naming its predecessor and how far that was synced; what is named and cannot be read
// is damage, and of what no header names, stray.h says whether it was ever part of the journal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "journal/file/format.h"
#include "journal/file/group_scanner.h"
#include "journal/file/segment_table.h"

namespace penstock {

/// The part behind the end of the last segment that was being written when the process ended.
struct TornTail {
  JournalPosition at;
  std::string what;
};

/// A segment file that is no part of the journal as it can be followed, and may have been.
struct UnreadableFile {
  std::uint32_t number = 0;
  std::string path;
  std::string why;
  bool isSetAside = false;  ///< by an earlier start; else it still has a segment's name
};
/// `'/data/journal/segment-000000042' cannot be read as a part of the journal: …`
std::string describe(const UnreadableFile& file);

struct RecoveredJournal {
  JournalId id;
  bool isNew = true;  ///< the directory holds no journal yet
  std::vector<SegmentInfo> segments;
  std::vector<JournalDamage> damages;  ///< found on the way; readers and verify find what else is
  std::vector<std::uint32_t> strays;   ///< files of segments that never became part of the journal
  std::vector<UnreadableFile> unreadable;
  std::uint32_t highestNumber = 0;  ///< of any segment file, or named in one
  JournalPosition end;
  Sequence head{};
  std::uint64_t provenEnd = 0;  ///< offset in the last segment below which it is known as synced
  std::optional<TornTail> tornTail;
};

/// Errors: IoError, Corrupt (the directory's identity cannot be established), Unsupported. A
/// missing directory is a new journal.
Result<RecoveredJournal> recoverJournal(FileSystem& files, const std::string& directory);

/// The file of a segment, ready to be scanned.
Result<std::unique_ptr<GroupScanner>> openScanner(FileSystem& files, const std::string& directory,
                                                  const JournalId& journal, std::uint32_t number);

/// The catalog at the start of a segment. Errors: Corrupt, IoError, Unsupported.
Result<CatalogPointer> readCatalog(GroupScanner& scanner, std::uint64_t end);

/// The catalog of segments[at]; when it is damaged, the same one from another segment (each group
/// header holds its hash). Errors: as readCatalog.
Result<CatalogPointer> findCatalog(FileSystem& files, const std::string& directory,
                                   const JournalId& journal,
                                   const std::vector<SegmentInfo>& segments, std::size_t at);

}  // namespace penstock
