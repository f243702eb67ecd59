// SPDX-License-Identifier: Apache-2.0
#include "journal/file/file_journal.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "base/log.h"

namespace penstock {
namespace {

/// Sequences may have been handed out in segments that never reached the disk: at most in the one
/// whose first group is being written and in the one being staged behind it. Their numbers are
/// passed over at the next start, so that no sequence is used twice.
constexpr std::uint32_t kNumbersSkippedAtOpen = 3;
constexpr std::chrono::milliseconds kFreeDiskMaxAge{200};
constexpr std::chrono::seconds kCatalogDeadline{10};

JournalId randomId() {
  std::random_device random;
  JournalId id;
  for (std::byte& byte : id.bytes) byte = static_cast<std::byte>(random());
  return id;
}

Status checkOptions(const FileJournalOptions& options) {
  const std::uint64_t block = limits::kJournalBlockBytes;
  if (options.segmentBytes % block != 0 || options.segmentBytes < 4 * block ||
      options.segmentBytes > limits::kSegmentBytesMax) {
    return {StatusCode::Invalid, "a journal segment is whole blocks of 4 KiB, 16 KiB to 1 GiB"};
  }
  if (options.stagingBytes < 8 * block || options.stagingBytes > 2 * limits::kGroupCommitBytesMax) {
    return {StatusCode::Invalid, "the journal's staging memory is 32 KiB to 8 MiB"};
  }
  return Status::ok();
}

}  // namespace

Result<std::unique_ptr<FileJournal>> FileJournal::open(FileSystem& files, const Clock& clock,
                                                       FileJournalOptions options) {
  RETURN_IF_ERROR(checkOptions(options));
  RETURN_IF_ERROR(files.createDirectories(options.directory));
  auto lock =
      files.lock(options.directory + "/" + std::string(kJournalLockName), options.holderNote);
  if (!lock) return lock.status();
  auto recovered = recoverJournal(files, options.directory);
  if (!recovered) return recovered.status();
  if (recovered->isNew) {
    recovered->id = randomId();
    RETURN_IF_ERROR(replaceFile(files, options.directory + "/" + std::string(kJournalIdentityName),
                                encodeIdentity(recovered->id)));
  }
  for (const UnreadableFile& file : recovered->unreadable) {
    logLine(LogLevel::Warning, "journal: " + describe(file));
  }
  if (!recovered->isNew && options.confirm) {
    RETURN_IF_ERROR(options.confirm(recovered->id, recovered->head));
  }
  std::unique_ptr<FileJournal> journal(new FileJournal(
      files, clock, std::move(options), std::move(lock).value(), std::move(recovered).value()));
  RETURN_IF_ERROR(journal->start());
  return journal;
}

FileJournal::FileJournal(FileSystem& files, const Clock& clock, FileJournalOptions options,
                         std::unique_ptr<FileLock> lock, RecoveredJournal recovered)
    : m_files(files),
      m_clock(clock),
      m_options(std::move(options)),
      m_lock(std::move(lock)),
      m_recovered(std::move(recovered)),
      m_id(m_recovered.id),
      m_table(std::make_shared<SegmentTable>()),
      m_segmentFiles(files, {m_options.directory, m_options.segmentBytes, m_options.spares,
                             m_options.freeSpaceFloorBytes}) {}

FileJournal::~FileJournal() { static_cast<void>(close()); }

Status FileJournal::start() {
  for (const SegmentInfo& info : m_recovered.segments) m_table->add(info);
  RETURN_IF_ERROR(makeTailDurable());
  m_table->publishHead(m_recovered.head);
  if (m_options.readFirst) RETURN_IF_ERROR(m_options.readFirst(*this));
  removeStrays();
  setUnreadableAside();
  RETURN_IF_ERROR(m_segmentFiles.takeStock());
  GroupCommit::Options commit;
  commit.journal = m_id;
  commit.segmentBytes = m_options.segmentBytes;
  commit.groupBytes = m_options.stagingBytes / 2;
  if (m_options.syncInterval.count() > 0) commit.sync = SyncTiming::Interval;
  commit.firstSegment =
      m_recovered.highestNumber + (m_recovered.highestNumber == 0 ? 1 : kNumbersSkippedAtOpen);
  m_commit = std::make_unique<GroupCommit>(commit, *m_table, lastCatalog());
  m_writer = std::make_unique<SegmentWriter>(
      m_segmentFiles, m_clock, SegmentWriter::Start{m_id, m_recovered.end, m_recovered.head});
  m_loop = std::make_unique<GroupLoop>(
      GroupLoop::Parts{*m_commit, *m_writer, *m_table, m_clock},
      GroupLoop::Timing{m_options.retryPause, m_options.unknownAfter, m_options.syncInterval});
  Status begun = m_loop->begin();
  if (!begun.isOk() && m_recovered.segments.empty()) return begun;
  if (m_options.drive == FileJournalOptions::Drive::Steps) return Status::ok();
  m_worker = Worker("journal", ThreadPriority::Normal, [this] { run(); });
  return Status::ok();
}

/// The end of the tail may be in the page cache alone, where even a later sync would not touch it
/// if an earlier one failed: what is not proven as synced is written again, the same bytes. Of a
/// tail of which no group is whole, its first header, which has said where the segment before ends.
Status FileJournal::makeTailDurable() {
  const std::uint64_t end =
      std::max<std::uint64_t>(m_recovered.end.offset, limits::kJournalBlockBytes);
  if (m_recovered.end.segment == 0 || m_recovered.provenEnd >= end) return Status::ok();
  auto file =
      m_files.open(m_segmentFiles.pathOf(m_recovered.end.segment), FileSystem::OpenMode::ReadWrite);
  if (!file) return file.status();
  std::vector<std::byte> bytes(end - m_recovered.provenEnd);
  const auto count = (*file)->readAt(m_recovered.provenEnd, bytes);
  if (!count) return count.status();
  RETURN_IF_ERROR((*file)->writeAt(m_recovered.provenEnd, std::span(bytes).first(*count)));
  RETURN_IF_ERROR((*file)->syncData());
  return m_files.syncDirectory(m_options.directory);
}

CatalogPointer FileJournal::lastCatalog() {
  const std::vector<SegmentInfo> segments = m_table->all();
  for (auto info = segments.rbegin(); info != segments.rend(); ++info) {
    if (info->isMissing || info->syncedEnd == 0) continue;
    const auto scanner = openScanner(m_files, m_options.directory, m_id, info->number);
    if (!scanner) continue;
    auto catalog = readCatalog(**scanner, info->syncedEnd);
    if (!catalog) {
      logLine(LogLevel::Error, "journal: " + catalog.status().message());
      continue;  // the one before it is nearest to what it was
    }
    m_table->setCatalog(info->number, *catalog);
    return *catalog;
  }
  if (m_options.initialCatalog != nullptr) return m_options.initialCatalog;
  return std::make_shared<const Catalog>();
}

void FileJournal::removeStrays() {
  for (const std::uint32_t number : m_recovered.strays) {
    if (const Status removed = m_segmentFiles.remove(number); !removed.isOk()) {
      logLine(LogLevel::Warning, "journal: " + removed.message());  // harmless: tried next time
    }
  }
}

/// What may have been a part of the journal is kept, under a name that nobody takes for one.
void FileJournal::setUnreadableAside() {
  for (const UnreadableFile& file : m_recovered.unreadable) {
    if (file.isSetAside) continue;
    const auto path = m_segmentFiles.setAside(file.number);
    const std::string what = path ? "set aside as '" + *path +
                                        "' (keep it until it is clear that nothing in it is missed)"
                                  : "it stays where it is: " + path.status().message();
    logLine(LogLevel::Warning, "journal: " + segmentName(file.number) + ": " + what);
  }
}

void FileJournal::run() {
  for (;;) {
    const GroupLoop::Step step = m_loop->step();
    if (step.kind == GroupLoop::Step::Kind::Ended) return;
    if (step.kind == GroupLoop::Step::Kind::Idle) m_commit->waitForGroup(step.until);
    if (step.kind == GroupLoop::Step::Kind::Failed) m_commit->pause(*step.until);
  }
}

Result<Sequence> FileJournal::append(RecordType type, std::string_view payload,
                                     SteadyTime deadline) {
  return m_commit->append(type, payload, deadline);
}

/// While it is being opened, and over what a failure has passed, the synced one is further.
Sequence FileJournal::journaledHead() const {
  return m_loop == nullptr ? syncedHead() : std::max(syncedHead(), m_loop->journaledHead());
}

Status FileJournal::waitSynced(Sequence sequence, SteadyTime deadline) {
  return m_commit->waitSynced(sequence, deadline);
}

void FileJournal::setSyncedListener(std::function<void(const SyncedNews&)> listener) {
  m_loop->setSyncedListener(std::move(listener));
}

void FileJournal::setFailureListener(std::function<void(const AppendFailure&)> listener) {
  m_loop->setFailureListener(std::move(listener));
}

Status FileJournal::setCatalog(CatalogPointer catalog) {
  return m_commit->setCatalog(std::move(catalog), m_clock.steadyNow() + kCatalogDeadline);
}

FileJournalReader::Source FileJournal::readerSource() const {
  return {&m_files, m_options.directory, m_id, m_table};
}

Result<std::unique_ptr<JournalReader>> FileJournal::openReader(Sequence position) {
  auto reader = FileJournalReader::open(readerSource(), position);
  if (!reader) return reader.status();
  return std::unique_ptr<JournalReader>(std::move(reader).value());
}

Status FileJournal::retire(Sequence passed) {
  const auto olderThan = [this] {
    const bool crowded = m_table->bytes() > m_options.retainBytes;
    return crowded ? WallTime::max() : m_clock.wallNow() - m_options.retain;
  };
  RETURN_IF_ERROR(removeLeaving());
  while (const auto retired = m_table->retireOldest(passed, olderThan())) {
    if (retired->isMissing) continue;
    m_leaving = *retired;
    m_leavingBytes.store(retired->fileBytes, std::memory_order_relaxed);
    RETURN_IF_ERROR(removeLeaving());
  }
  return Status::ok();
}

/// Its file counts until it is gone, and no later one goes before: a gap would look like damage.
Status FileJournal::removeLeaving() {
  if (!m_leaving) return Status::ok();
  const std::uint32_t number = m_leaving->number;
  RETURN_IF_ERROR(removeBegunInVain(number));
  if (m_files.exists(m_segmentFiles.pathOf(number))) {
    RETURN_IF_ERROR(m_leaving->isBeingRead ? m_segmentFiles.remove(number)
                                           : m_segmentFiles.recycle(number));
  } else {  // it went at an earlier attempt, perhaps not durably
    RETURN_IF_ERROR(m_files.syncDirectory(m_options.directory));
  }
  m_leaving.reset();
  m_leavingBytes.store(0, std::memory_order_relaxed);
  return Status::ok();
}

/// Below the oldest segment stand only files that were begun while the disk refused them. One that
/// is left there would make the end of the next segment look like damage to the next start.
Status FileJournal::removeBegunInVain(std::uint32_t oldest) {
  const auto names = m_files.list(m_options.directory);
  if (!names) return names.status();
  for (const std::string& name : *names) {
    const auto number = parseSegmentName(name);
    if (number && *number < oldest) RETURN_IF_ERROR(m_segmentFiles.remove(*number));
  }
  return Status::ok();
}

Status FileJournal::prepareSpares() {
  if (m_clock.steadyNow() < m_spareRetry.at) return Status::ok();
  const Status prepared = m_segmentFiles.prepareSpares();
  if (prepared.code() == StatusCode::Cancelled) return Status::ok();
  return note(prepared, m_spareRetry);
}

Status FileJournal::note(Status outcome, Retry& retry) const {
  if (outcome.isOk()) {
    retry = Retry{};
    return outcome;
  }
  retry.pause = std::clamp(retry.pause * 2, limits::kSpareRetryInitial, limits::kSpareRetryMax);
  retry.at = m_clock.steadyNow() + retry.pause;
  return outcome;
}

JournalUsage FileJournal::usage() const {
  const auto now =
      std::chrono::duration_cast<std::chrono::nanoseconds>(m_clock.steadyNow().time_since_epoch());
  const std::chrono::nanoseconds askedAt(m_freeDiskAskedAt.load(std::memory_order_relaxed));
  if (askedAt.count() == 0 || now - askedAt >= kFreeDiskMaxAge) {
    m_freeDiskAskedAt.store(now.count(), std::memory_order_relaxed);
    if (const auto space = m_files.space(m_options.directory)) {
      m_freeDiskBytes.store(space->freeBytes, std::memory_order_relaxed);
    }
  }
  JournalUsage usage;
  usage.usedBytes = m_table->bytes() + m_leavingBytes.load(std::memory_order_relaxed);
  usage.freeDiskBytes = m_freeDiskBytes.load(std::memory_order_relaxed);
  usage.stagedBytes = m_commit->stagedBytes() + m_writer->unsyncedBytes();
  usage.segments = m_table->count();
  return usage;
}

Status FileJournal::close() {
  const bool isDriven = m_options.drive == FileJournalOptions::Drive::Steps && m_loop != nullptr;
  if (m_closed || (!m_worker.isRunning() && !isDriven)) return Status::ok();
  m_closed = true;
  m_segmentFiles.stopPreparing();
  m_commit->stop();
  if (isDriven) {
    while (m_loop->step().kind != GroupLoop::Step::Kind::Ended) continue;
  } else {
    m_worker.join();
  }
  return m_writer->markEnd();  // nothing when the disk failed to the end
}

}  // namespace penstock
