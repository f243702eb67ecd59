// SPDX-License-Identifier: Apache-2.0
// The bytes of a journal segment, and nothing that touches a disk: group header, record frame,
// identity line, their checksums. Every checksum is seeded by journal id and segment number, so
// that bytes of a recycled file, or of another journal, never pass.
//
// A segment is a row of groups, each beginning on a 4 KiB boundary; zeros fill up to the next one.
// All integers are little endian.
//   group header, 128 bytes:
//     0 u32 magic · 4 u16 version · 6 u16 ~version · 8 journal id · 24 u32 segment · 28 u32 first
//     index · 32 u32 records · 36 u8 end of the previous segment · 40 u64 offset of this header ·
//     48 u64 bytes of records · 56 i64 wall time, µs · 64 u32 synced segment · 72 u64 synced offset
//     · 80 u64 synced head · 88 u64 hash of the catalog · 120 u64 checksum; the rest is zero
//   record, 24 bytes and the payload:
//     0 u32 payload length · 4 u8 type · 5 three zero bytes · 8 u64 sequence · 16 u64 checksum
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"
#include "journal/journal.h"
#include "model/ids.h"
#include "model/limits.h"

namespace penstock {

inline constexpr std::uint16_t kJournalFormat = 1;
inline constexpr std::size_t kGroupHeaderBytes = 128;
inline constexpr std::size_t kRecordFrameBytes = 24;

/// A place in the journal's files. Segment 0: nowhere.
struct JournalPosition {
  std::uint32_t segment = 0;
  std::uint64_t offset = 0;
  bool operator==(const JournalPosition&) const = default;
};

/// How the segment before this one ended. The numbers are stored: never renumber.
enum class PreviousEnd : std::uint8_t {
  None = 0,       ///< this is the first segment (or not the first group of one)
  Full = 1,       ///< it was left for a new one
  Recovered = 2,  ///< the process stopped; its end was found at the next start
  Sealed = 3,     ///< a write or sync failed: nothing behind the named end counts
};

/// Written before the records of one group commit.
struct GroupHeader {
  JournalId journal;
  std::uint32_t segment = 0;
  std::uint32_t firstIndex = 0;  ///< of the first record in it
  std::uint32_t records = 0;     ///< 0: a mark that everything before it is synced
  PreviousEnd previousEnd = PreviousEnd::None;
  std::uint64_t offset = 0;  ///< of this header in its segment
  std::uint64_t bytes = 0;   ///< of the records, without header and padding
  WallTime wallTime{};
  /// Everything before this place was synced when the header was written. In the first group of a
  /// segment: where the previous segment ended.
  JournalPosition synced;
  Sequence syncedHead{};          ///< the last record before `synced`
  std::uint64_t catalogHash = 0;  ///< of the segment's catalog record
  bool operator==(const GroupHeader&) const = default;

  /// Where the next group begins.
  std::uint64_t end() const;
  /// Of the last record; of the record before this group when it has none.
  std::uint32_t endIndex() const { return firstIndex + records; }
};

constexpr std::uint64_t roundUpToBlock(std::uint64_t bytes) {
  return (bytes + limits::kJournalBlockBytes - 1) / limits::kJournalBlockBytes *
         limits::kJournalBlockBytes;
}

/// The seed of all checksums in one segment.
std::uint64_t segmentSeed(const JournalId& journal, std::uint32_t segment);
/// The costly part of a record's checksum; needs neither sequence nor segment.
std::uint64_t hashPayload(std::string_view payload);

/// Expects: into.size() >= kGroupHeaderBytes.
void encodeGroupHeader(const GroupHeader& header, std::span<std::byte> into);
/// Errors: NotFound (no group begins here: zeros, recycled or foreign bytes), Corrupt, Unsupported
/// (a newer format).
Result<GroupHeader> decodeGroupHeader(std::span<const std::byte> bytes, const JournalId& journal,
                                      JournalPosition at);
/// The header at the start of `bytes`, of whatever journal, segment and place. Nothing when there
/// is no whole header.
std::optional<GroupHeader> decodeAnyHeader(std::span<const std::byte> bytes);

struct RecordToWrite {
  RecordType type{};
  std::string_view payload;
  std::uint64_t payloadHash = 0;
};

/// Writes frame and payload. Expects: room for kRecordFrameBytes + payload.size().
void encodeRecord(const RecordToWrite& record, Sequence sequence, std::uint64_t seed,
                  std::byte* into);

struct RecordView {
  RecordType type{};
  Sequence sequence{};
  std::string_view payload;  ///< borrowed from what was decoded
  std::size_t size() const { return kRecordFrameBytes + payload.size(); }
};

/// The payload's length as a frame tells it, not checked; 0 when there is no whole frame.
std::uint32_t payloadBytesOf(std::span<const std::byte> frame);
/// The sequence that a record would have that begins here; kNoSequence when none can begin here.
/// When one can, its payload fits one group commit: a reader may trust the length with its memory.
Sequence sequenceOf(std::span<const std::byte> frame);
/// The record at the start of `bytes`, or nothing unless it is whole and has the expected sequence.
std::optional<RecordView> decodeRecord(std::string_view bytes, Sequence expected,
                                       std::uint64_t seed);

/// The content of the file `identity`, which names the journal of a directory.
std::string encodeIdentity(const JournalId& journal);
/// Errors: Corrupt, Unsupported.
Result<JournalId> decodeIdentity(std::string_view text);

}  // namespace penstock
