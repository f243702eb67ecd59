// SPDX-License-Identifier: Apache-2.0
// A cursor over the synced records of a file journal, following it from segment to segment while it
// grows. Also reads the journal of a stopped directory without taking it over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "journal/file/group_scanner.h"
#include "journal/file/recovery.h"
#include "journal/file/segment_table.h"
#include "journal/journal.h"

namespace penstock {

/// Threads: one.
/// Owns: the open file of one segment, and a pin that keeps that file from being recycled.
class FileJournalReader final : public JournalReader {
 public:
  struct Source {
    FileSystem* files = nullptr;  ///< borrowed; outlives the reader
    std::string directory;
    JournalId journal;
    std::shared_ptr<SegmentTable> table;
  };
  /// Errors: as Journal::openReader.
  static Result<std::unique_ptr<FileJournalReader>> open(Source source, Sequence position);
  ~FileJournalReader() override;

  Result<std::optional<JournalRecord>> next() override;
  const std::optional<JournalDamage>& damage() const override { return m_damage; }
  Status passDamage() override;

 private:
  explicit FileJournalReader(Source source) : m_source(std::move(source)) {}

  Status standAfter(Sequence position);
  Status enter(const SegmentInfo& info);
  Status loadCatalog();
  Status seek(Sequence position);
  Result<bool> advance();
  bool refreshEnd();
  Status loadGroup();
  Result<std::optional<RecordView>> nextOfGroup();
  Status damaged(const std::string& what, JournalPosition until, Sequence last);

  const Source m_source;
  SegmentInfo m_info;  // the pinned segment, as last asked for; number 0: none
  std::unique_ptr<GroupScanner> m_scanner;
  CatalogPointer m_catalog;
  std::uint64_t m_offset = 0;             // of the next group
  std::uint32_t m_nextIndex = 0;          // of the next record in the segment
  std::optional<GroupHeader> m_group;     // the group being read
  std::string_view m_records;             // what is left of it
  Sequence m_position{};                  // the last record passed
  std::optional<JournalDamage> m_damage;  // what it stands before
};

/// A stopped journal, read where it lies.
struct StoppedJournal {
  JournalId id;
  Sequence oldestKept{};
  Sequence head{};
  std::vector<UnreadableFile> unreadable;  ///< see recovery.h
  FileJournalReader::Source source;
  Result<std::unique_ptr<FileJournalReader>> openReader(Sequence position) const {
    return FileJournalReader::open(source, position);
  }
};

/// Takes no lock and changes nothing. Errors: NotFound (no journal there), Corrupt, Unsupported,
/// IoError.
Result<StoppedJournal> openForReading(FileSystem& files, const std::string& directory);

}  // namespace penstock
