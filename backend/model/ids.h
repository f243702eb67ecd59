// SPDX-License-Identifier: Apache-2.0
// The numbers that name things: a change set's place in the journal, a table and a column of the
// catalog, a lane's shard. Each is a type of its own, so that one cannot be passed for another.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace penstock {

/// A change set's number in its journal: increasing, never used twice, below 2^53 (so that a JSON
/// number holds it). High 29 bits: segment number, low 24 bits: index of the record in the segment.
/// 0 is before every record.
enum class Sequence : std::uint64_t {};

inline constexpr Sequence kNoSequence{0};
inline constexpr unsigned kSequenceIndexBits = 24;

constexpr std::uint64_t toNumber(Sequence sequence) { return static_cast<std::uint64_t>(sequence); }
/// Segments count from 1, indexes from 0.
constexpr Sequence makeSequence(std::uint32_t segment, std::uint32_t index) {
  return Sequence{(std::uint64_t{segment} << kSequenceIndexBits) | index};
}
constexpr std::uint32_t segmentOf(Sequence sequence) {
  return static_cast<std::uint32_t>(toNumber(sequence) >> kSequenceIndexBits);
}
constexpr std::uint32_t indexOf(Sequence sequence) {
  return static_cast<std::uint32_t>(toNumber(sequence) & ((1u << kSequenceIndexBits) - 1));
}

/// Stable for the life of a journal: a table keeps its id when the database's schema changes.
enum class TableId : std::uint32_t {};
/// Stable within its table, likewise.
enum class ColumnId : std::uint32_t {};
constexpr std::size_t toIndex(TableId id) { return static_cast<std::size_t>(id); }
constexpr std::size_t toIndex(ColumnId id) { return static_cast<std::size_t>(id); }

/// xxHash3 (64 bits) of a group's name or of a row's identity.
enum class GroupHash : std::uint64_t {};
enum class RowHash : std::uint64_t {};

/// Which of the 64 parts, from 1, of the work of a sink with several lanes; or all of them at once,
/// which is the only one that a sink with one lane has.
enum class Shard : std::uint32_t {};
inline constexpr std::uint32_t kShardCount = 64;
inline constexpr Shard kAllShards{0};
/// The part to which a group belongs, for good: checkpoints are kept by it.
constexpr Shard shardOf(GroupHash group) {
  return Shard{1 + static_cast<std::uint32_t>(static_cast<std::uint64_t>(group) % kShardCount)};
}
/// No part of the work: beside the checkpoints a store counts here the commits of reviews, which
/// release what was held and move no checkpoint. So a database that was taken back between two of
/// them is noticed.
inline constexpr Shard kReviewCount{kShardCount + 1};
constexpr std::size_t toIndex(Shard shard) { return static_cast<std::size_t>(shard); }

/// The 16 random bytes that name a journal; part of every checksum and of every checkpoint row.
struct JournalId {
  std::array<std::byte, 16> bytes{};
  bool operator==(const JournalId&) const = default;
};
/// 32 lower-case hexadecimal digits.
std::string toText(const JournalId& id);

}  // namespace penstock
