// SPDX-License-Identifier: Apache-2.0
#include "journal/file/verify.h"

#include <algorithm>
#include <utility>

namespace penstock {
namespace {

/// Checks one segment group by group and adds what it finds to the report.
class SegmentCheck {
 public:
  SegmentCheck(GroupScanner& scanner, const SegmentInfo& info, JournalReport& report)
      : m_scanner(scanner), m_info(info), m_report(report) {}

  Status run() {
    while (m_offset < m_info.syncedEnd) {
      const auto group = m_scanner.groupAt({m_offset, m_info.syncedEnd});
      if (!group && group.status().code() == StatusCode::IoError) return group.status();
      if (!group || group->header.firstIndex != m_nextIndex ||
          group->header.endIndex() > m_info.endIndex()) {
        RETURN_IF_ERROR(skipDamage());
        continue;
      }
      checkRecords(*group);
      m_offset = group->header.end();
      m_nextIndex = group->header.endIndex();
    }
    if (m_nextIndex < m_info.endIndex()) {
      addDamage(m_info.syncedEnd, m_info.endIndex(), "records missing at the end");
    }
    return Status::ok();
  }

 private:
  void checkRecords(const GroupScanner::Group& group) {
    std::string_view rest = group.records;
    while (m_nextIndex < group.header.endIndex()) {
      const auto record =
          decodeRecord(rest, makeSequence(m_info.number, m_nextIndex), m_scanner.seed());
      if (!record) {
        m_offset = group.header.end() - roundUpToBlock(rest.size());
        addDamage(group.header.end(), group.header.endIndex(), "record checksum");
        return;
      }
      if (m_report.records++ == 0) m_report.first = record->sequence;
      m_report.last = record->sequence;
      noteDecision(*record, group.header);
      rest.remove_prefix(record->size());
      ++m_nextIndex;
    }
  }

  void noteDecision(const RecordView& record, const GroupHeader& group) {
    if (record.type != RecordType::AcceptedLoss) return;
    auto loss = AcceptedLoss::parse(record.payload);
    if (!loss) return;  // readers refuse it by name
    loss->atMicros = group.wallTime.time_since_epoch().count();
    m_report.accepted.push_back(std::move(*loss));
  }

  Status skipDamage() {
    const auto later =
        m_scanner.findHeader({m_offset + limits::kJournalBlockBytes, m_info.syncedEnd});
    if (!later) return later.status();
    const std::uint64_t end = later->has_value() ? (*later)->offset : m_info.syncedEnd;
    const std::uint32_t endIndex = later->has_value() ? (*later)->firstIndex : m_info.endIndex();
    addDamage(end, endIndex, "group header");
    m_offset = end;
    m_nextIndex = std::max(endIndex, m_nextIndex);
    return Status::ok();
  }

  void addDamage(std::uint64_t end, std::uint32_t endIndex, const std::string& what) {
    const std::uint32_t last = std::max(endIndex, m_nextIndex + 1) - 1;
    m_report.damages.push_back({m_info.number, std::min(m_offset, end), end,
                                makeSequence(m_info.number, m_nextIndex),
                                makeSequence(m_info.number, last), what});
  }

  GroupScanner& m_scanner;
  const SegmentInfo& m_info;
  JournalReport& m_report;
  std::uint64_t m_offset = 0;
  std::uint32_t m_nextIndex = 0;
};

}  // namespace

Result<JournalReport> verifyJournal(FileSystem& files, const std::string& directory) {
  auto found = recoverJournal(files, directory);
  if (!found) return found.status();
  if (found->isNew) return Status(StatusCode::NotFound, "no journal in '" + directory + "'");
  JournalReport report;
  report.id = found->id;
  report.tornTail = found->tornTail;
  report.unreadable = found->unreadable;
  report.end = found->head;
  report.segments = found->segments.size();
  for (std::size_t i = 0; i < found->segments.size(); ++i) {
    const SegmentInfo& info = found->segments[i];
    report.bytes += info.syncedEnd;
    if (info.isMissing) {
      report.damages.push_back({info.number, 0, info.syncedEnd, makeSequence(info.number, 0),
                                info.last, "segment missing"});
      continue;
    }
    const auto scanner = openScanner(files, directory, found->id, info.number);
    if (!scanner) return scanner.status();
    // Begun, and torn at once: nothing in it was ever synced.
    if (info.syncedEnd == 0 && (*scanner)->headerAt({0, limits::kSegmentBytesMax})) continue;
    const auto catalog = findCatalog(files, directory, found->id, found->segments, i);
    if (!catalog && catalog.status().code() != StatusCode::Corrupt) return catalog.status();
    if (!catalog) {  // without it no record of the segment can be understood
      report.damages.push_back(
          {info.number, 0, info.syncedEnd, makeSequence(info.number, 0), info.last, "catalog"});
      continue;
    }
    RETURN_IF_ERROR(SegmentCheck(**scanner, info, report).run());
  }
  return report;
}

}  // namespace penstock
