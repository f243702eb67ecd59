// SPDX-License-Identifier: Apache-2.0
// Reads all that can still be trusted of a stopped journal, for `penstockd journal salvage`: whole
// records beside damaged ones, and those in files that recovery could not follow or has set aside,
// whatever name such a file has. What it cannot read it names. Only reads.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "journal/file/record_finder.h"
#include "journal/file/recovery.h"
#include "journal/journal.h"

namespace penstock {

/// What is known of a segment before its records are looked for.
struct SalvageSegment {
  struct End {
    std::uint64_t offset = 0;
    std::uint32_t endIndex = 0;
  };
  std::vector<std::string> files;  ///< names; its records may be in any of them. Empty: lost
  std::optional<End> end;          ///< as the journal behind it tells
  std::uint64_t catalogHash = 0;
};

struct SalvagePlan {
  JournalId id;
  std::map<std::uint32_t, SalvageSegment> segments;  ///< by number
  std::map<std::uint64_t, CatalogPointer> catalogs;  ///< by hash
  std::vector<UnreadableFile> unreadable;            ///< see recovery.h
  std::optional<TornTail> tornTail;                  ///< nothing is lost with it
  Sequence head{};                                   ///< of the journal as it can be followed
};

/// Threads: one.
/// Owns: the open files of one segment; the file system outlives it.
class JournalSalvage {
 public:
  /// Takes no lock and changes nothing. Errors: as recoverJournal; NotFound (no journal there).
  static Result<std::unique_ptr<JournalSalvage>> open(FileSystem& files,
                                                      const std::string& directory);

  struct Saved {
    JournalRecord record;   ///< of whatever type, borrowed until the next call
    std::string_view file;  ///< name of the one that it was found in
  };
  /// The next record, in order of sequences; nothing at the end. Errors: IoError, Unsupported.
  Result<std::optional<Saved>> next();

  const SalvagePlan& plan() const { return m_plan; }
  /// What lies before the last record given, or at the end all. `last` is kNoSequence where it is
  /// not known how many records there were.
  const std::vector<JournalDamage>& losses() const { return m_losses; }

 private:
  /// The records of a segment as one file has them.
  struct Copy {
    std::string file;
    std::unique_ptr<RecordFinder> finder;
    std::optional<RecordFinder::Found> ahead;  ///< nothing: no more
  };

  JournalSalvage(FileSystem& files, std::string directory, SalvagePlan plan)
      : m_files(files), m_directory(std::move(directory)), m_plan(std::move(plan)) {}
  Status enter(std::uint32_t number, const SalvageSegment& segment);
  Result<Copy*> nearest();
  void pass(const RecordFinder::Found& found);
  void leave();
  void tellOfBarrenFiles();
  void lose(std::uint64_t until, std::uint32_t endIndex);

  FileSystem& m_files;
  const std::string m_directory;
  const SalvagePlan m_plan;
  std::vector<JournalDamage> m_losses;
  std::set<std::string> m_fruitful;  // files that a record was found in, or a loss was named of
  std::uint32_t m_passed = 0;        // number of the last segment that was left
  std::uint32_t m_number = 0;        // of the segment being read; 0: none
  SalvageSegment m_segment;
  CatalogPointer m_catalog;
  std::vector<Copy> m_copies;
  std::uint64_t m_offset = 0;  // behind the last record
  std::uint32_t m_nextIndex = 0;
};

/// As describe(); where the last sequence is not known, it says so.
std::string describeLoss(const JournalDamage& loss);

}  // namespace penstock
