// SPDX-License-Identifier: Apache-2.0
// Reads the commits of one file of an archive from its start to its end, and checks them: each
// follows the one before, and is as its record says. What is damaged is named, and may be passed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/status.h"
#include "store/archive/format.h"

struct XXH3_state_s;

namespace penstock::archive {

/// What a file holds, as its commits tell.
struct FileTotals {
  Record opening;
  WallTime lastCommit{};
  Sequence settled{};
  Sequence first{};  ///< of change sets; kNoSequence: none
  Sequence last{};
  std::uint64_t commits = 0;
  std::uint64_t changeSets = 0;
  std::uint64_t changes = 0;
  std::uint64_t textBytes = 0;
  std::uint64_t bytes = 0;
  std::string hash;  ///< XXH128 of all bytes, as `xxh128sum` prints it

  void add(const Record& commit);
};

/// Threads: one.
class FileReader {
 public:
  struct Commit {
    Record record;
    std::span<const std::byte> frame;  ///< until the next call; empty: only the checkpoint moves
  };

  /// Errors: NotFound (no file, or nothing in it), Corrupt, Unsupported, IoError.
  static Result<std::unique_ptr<FileReader>> open(FileSystem& files, const std::string& path);
  ~FileReader();

  /// Nothing at the end of the file. Errors: Corrupt (offset() and damage() tell where; the next
  /// call tells it again), Unsupported, IoError.
  Result<std::optional<Commit>> next();
  std::uint64_t offset() const { return m_offset; }  ///< of what next() reads
  /// Goes on at the next commit behind the damage that next() met. Returns the checkpoint before
  /// that one; nothing when there is none.
  Result<std::optional<Sequence>> passDamage();
  /// Of the commits that next() has given. The hash: only at the end, with nothing passed.
  const FileTotals& totals() const { return m_totals; }

 private:
  FileReader();
  Result<Record> readRecord();
  Result<std::optional<Commit>> finish();
  static Status damaged(std::string what) { return {StatusCode::Corrupt, std::move(what)}; }

  struct FreeState {
    void operator()(XXH3_state_s* state) const;
  };

  std::unique_ptr<File> m_file;
  std::uint64_t m_offset = 0;
  std::vector<std::byte> m_bytes;  // record and frame
  std::unique_ptr<XXH3_state_s, FreeState> m_hash;
  FileTotals m_totals;
};

/// Everything, to the end. Errors: as next(); Corrupt names the offset.
Result<FileTotals> readTotals(FileSystem& files, const std::string& path);

}  // namespace penstock::archive
