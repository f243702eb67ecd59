// SPDX-License-Identifier: Apache-2.0
#include "store/archive/archive_store.h"

#include <utility>

#include "base/check.h"
#include "store/archive/archive_lane.h"
#include "store/archive/directory.h"

namespace penstock {

using archive::ArchiveLane;
using archive::Position;

namespace {

/// What is damaged stays so; everything else may be better next time.
Status orUnavailable(const Status& status) {
  const bool isFinal =
      status.code() == StatusCode::Corrupt || status.code() == StatusCode::Unsupported;
  return status.isOk() || isFinal ? status : Status(StatusCode::Unavailable, status.message());
}

Result<std::vector<Checkpoint>> checkpointsOf(const Position& position) {
  std::vector<Checkpoint> checkpoints;
  if (position.settled) checkpoints.push_back({kAllShards, *position.settled});
  return checkpoints;
}

}  // namespace

Result<std::unique_ptr<ArchiveStore>> ArchiveStore::create(FileSystem& files, const Clock& clock,
                                                           ArchiveOptions options) {
  if (options.directory.empty()) {
    return Status(StatusCode::Invalid, "archive: where? (name a directory)");
  }
  return std::unique_ptr<ArchiveStore>(new ArchiveStore(files, clock, std::move(options)));
}

ArchiveStore::ArchiveStore(FileSystem& files, const Clock& clock, ArchiveOptions options)
    : m_files(files), m_clock(clock), m_options(std::move(options)) {}

ArchiveStore::~ArchiveStore() = default;

std::string ArchiveStore::describeTarget() const { return "archive " + m_options.directory; }

Status ArchiveStore::runScript(std::string_view) {
  return {StatusCode::Unsupported, "an archive runs no SQL (give it to a database)"};
}

Result<Catalog> ArchiveStore::readCatalog() {
  return Status(StatusCode::Unsupported,
                "an archive has no tables of its own (a database must come before it)");
}

Status ArchiveStore::takeOver(const std::string& owner) {
  RETURN_IF_ERROR(m_files.createDirectories(m_options.directory));
  if (!m_lock) {
    auto lock =
        m_files.lock(archive::pathIn(m_options.directory, archive::kLockName), "penstock archive");
    if (!lock) return lock.status();
    m_lock = std::move(*lock);
  }
  return archive::writeOwner(m_files, m_options.directory, owner);
}

Result<std::vector<Checkpoint>> ArchiveStore::attach(const JournalId& journal,
                                                     std::string_view owner) {
  CHECK(!owner.empty());
  const MutexLock lock(m_mutex);
  RETURN_IF_ERROR(orUnavailable(takeOver(std::string(owner))));
  const Result<Position> position = archive::findPosition(m_files, m_options.directory, journal);
  if (!position) return orUnavailable(position.status());
  if (position->newest && !position->newest->isClosed) {
    const auto newest =
        archive::FileWriter::reopen(m_files, m_options.directory, position->newest->name);
    if (!newest) return orUnavailable(newest.status());
    RETURN_IF_ERROR(orUnavailable((*newest)->makeDurable()));
  }
  m_journal = journal;
  m_owner = owner;
  return checkpointsOf(*position);
}

Result<std::vector<Checkpoint>> ArchiveStore::readCheckpoints(const JournalId& journal) {
  const Result<Position> position = archive::findPosition(m_files, m_options.directory, journal);
  if (!position) return orUnavailable(position.status());
  return checkpointsOf(*position);
}

Result<std::unique_ptr<StoreLane>> ArchiveStore::openLane() {
  archive::LaneOptions options{
      m_options.directory, {}, {}, m_options.fileBytesMax, m_options.fileAgeMax, m_options.level};
  {
    const MutexLock lock(m_mutex);
    options.journal = m_journal;
    options.owner = m_owner;
  }
  CHECK(!options.owner.empty());
  auto lane = ArchiveLane::open(m_files, m_clock, std::move(options));
  if (!lane) return orUnavailable(lane.status());
  return std::unique_ptr<StoreLane>(std::move(lane).value());
}

Result<std::vector<DeadLetter>> ArchiveStore::listDeadLetters(const LetterQuery&) {
  return std::vector<DeadLetter>();
}

Result<std::uint64_t> ArchiveStore::countDeadLetters() { return std::uint64_t{0}; }

}  // namespace penstock
