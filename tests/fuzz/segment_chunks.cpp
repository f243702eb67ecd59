// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/segment_chunks.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "journal/file/format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace penstock::test {
namespace {

constexpr std::size_t kChunkHeadBytes = 3;
constexpr std::size_t kChunkBytesMax = 0xffff;
constexpr int kChunksMax = 64;  // what is behind does not count: a block each takes its time

// Of the group header, as journal/file/format.h has it.
constexpr std::size_t kJournalAt = 8;
constexpr std::size_t kSegmentAt = 24;
constexpr std::size_t kOffsetAt = 40;
constexpr std::size_t kChecksumAt = 120;

template <typename T>
void put(std::string& bytes, std::size_t at, const T& value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <typename T>
T get(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

void signRecords(std::string& group, std::uint64_t seed) {
  std::size_t at = kGroupHeaderBytes;
  while (at + kRecordFrameBytes <= group.size()) {
    const auto length = get<std::uint32_t>(group, at);
    if (length > group.size() - at - kRecordFrameBytes) return;
    const std::string payload = group.substr(at + kRecordFrameBytes, length);
    const auto type = get<RecordType>(group, at + 4);
    encodeRecord({type, payload, hashPayload(payload)}, get<Sequence>(group, at + 8), seed,
                 reinterpret_cast<std::byte*>(group.data()) + at);
    at += kRecordFrameBytes + length;
  }
}

void sign(std::string& group, const JournalPosition& place) {
  if (group.size() < kGroupHeaderBytes) return;
  const std::uint64_t seed = segmentSeed(fuzzJournalId(), place.segment);
  put(group, kJournalAt, fuzzJournalId());
  put(group, kSegmentAt, place.segment);
  put(group, kOffsetAt, place.offset);
  put(group, kChecksumAt, std::uint64_t{XXH3_64bits_withSeed(group.data(), kChecksumAt, seed)});
  signRecords(group, seed);
}

}  // namespace

const JournalId& fuzzJournalId() {
  static const JournalId kId = [] {
    JournalId id;
    for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::byte>(i + 1);
    return id;
  }();
  return kId;
}

std::map<std::uint32_t, std::string> segmentsOf(std::string_view input) {
  std::map<std::uint32_t, std::string> segments;
  for (int chunks = 0; chunks < kChunksMax && input.size() >= kChunkHeadBytes; ++chunks) {
    const auto flags = static_cast<unsigned char>(input[0]);
    std::uint16_t length = 0;
    std::memcpy(&length, input.data() + 1, sizeof length);
    input.remove_prefix(kChunkHeadBytes);
    std::string bytes(input.substr(0, length));
    input.remove_prefix(bytes.size());
    const std::uint32_t number = (flags & SegmentChunk::kSegmentMask) + 1;
    std::string& content = segments[number];
    content.resize(roundUpToBlock(content.size()));
    if ((flags & SegmentChunk::kSigned) != 0) sign(bytes, {number, content.size()});
    content += bytes;
    if ((flags & SegmentChunk::kCutOff) == 0) content.resize(roundUpToBlock(content.size()));
  }
  return segments;
}

void appendChunk(std::string& input, const SegmentChunk& chunk) {
  CHECK(chunk.bytes.size() <= kChunkBytesMax);
  const auto length = static_cast<std::uint16_t>(chunk.bytes.size());
  input.push_back(static_cast<char>(chunk.flags));
  input.append(reinterpret_cast<const char*>(&length), sizeof length);
  input.append(chunk.bytes);
}

void appendSegment(std::string& input, std::uint32_t number, std::string_view content) {
  CHECK(number >= 1 && number <= SegmentChunk::kSegmentMask + 1);
  while (!content.empty()) {
    const std::string_view block = content.substr(0, limits::kJournalBlockBytes);
    // At least a byte, so that there is a block; npos + 1 is 0.
    const std::size_t used = std::max<std::size_t>(1, block.find_last_not_of('\0') + 1);
    const bool isCutOff = block.size() < limits::kJournalBlockBytes;
    appendChunk(input, {number - 1 + (isCutOff ? SegmentChunk::kCutOff : 0u),
                        isCutOff ? block : block.substr(0, used)});
    content.remove_prefix(block.size());
  }
}

}  // namespace penstock::test
