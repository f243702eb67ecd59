// SPDX-License-Identifier: Apache-2.0
#include "journal/file/reader.h"

#include <algorithm>
#include <utility>

#include "journal/file/segment_files.h"

namespace penstock {
namespace {

constexpr bool isIgnorable(RecordType type) { return (static_cast<unsigned>(type) & 0x80u) != 0; }

constexpr bool isKnown(RecordType type) {
  return type >= RecordType::ChangeSet && type <= RecordType::AcceptedLoss;
}

Status statusOf(const JournalDamage& damage) {
  return {StatusCode::Corrupt, "the journal is damaged: " + describe(damage) +
                                   " (penstockd journal verify names all damage, journal salvage "
                                   "saves what can be read; then journal accept-loss lets the "
                                   "sinks go on behind it)"};
}

}  // namespace

Result<std::unique_ptr<FileJournalReader>> FileJournalReader::open(Source source,
                                                                   Sequence position) {
  std::unique_ptr<FileJournalReader> reader(new FileJournalReader(std::move(source)));
  RETURN_IF_ERROR(reader->standAfter(position));
  return reader;
}

Status FileJournalReader::standAfter(Sequence position) {
  const auto info = m_source.table->pinAfter(position);
  if (!info) return info.status();
  if (m_info.number != 0) m_source.table->unpin(m_info.number);
  m_position = position;
  m_damage.reset();
  m_info = *info;  // from here on the reader owns the pin
  RETURN_IF_ERROR(enter(*info));
  if (segmentOf(position) != info->number || info->isMissing) return Status::ok();
  const Status sought = seek(position);
  return m_damage ? Status::ok() : sought;  // next() will say so
}

Status FileJournalReader::passDamage() {
  return m_damage ? standAfter(std::max(m_position, m_damage->last)) : Status::ok();
}

FileJournalReader::~FileJournalReader() {
  if (m_info.number != 0) m_source.table->unpin(m_info.number);
}

Status FileJournalReader::enter(const SegmentInfo& info) {
  m_info = info;
  m_offset = 0;
  m_nextIndex = 0;
  m_group.reset();
  m_records = {};
  m_catalog = info.catalog;
  m_scanner.reset();
  if (info.isMissing) return Status::ok();  // next() will say so
  auto scanner = openScanner(*m_source.files, m_source.directory, m_source.journal, info.number);
  if (!scanner) return scanner.status();
  m_scanner = std::move(scanner).value();
  return Status::ok();
}

Status FileJournalReader::loadCatalog() {
  if (m_catalog != nullptr) return Status::ok();
  const std::vector<SegmentInfo> segments = m_source.table->all();
  const auto self = std::find_if(segments.begin(), segments.end(),
                                 [this](const auto& info) { return info.number == m_info.number; });
  if (self == segments.end()) {
    return {StatusCode::NotFound, "the journal no longer keeps " + segmentName(m_info.number)};
  }
  auto catalog = findCatalog(*m_source.files, m_source.directory, m_source.journal, segments,
                             static_cast<std::size_t>(self - segments.begin()));
  if (!catalog && catalog.status().code() == StatusCode::Corrupt) {
    // Wherever it stands: without the catalog no record of the segment can be understood.
    const Sequence first = makeSequence(m_info.number, 0);
    m_damage = JournalDamage{m_info.number, 0, m_info.syncedEnd, first, m_info.last, "catalog"};
    return statusOf(*m_damage);
  }
  if (!catalog) return catalog.status();
  m_catalog = std::move(catalog).value();
  m_source.table->setCatalog(m_info.number, m_catalog);
  return Status::ok();
}

/// Goes to the group that holds the record after `position`, over damage that lies before it.
Status FileJournalReader::seek(Sequence position) {
  const std::uint32_t index = indexOf(position) + 1;
  while (m_offset < m_info.syncedEnd) {
    auto header = m_scanner->headerAt({m_offset, m_info.syncedEnd});
    if (!header && header.status().code() == StatusCode::IoError) return header.status();
    if (!header || header->firstIndex != m_nextIndex) {
      const auto later =
          m_scanner->findHeader({m_offset + limits::kJournalBlockBytes, m_info.syncedEnd});
      if (!later) return later.status();
      if (!later->has_value() || (*later)->firstIndex > index)
        break;  // the record is in the damage
      header = **later;
      m_offset = (*later)->offset;
      m_nextIndex = (*later)->firstIndex;
    }
    if (header->endIndex() > index) break;
    m_offset = header->end();
    m_nextIndex = header->endIndex();
  }
  if (position >= m_info.last) {
    m_offset = std::max(m_offset, m_info.syncedEnd);
    m_nextIndex = std::max(m_nextIndex, index);
    return Status::ok();
  }
  while (m_nextIndex < index) {
    const auto record = nextOfGroup();
    if (!record) return record.status();
    if (!record->has_value()) RETURN_IF_ERROR(loadGroup());
  }
  return Status::ok();
}

Result<std::optional<JournalRecord>> FileJournalReader::next() {
  if (m_damage) return statusOf(*m_damage);
  for (;;) {
    const auto record = nextOfGroup();
    if (!record) return record.status();
    if (!record->has_value()) {
      if (m_position >= m_source.table->head()) return std::optional<JournalRecord>();
      const auto more = advance();
      if (!more) return more.status();
      if (!*more) return std::optional<JournalRecord>();
      continue;
    }
    const RecordView& view = **record;
    m_position = view.sequence;
    if (isKnown(view.type)) {
      RETURN_IF_ERROR(loadCatalog());  // a cursor set into a group has not read it yet
      const std::int64_t wallMicros = m_group->wallTime.time_since_epoch().count();
      return std::optional(
          JournalRecord{view.sequence, view.type, view.payload, wallMicros, m_catalog});
    }
    if (!isIgnorable(view.type)) {
      return Status(StatusCode::Unsupported,
                    "record " + std::to_string(toNumber(view.sequence)) + " is of type " +
                        std::to_string(static_cast<unsigned>(view.type)) +
                        ", which this program does not know (use the one that wrote it)");
    }
  }
}

Result<std::optional<RecordView>> FileJournalReader::nextOfGroup() {
  if (!m_group || m_nextIndex >= m_group->endIndex()) return std::optional<RecordView>();
  const Sequence expected = makeSequence(m_info.number, m_nextIndex);
  const auto record = decodeRecord(m_records, expected, m_scanner->seed());
  if (!record) {
    return damaged("record checksum", {m_info.number, m_group->end()},
                   makeSequence(m_info.number, m_group->endIndex() - 1));
  }
  m_records.remove_prefix(record->size());
  ++m_nextIndex;
  return std::optional<RecordView>(*record);
}

/// Loads the next group, of this or of the next segment. False: there is none yet.
Result<bool> FileJournalReader::advance() {
  while (m_offset >= m_info.syncedEnd || m_info.isMissing) {
    if (m_info.isMissing) {
      return damaged("segment missing", {m_info.number, m_info.syncedEnd}, m_info.last);
    }
    if (refreshEnd()) break;
    if (m_info.isOpen) return false;
    auto next = m_source.table->pinNext(m_info.number, m_position);
    if (!next) return next.status();
    if (!next->has_value()) return false;
    m_info = **next;
    RETURN_IF_ERROR(enter(**next));
  }
  RETURN_IF_ERROR(loadCatalog());
  RETURN_IF_ERROR(loadGroup());
  return true;
}

/// Whether the segment has grown since it was last asked for.
bool FileJournalReader::refreshEnd() {
  if (!m_info.isOpen) return false;
  auto info = m_source.table->find(m_info.number);
  if (!info) {  // retired; whether there was more in it, the next one tells
    m_info.isOpen = false;
    return false;
  }
  m_info = std::move(*info);
  return m_offset < m_info.syncedEnd;
}

Status FileJournalReader::loadGroup() {
  const auto group = m_scanner->groupAt({m_offset, m_info.syncedEnd});
  const bool follows = group && group->header.firstIndex == m_nextIndex;
  if (follows && group->header.endIndex() > m_info.endIndex()) {
    // One of both headers lies: that of the group, or that which tells the segment's end.
    return damaged("records behind the known end", {m_info.number, m_info.syncedEnd},
                   std::max(m_info.last, makeSequence(m_info.number, m_nextIndex)));
  }
  if (follows) {
    m_group = group->header;
    m_records = group->records;
    m_offset = group->header.end();
    return Status::ok();
  }
  if (!group && (group.status().code() == StatusCode::IoError ||
                 group.status().code() == StatusCode::Unsupported)) {
    return group.status();
  }
  const auto later =
      m_scanner->findHeader({m_offset + limits::kJournalBlockBytes, m_info.syncedEnd});
  if (!later) return later.status();
  if (!later->has_value()) {
    return damaged("group header", {m_info.number, m_info.syncedEnd}, m_info.last);
  }
  const std::uint32_t lastIndex = std::max((*later)->firstIndex, m_nextIndex + 1) - 1;
  return damaged("group header", {m_info.number, (*later)->offset},
                 makeSequence(m_info.number, lastIndex));
}

Status FileJournalReader::damaged(const std::string& what, JournalPosition until, Sequence last) {
  const std::uint64_t begin = m_group && m_nextIndex < m_group->endIndex()
                                  ? m_group->end() - roundUpToBlock(m_records.size())
                                  : m_offset;
  m_damage = JournalDamage{m_info.number, std::min(begin, until.offset),
                           until.offset,  makeSequence(m_info.number, m_nextIndex),
                           last,          what};
  return statusOf(*m_damage);
}

Result<StoppedJournal> openForReading(FileSystem& files, const std::string& directory) {
  auto found = recoverJournal(files, directory);
  if (!found) return found.status();
  if (found->isNew) return Status(StatusCode::NotFound, "no journal in '" + directory + "'");
  StoppedJournal stopped;
  stopped.id = found->id;
  stopped.head = found->head;
  stopped.unreadable = found->unreadable;
  stopped.source = {&files, directory, found->id, std::make_shared<SegmentTable>()};
  for (SegmentInfo& info : found->segments) stopped.source.table->add(std::move(info));
  stopped.source.table->publishHead(found->head);
  stopped.oldestKept = stopped.source.table->oldestKept();
  return stopped;
}

}  // namespace penstock
