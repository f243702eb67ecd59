// SPDX-License-Identifier: Apache-2.0
// The file of an archive that commits are appended to: each by one write and one sync, so that
// change sets and checkpoint are there together or not at all. A sector that is written again, with
// its old bytes and new ones behind them, is taken to hold the old ones whatever happens.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/file_system.h"
#include "base/status.h"
#include "store/archive/format.h"
#include "store/archive/record_finder.h"

namespace penstock::archive {

/// Threads: one at a time. Owns: the open file; the file system outlives it.
class FileWriter {
 public:
  /// Makes the file, and its name, durable. Expects: nothing has that name.
  /// Errors: IoError; then there is nothing in what was made, if anything was.
  static Result<std::unique_ptr<FileWriter>> create(FileSystem& files, const std::string& directory,
                                                    const FileName& name, const Record& opening);
  /// Goes on behind what counts. Errors: as readOpening().
  static Result<std::unique_ptr<FileWriter>> reopen(FileSystem& files, const std::string& directory,
                                                    const FileName& name);

  const FileName& name() const { return m_name; }
  const Record& opening() const { return m_opening; }
  std::uint64_t end() const { return m_end; }
  bool hasCommits() const { return m_end > kRecordBytes; }
  /// Something is behind the end that does not count: cut() comes before all else.
  bool needsCut() const { return m_needsCut; }
  /// A sync has failed: nothing more is appended.
  bool isSealed() const { return m_isSealed; }

  /// Nobody else has touched it. Errors: NotFound (moved or deleted), Conflict (another size),
  /// IoError.
  Status checkUntouched();
  /// Writes the last commit once more: who wrote it may have ended before its sync, or after one
  /// that failed, and then it may be in memory alone. Errors: IoError.
  Status makeDurable();
  /// `bytes`: kRecordBytes of room for the record, then its frame; fills in what follows from them.
  /// Errors: IoError; nothing happened.
  Status append(Record commit, std::span<std::byte> bytes);
  Status cut();
  /// Checks all of it and writes the manifest; then nothing more is appended.
  /// Errors: Corrupt (a commit is damaged: named), IoError.
  Status close();

 private:
  FileWriter(FileSystem& files, std::string directory, FileName name);
  std::string path() const;
  Status writeOpening();

  FileSystem& m_files;
  const std::string m_directory;
  const FileName m_name;
  std::unique_ptr<File> m_file;
  Record m_opening;
  std::optional<Record> m_last;  // found by reopen()
  std::uint64_t m_end = 0;
  bool m_needsCut = false;
  bool m_isSealed = false;
};

}  // namespace penstock::archive
