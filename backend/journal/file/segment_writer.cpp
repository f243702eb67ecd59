// SPDX-License-Identifier: Apache-2.0
#include "journal/file/segment_writer.h"

#include <algorithm>
#include <vector>

namespace penstock {
namespace {

/// How far ahead a file is filled with zeros when no spare was ready for it.
constexpr std::uint64_t kGrowStepBytes = 4 * limits::kMiB;

}  // namespace

SegmentWriter::SegmentWriter(SegmentFiles& files, const Clock& clock, const Start& start)
    : m_files(files),
      m_clock(clock),
      m_journal(start.journal),
      m_synced(start.end),
      m_head(start.head),
      m_endOfPrevious(start.end.segment == 0 ? PreviousEnd::None : PreviousEnd::Recovered) {}

Result<SegmentWriter::Written> SegmentWriter::write(StagingBuffer& buffer) {
  const StagingBuffer::Place& place = buffer.place();
  const bool begins = place.offset == 0;
  if (begins) RETURN_IF_ERROR(beginSegment(place.segment));
  CHECK(m_file != nullptr && m_segment == place.segment && !hasUnsynced());
  GroupHeader header = headerNow();
  if (begins) header.previousEnd = m_endOfPrevious;
  const auto bytes = buffer.finish(header);
  Status failed = writeToFile(place, bytes);
  if (failed.isOk()) failed = m_file->syncData();
  if (!failed.isOk()) {
    if (begins) discard();
    return failed;
  }
  Written written;
  written.beganSegment = begins;
  written.before = m_head;
  m_synced = {place.segment, place.offset + bytes.size()};
  if (!buffer.isEmpty()) m_head = buffer.last();
  m_endOfPrevious = PreviousEnd::Full;
  written.syncedEnd = m_synced.offset;
  written.fileBytes = std::max(m_preparedBytes, m_synced.offset);
  written.bytes = bytes.size();
  written.head = m_head;
  written.wallTime = header.wallTime;
  return written;
}

GroupHeader SegmentWriter::headerNow() const {
  GroupHeader header;
  header.wallTime = m_clock.wallNow();
  header.synced = m_synced;
  header.syncedHead = m_head;
  return header;
}

Status SegmentWriter::writeUnsynced(StagingBuffer& buffer) {
  const StagingBuffer::Place& place = buffer.place();
  CHECK(m_file != nullptr && m_segment == place.segment && place.offset > 0);
  CHECK(place.offset == m_synced.offset + m_unsynced.size());
  const GroupHeader header = headerNow();
  const auto bytes = buffer.finish(header);
  RETURN_IF_ERROR(writeToFile(place, bytes));
  m_unsynced.insert(m_unsynced.end(), bytes.begin(), bytes.end());
  m_unsyncedBytes.store(m_unsynced.size(), std::memory_order_relaxed);
  m_unsyncedHead = buffer.last();
  m_unsyncedTime = header.wallTime;
  return Status::ok();
}

Result<SegmentWriter::Written> SegmentWriter::sync() {
  CHECK(m_file != nullptr && hasUnsynced());
  RETURN_IF_ERROR(m_file->syncData());
  return settleUnsynced();
}

Result<SegmentWriter::Written> SegmentWriter::mend() {
  CHECK(m_file != nullptr && hasUnsynced());
  RETURN_IF_ERROR(m_file->writeAt(m_synced.offset, m_unsynced));
  RETURN_IF_ERROR(m_file->syncData());
  return settleUnsynced();
}

SegmentWriter::Written SegmentWriter::settleUnsynced() {
  Written written;
  written.before = m_head;
  written.bytes = m_unsynced.size();
  m_synced.offset += m_unsynced.size();
  m_head = m_unsyncedHead;
  m_unsynced.clear();
  m_unsyncedBytes.store(0, std::memory_order_relaxed);
  written.syncedEnd = m_synced.offset;
  written.fileBytes = std::max(m_preparedBytes, m_synced.offset);
  written.head = m_head;
  written.wallTime = m_unsyncedTime;
  return written;
}

Status SegmentWriter::writeToFile(const StagingBuffer::Place& place,
                                  std::span<const std::byte> bytes) {
  const std::uint64_t end = place.offset + bytes.size();
  RETURN_IF_ERROR(m_file->writeAt(place.offset, bytes));
  if (end > m_preparedBytes && m_preparedBytes < place.segmentBytes) {
    const std::uint64_t zerosEnd = std::min(end + kGrowStepBytes, place.segmentBytes);
    const std::vector<std::byte> zeros(zerosEnd - std::min(end, zerosEnd));
    if (!zeros.empty()) RETURN_IF_ERROR(m_file->writeAt(end, zeros));
    m_preparedBytes = zerosEnd;
  }
  return Status::ok();
}

Status SegmentWriter::beginSegment(std::uint32_t number) {
  CHECK(number > m_segment);
  m_file.reset();
  auto opened = m_files.create(number);
  if (!opened) {
    if (opened.status().code() == StatusCode::IoError) static_cast<void>(m_files.remove(number));
    return opened.status();
  }
  m_file = std::move(opened->file);
  m_segment = number;
  m_preparedBytes = opened->preparedBytes;
  return Status::ok();
}

/// A segment whose first group failed never counts: each attempt would leave a file behind. Best
/// effort; the next start removes what stays.
void SegmentWriter::discard() {
  m_file.reset();
  static_cast<void>(m_files.remove(m_segment));
}

Status SegmentWriter::markEnd() {
  const std::uint64_t end = m_synced.offset + limits::kJournalBlockBytes;
  if (m_file == nullptr || m_synced.segment != m_segment || end > m_files.segmentBytes() ||
      hasUnsynced()) {
    return Status::ok();
  }
  StagingBuffer mark(m_journal, limits::kJournalBlockBytes);
  StagingBuffer::Place place;
  place.segment = m_segment;
  place.firstIndex = indexOf(m_head) + 1;
  place.offset = m_synced.offset;
  place.segmentBytes = m_files.segmentBytes();
  mark.begin(place);
  const auto written = write(mark);
  return written ? Status::ok() : written.status();
}

void SegmentWriter::seal() {
  CHECK(!hasUnsynced());
  m_file.reset();
  m_endOfPrevious = m_synced.segment == 0 ? PreviousEnd::None : PreviousEnd::Sealed;
}

}  // namespace penstock
