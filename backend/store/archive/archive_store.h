// SPDX-License-Identifier: Apache-2.0
// An archive as a store: dated files of NDJSON, compressed with zstd, with every change set in
// journal order, to be read by `zstdcat | jq` and by `penstockd replay`. Closed files have a
// manifest. The checkpoint is part of the files, and moves in the same write as what it settles.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/mutex.h"
#include "model/limits.h"
#include "store/store.h"

namespace penstock {

struct ArchiveOptions {
  std::string directory;
  /// A file that holds so much, or is so old, is closed before the next commit; so is every file of
  /// an earlier day (UTC).
  std::uint64_t fileBytesMax = limits::kArchiveFileBytesDefault;
  std::chrono::hours fileAgeMax = limits::kArchiveFileAgeDefault;
  int level = limits::kArchiveLevelDefault;  ///< of zstd
};

/// Threads: any. Owns: the lock on the directory, from attach() to its end. File system and clock
/// outlive it and its lanes; a lane must not outlive it.
class ArchiveStore : public Store {
 public:
  /// Touches nothing. Errors: Invalid (no directory is named).
  static Result<std::unique_ptr<ArchiveStore>> create(FileSystem& files, const Clock& clock,
                                                      ArchiveOptions options);
  ~ArchiveStore() override;

  std::string describeTarget() const override;
  int laneCountMax() const override { return 1; }
  StoreTakes takes() const override { return StoreTakes::ChangeSets; }
  /// Unsupported: there is nothing that could run SQL.
  Status runScript(std::string_view sql) override;
  /// Unsupported: whatever tables there are, are in a database.
  Result<Catalog> readCatalog() override;
  /// Makes the directory where missing, and what was committed last durable once more.
  /// Errors: Unavailable (in use by another process; the disk refuses), Corrupt, Unsupported.
  Result<std::vector<Checkpoint>> attach(const JournalId& journal, std::string_view owner) override;
  Result<std::vector<Checkpoint>> readCheckpoints(const JournalId& journal) override;
  Result<std::unique_ptr<StoreLane>> openLane() override;
  Result<std::vector<DeadLetter>> listDeadLetters(const LetterQuery& query) override;
  Result<std::uint64_t> countDeadLetters() override;

 private:
  ArchiveStore(FileSystem& files, const Clock& clock, ArchiveOptions options);
  Status takeOver(const std::string& owner) REQUIRES(m_mutex);

  FileSystem& m_files;
  const Clock& m_clock;
  const ArchiveOptions m_options;

  Mutex m_mutex;
  std::unique_ptr<FileLock> m_lock GUARDED_BY(m_mutex);
  JournalId m_journal GUARDED_BY(m_mutex);
  std::string m_owner GUARDED_BY(m_mutex);  ///< of the last attach(); empty before
};

}  // namespace penstock
