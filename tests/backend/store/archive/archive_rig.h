// SPDX-License-Identifier: Apache-2.0
// An archive and the history that is put into it: change sets at random, committed range by range,
// and read back as a shell would, by decompressing the files in the order of their names.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "store/archive/archive_store.h"
#include "tests/backend/metrics/fake_clock.h"
#include "tests/support/change_set_source.h"

namespace penstock::test {

inline constexpr const char* kArchive = "/archive";

JournalId journalNamed(std::uint8_t name);

/// What a journal holds. Threads: immutable, any.
class ArchivedHistory {
 public:
  ArchivedHistory(std::uint32_t seed, std::size_t count);
  std::size_t size() const { return m_entries.entries().size(); }
  /// Of the change set at this place, from 1; 0 is before all.
  Sequence sequenceAt(std::size_t place) const;
  ChangeSetRange range(std::size_t begin, std::size_t end) const;
  const std::vector<std::string>& lines() const { return m_lines; }

 private:
  TestEntries m_entries;
  std::vector<std::string> m_lines;
};

/// A store over `files`, attached or not. Threads: one.
class ArchiveRig {
 public:
  explicit ArchiveRig(FileSystem& files, ArchiveOptions options = {});

  FakeClock clock;

  ArchiveStore& store() { return *m_store; }
  /// Attaches and opens a lane. Returns the checkpoint (kNoSequence: none).
  Result<Sequence> attach(const JournalId& journal = journalNamed(1),
                          const std::string& owner = "one");
  CommitResult commit(const ArchivedHistory& history, std::size_t begin, std::size_t end);
  /// Moves the checkpoint, and nothing else.
  CommitResult move(Sequence expected, Sequence next);
  StoreLane& lane() { return *m_lane; }
  void wait(std::chrono::seconds time) { clock.moveTo(clock.steadyNow() + time); }

 private:
  std::unique_ptr<ArchiveStore> m_store;
  std::unique_ptr<StoreLane> m_lane;
};

/// A file is closed behind every commit.
ArchiveOptions tinyFiles();

/// Names of the data files, sorted.
std::vector<std::string> dataFiles(FileSystem& files, const std::string& directory = kArchive);
/// Errors: as ByteSource has them.
Result<std::vector<std::string>> readLines(FileSystem& files,
                                           const std::string& directory = kArchive);

}  // namespace penstock::test
