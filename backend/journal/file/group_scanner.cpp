// SPDX-License-Identifier: Apache-2.0
#include "journal/file/group_scanner.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

constexpr std::size_t kWindowBytes = 256 * limits::kKiB;

}  // namespace

GroupScanner::GroupScanner(std::unique_ptr<File> file, const JournalId& journal,
                           std::uint32_t segment)
    : m_file(std::move(file)),
      m_journal(journal),
      m_segment(segment),
      m_seed(segmentSeed(journal, segment)) {}

Result<std::span<const std::byte>> GroupScanner::bytesAt(std::uint64_t offset, std::size_t count,
                                                         std::uint64_t end) {
  const std::uint64_t windowEnd = m_windowAt + m_windowBytes;
  if (offset < m_windowAt || offset + count > windowEnd) {
    const std::uint64_t available = end - std::min(end, offset);
    const std::size_t wanted = std::min<std::uint64_t>(std::max(count, kWindowBytes), available);
    if (m_window.size() < wanted) m_window.resize(std::max(wanted, std::size_t{64 * 1024}));
    m_windowBytes = 0;
    const auto read = m_file->readAt(offset, std::span(m_window).first(wanted));
    if (!read) return read.status();
    m_windowAt = offset;
    m_windowBytes = *read;
  }
  const std::size_t skip = offset - m_windowAt;
  return std::span<const std::byte>(m_window).subspan(skip, std::min(count, m_windowBytes - skip));
}

Result<GroupHeader> GroupScanner::headerAt(Range range) {
  const auto bytes = bytesAt(range.begin, kGroupHeaderBytes, range.end);
  if (!bytes) return bytes.status();
  auto header = decodeGroupHeader(*bytes, m_journal, {m_segment, range.begin});
  if (header && header->end() > range.end) {
    return Status(StatusCode::Corrupt, "group beyond the end of the file");
  }
  return header;
}

Result<GroupScanner::Group> GroupScanner::groupAt(Range range) {
  const auto header = headerAt(range);
  if (!header) return header.status();
  const auto bytes = bytesAt(range.begin, kGroupHeaderBytes + header->bytes, range.end);
  if (!bytes) return bytes.status();
  if (bytes->size() < kGroupHeaderBytes + header->bytes) {
    return Status(StatusCode::Corrupt, "group beyond the end of the file");
  }
  const auto records = bytes->subspan(kGroupHeaderBytes);
  return Group{*header, {reinterpret_cast<const char*>(records.data()), records.size()}};
}

Result<std::optional<GroupHeader>> GroupScanner::findHeader(Range range) {
  for (std::uint64_t at = range.begin; at < range.end; at += limits::kJournalBlockBytes) {
    auto header = headerAt({at, range.end});
    if (header) return std::optional<GroupHeader>(*header);
    if (header.status().code() == StatusCode::IoError) return header.status();
  }
  return std::optional<GroupHeader>();
}

Result<RecordView> GroupScanner::firstRecord(std::uint64_t end) {
  const auto frame = bytesAt(kGroupHeaderBytes, kRecordFrameBytes, end);
  if (!frame) return frame.status();
  const Status damaged(StatusCode::Corrupt, "the first record is damaged");
  if (sequenceOf(*frame) == kNoSequence) return damaged;
  const std::uint64_t size = kRecordFrameBytes + std::uint64_t{payloadBytesOf(*frame)};
  const std::uint64_t most = end - std::min<std::uint64_t>(end, kGroupHeaderBytes);
  const auto bytes = bytesAt(kGroupHeaderBytes, std::min(size, most), end);
  if (!bytes) return bytes.status();
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const auto record = decodeRecord(text, makeSequence(m_segment, 0), m_seed);
  if (!record) return damaged;
  return *record;
}

bool GroupScanner::isWhole(const Group& group) const {
  std::string_view rest = group.records;
  for (std::uint32_t i = 0; i < group.header.records; ++i) {
    const Sequence expected = makeSequence(m_segment, group.header.firstIndex + i);
    const auto record = decodeRecord(rest, expected, m_seed);
    if (!record) return false;
    rest.remove_prefix(record->size());
  }
  return rest.empty();
}

}  // namespace penstock
