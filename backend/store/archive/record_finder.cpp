// SPDX-License-Identifier: Apache-2.0
#include "store/archive/record_finder.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace penstock::archive {
namespace {

constexpr std::uint64_t kBlockBytes = 256 * 1024;

std::string_view asText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Whether the frame is there as the record says.
Result<bool> isFrameWhole(File& file, const Record& record, std::uint64_t size) {
  if (record.frameBytes > size || record.end() > size) return false;
  std::vector<std::byte> frame(record.frameBytes);
  RETURN_IF_ERROR(readExactly(file, record.frameOffset(), frame));
  return hashBytes(frame) == record.frameHash;
}

}  // namespace

Status readExactly(File& file, std::uint64_t offset, std::span<std::byte> into) {
  const Result<std::size_t> count = file.readAt(offset, into);
  if (!count) return count.status();
  if (*count < into.size()) return {StatusCode::Corrupt, "ends too early"};
  return Status::ok();
}

// A candidate is what begins as a record does; most are none but in a file's own records.
Result<std::optional<Record>> RecordFinder::searchBlock(std::uint64_t begin, std::uint64_t end,
                                                        Wanted wanted) {
  std::vector<std::byte> block(end - begin + kRecordBytes - 1);
  const Result<std::size_t> count = m_file.readAt(begin, block);
  if (!count) return count.status();
  block.resize(*count);
  const std::string_view text = asText(block);
  const std::string_view start = asText(recordStart());
  std::size_t at = wanted == Wanted::First ? text.find(start) : text.rfind(start);
  while (at != std::string_view::npos) {
    Result<Record> record = decodeRecord(std::span(block).subspan(at), begin + at);
    if (record.status().code() == StatusCode::Unsupported) return record.status();
    if (record && record->journal == m_opening.journal &&
        record->fileNumber == m_opening.fileNumber && begin + at < end) {
      return std::optional(*record);
    }
    if (wanted == Wanted::Last && at == 0) break;
    at = wanted == Wanted::First ? text.find(start, at + 1) : text.rfind(start, at - 1);
  }
  return std::optional<Record>();
}

Result<std::optional<Record>> RecordFinder::lastBefore(std::uint64_t limit) {
  for (std::uint64_t end = limit; end > 0;) {
    const std::uint64_t begin = end - std::min(end, kBlockBytes);
    auto found = searchBlock(begin, end, Wanted::Last);
    if (!found || found->has_value()) return found;
    end = begin;
  }
  return std::optional<Record>();
}

Result<std::optional<Record>> RecordFinder::firstFrom(std::uint64_t from) {
  const Result<std::uint64_t> size = m_file.size();
  if (!size) return size.status();
  for (std::uint64_t begin = from; begin < *size; begin += kBlockBytes) {
    auto found = searchBlock(begin, begin + kBlockBytes, Wanted::First);
    if (!found || found->has_value()) return found;
  }
  return std::optional<Record>();
}

Result<Record> readOpening(File& file) {
  std::array<std::byte, kRecordBytes> bytes{};
  const Result<std::size_t> count = file.readAt(0, bytes);
  if (!count) return count.status();
  Result<Record> opening = decodeRecord(std::span(bytes).first(*count), 0);
  if (opening && opening->kind == RecordKind::Opening) return opening;
  if (opening.status().code() == StatusCode::Unsupported) return opening;
  const Result<std::uint64_t> size = file.size();
  if (!size) return size.status();
  // Commits come only when the opening record is synced.
  if (*size <= kRecordBytes) return Status(StatusCode::NotFound, "nothing is in it");
  return Status(StatusCode::Corrupt, "its opening record is damaged");
}

Result<Tail> findTail(File& file) {
  const Result<Record> opening = readOpening(file);
  if (!opening) return opening.status();
  const Result<std::uint64_t> size = file.size();
  if (!size) return size.status();
  Tail tail{*opening, opening->after, opening->end(), *size, *opening};
  const Result<std::optional<Record>> found = RecordFinder(file, *opening).lastBefore(*size);
  if (!found) return found.status();
  if (!found->has_value() || (*found)->kind == RecordKind::Opening) return tail;
  const Record& last = **found;
  const Result<bool> isWhole = isFrameWhole(file, last, *size);
  if (!isWhole) return isWhole.status();
  tail.settled = *isWhole ? last.after : last.before;
  tail.end = *isWhole ? last.end() : last.offset;
  tail.last = *isWhole ? std::optional(last) : std::nullopt;
  return tail;
}

}  // namespace penstock::archive
