// SPDX-License-Identifier: Apache-2.0
#include "store/archive/archive_lane.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace penstock::archive {
namespace {

CommitResult failed(CommitOutcome outcome, const Status& status) {
  return {outcome, std::string(statusCodeName(status.code())), status.message(), 0};
}

// Nothing of it has happened, or what was written is cut off again before anything else.
CommitOutcome outcomeOf(const Status& status) {
  const bool isDamaged =
      status.code() == StatusCode::Corrupt || status.code() == StatusCode::Unsupported;
  return isDamaged ? CommitOutcome::Broken : CommitOutcome::Transient;
}

}  // namespace

Status writeOwner(FileSystem& files, const std::string& directory, std::string_view owner) {
  return replaceFile(files, pathIn(directory, kOwnerName), owner);
}

ArchiveLane::ArchiveLane(FileSystem& files, const Clock& clock, LaneOptions options)
    : m_files(files),
      m_clock(clock),
      m_options(std::move(options)),
      m_frames(m_options.level),
      m_bare(kRecordBytes) {}

Result<std::unique_ptr<ArchiveLane>> ArchiveLane::open(FileSystem& files, const Clock& clock,
                                                       LaneOptions options) {
  std::unique_ptr<ArchiveLane> lane(new ArchiveLane(files, clock, std::move(options)));
  RETURN_IF_ERROR(lane->findEnd());
  return lane;
}

Status ArchiveLane::findEnd() {
  Result<Position> position = findPosition(m_files, m_options.directory, m_options.journal);
  if (!position) return position.status();
  m_settled = position->settled.value_or(kNoSequence);
  m_leftovers = std::move(position->leftovers);
  if (!position->newest) return Status::ok();
  m_newest = position->newest->name;
  if (position->newest->isClosed) return Status::ok();
  auto writer = FileWriter::reopen(m_files, m_options.directory, *m_newest);
  if (!writer) return writer.status();
  m_writer = std::move(*writer);
  return Status::ok();
}

CommitResult ArchiveLane::commit(const CommitRequest& request) {
  CHECK(request.fence.size() == 1 && request.fence.front().shard == kAllShards);
  CHECK(request.batch == nullptr && request.deadLetters.empty());
  const FenceStep& step = request.fence.front();
  if (const Status fence = checkFence(step); !fence.isOk()) {
    const bool isLost = fence.code() == StatusCode::Conflict;
    const bool isGone = fence.code() == StatusCode::NotFound;
    return failed(isLost   ? CommitOutcome::FenceLost
                  : isGone ? CommitOutcome::Broken
                           : outcomeOf(fence),
                  fence);
  }
  const Status written = write(request);
  if (!written.isOk()) return failed(outcomeOf(written), written);
  m_settled = step.next;
  return {CommitOutcome::Committed, {}, {}, request.changeSets != nullptr ? m_changes : 0};
}

// The lock keeps others out; but it can be deleted, or mean nothing on a file system of the
// network.
Status ArchiveLane::checkOwner() {
  const Result<std::string> owner = readWholeFile(m_files, pathIn(m_options.directory, kOwnerName));
  const bool isGone = owner.status().code() == StatusCode::NotFound;
  if (!owner && !isGone) return owner.status();
  if (!isGone && *owner == m_options.owner) return Status::ok();
  return {StatusCode::Conflict, m_options.directory + ": another process has taken it over"};
}

Status ArchiveLane::checkFence(const FenceStep& step) {
  RETURN_IF_ERROR(checkOwner());
  if (step.expected != m_settled || step.next <= step.expected) {
    return {StatusCode::Conflict, "the archive stands at " + std::to_string(toNumber(m_settled)) +
                                      ", not at " + std::to_string(toNumber(step.expected))};
  }
  return m_writer ? m_writer->checkUntouched() : Status::ok();
}

Status ArchiveLane::write(const CommitRequest& request) {
  RETURN_IF_ERROR(reopen());
  Record commit;
  commit.wallTime = m_clock.wallNow();
  commit.before = request.fence.front().expected;
  commit.after = request.fence.front().next;
  if (isFileDue(commit.wallTime)) RETURN_IF_ERROR(startFile(commit.wallTime));
  const std::span<std::byte> bytes = encode(request, commit);
  return m_writer->append(commit, bytes);
}

std::span<std::byte> ArchiveLane::encode(const CommitRequest& request, Record& commit) {
  if (request.changeSets == nullptr) return m_bare;
  const ChangeSetRange& range = *request.changeSets;
  const std::span<std::byte> bytes = m_frames.write(range);
  commit.first = range.changeSets.front().sequence;
  commit.last = range.changeSets.back().sequence;
  CHECK(commit.before < commit.first && commit.last <= commit.after);
  commit.changeSets = static_cast<std::uint32_t>(range.changeSets.size());
  m_changes = m_frames.changes();
  commit.changes = static_cast<std::uint32_t>(m_changes);
  commit.textBytes = m_frames.textBytes();
  return bytes;
}

bool ArchiveLane::isFileDue(WallTime now) const {
  if (!m_writer || m_writer->isSealed()) return true;
  if (m_writer->opening().journal != m_options.journal) return true;
  if (!m_writer->hasCommits()) return false;
  return m_writer->end() >= m_options.fileBytesMax ||
         now - m_writer->opening().wallTime >= m_options.fileAgeMax ||
         dateText(now) > m_writer->name().date;
}

Status ArchiveLane::startFile(WallTime now) {
  if (m_writer) RETURN_IF_ERROR(closeFile());
  for (; !m_leftovers.empty(); m_leftovers.pop_back()) {
    const std::string path = pathIn(m_options.directory, m_leftovers.back().data());
    if (m_files.exists(path)) RETURN_IF_ERROR(m_files.remove(path));
  }
  FileName name{dateText(now), 1};
  if (m_newest) {
    name.number = m_newest->number + 1;
    name.date = std::max(name.date, m_newest->date);  // the clock may have gone back
  }
  Record opening;
  opening.kind = RecordKind::Opening;
  opening.journal = m_options.journal;
  opening.fileNumber = name.number;
  opening.wallTime = now;
  opening.before = opening.after = m_settled;
  m_leftovers.push_back(name);  // until it is made
  auto writer = FileWriter::create(m_files, m_options.directory, name, opening);
  if (!writer) return writer.status();
  m_leftovers.clear();
  m_writer = std::move(*writer);
  m_newest = name;
  return Status::ok();
}

Status ArchiveLane::closeFile() {
  RETURN_IF_ERROR(m_writer->close());
  m_writer.reset();
  return Status::ok();
}

Result<std::vector<Checkpoint>> ArchiveLane::readCheckpoints() {
  RETURN_IF_ERROR(reopen());
  return std::vector<Checkpoint>{{kAllShards, m_settled}};
}

// What a commit that failed has left is cut off, also what an earlier process has left.
Status ArchiveLane::reopen() {
  if (!m_writer || !m_writer->needsCut()) return Status::ok();
  const Status cut = m_writer->cut();
  return cut.isOk() ? cut : Status(StatusCode::Unavailable, cut.message());
}

}  // namespace penstock::archive
