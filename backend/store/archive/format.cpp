// SPDX-License-Identifier: Apache-2.0
#include "store/archive/format.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/check.h"

namespace penstock::archive {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::uint32_t kMagic = 0x184D2A5B;  // of the sixteen that skippable frames have
constexpr std::uint32_t kTag = 0x52415350;    // "PSAR"
constexpr std::size_t kChecksumAt = 120;
constexpr std::string_view kNameStart = "changes-";
constexpr std::string_view kDataEnd = ".ndjson.zst";
constexpr std::string_view kManifestEnd = ".manifest.json";
constexpr std::size_t kDateDigits = 10;
constexpr std::size_t kNumberDigits = 8;

template <typename T>
void put(std::span<std::byte> into, std::size_t at, T value) {
  std::memcpy(into.data() + at, &value, sizeof value);
}

template <typename T>
T get(std::span<const std::byte> from, std::size_t at) {
  T value{};
  std::memcpy(&value, from.data() + at, sizeof value);
  return value;
}

void putSequence(std::span<std::byte> into, std::size_t at, Sequence sequence) {
  put<std::uint64_t>(into, at, toNumber(sequence));
}

Sequence getSequence(std::span<const std::byte> from, std::size_t at) {
  return Sequence{get<std::uint64_t>(from, at)};
}

std::string stem(const FileName& name) {
  std::string digits = std::to_string(name.number);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return std::string(kNameStart) + name.date + "-" + digits;
}

bool isDate(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool isDash = i == 4 || i == 7;
    if (isDash ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  }
  return text.size() == kDateDigits;
}

std::optional<FileName> parseName(std::string_view name, std::string_view end) {
  const std::size_t atLeast = kNameStart.size() + kDateDigits + 1 + kNumberDigits + end.size();
  if (name.size() < atLeast || !name.starts_with(kNameStart) || !name.ends_with(end)) return {};
  name.remove_prefix(kNameStart.size());
  name.remove_suffix(end.size());
  FileName parsed;
  parsed.date = name.substr(0, kDateDigits);
  const char* const begin = name.data() + kDateDigits + 1;
  const char* const stop = name.data() + name.size();
  const auto read = std::from_chars(begin, stop, parsed.number);
  const bool isOurs = isDate(parsed.date) && name[kDateDigits] == '-' && read.ec == std::errc() &&
                      read.ptr == stop && parsed.number > 0;
  return isOurs ? std::optional(parsed) : std::nullopt;
}

}  // namespace

std::uint64_t hashBytes(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::span<const std::byte> recordStart() {
  static constexpr std::array<std::uint32_t, 3> kStart{kMagic, kRecordBytes - 8, kTag};
  return std::as_bytes(std::span(kStart));
}

void encodeRecord(const Record& record, std::span<std::byte> into) {
  CHECK(into.size() >= kRecordBytes);
  std::ranges::copy(recordStart(), into.begin());
  put<std::uint16_t>(into, 12, kArchiveFormat);
  put<std::uint16_t>(into, 14, static_cast<std::uint16_t>(record.kind));
  std::ranges::copy(record.journal.bytes, into.begin() + 16);
  put<std::uint64_t>(into, 32, record.fileNumber);
  put<std::uint64_t>(into, 40, record.offset);
  put<std::int64_t>(into, 48, record.wallTime.time_since_epoch().count());
  putSequence(into, 56, record.before);
  putSequence(into, 64, record.after);
  putSequence(into, 72, record.first);
  putSequence(into, 80, record.last);
  put<std::uint32_t>(into, 88, record.changeSets);
  put<std::uint32_t>(into, 92, record.changes);
  put<std::uint64_t>(into, 96, record.textBytes);
  put<std::uint64_t>(into, 104, record.frameBytes);
  put<std::uint64_t>(into, 112, record.frameHash);
  put<std::uint64_t>(into, kChecksumAt, hashBytes(into.first(kChecksumAt)));
}

Result<Record> decodeRecord(std::span<const std::byte> bytes, std::uint64_t offset) {
  const auto none = [] { return Status(StatusCode::NotFound, "no record begins here"); };
  if (bytes.size() < kRecordBytes) return none();
  const bool isWhole =
      std::ranges::equal(bytes.first(recordStart().size()), recordStart()) &&
      get<std::uint64_t>(bytes, kChecksumAt) == hashBytes(bytes.first(kChecksumAt));
  if (!isWhole || get<std::uint64_t>(bytes, 40) != offset) return none();
  if (get<std::uint16_t>(bytes, 12) != kArchiveFormat) {
    return Status(StatusCode::Unsupported, "written by a newer Penstock (format " +
                                               std::to_string(get<std::uint16_t>(bytes, 12)) +
                                               "; use that one)");
  }
  Record record;
  record.kind = static_cast<RecordKind>(get<std::uint16_t>(bytes, 14));
  std::ranges::copy(bytes.subspan(16, record.journal.bytes.size()), record.journal.bytes.begin());
  record.fileNumber = get<std::uint64_t>(bytes, 32);
  record.offset = offset;
  record.wallTime = WallTime(std::chrono::microseconds(get<std::int64_t>(bytes, 48)));
  record.before = getSequence(bytes, 56);
  record.after = getSequence(bytes, 64);
  record.first = getSequence(bytes, 72);
  record.last = getSequence(bytes, 80);
  record.changeSets = get<std::uint32_t>(bytes, 88);
  record.changes = get<std::uint32_t>(bytes, 92);
  record.textBytes = get<std::uint64_t>(bytes, 96);
  record.frameBytes = get<std::uint64_t>(bytes, 104);
  record.frameHash = get<std::uint64_t>(bytes, 112);
  return record;
}

std::string FileName::data() const { return stem(*this).append(kDataEnd); }

std::string FileName::manifest() const { return stem(*this).append(kManifestEnd); }

std::optional<FileName> FileName::ofData(std::string_view name) {
  return parseName(name, kDataEnd);
}

std::optional<FileName> FileName::ofManifest(std::string_view name) {
  return parseName(name, kManifestEnd);
}

std::string dateText(WallTime time) { return formatUtc(time).substr(0, kDateDigits); }

}  // namespace penstock::archive
