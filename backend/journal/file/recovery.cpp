// SPDX-License-Identifier: Apache-2.0
#include "journal/file/recovery.h"

#include <algorithm>
#include <map>
#include <utility>

#include "journal/file/segment_files.h"
#include "journal/file/stray.h"

namespace penstock {
namespace {

/// What the start of a segment file tells.
struct Candidate {
  std::uint32_t number = 0;
  std::uint64_t fileBytes = 0;
  std::unique_ptr<GroupScanner> scanner;
  std::optional<GroupHeader> first;  ///< its first group's header, when whole
  bool hasBegun = false;             ///< some group of it can be read
};

/// Where the readable part of a segment ends, found by following its group headers.
struct ScannedEnd {
  std::uint64_t end = 0;
  std::uint64_t proven = 0;
  std::uint32_t endIndex = 0;
  WallTime lastWrite{};
  std::vector<JournalDamage> damages;
};

class Recovery {
 public:
  Recovery(FileSystem& files, std::string directory)
      : m_files(files), m_directory(std::move(directory)) {}

  Result<RecoveredJournal> run() {
    const auto names = m_files.list(m_directory);
    if (!names && names.status().code() == StatusCode::NotFound) return std::move(m_found);
    if (!names) return names.status();
    std::vector<std::uint32_t> numbers;
    for (const std::string& name : *names) {
      if (const auto number = parseSegmentName(name)) numbers.push_back(*number);
      if (const auto number = parseSetAsideName(name)) noteSetAside(*number, name);
    }
    const bool hasIdentity =
        std::binary_search(names->begin(), names->end(), std::string(kJournalIdentityName));
    if (!hasIdentity && numbers.empty()) return std::move(m_found);
    RETURN_IF_ERROR(readIdentity());
    m_found.isNew = false;
    for (const std::uint32_t number : numbers) RETURN_IF_ERROR(look(number));
    RETURN_IF_ERROR(followChain());
    RETURN_IF_ERROR(judgeUnnamed());
    std::reverse(m_found.segments.begin(), m_found.segments.end());
    nameDamage();
    return std::move(m_found);
  }

 private:
  Status readIdentity();
  Status look(std::uint32_t number);
  void noteSetAside(std::uint32_t number, const std::string& name);
  Status followChain();
  void passOver(std::optional<std::uint32_t> number, const JournalPosition& to);
  Status judgeUnnamed();
  Status addTail(Candidate& tail);
  Status addUnnamed(Candidate& candidate, std::uint32_t endIndex);
  void addNamed(Candidate& candidate, const GroupHeader& next);
  void addMissing(const GroupHeader& next);
  Result<ScannedEnd> scanEnd(Candidate& candidate);
  Status cutTornGroups(Candidate& tail, ScannedEnd& scanned);
  std::optional<std::uint32_t> below(std::uint32_t number) const;
  void nameDamage();

  FileSystem& m_files;
  const std::string m_directory;
  RecoveredJournal m_found;
  std::map<std::uint32_t, Candidate> m_candidates;
  std::map<std::uint32_t, std::optional<JournalPosition>> m_unnamed;  // see StrayPlace::passedOver
};

Status Recovery::readIdentity() {
  const auto text = readWholeFile(m_files, m_directory + "/" + std::string(kJournalIdentityName));
  if (!text && text.status().code() == StatusCode::NotFound) {
    return {StatusCode::Corrupt, "'" + m_directory +
                                     "' holds journal segments but no file 'identity' (restore it "
                                     "from a copy of the directory)"};
  }
  if (!text) return text.status();
  const auto id = decodeIdentity(*text);
  if (!id) return id.status().withContext(m_directory);
  m_found.id = *id;
  return Status::ok();
}

Status Recovery::look(std::uint32_t number) {
  Candidate candidate;
  candidate.number = number;
  m_found.highestNumber = std::max(m_found.highestNumber, number);
  auto scanner = openScanner(m_files, m_directory, m_found.id, number);
  if (!scanner) return scanner.status();
  candidate.scanner = std::move(scanner).value();
  const auto size = candidate.scanner->fileSize();
  if (!size) return size.status();
  candidate.fileBytes = *size;
  // Also when its group is cut off: the header alone names the segment before.
  const auto first = candidate.scanner->headerAt({0, limits::kSegmentBytesMax});
  if (first) {
    candidate.first = *first;
    candidate.hasBegun = true;
  } else if (first.status().code() == StatusCode::IoError ||
             first.status().code() == StatusCode::Unsupported) {
    return first.status().withContext(segmentName(number));
  }
  m_candidates.emplace(number, std::move(candidate));
  return Status::ok();
}

std::optional<std::uint32_t> Recovery::below(std::uint32_t number) const {
  const auto at = m_candidates.lower_bound(number);
  if (at == m_candidates.begin()) return std::nullopt;
  return std::prev(at)->first;
}

Status Recovery::followChain() {
  std::optional<std::uint32_t> number = below(~0u);
  bool isTail = true;
  std::optional<std::uint32_t> endIndex;  // of the segment, when the one behind it cannot say
  while (number) {
    Candidate& candidate = m_candidates.at(*number);
    if (!candidate.first) {
      const auto later = candidate.scanner->findHeader({0, candidate.fileBytes});
      if (!later) return later.status();
      candidate.hasBegun = later->has_value();
    }
    if (isTail && !candidate.hasBegun) {
      m_unnamed.emplace(*number, std::nullopt);
      number = below(*number);
      continue;
    }
    if (isTail) {
      RETURN_IF_ERROR(addTail(candidate));
    } else if (endIndex) {
      RETURN_IF_ERROR(addUnnamed(candidate, *endIndex));
    }
    isTail = false;
    endIndex.reset();
    const std::optional<std::uint32_t> lower = below(*number);
    if (!candidate.first) {
      endIndex = 0;
      number = lower;
      continue;
    }
    const JournalPosition previous = candidate.first->synced;
    passOver(lower, previous);
    if (previous.segment == 0 || !lower) break;
    if (m_candidates.contains(previous.segment)) {
      addNamed(m_candidates.at(previous.segment), *candidate.first);
      number = previous.segment;
    } else {
      number = below(previous.segment);
      if (number) addMissing(*candidate.first);
      endIndex = 0;
    }
  }
  return Status::ok();
}

/// From `number` down, all files above the segment of `to`.
void Recovery::passOver(std::optional<std::uint32_t> number, const JournalPosition& to) {
  for (; number && *number > to.segment; number = below(*number)) m_unnamed.emplace(*number, to);
}

/// Once it is known which segments are kept: what is older is retired.
Status Recovery::judgeUnnamed() {
  StrayPlace place;
  if (!m_found.segments.empty()) place.oldestKept = m_found.segments.back().number;
  for (const auto& [number, passedOver] : m_unnamed) {
    const auto content = surveyStray(*m_candidates.at(number).scanner, m_found.id);
    if (!content) return content.status().withContext(segmentName(number));
    place.passedOver = passedOver;
    const std::string why = whyKept(*content, place);
    if (why.empty()) {
      m_found.strays.push_back(number);
    } else {
      m_found.unreadable.push_back({number, m_directory + "/" + segmentName(number), why, false});
    }
  }
  return Status::ok();
}

void Recovery::noteSetAside(std::uint32_t number, const std::string& name) {
  m_found.highestNumber = std::max(m_found.highestNumber, number);
  m_found.unreadable.push_back(
      {number, m_directory + "/" + name, "an earlier start could not and set it aside", true});
}

void Recovery::addNamed(Candidate& candidate, const GroupHeader& next) {
  SegmentInfo info;
  info.number = candidate.number;
  info.syncedEnd = next.synced.offset;
  info.fileBytes = candidate.fileBytes;
  info.last = next.syncedHead;
  info.before = candidate.first ? candidate.first->syncedHead : kNoSequence;
  info.lastWrite = next.wallTime;
  m_found.segments.push_back(std::move(info));
}

void Recovery::addMissing(const GroupHeader& next) {
  SegmentInfo info;
  info.number = next.synced.segment;
  info.syncedEnd = next.synced.offset;
  info.last = next.syncedHead;
  info.lastWrite = next.wallTime;
  info.isMissing = true;
  m_found.segments.push_back(std::move(info));
}

Status Recovery::addUnnamed(Candidate& candidate, std::uint32_t) {
  auto scanned = scanEnd(candidate);
  if (!scanned) return scanned.status();
  SegmentInfo info;
  info.number = candidate.number;
  info.syncedEnd = scanned->end;
  info.fileBytes = candidate.fileBytes;
  info.before = candidate.first ? candidate.first->syncedHead : kNoSequence;
  info.last =
      scanned->endIndex > 0 ? makeSequence(info.number, scanned->endIndex - 1) : info.before;
  info.lastWrite = scanned->lastWrite;
  m_found.segments.push_back(std::move(info));
  return Status::ok();
}

Status Recovery::addTail(Candidate& tail) {
  auto scanned = scanEnd(tail);
  if (!scanned) return scanned.status();
  RETURN_IF_ERROR(cutTornGroups(tail, *scanned));
  SegmentInfo info;
  info.number = tail.number;
  info.syncedEnd = scanned->end;
  info.fileBytes = tail.fileBytes;
  info.before = tail.first ? tail.first->syncedHead : kNoSequence;
  info.last =
      scanned->endIndex > 0 ? makeSequence(info.number, scanned->endIndex - 1) : info.before;
  info.lastWrite = scanned->lastWrite;
  m_found.end = {tail.number, scanned->end};
  m_found.head = info.last;
  m_found.provenEnd = std::min(scanned->proven, scanned->end);
  m_found.segments.push_back(std::move(info));
  return Status::ok();
}

/// Groups are written one at a time, each after the one before it was synced: a header that is not
/// whole is the torn tail, unless a later one of the same segment knows it as synced.
Result<ScannedEnd> Recovery::scanEnd(Candidate& candidate) {
  ScannedEnd found;
  for (;;) {
    const auto header = candidate.scanner->headerAt({found.end, candidate.fileBytes});
    std::optional<GroupHeader> next;
    if (header) {
      next = *header;
    } else if (header.status().code() == StatusCode::IoError) {
      return header.status();
    } else {
      const auto later = candidate.scanner->findHeader(
          {found.end + limits::kJournalBlockBytes, candidate.fileBytes});
      if (!later) return later.status();
      next = *later;
      const bool isProven =
          next && next->synced.segment == candidate.number && next->synced.offset > found.end;
      if (!isProven) break;
      found.damages.push_back({candidate.number, found.end, next->offset,
                               makeSequence(candidate.number, found.endIndex),
                               makeSequence(candidate.number, std::max(next->firstIndex, 1u) - 1),
                               "group header"});
      m_found.damages.push_back(found.damages.back());
    }
    if (next->synced.segment == candidate.number) {
      found.proven = std::max(found.proven, next->synced.offset);
    }
    found.end = next->end();
    found.endIndex = next->endIndex();
    found.lastWrite = next->wallTime;
  }
  return found;
}

Status Recovery::cutTornGroups(Candidate& tail, ScannedEnd& scanned) {
  std::uint64_t at = scanned.proven;
  while (at < scanned.end) {
    const auto group = tail.scanner->groupAt({at, tail.fileBytes});
    if (!group && group.status().code() == StatusCode::IoError) return group.status();
    if (!group || !tail.scanner->isWhole(*group)) {
      m_found.tornTail = TornTail{{tail.number, at}, "the last group commit is not whole"};
      if (group) scanned.endIndex = group->header.firstIndex;
      scanned.end = at;
      return Status::ok();
    }
    at = group->header.end();
  }
  const auto rest = tail.scanner->headerAt({scanned.end, tail.fileBytes});
  if (!rest && rest.status().code() == StatusCode::Corrupt) {
    m_found.tornTail = TornTail{{tail.number, scanned.end}, "a group header is not whole"};
  }
  return Status::ok();
}

/// Fills in what only the neighbours know, and names what is missing.
void Recovery::nameDamage() {
  Sequence before = kNoSequence;
  for (SegmentInfo& info : m_found.segments) {
    const bool isFirst = &info == &m_found.segments.front();
    const auto candidate = m_candidates.find(info.number);
    const bool knowsBefore = candidate != m_candidates.end() && candidate->second.first;
    if (!isFirst && !knowsBefore) info.before = before;
    if (isFirst && !knowsBefore) info.before = Sequence{toNumber(makeSequence(info.number, 0)) - 1};
    before = info.last;
    const Sequence first = makeSequence(info.number, 0);
    if (info.isMissing) {
      m_found.damages.push_back(
          {info.number, 0, info.syncedEnd, first, info.last, "segment missing"});
    } else if (!knowsBefore) {
      m_found.damages.push_back(
          {info.number, 0, limits::kJournalBlockBytes, first, first, "first group header"});
    }
  }
}

}  // namespace

std::string describe(const UnreadableFile& file) {
  return "'" + file.path + "' cannot be read as a part of the journal: " + file.why;
}

Result<RecoveredJournal> recoverJournal(FileSystem& files, const std::string& directory) {
  return Recovery(files, directory).run();
}

Result<std::unique_ptr<GroupScanner>> openScanner(FileSystem& files, const std::string& directory,
                                                  const JournalId& journal, std::uint32_t number) {
  auto file = files.open(directory + "/" + segmentName(number), FileSystem::OpenMode::Read);
  if (!file) return file.status();
  return std::make_unique<GroupScanner>(std::move(file).value(), journal, number);
}

Result<CatalogPointer> readCatalog(GroupScanner& scanner, std::uint64_t end) {
  const auto record = scanner.firstRecord(end);
  if (!record && record.status().code() != StatusCode::Corrupt) return record.status();
  if (!record || record->type != RecordType::Catalog) {
    return Status(StatusCode::Corrupt, segmentName(scanner.segment()) + " has lost its catalog");
  }
  auto catalog = Catalog::decode(record->payload);
  if (!catalog) return catalog.status().withContext(segmentName(scanner.segment()));
  return CatalogPointer(std::make_shared<const Catalog>(std::move(catalog).value()));
}

Result<CatalogPointer> findCatalog(FileSystem& files, const std::string& directory,
                                   const JournalId& journal,
                                   const std::vector<SegmentInfo>& segments, std::size_t at) {
  const SegmentInfo& wanted = segments[at];
  auto scanner = openScanner(files, directory, journal, wanted.number);
  if (!scanner) return scanner.status();
  auto own = readCatalog(**scanner, wanted.syncedEnd);
  if (own || own.status().code() != StatusCode::Corrupt) return own;
  const auto known = (*scanner)->findHeader({0, wanted.syncedEnd});
  if (!known) return known.status();
  if (!known->has_value()) return own;
  for (const SegmentInfo& other : segments) {
    if (other.isMissing || other.number == wanted.number) continue;
    auto candidate = openScanner(files, directory, journal, other.number);
    if (!candidate) continue;
    const auto header = (*candidate)->headerAt({0, other.syncedEnd});
    if (!header || header->catalogHash != (*known)->catalogHash) continue;
    auto catalog = readCatalog(**candidate, other.syncedEnd);
    if (catalog) return catalog;
  }
  return own;
}

}  // namespace penstock
