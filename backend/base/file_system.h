// SPDX-License-Identifier: Apache-2.0
// All disk access of the engine goes through this interface, so that a test double can forget
// unsynced bytes, tear, flip and refuse. Faults we promise to survive: EIO and ENOSPC from write,
// sync, allocate, rename and open; short writes; loss, reordering and tearing (by 512-byte sectors)
// of everything written after the last successful sync; flipped bits and zeroed pages on read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace penstock {

/// An open file, read and written at explicit offsets.
/// Threads: reads and writes of different ranges may run at once.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to `into.size()` bytes; fewer only at the end of the file. Returns the count.
  virtual Result<std::size_t> readAt(std::uint64_t offset, std::span<std::byte> into) = 0;
  /// Writes all bytes or fails (then any part of them may have been written).
  virtual Status writeAt(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Makes all completed writes durable (fdatasync). A failure must never be retried on this file.
  virtual Status syncData() = 0;
  virtual Status truncate(std::uint64_t size) = 0;
  virtual Result<std::uint64_t> size() const = 0;
};

struct DiskSpace {
  std::uint64_t freeBytes = 0;  ///< available to this user
  std::uint64_t totalBytes = 0;
};

/// A lock held until destroyed.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// Threads: any.
class FileSystem {
 public:
  virtual ~FileSystem() = default;
  enum class OpenMode { Read, ReadWrite, CreateNew, CreateOrOpen };
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  /// Creates `path` and its parents where missing. Errors: IoError.
  virtual Status createDirectories(const std::string& path) = 0;
  /// Names (not paths) in a directory, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual bool exists(const std::string& path) = 0;
  /// Makes creations, renames and removals in `directory` durable.
  virtual Status syncDirectory(const std::string& directory) = 0;
  virtual Result<DiskSpace> space(const std::string& path) = 0;
  /// Takes an exclusive lock on the file `path` (made if missing). Errors: Conflict when another
  /// process holds it; the message then names its process id and what it wrote as `holderNote`.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                 std::string_view holderNote) = 0;
};

/// The file system of the machine. One object for the whole process.
FileSystem& posixFileSystem();

/// Whole file as a string. Errors: NotFound, IoError.
Result<std::string> readWholeFile(FileSystem& files, const std::string& path);
/// Replaces `path` atomically: temporary file, sync, rename, directory sync.
Status replaceFile(FileSystem& files, const std::string& path, std::string_view content);

}  // namespace penstock
