// SPDX-License-Identifier: Apache-2.0
// The bytes of an archive beside its lines, and the names of its files; nothing here touches a
// disk. A file is a row of zstd frames, so that `zstdcat` reads it: an opening record, then
// commits, each a commit record and, unless it only moves the checkpoint, one frame that holds
// change sets as NDJSON. Records are skippable frames (RFC 8878, 3.1.2), which tools pass over.
//
// A record, 128 bytes, little endian:
//   0 u32 magic · 4 u32 size of the rest · 8 u32 tag · 12 u16 version · 14 u16 kind · 16 journal id
//   · 32 u64 file number · 40 u64 offset of this record · 48 i64 wall time, µs · 56 u64 checkpoint
//   before · 64 u64 checkpoint after · 72 u64 first sequence · 80 u64 last sequence · 88 u32 change
//   sets · 92 u32 changes · 96 u64 bytes of text · 104 u64 bytes of the frame · 112 u64 its xxHash3
//   · 120 u64 xxHash3 of all that is before
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "model/ids.h"

namespace penstock::archive {

inline constexpr std::uint16_t kArchiveFormat = 1;
inline constexpr std::size_t kRecordBytes = 128;
inline constexpr std::string_view kLockName = "archive.lock";
inline constexpr std::string_view kOwnerName = "archive.owner";

/// The numbers are stored: never renumber.
enum class RecordKind : std::uint16_t {
  Opening = 1,  ///< at the start of a file; moves nothing
  Commit = 2,
};

struct Record {
  RecordKind kind = RecordKind::Commit;
  JournalId journal;
  std::uint64_t fileNumber = 0;
  std::uint64_t offset = 0;  ///< of this record in its file
  WallTime wallTime{};
  Sequence before{};  ///< the checkpoint
  Sequence after{};
  Sequence first{};  ///< of the change sets in the frame; kNoSequence when there is none
  Sequence last{};
  std::uint32_t changeSets = 0;
  std::uint32_t changes = 0;
  std::uint64_t textBytes = 0;
  std::uint64_t frameBytes = 0;
  std::uint64_t frameHash = 0;
  bool operator==(const Record&) const = default;

  std::uint64_t frameOffset() const { return offset + kRecordBytes; }
  /// Where the next record begins.
  std::uint64_t end() const { return frameOffset() + frameBytes; }
};

std::uint64_t hashBytes(std::span<const std::byte> bytes);

/// Expects: into.size() >= kRecordBytes.
void encodeRecord(const Record& record, std::span<std::byte> into);
/// The record at the start of `bytes`, which stand at `offset` of their file.
/// Errors: NotFound (none begins here, or a damaged one), Unsupported (a newer format).
Result<Record> decodeRecord(std::span<const std::byte> bytes, std::uint64_t offset);
/// With which every record begins.
std::span<const std::byte> recordStart();

/// `changes-2026-11-21-00000042.ndjson.zst`. Names sort in journal order.
struct FileName {
  std::string date;  ///< UTC, as in the name
  std::uint64_t number = 0;
  bool operator==(const FileName&) const = default;

  std::string data() const;
  std::string manifest() const;
  static std::optional<FileName> ofData(std::string_view name);
  static std::optional<FileName> ofManifest(std::string_view name);
};

/// `2026-11-21`, UTC.
std::string dateText(WallTime time);

}  // namespace penstock::archive
