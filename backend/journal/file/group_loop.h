// SPDX-License-Identifier: Apache-2.0
// What the journal thread does, one step after another: writes the next group; after a failure
// begins a new segment as soon as the disk takes one, and settles what became of the appends in
// doubt. A step waits for nothing but the disk, so that a simulation runs the very same code on a
// clock of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/status.h"
#include "journal/file/group_commit.h"
#include "journal/file/segment_table.h"
#include "journal/file/segment_writer.h"
#include "journal/journal.h"

namespace penstock {

/// Threads: one, the journal thread (and before it starts, the one that opens the journal);
/// counters by any. Owns: nothing of what is passed in; all of it outlives this.
class GroupLoop {
 public:
  struct Parts {
    GroupCommit& commit;
    SegmentWriter& writer;
    SegmentTable& table;
    const Clock& clock;
  };
  struct Timing {
    std::chrono::milliseconds retryPause{};    ///< between attempts after a failed sync
    std::chrono::milliseconds unknownAfter{};  ///< then failed appends are told `unknown`
    /// What is written is synced so much later at the most; 0: each group at once.
    std::chrono::milliseconds syncInterval{};
  };
  GroupLoop(const Parts& parts, const Timing& timing) : m_parts(parts), m_timing(timing) {}

  /// Opens the first segment and lets appends in behind it. Errors: as the disk says; the steps
  /// then begin with trying again.
  Status begin();

  struct Step {
    enum class Kind : std::uint8_t {
      Wrote,   ///< go on
      Idle,    ///< nothing is staged; what is written is to be synced at `until`, if that is set
      Failed,  ///< the disk refuses; nothing helps before `until`
      Ended,   ///< stopped, and nothing more can be done
    };
    Kind kind = Kind::Idle;
    std::optional<SteadyTime> until;
  };
  Step step();
  /// As Journal says. Threads: any.
  Sequence journaledHead() const { return Sequence{m_journaled.load(std::memory_order_acquire)}; }

  JournalCounters counters() const;
  /// Set before the first append.
  void setSyncedListener(std::function<void(const SyncedNews&)> listener);
  void setFailureListener(std::function<void(const AppendFailure&)> listener);

 private:
  /// The disk has failed and no new segment is open yet.
  struct Trouble {
    Status why;
    AppendFailure failure;
    SteadyTime unknownAt{};
    bool isTold = false;
    bool wasTried = false;
  };

  Status writeGroup(StagingBuffer& buffer);
  Status writeUnsynced(StagingBuffer& buffer);
  bool isSyncDue() const;
  Status syncNow();
  void onSynced(const SegmentWriter::Written& written, std::chrono::microseconds took);
  void publish(const SegmentWriter::Written& written, const StagingBuffer& buffer);
  void refuse(const Status& why);
  void count(std::uint64_t records, std::uint64_t bytes);
  Step tryAgain();
  Step stillFailing();
  Step giveUp();
  void tell();

  const Parts m_parts;
  const Timing m_timing;
  std::function<void(const SyncedNews&)> m_syncedListener;
  std::function<void(const AppendFailure&)> m_failureListener;
  Status m_firstFailure;  // of begin()
  std::optional<Trouble> m_trouble;
  SteadyTime m_syncAt{};  // when something is unsynced
  std::uint64_t m_unsyncedRecords = 0;
  std::atomic<std::uint64_t> m_journaled{0};
  struct AtomicCounters {
    std::atomic<std::uint64_t> records{0}, bytes{0}, groups{0}, failedSyncs{0};
  } m_counters;
};

}  // namespace penstock
