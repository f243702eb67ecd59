// SPDX-License-Identifier: Apache-2.0
// The journal in files of this machine: group commit by one thread with one sync per group, readers
// at any place, recovery at the start. After a failed write or sync it refuses appends, seals what
// it has and goes on in a new segment as soon as the disk takes one.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/worker.h"
#include "journal/file/group_commit.h"
#include "journal/file/group_loop.h"
#include "journal/file/reader.h"
#include "journal/file/recovery.h"
#include "journal/file/segment_files.h"
#include "journal/file/segment_table.h"
#include "journal/file/segment_writer.h"
#include "journal/journal.h"

namespace penstock {

struct FileJournalOptions {
  std::string directory;   ///< made where missing
  std::string holderNote;  ///< shown to a second process that wants the directory
  std::uint64_t segmentBytes = limits::kSegmentBytesDefault;  ///< whole blocks
  /// Memory for staging: one half is filled while the other is being synced. Half of it is the cap
  /// of one group commit, and the most that a record may have.
  std::size_t stagingBytes = 2 * limits::kGroupCommitBytesMax;
  std::size_t spares = 2;                 ///< segments prepared ahead
  std::uint64_t freeSpaceFloorBytes = 0;  ///< no segment is prepared that leaves less free
  std::chrono::microseconds retain = std::chrono::hours(1);
  /// Segments that all sinks have passed are kept for `retain` only while all of them together are
  /// not larger: what is kept for convenience must not close intake.
  std::uint64_t retainBytes = limits::kDiskBudgetDefault / 2;
  /// Journaled is told at the write, and what is written is synced so much later at the most: it
  /// survives the end of the process, and a power loss only from then on. 0: told after the sync.
  std::chrono::milliseconds syncInterval{0};
  std::chrono::milliseconds retryPause{250};     ///< between attempts after a failed sync
  std::chrono::milliseconds unknownAfter{5000};  ///< then failed appends are told `unknown`
  /// Asked about a journal that exists, with its head, before anything is written: whether somebody
  /// has seen more of it. Not ok: open() returns that.
  std::function<Status(const JournalId&, Sequence head)> confirm;
  /// Reads what it needs, by syncedHead, oldestKept and openReader alone, before anything new is
  /// written, so that a start that fails leaves nothing behind. Not ok: open() returns that.
  std::function<Status(Journal& journal)> readFirst;
  /// For a journal that is new (null: an empty catalog); one that exists goes on with its own.
  CatalogPointer initialCatalog;
  enum class Drive : std::uint8_t {
    Thread,  ///< its own
    Steps,   ///< the owner calls step() and close(), and nobody waits: for a simulation
  };
  Drive drive = Drive::Thread;
};

/// Threads: as Journal says; open, close and destruction: one.
/// Owns: the directory, by its lock, and the journal thread.
class FileJournal final : public Journal {
 public:
  /// Errors: Conflict (another process has it), Corrupt, Unsupported, Invalid (options), IoError.
  /// A full or failing disk is no error for a journal that exists: it can be read, and refuses
  /// appends until the disk takes them.
  static Result<std::unique_ptr<FileJournal>> open(FileSystem& files, const Clock& clock,
                                                   FileJournalOptions options);
  ~FileJournal() override;

  const JournalId& id() const override { return m_id; }
  Result<Sequence> append(RecordType type, std::string_view payload, SteadyTime deadline) override;
  /// After a failure it passes over sequences that are not journaled: the failure listener is
  /// called before that, and waitSynced tells.
  Sequence syncedHead() const override { return m_table->head(); }
  Sequence journaledHead() const override;
  Status waitSynced(Sequence sequence, SteadyTime deadline) override;
  void setSyncedListener(std::function<void(const SyncedNews&)> listener) override;
  void setFailureListener(std::function<void(const AppendFailure&)> listener) override;
  CatalogPointer catalog() const override { return m_commit->catalog(); }
  Status setCatalog(CatalogPointer catalog) override;
  Result<std::unique_ptr<JournalReader>> openReader(Sequence position) override;
  Sequence oldestKept() const override { return m_table->oldestKept(); }
  Status retire(Sequence passed) override;
  JournalDistance distanceFrom(Sequence position) const override {
    return m_table->distanceFrom(position);
  }
  JournalUsage usage() const override;
  JournalCounters counters() const override { return m_loop->counters(); }
  Status close() override;

  /// Not ok: its disk is full or fails, and it takes nothing until that works again. Threads: any.
  Status trouble() const { return m_commit->trouble(); }
  /// Makes spare segments until enough are ready; slow. After a failure it does nothing for a
  /// while. Threads: one (housekeeping).
  Status prepareSpares();
  /// What the journal thread would do next. Expects: driven by steps.
  GroupLoop::Step step() { return m_loop->step(); }
  /// What recovery found when the journal was opened.
  const RecoveredJournal& recovered() const { return m_recovered; }

 private:
  FileJournal(FileSystem& files, const Clock& clock, FileJournalOptions options,
              std::unique_ptr<FileLock> lock, RecoveredJournal recovered);

  Status start();
  Status makeTailDurable();
  CatalogPointer lastCatalog();
  void removeStrays();
  Status removeLeaving();
  Status removeBegunInVain(std::uint32_t oldest);
  /// When what failed is done again: after pauses that double.
  struct Retry {
    std::chrono::milliseconds pause{0};
    SteadyTime at{};
  };
  Status note(Status outcome, Retry& retry) const;
  void setUnreadableAside();
  void run();
  FileJournalReader::Source readerSource() const;

  FileSystem& m_files;
  const Clock& m_clock;
  const FileJournalOptions m_options;
  const std::unique_ptr<FileLock> m_lock;
  const RecoveredJournal m_recovered;
  const JournalId m_id;

  const std::shared_ptr<SegmentTable> m_table;
  SegmentFiles m_segmentFiles;
  std::unique_ptr<GroupCommit> m_commit;
  mutable std::atomic<std::uint64_t> m_freeDiskBytes{0};
  mutable std::atomic<std::int64_t> m_freeDiskAskedAt{0};  // steady nanoseconds

  Retry m_spareRetry;                              // housekeeping's
  std::optional<SegmentTable::Retired> m_leaving;  // likewise: retired, its file still there
  std::atomic<std::uint64_t> m_leavingBytes{0};    // of that file

  std::unique_ptr<SegmentWriter> m_writer;  // the journal thread's
  std::unique_ptr<GroupLoop> m_loop;        // likewise, but its counters
  bool m_closed = false;                    // the owner's
  Worker m_worker;
};

}  // namespace penstock
