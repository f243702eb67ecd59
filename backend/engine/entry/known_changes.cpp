// SPDX-License-Identifier: Apache-2.0
#include "engine/entry/known_changes.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "model/identity.h"
#include "model/varint.h"

namespace penstock {
namespace {

/// Of a hash table's node, with its place in the table.
constexpr std::size_t kBytesPerLine = 48;

constexpr std::string_view kIdsFile = "known_ids.snapshot";
constexpr std::string_view kSourcesFile = "sources.snapshot";
constexpr char kShedMark = 1;

}  // namespace

KnownChanges::KnownChanges(FileSystem& files, std::string directory, std::size_t idsMax)
    : m_files(files), m_directory(std::move(directory)), m_ids(idsMax) {}

/// Without a snapshot the journal is read from further back. One that is ahead of the journal tells
/// of another one, whose change sets this one never held. One that the disk does not give now is
/// the only place that still tells of segments that are gone: no start without it.
Result<Sequence> KnownChanges::restoreSnapshots(const Journal& journal) {
  const Sequence head = journal.syncedHead();
  const auto restore = [&](std::string_view name, auto& into,
                           const std::string& nothing) -> Result<Sequence> {
    const std::string path = pathOf(name);
    if (!m_files.exists(path)) return kNoSequence;
    const Result<std::string> bytes = readWholeFile(m_files, path);
    if (!bytes && journal.oldestKept() == kNoSequence) {
      logLine(LogLevel::Warning, bytes.status().withContext(path).message());
      return kNoSequence;
    }
    if (!bytes) {
      return Status(bytes.status().code(), bytes.status().withContext(path).message() +
                                               " (start again when the disk works)");
    }
    const Result<Sequence> position = into.restore(*bytes);
    if (position && *position <= head) return *position;
    const std::string why =
        position ? "is ahead of the journal (it will be built anew)" : position.status().message();
    logLine(LogLevel::Warning, path + ": " + why);
    if (position) (void)into.restore(nothing);
    return kNoSequence;
  };
  const auto ids = restore(kIdsFile, m_ids, KnownIds(1).snapshot(kNoSequence));
  if (!ids) return ids.status();
  const auto sources = restore(kSourcesFile, m_sources, SourcePositions().snapshot(kNoSequence));
  if (!sources) return sources.status();
  return std::min(*ids, *sources);
}

Sequence KnownChanges::claimedPosition() const {
  const auto claimed = [this](std::string_view name, auto&& reader) {
    const std::string path = pathOf(name);
    if (!m_files.exists(path)) return kNoSequence;
    const Result<std::string> bytes = readWholeFile(m_files, path);
    if (!bytes) return kNoSequence;
    const Result<Sequence> position = reader.restore(*bytes);
    return position ? *position : kNoSequence;  // damaged ones are told by recover()
  };
  return std::max(claimed(kIdsFile, KnownIds(1)), claimed(kSourcesFile, SourcePositions()));
}

Status KnownChanges::recover(Journal& journal) {
  MutexLock lock(m_mutex);
  const auto restored = restoreSnapshots(journal);
  if (!restored) return restored.status();
  // What a killed process renamed is seen, and may be gone after a power loss: until it is durable,
  // no segment may go on the strength of it.
  const Status durable = m_files.syncDirectory(m_directory);
  m_snapshotPosition = durable.isOk() ? *restored : kNoSequence;
  const Sequence from = std::max(*restored, journal.oldestKept());
  onSynced(journal.syncedHead());
  if (from >= journal.syncedHead()) return Status::ok();
  Result<std::unique_ptr<JournalReader>> reader = journal.openReader(from);
  if (!reader) return reader.status();
  for (;;) {
    const Result<std::optional<JournalRecord>> record = (*reader)->next();
    if (record.status().code() == StatusCode::Corrupt) {
      logLine(LogLevel::Warning,
              record.status().message() + "; ids and lines that were there alone are not known");
      RETURN_IF_ERROR((*reader)->passDamage());
      continue;
    }
    if (!record) return record.status();
    if (!record->has_value()) return Status::ok();
    replayRecord(**record);
  }
}

void KnownChanges::replayRecord(const JournalRecord& record) {
  if (record.type == RecordType::SourceMark) {
    const Result<Mark> mark = decodeMark(record.payload);
    if (mark) enterAgain(mark->line, mark->fate);
    return;
  }
  if (record.type != RecordType::ChangeSet) return;
  const Result<ChangeSetView> view = ChangeSetView::parse(record.payload);
  if (!view) return;
  if (!view->id().empty()) {
    m_ids.remember(hashIdentity(view->client(), view->id()), hashContent(*view), record.sequence);
  }
  if (view->source().source != 0) {
    enterAgain(view->source(), SourcePositions::LineFate::Journaled);
  }
}

/// What was entered before it was journaled fits again, unless a record of an earlier line is gone.
void KnownChanges::enterAgain(const SourceLine& line, SourcePositions::LineFate fate) {
  const Status added = m_sources.add(line, fate);
  if (added.isOk()) return;
  logLine(LogLevel::Warning, "line " + std::to_string(line.line) +
                                 " of a source may be replayed twice: " + added.message());
}

Status KnownChanges::writeSnapshots() {
  std::string ids;
  std::string sources;
  Sequence position{};
  {
    MutexLock lock(m_mutex);
    settleSynced();
    // What is under way may be synced already and not yet entered here: stay before it.
    position = Sequence{m_synced.load(std::memory_order_acquire)};
    if (!m_passages.empty()) position = std::min(position, *m_passages.begin());
    for (const Unsynced& each : m_unsynced) {
      position = std::min(position, Sequence{toNumber(each.sequence) - 1});
    }
    if (position <= m_snapshotPosition && !m_snapshotLacks) return Status::ok();
    ids = m_ids.snapshot(position);
    sources = m_sources.snapshot(position);
    m_snapshotLacks = false;
  }
  Status written = replaceFile(m_files, pathOf(kIdsFile), ids);
  if (written.isOk()) written = replaceFile(m_files, pathOf(kSourcesFile), sources);
  MutexLock lock(m_mutex);
  if (written.isOk()) {
    m_snapshotPosition = position;
  } else {
    m_snapshotLacks = true;
  }
  return written;
}

Sequence KnownChanges::snapshotPosition() const {
  MutexLock lock(m_mutex);
  return m_snapshotPosition;
}

KnownChanges::Entry KnownChanges::reserve(const Passage& passage, SteadyTime deadline) {
  MutexLock lock(m_mutex);
  Entry entry;
  if (passage.source.source != 0) {
    settleSynced();
    if (m_sources.contains(passage.source.source, passage.source.line)) {
      entry.seen = KnownIds::Seen::Known;
      return entry;
    }
    const auto unsynced = m_unsyncedLines.find({passage.source.source, passage.source.line});
    if (unsynced != m_unsyncedLines.end()) {
      entry.seen = KnownIds::Seen::Known;
      entry.sequence = unsynced->second;
      return entry;
    }
    entry.status = m_sources.canAdd(passage.source);
    if (!entry.status.isOk()) return entry;
  }
  while (passage.identity == Passage::Identity::Id) {
    const KnownIds::Answer answer = m_ids.lookup(passage.id, passage.content);
    entry.seen = answer.seen;
    entry.sequence = answer.sequence;
    if (answer.seen != KnownIds::Seen::InFlight) break;
    if (!m_passageEnded.waitUntil(m_mutex, deadline)) {
      entry.status = Status(StatusCode::Deadline, "the same id is being submitted elsewhere");
      return entry;
    }
  }
  if (entry.seen == KnownIds::Seen::Known && passage.source.source != 0) {
    // The line is in by its id: those behind it need not wait for it. No record tells so.
    m_snapshotLacks = true;
    const auto fate = SourcePositions::LineFate::Journaled;
    if (toNumber(entry.sequence) <= m_synced.load(std::memory_order_acquire)) {
      (void)m_sources.add(passage.source, fate);
    } else {
      Passage line;
      line.source = passage.source;
      noteUnsynced({entry.sequence, line, fate});
    }
  }
  if (entry.seen != KnownIds::Seen::New) return entry;
  if (passage.identity == Passage::Identity::Id) m_ids.reserve(passage.id, passage.content);
  m_passages.insert(passage.headBefore);
  return entry;
}

void KnownChanges::endPassage(const Passage& passage) {
  const auto found = m_passages.find(passage.headBefore);
  CHECK(found != m_passages.end());
  m_passages.erase(found);
  m_passageEnded.notifyAll();
}

void KnownChanges::commit(const Passage& passage, Sequence sequence,
                          SourcePositions::LineFate fate) {
  MutexLock lock(m_mutex);
  if (m_lost.find(sequence) != nullptr) {  // told before this append had returned
    if (passage.identity == Passage::Identity::Id) m_ids.forget(passage.id);
    endPassage(passage);
    return;
  }
  if (passage.identity == Passage::Identity::Id) {
    m_ids.remember(passage.id, passage.content, sequence);
  }
  noteUnsynced({sequence, passage, fate});
  settleSynced();
  endPassage(passage);
}

void KnownChanges::cancel(const Passage& passage) {
  MutexLock lock(m_mutex);
  if (passage.identity == Passage::Identity::Id) m_ids.forget(passage.id);
  endPassage(passage);
}

void KnownChanges::noteUnsynced(const Unsynced& unsynced) {
  m_unsynced.push_back(unsynced);
  const SourceLine& line = unsynced.passage.source;
  if (line.source != 0) m_unsyncedLines.emplace(LineKey{line.source, line.line}, unsynced.sequence);
}

void KnownChanges::forgetLine(const Unsynced& unsynced) {
  const SourceLine& line = unsynced.passage.source;
  if (line.source != 0) m_unsyncedLines.erase({line.source, line.line});
}

/// A line counts as in only once it is synced: a position that has moved on cannot be taken back.
void KnownChanges::settleSynced() {
  const Sequence synced{m_synced.load(std::memory_order_acquire)};
  while (!m_unsynced.empty() && m_unsynced.front().sequence <= synced) {
    const Unsynced& front = m_unsynced.front();
    if (front.passage.source.source != 0) (void)m_sources.add(front.passage.source, front.fate);
    forgetLine(front);
    m_unsynced.pop_front();
  }
}

void KnownChanges::onNotJournaled(const AppendFailure& failure) {
  MutexLock lock(m_mutex);
  m_lost.add(failure);
  const auto isLost = [&](const Unsynced& each) {
    return each.sequence >= failure.first && each.sequence <= failure.last;
  };
  for (const Unsynced& each : m_unsynced) {
    const bool hasId = each.passage.identity == Passage::Identity::Id;
    if (hasId && isLost(each)) m_ids.forget(each.passage.id);
    if (isLost(each)) forgetLine(each);
  }
  std::erase_if(m_unsynced, isLost);
}

SourcePositions::Position KnownChanges::position(std::uint64_t source) {
  MutexLock lock(m_mutex);
  settleSynced();
  return m_sources.position(source);
}

std::uint64_t KnownChanges::memoryBytes() const {
  MutexLock lock(m_mutex);
  return m_ids.memoryBytes() + m_sources.memoryBytes() + m_unsynced.size() * sizeof(Unsynced) +
         m_unsyncedLines.size() * kBytesPerLine;
}

/// 8 bytes source, varint line, 8 bytes chain hash; of a shed line one byte more.
std::string KnownChanges::encodeMark(const Mark& mark) {
  std::string bytes;
  appendFixed64(bytes, mark.line.source);
  appendVarint(bytes, mark.line.line);
  appendFixed64(bytes, mark.line.chainHash);
  if (mark.fate == SourcePositions::LineFate::Shed) bytes.push_back(kShedMark);
  return bytes;
}

Result<KnownChanges::Mark> KnownChanges::decodeMark(std::string_view payload) {
  Mark mark;
  ByteReader bytes(payload);
  bool whole = bytes.take64(mark.line.source) && bytes.takeVarint(mark.line.line) &&
               bytes.take64(mark.line.chainHash);
  if (whole && !bytes.atEnd()) {
    std::uint8_t byte = 0;
    mark.fate = SourcePositions::LineFate::Shed;
    whole = bytes.take8(byte) && byte == kShedMark && bytes.atEnd();
  }
  if (!whole) return Status(StatusCode::Corrupt, "not a source mark");
  return mark;
}

}  // namespace penstock
