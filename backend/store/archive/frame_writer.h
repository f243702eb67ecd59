// SPDX-License-Identifier: Apache-2.0
// Change sets as lines of NDJSON in one zstd frame, behind room for the record that tells of it, so
// that both are written at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/batch.h"

struct ZSTD_CCtx_s;

namespace penstock::archive {

/// Threads: one. Owns: its memory, which later frames use again.
class FrameWriter {
 public:
  /// `level`: of zstd, 1 to 19.
  explicit FrameWriter(int level);

  /// kRecordBytes of room, then the frame; valid until the next call. With its checksum, so that
  /// tools notice damage too. Expects: at least one change set.
  std::span<std::byte> write(const ChangeSetRange& range);
  std::uint64_t textBytes() const { return m_textBytes; }  ///< of the last frame, uncompressed
  std::uint64_t changes() const { return m_changes; }

 private:
  enum class Part : std::uint8_t { More, Last };
  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  void compress(Part part);

  std::unique_ptr<ZSTD_CCtx_s, FreeContext> m_context;
  std::string m_text;              // not compressed yet
  std::vector<std::byte> m_bytes;  // room and frame
  std::size_t m_size = 0;          // so much of it is used
  std::uint64_t m_textBytes = 0;
  std::uint64_t m_changes = 0;
};

}  // namespace penstock::archive
