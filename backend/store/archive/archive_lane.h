// SPDX-License-Identifier: Apache-2.0
// The one writer of an archive: each commit is a record and a frame at the end of the newest file,
// which is closed when it is large or old enough and followed by another one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_system.h"
#include "store/archive/directory.h"
#include "store/archive/file_writer.h"
#include "store/archive/frame_writer.h"
#include "store/store.h"

namespace penstock::archive {

struct LaneOptions {
  std::string directory;
  JournalId journal;
  std::string owner;
  std::uint64_t fileBytesMax = 0;
  std::chrono::hours fileAgeMax{};
  int level = 0;
};

/// Threads: one at a time; may be handed from thread to thread.
/// Owns: the open file. File system and clock outlive it. The lock is the store's.
class ArchiveLane : public StoreLane {
 public:
  /// Changes nothing on the disk. Errors: Corrupt, Unsupported, IoError.
  static Result<std::unique_ptr<ArchiveLane>> open(FileSystem& files, const Clock& clock,
                                                   LaneOptions options);

  CommitResult commit(const CommitRequest& request) override;
  Result<std::vector<Checkpoint>> readCheckpoints() override;
  Status reopen() override;

 private:
  ArchiveLane(FileSystem& files, const Clock& clock, LaneOptions options);
  Status findEnd();
  Status checkOwner();
  Status checkFence(const FenceStep& step);
  Status write(const CommitRequest& request);
  bool isFileDue(WallTime now) const;
  Status startFile(WallTime now);
  Status closeFile();
  std::span<std::byte> encode(const CommitRequest& request, Record& commit);

  FileSystem& m_files;
  const Clock& m_clock;
  const LaneOptions m_options;
  FrameWriter m_frames;
  std::vector<std::byte> m_bare;         // room for a record without a frame
  std::unique_ptr<FileWriter> m_writer;  // null: the next commit starts a file
  std::optional<FileName> m_newest;      // its number is used, and its date does not go back
  std::vector<FileName> m_leftovers;
  Sequence m_settled{};
  std::uint64_t m_changes = 0;  // of the last commit
};

/// The owner file's content.
Status writeOwner(FileSystem& files, const std::string& directory, std::string_view owner);

}  // namespace penstock::archive
