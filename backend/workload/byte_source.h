// SPDX-License-Identifier: Apache-2.0
// Where the bytes of a replayed file come from: a plain file, or one compressed with gzip or zstd
// (by the ending of its name). Streams are opened by who knows of them: see SourceOpener.
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

/// Opens what `path` names. `isStopped` is asked while there is nothing to read.
using SourceOpener = std::function<Result<std::unique_ptr<ByteSource>>(
    const std::string& path, std::function<bool()> isStopped)>;

/// A file. Errors: NotFound, IoError.
Result<std::unique_ptr<ByteSource>> openByteSource(FileSystem& files, const std::string& path);

/// What `source` gives, decompressed if the ending of `path` says so. Errors: IoError.
Result<std::unique_ptr<ByteSource>> decompressed(const std::string& path,
                                                 std::unique_ptr<ByteSource> source);

}  // namespace penstock
