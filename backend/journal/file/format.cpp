// SPDX-License-Identifier: Apache-2.0
#include "journal/file/format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

namespace penstock {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little endian");

constexpr std::uint32_t kMagic = 0x4b545350;  // "PSTK"
constexpr std::string_view kIdentityWord = "penstock-journal";

template <typename T>
void put(std::byte* base, std::size_t at, T value) {
  std::memcpy(base + at, &value, sizeof value);
}

template <typename T>
T get(const void* base, std::size_t at) {
  T value;
  std::memcpy(&value, static_cast<const std::byte*>(base) + at, sizeof value);
  return value;
}

std::uint64_t headerChecksum(const std::byte* header, std::uint64_t seed) {
  return XXH3_64bits_withSeed(header, kGroupHeaderBytes - sizeof(std::uint64_t), seed);
}

/// Over the 16 bytes of the frame before the checksum, and the payload's hash.
std::uint64_t recordChecksum(const std::byte* frame, std::uint64_t payloadHash,
                             std::uint64_t seed) {
  std::array<std::byte, 24> words;
  std::memcpy(words.data(), frame, 16);
  put(words.data(), 16, payloadHash);
  return XXH3_64bits_withSeed(words.data(), words.size(), seed);
}

std::string toHex(std::uint64_t value) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  std::string text(digits.size() - static_cast<std::size_t>(end - digits.data()), '0');
  text.append(digits.data(), end);
  return text;
}

std::optional<JournalId> parseId(std::string_view text) {
  JournalId id;
  if (text.size() != 2 * id.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    unsigned value = 0;
    const char* begin = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, value, 16);
    if (error != std::errc() || end != begin + 2) return std::nullopt;
    id.bytes[i] = static_cast<std::byte>(value);
  }
  return id;
}

std::string identityBody(const JournalId& journal) {
  return std::string(kIdentityWord) + " " + std::to_string(kJournalFormat) + " " + toText(journal);
}

GroupHeader readFields(const std::byte* bytes) {
  GroupHeader header;
  header.journal = get<JournalId>(bytes, 8);
  header.segment = get<std::uint32_t>(bytes, 24);
  header.firstIndex = get<std::uint32_t>(bytes, 28);
  header.records = get<std::uint32_t>(bytes, 32);
  header.previousEnd = get<PreviousEnd>(bytes, 36);
  header.offset = get<std::uint64_t>(bytes, 40);
  header.bytes = get<std::uint64_t>(bytes, 48);
  header.wallTime = WallTime(std::chrono::microseconds(get<std::int64_t>(bytes, 56)));
  header.synced.segment = get<std::uint32_t>(bytes, 64);
  header.synced.offset = get<std::uint64_t>(bytes, 72);
  header.syncedHead = get<Sequence>(bytes, 80);
  header.catalogHash = get<std::uint64_t>(bytes, 88);
  return header;
}

/// Whether a writer can have made it: what is followed must not lead round in circles, nor beyond
/// any file, nor fill the memory, whatever its checksum says.
bool isPossible(const GroupHeader& header) {
  if (header.bytes > limits::kGroupCommitBytesMax) return false;
  if (header.firstIndex > limits::kRecordsPerSegmentMax ||
      header.records > limits::kRecordsPerSegmentMax - header.firstIndex) {
    return false;
  }
  if (header.records > header.bytes / kRecordFrameBytes) return false;
  if (header.syncedHead >= makeSequence(header.segment, header.firstIndex)) return false;
  const JournalPosition& synced = header.synced;
  // A segment of which anything is synced holds its catalog: the head is in it.
  const std::uint32_t headSegment = segmentOf(header.syncedHead);
  if (synced.offset != 0 ? headSegment != synced.segment : headSegment > synced.segment) {
    return false;
  }
  if (headSegment == 0 && header.syncedHead != kNoSequence) return false;
  if (header.offset != 0) {
    return synced.segment == header.segment && synced.offset <= header.offset;
  }
  return synced.segment < header.segment && synced.offset <= limits::kSegmentBytesMax;
}

bool hasMagic(std::span<const std::byte> bytes) {
  return bytes.size() >= kGroupHeaderBytes && get<std::uint32_t>(bytes.data(), 0) == kMagic;
}

}  // namespace

std::uint64_t GroupHeader::end() const {
  return roundUpToBlock(offset + kGroupHeaderBytes + bytes);
}

std::uint64_t segmentSeed(const JournalId& journal, std::uint32_t segment) {
  return XXH3_64bits_withSeed(journal.bytes.data(), journal.bytes.size(), segment);
}

std::uint64_t hashPayload(std::string_view payload) {
  return XXH3_64bits(payload.data(), payload.size());
}

void encodeGroupHeader(const GroupHeader& header, std::span<std::byte> into) {
  CHECK(into.size() >= kGroupHeaderBytes);
  std::byte* out = into.data();
  std::memset(out, 0, kGroupHeaderBytes);
  put(out, 0, kMagic);
  put(out, 4, kJournalFormat);
  put(out, 6, static_cast<std::uint16_t>(~kJournalFormat));
  put(out, 8, header.journal);
  put(out, 24, header.segment);
  put(out, 28, header.firstIndex);
  put(out, 32, header.records);
  put(out, 36, header.previousEnd);
  put(out, 40, header.offset);
  put(out, 48, header.bytes);
  put(out, 56, std::int64_t{header.wallTime.time_since_epoch().count()});
  put(out, 64, header.synced.segment);
  put(out, 72, header.synced.offset);
  put(out, 80, header.syncedHead);
  put(out, 88, header.catalogHash);
  put(out, 120, headerChecksum(out, segmentSeed(header.journal, header.segment)));
}

Result<GroupHeader> decodeGroupHeader(std::span<const std::byte> bytes, const JournalId& journal,
                                      JournalPosition at) {
  if (!hasMagic(bytes)) return Status(StatusCode::NotFound, "no group header");
  const auto version = get<std::uint16_t>(bytes.data(), 4);
  const auto inverse = get<std::uint16_t>(bytes.data(), 6);
  if (version != kJournalFormat) {
    // The inverse tells a flipped bit from a format that is really newer.
    if (static_cast<std::uint16_t>(~version) != inverse) {
      return Status(StatusCode::Corrupt, "group header");
    }
    return Status(StatusCode::Unsupported,
                  "the journal is of format " + std::to_string(version) + ", this program knows " +
                      std::to_string(kJournalFormat) + " (use the program that wrote it)");
  }
  const GroupHeader header = readFields(bytes.data());
  if (get<std::uint64_t>(bytes.data(), 120) !=
      headerChecksum(bytes.data(), segmentSeed(journal, at.segment))) {
    // Whole, and of another segment or journal: what a recycled file is full of.
    const bool whole = decodeAnyHeader(bytes).has_value();
    return Status(whole ? StatusCode::NotFound : StatusCode::Corrupt, "group header");
  }
  if (header.journal != journal || header.segment != at.segment || header.offset != at.offset) {
    return Status(StatusCode::Corrupt, "group header in the wrong place");
  }
  if (!isPossible(header)) return Status(StatusCode::Corrupt, "impossible group header");
  return header;
}

std::optional<GroupHeader> decodeAnyHeader(std::span<const std::byte> bytes) {
  if (!hasMagic(bytes)) return std::nullopt;
  const GroupHeader header = readFields(bytes.data());
  const std::uint64_t seed = segmentSeed(header.journal, header.segment);
  if (get<std::uint64_t>(bytes.data(), 120) != headerChecksum(bytes.data(), seed)) {
    return std::nullopt;
  }
  return header;
}

void encodeRecord(const RecordToWrite& record, Sequence sequence, std::uint64_t seed,
                  std::byte* into) {
  put(into, 0, static_cast<std::uint32_t>(record.payload.size()));
  put(into, 4, std::uint32_t{static_cast<std::uint8_t>(record.type)});
  put(into, 8, sequence);
  put(into, 16, recordChecksum(into, record.payloadHash, seed));
  if (!record.payload.empty()) {
    std::memcpy(into + kRecordFrameBytes, record.payload.data(), record.payload.size());
  }
}

std::uint32_t payloadBytesOf(std::span<const std::byte> frame) {
  return frame.size() < kRecordFrameBytes ? 0 : get<std::uint32_t>(frame.data(), 0);
}

Sequence sequenceOf(std::span<const std::byte> frame) {
  if (frame.size() < kRecordFrameBytes) return kNoSequence;
  if (payloadBytesOf(frame) > limits::kGroupCommitBytesMax) return kNoSequence;
  const bool hasType = get<std::uint8_t>(frame.data(), 4) != 0;
  // Behind the type come three zeros.
  if (!hasType || get<std::uint32_t>(frame.data(), 4) > 0xffu) return kNoSequence;
  return get<Sequence>(frame.data(), 8);
}

std::optional<RecordView> decodeRecord(std::string_view bytes, Sequence expected,
                                       std::uint64_t seed) {
  if (bytes.size() < kRecordFrameBytes) return std::nullopt;
  const auto* frame = reinterpret_cast<const std::byte*>(bytes.data());
  const auto length = get<std::uint32_t>(frame, 0);
  if (length > bytes.size() - kRecordFrameBytes) return std::nullopt;
  RecordView record{get<RecordType>(frame, 4), get<Sequence>(frame, 8),
                    bytes.substr(kRecordFrameBytes, length)};
  if (record.sequence != expected || record.type == RecordType{0}) return std::nullopt;
  if (get<std::uint64_t>(frame, 16) != recordChecksum(frame, hashPayload(record.payload), seed)) {
    return std::nullopt;
  }
  return record;
}

std::string encodeIdentity(const JournalId& journal) {
  const std::string body = identityBody(journal);
  return body + " " + toHex(hashPayload(body)) + "\n";
}

Result<JournalId> decodeIdentity(std::string_view text) {
  const Status corrupt(StatusCode::Corrupt, "the journal's file 'identity' is damaged");
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto hashAt = text.rfind(' ');
  if (hashAt == std::string_view::npos) return corrupt;
  const std::string_view body = text.substr(0, hashAt);
  if (text.substr(hashAt + 1) != toHex(hashPayload(body))) return corrupt;
  const auto idAt = body.rfind(' ');
  if (idAt == std::string_view::npos) return corrupt;
  const auto id = parseId(body.substr(idAt + 1));
  if (!id) return corrupt;
  if (body != identityBody(*id)) {
    return Status(StatusCode::Unsupported, "the journal is of another format: '" +
                                               std::string(body.substr(0, idAt)) +
                                               "' (use the program that wrote it)");
  }
  return *id;
}

std::string describe(const JournalDamage& damage) {
  return "segment " + std::to_string(damage.segment) + ", offset " + std::to_string(damage.begin) +
         " to " + std::to_string(damage.end) + ", sequences " +
         std::to_string(toNumber(damage.first)) + " to " + std::to_string(toNumber(damage.last)) +
         ": " + damage.what;
}

}  // namespace penstock
