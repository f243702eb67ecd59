// SPDX-License-Identifier: Apache-2.0
#include "journal/file/salvage.h"

#include <algorithm>
#include <utility>

#include "journal/file/segment_files.h"

namespace penstock {
namespace {

bool isFinal(const Status& status) {
  return status.code() == StatusCode::IoError || status.code() == StatusCode::Unsupported;
}

/// Finds out which files may hold records of which segment, and where each segment ends.
class Survey {
 public:
  Survey(FileSystem& files, std::string directory, RecoveredJournal found)
      : m_files(files), m_directory(std::move(directory)), m_found(std::move(found)) {
    for (const SegmentInfo& info : m_found.segments) m_known.insert(info.number);
    for (const UnreadableFile& file : m_found.unreadable) m_known.insert(file.number);
  }

  Result<SalvagePlan> run() {
    const auto names = m_files.list(m_directory);
    if (!names) return names.status();
    for (const std::string& name : *names) {
      const auto segment = parseSegmentName(name);
      if (segment && std::ranges::count(m_found.strays, *segment) > 0) continue;
      const auto aside = parseSetAsideName(name);
      if (segment) RETURN_IF_ERROR(look(name, *segment));
      if (aside) RETURN_IF_ERROR(look(name, *aside));
    }
    addEnds();
    m_plan.id = m_found.id;
    m_plan.unreadable = m_found.unreadable;
    m_plan.tornTail = m_found.tornTail;
    m_plan.head = m_found.head;
    return std::move(m_plan);
  }

 private:
  struct NamedEnd {
    std::uint32_t by = 0;  ///< the segment that says so
    SalvageSegment::End end;
  };

  Result<std::unique_ptr<GroupScanner>> scan(const std::string& name, std::uint32_t number) {
    auto file = m_files.open(m_directory + "/" + name, FileSystem::OpenMode::Read);
    if (!file) return file.status();
    return std::make_unique<GroupScanner>(std::move(file).value(), m_found.id, number);
  }

  /// Files may have been renamed or overwritten in part: unless it begins as its name says, all of
  /// it is searched. A recycled file holds groups of retired segments too, which must not come
  /// back: they are no longer known.
  Status look(const std::string& name, std::uint32_t number) {
    const auto scanner = scan(name, number);
    if (!scanner) return scanner.status();
    const auto size = (*scanner)->fileSize();
    if (!size) return size.status();
    std::set<std::uint32_t> holds{number};
    for (std::uint64_t at = 0; at < *size; at += limits::kJournalBlockBytes) {
      const auto block = (*scanner)->blockAt({at, *size});
      if (!block) return block.status();
      const auto header = decodeAnyHeader(*block);
      if (!header || header->journal != m_found.id || header->offset != at) continue;
      if (at == 0 && header->segment == number) break;
      const bool isKept = at == 0 && isUnreadable(name);
      if (isKept || m_known.contains(header->segment)) holds.insert(header->segment);
    }
    for (const std::uint32_t each : holds) RETURN_IF_ERROR(addSource(each, name, *size));
    return Status::ok();
  }

  bool isUnreadable(const std::string& name) const {
    return std::ranges::any_of(m_found.unreadable, [&](const UnreadableFile& file) {
      return file.path == m_directory + "/" + name;
    });
  }

  Status addSource(std::uint32_t number, const std::string& name, std::uint64_t size) {
    const auto scanner = scan(name, number);
    if (!scanner) return scanner.status();
    SalvageSegment& segment = m_plan.segments[number];
    segment.files.push_back(name);
    // Also when its group is cut off: the header alone names the segment before.
    const auto first = (*scanner)->headerAt({0, limits::kSegmentBytesMax});
    if (!first && isFinal(first.status())) return first.status();
    if (first) {
      noteEnd(*first);
      segment.catalogHash = first->catalogHash;
    } else {
      const auto later = (*scanner)->findHeader({0, size});
      if (!later) return later.status();
      if (later->has_value()) segment.catalogHash = (*later)->catalogHash;
    }
    const auto record = (*scanner)->firstRecord(size);
    if (!record && isFinal(record.status())) return record.status();
    if (!record || record->type != RecordType::Catalog) return Status::ok();
    segment.catalogHash = hashPayload(record->payload);
    if (m_plan.catalogs.contains(segment.catalogHash)) return Status::ok();
    auto catalog = Catalog::decode(record->payload);
    if (!catalog) return catalog.status().withContext(name);
    m_plan.catalogs[segment.catalogHash] =
        std::make_shared<const Catalog>(std::move(catalog).value());
    return Status::ok();
  }

  /// The latest that speaks of a segment's end knows best: an earlier one may never have counted.
  void noteEnd(const GroupHeader& first) {
    if (first.synced.segment == 0) return;
    NamedEnd& named = m_ends[first.synced.segment];
    if (named.by > first.segment) return;
    const bool hasRecords = segmentOf(first.syncedHead) == first.synced.segment;
    named = {first.segment, {first.synced.offset, hasRecords ? indexOf(first.syncedHead) + 1 : 0}};
  }

  void addEnds() {
    if (m_found.end.segment != 0 && !m_ends.contains(m_found.end.segment)) {
      const bool hasRecords = segmentOf(m_found.head) == m_found.end.segment;
      m_ends[m_found.end.segment] = {
          0, {m_found.end.offset, hasRecords ? indexOf(m_found.head) + 1 : 0}};
    }
    for (const auto& [number, named] : m_ends) {
      const bool isRetired = m_found.segments.empty() || number < m_found.segments.front().number;
      if (!m_plan.segments.contains(number) && isRetired) continue;
      m_plan.segments[number].end = named.end;
    }
  }

  FileSystem& m_files;
  const std::string m_directory;
  const RecoveredJournal m_found;
  std::set<std::uint32_t> m_known;  // numbers that the directory still speaks of
  std::map<std::uint32_t, NamedEnd> m_ends;
  SalvagePlan m_plan;
};

}  // namespace

Result<std::unique_ptr<JournalSalvage>> JournalSalvage::open(FileSystem& files,
                                                             const std::string& directory) {
  auto found = recoverJournal(files, directory);
  if (!found) return found.status();
  if (found->isNew) return Status(StatusCode::NotFound, "no journal in '" + directory + "'");
  auto plan = Survey(files, directory, std::move(*found)).run();
  if (!plan) return plan.status();
  return std::unique_ptr<JournalSalvage>(new JournalSalvage(files, directory, std::move(*plan)));
}

Result<std::optional<JournalSalvage::Saved>> JournalSalvage::next() {
  for (;;) {
    if (m_number == 0) {
      const auto segment = m_plan.segments.upper_bound(m_passed);
      if (segment == m_plan.segments.end()) {
        tellOfBarrenFiles();
        return std::optional<Saved>();
      }
      RETURN_IF_ERROR(enter(segment->first, segment->second));
    }
    const Result<Copy*> copy = nearest();
    if (!copy) return copy.status();
    if (*copy == nullptr || !(*copy)->ahead) {
      leave();
      continue;
    }
    const RecordFinder::Found& found = *(*copy)->ahead;
    const RecordView& record = found.record;
    pass(found);
    m_fruitful.insert((*copy)->file);
    return std::optional(
        Saved{{record.sequence, record.type, record.payload, found.wallMicros, m_catalog},
              (*copy)->file});
  }
}

Status JournalSalvage::enter(std::uint32_t number, const SalvageSegment& segment) {
  m_number = number;
  m_segment = segment;
  m_offset = 0;
  m_nextIndex = 0;
  m_copies.clear();
  const auto catalog = m_plan.catalogs.find(segment.catalogHash);
  m_catalog = catalog == m_plan.catalogs.end() ? nullptr : catalog->second;
  if (m_catalog == nullptr) return Status::ok();  // nothing in it can be understood
  for (const std::string& name : segment.files) {
    auto file = m_files.open(m_directory + "/" + name, FileSystem::OpenMode::Read);
    if (!file) return file.status();
    auto scanner = std::make_unique<GroupScanner>(std::move(file).value(), m_plan.id, number);
    const auto size = scanner->fileSize();
    if (!size) return size.status();
    const std::uint64_t end = segment.end ? std::min(segment.end->offset, *size) : *size;
    Copy& copy = m_copies.emplace_back();
    copy.file = name;
    copy.finder = std::make_unique<RecordFinder>(std::move(scanner), end);
    auto first = copy.finder->next();
    if (!first) return first.status();
    copy.ahead = *first;
  }
  return Status::ok();
}

/// The copy that has the next record; null when none has any more.
Result<JournalSalvage::Copy*> JournalSalvage::nearest() {
  Copy* nearest = nullptr;
  Sequence lowest{};
  for (Copy& copy : m_copies) {
    while (copy.ahead && indexOf(copy.ahead->record.sequence) < m_nextIndex) {
      auto found = copy.finder->next();
      if (!found) return found.status();
      copy.ahead = *found;
    }
    if (!copy.ahead) continue;
    if (nearest != nullptr && copy.ahead->record.sequence >= lowest) continue;
    nearest = &copy;
    lowest = copy.ahead->record.sequence;
  }
  return nearest;
}

void JournalSalvage::pass(const RecordFinder::Found& found) {
  const std::uint32_t index = indexOf(found.record.sequence);
  if (index > m_nextIndex) lose(found.begin, index);
  m_nextIndex = index + 1;
  m_offset = found.end;
}

/// Names what is lost behind the segment's last record.
void JournalSalvage::leave() {
  std::uint32_t endIndex = m_segment.end ? m_segment.end->endIndex : 0;
  std::optional<std::uint64_t> doubtfulFrom;
  for (const Copy& copy : m_copies) {
    if (!m_segment.end) endIndex = std::max(endIndex, copy.finder->endIndex());
    if (!m_segment.end && copy.finder->doubtfulFrom()) doubtfulFrom = copy.finder->doubtfulFrom();
  }
  if (m_nextIndex < endIndex) {
    lose(m_segment.end ? m_segment.end->offset : m_offset, endIndex);
    m_nextIndex = endIndex;
  }
  const bool isMute = m_catalog == nullptr && !m_segment.end && m_segment.catalogHash != 0;
  if (doubtfulFrom || isMute) lose(doubtfulFrom.value_or(0), 0);
  m_passed = m_number;
  m_number = 0;
  m_copies.clear();
}

/// `endIndex` 0: nobody knows.
void JournalSalvage::lose(std::uint64_t until, std::uint32_t endIndex) {
  std::string what = "cannot be read";
  if (m_segment.files.empty()) what = "segment missing";
  if (!m_segment.files.empty() && m_catalog == nullptr) what = "catalog";
  for (const std::string& file : m_segment.files) {
    m_fruitful.insert(file);
    if (file != segmentName(m_number)) what += ", in " + file;
  }
  const Sequence last = endIndex > 0 ? makeSequence(m_number, endIndex - 1) : kNoSequence;
  m_losses.push_back({m_number, std::min(m_offset, until), until,
                      makeSequence(m_number, m_nextIndex), last, what});
}

/// Once all segments are through: a file may hold records of a segment other than its name says.
void JournalSalvage::tellOfBarrenFiles() {
  for (const auto& [number, segment] : m_plan.segments) {
    if (segment.end) continue;  // its losses are known
    for (const std::string& file : segment.files) {
      if (!m_fruitful.insert(file).second) continue;
      m_losses.push_back({number, 0, 0, makeSequence(number, 0), kNoSequence,
                          "nothing in " + file + " can be read"});
    }
  }
}

std::string describeLoss(const JournalDamage& loss) {
  if (loss.last != kNoSequence) return describe(loss);
  return "segment " + std::to_string(loss.segment) + ", from offset " + std::to_string(loss.begin) +
         " and sequence " + std::to_string(toNumber(loss.first)) + " on: " + loss.what +
         " (how many records were there is not known)";
}

}  // namespace penstock
