// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a replayed file come from: a plain file, one compressed with gzip or zstd (by
// the ending of its name), standard input (`-`), or a pipe with a name. What waits for a writer
// ends when a stop is requested.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/file_system.h"
#include "base/status.h"

namespace penstock {

/// Threads: one.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// Fills up to `into.size()` bytes, as soon as there are some; 0 only at the end. Errors:
  /// IoError, Corrupt (damaged compressed data, or data that ends too early), Cancelled (a stop).
  virtual Result<std::size_t> read(std::span<std::byte> into) = 0;
  /// Bytes of the file taken so far, compressed as they are, for progress.
  virtual std::uint64_t consumed() const = 0;
  /// Size of the file; 0 when it is not known (standard input, a pipe).
  virtual std::uint64_t total() const = 0;
};

/// Whether the bytes of `path` come but once: standard input, a pipe, a terminal.
bool isStream(const std::string& path);

/// `isStopped`, if there is one, is asked while a stream has nothing to read. Errors: NotFound,
/// IoError.
Result<std::unique_ptr<ByteSource>> openByteSource(FileSystem& files, const std::string& path,
                                                   std::function<bool()> isStopped = {});

}  // namespace penstock
