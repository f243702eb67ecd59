// SPDX-License-Identifier: Apache-2.0
#include "journal/file/record_finder.h"

#include <algorithm>

namespace penstock {
namespace {

constexpr std::size_t kSearchedAtOnce = 64 * limits::kKiB;
constexpr std::uint32_t kIndexesMax = limits::kRecordsPerSegmentMax + 1;

bool isFinal(const Status& status) {
  return status.code() == StatusCode::IoError || status.code() == StatusCode::Unsupported;
}

}  // namespace

Result<std::optional<RecordFinder::Found>> RecordFinder::next() {
  for (;;) {
    while (m_at < m_part.end && m_nextIndex < m_part.endIndex) {
      auto found = recordHere();
      if (!found) return found;
      if (found->has_value()) {
        m_at = (*found)->end;
        m_nextIndex = indexOf((*found)->record.sequence) + 1;
        if (m_part.kind == Part::Kind::Rest && !m_doubtfulFrom) m_doubtfulFrom = (*found)->begin;
        return found;
      }
      RETURN_IF_ERROR(goToNextFrame());
    }
    const Result<bool> entered = enterNextPart();
    if (!entered) return entered.status();
    if (!*entered) return std::optional<Found>();
  }
}

Result<bool> RecordFinder::enterNextPart() {
  m_at = m_part.next;
  if (m_at >= m_end) return false;
  const auto header = m_scanner->headerAt({m_at, m_end});
  if (!header && isFinal(header.status())) return header.status();
  if (header && header->firstIndex >= m_nextIndex) {
    m_at += kGroupHeaderBytes;
    m_part = {m_at + header->bytes, header->end(), header->endIndex(), Part::Kind::Group};
    m_endIndex = std::max(m_endIndex, header->endIndex());
    m_wallMicros = header->wallTime.time_since_epoch().count();
    return true;
  }
  const auto later = m_scanner->findHeader({m_at + limits::kJournalBlockBytes, m_end});
  if (!later) return later.status();
  if (later->has_value()) {
    const GroupHeader& next = **later;
    m_part = {next.offset, next.offset, next.firstIndex, Part::Kind::Damage};
    return true;
  }
  const bool isBroken = !header && header.status().code() == StatusCode::Corrupt;
  if (isBroken) m_doubtfulFrom = m_at;
  m_part = {m_end, m_end, kIndexesMax, Part::Kind::Rest};
  return true;
}

bool RecordFinder::isWanted(Sequence sequence) const {
  return segmentOf(sequence) == m_scanner->segment() && indexOf(sequence) >= m_nextIndex &&
         indexOf(sequence) < m_part.endIndex;
}

Result<std::optional<RecordFinder::Found>> RecordFinder::recordHere() {
  const GroupScanner::Range rest{m_at, m_part.end};
  const auto frame = m_scanner->bytesAt(rest, kRecordFrameBytes);
  if (!frame) return frame.status();
  const Sequence sequence = sequenceOf(*frame);
  const std::uint64_t size = kRecordFrameBytes + std::uint64_t{payloadBytesOf(*frame)};
  if (!isWanted(sequence) || size > m_part.end - m_at) return std::optional<Found>();
  const auto bytes = m_scanner->bytesAt(rest, size);
  if (!bytes) return bytes.status();
  const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  const auto record = decodeRecord(text, sequence, m_scanner->seed());
  if (!record) return std::optional<Found>();
  return std::optional(Found{*record, m_at, m_at + record->size(), m_wallMicros});
}

/// To the next place behind this one where a record may begin, or to the end of the part.
Status RecordFinder::goToNextFrame() {
  ++m_at;
  while (m_at < m_part.end) {
    const auto bytes = m_scanner->bytesAt({m_at, m_part.end}, kSearchedAtOnce);
    if (!bytes) return bytes.status();
    if (bytes->size() < kRecordFrameBytes) break;
    const std::size_t places = bytes->size() - kRecordFrameBytes + 1;
    for (std::size_t place = 0; place < places; ++place) {
      if (!isWanted(sequenceOf(bytes->subspan(place, kRecordFrameBytes)))) continue;
      m_at += place;
      return Status::ok();
    }
    m_at += places;
  }
  m_at = m_part.end;
  return Status::ok();
}

}  // namespace penstock
