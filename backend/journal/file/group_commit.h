// SPDX-License-Identifier: Apache-2.0
// Where many producers and the one journal thread meet: producers fill one staging buffer while the
// other is on its way to the disk; who waits for a sync is woken with its own group, not with
// others.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/status.h"
#include "journal/file/segment_table.h"
#include "journal/file/staging_buffer.h"
#include "journal/journal.h"

namespace penstock {

enum class SyncTiming : std::uint8_t {
  EachGroup,  ///< journaled means synced
  Interval,   ///< journaled means written; synced a little later, or when somebody wants it
};

/// Threads: append, waitSynced, setCatalog, stagedBytes: any. The rest: the journal thread (and
/// before it starts, the one that opens the journal), but stop.
class GroupCommit {
 public:
  struct Options {
    JournalId journal;
    std::uint64_t segmentBytes = 0;
    std::size_t groupBytes = 0;      ///< cap of one group commit; two of them are held in memory
    std::uint32_t firstSegment = 0;  ///< the number that the first new segment gets
    SyncTiming sync = SyncTiming::EachGroup;
  };
  /// Starts refusing: appends are let in by resume().
  GroupCommit(const Options& options, const SegmentTable& table, CatalogPointer catalog);

  Result<Sequence> append(RecordType type, std::string_view payload, SteadyTime deadline);
  Status waitSynced(Sequence sequence, SteadyTime deadline);
  CatalogPointer catalog() const;
  /// New records go to a new segment that begins with `catalog`. Errors: Overloaded (no room by the
  /// deadline), Unavailable, Invalid (too large to be kept).
  Status setCatalog(CatalogPointer catalog, SteadyTime deadline);
  std::uint64_t stagedBytes() const;
  /// Not ok: why the disk takes nothing, for now. Threads: any.
  Status trouble() const;

  /// The next group for the disk; null when nothing is staged.
  StagingBuffer* take();
  /// Waits until something is staged, somebody wants what is written synced, the time has come, or
  /// stopped.
  void waitForGroup(std::optional<SteadyTime> until);
  /// The group that was taken is synced and the table says so. Wakes those who wait for it.
  void finish();
  /// The group that was taken is written, and waits for onSynced().
  void finishUnsynced();
  /// All that was finished is synced and the table says so.
  void onSynced();
  /// Somebody waits for what is only written.
  bool isSyncWanted() const;

  /// The group that was taken could not be synced: all that is staged is given up, appends are
  /// refused until resume(). Returns the range that is in doubt (kNoSequence: nothing).
  AppendFailure refuse(const Status& why);
  /// The first group of the next new segment: its catalog alone. Each call uses another number.
  StagingBuffer& beginSegment();
  /// What became of the range that refuse() gave; those who wait for it are told.
  void settle(const AppendFailure& failure);
  /// The group of beginSegment() is synced: appends go on behind it.
  void resume();
  /// The disk did not come back before the stop: what is staged is given up.
  void abandon();
  /// Waits until the time or until stopped.
  void pause(SteadyTime until);

  /// No more appends; what is staged can still be taken. Threads: any.
  void stop();
  bool isStopped() const;

 private:
  enum class State : std::uint8_t { Open, Refusing, Stopped };

  Status roomFor(std::size_t payloadBytes, SteadyTime deadline) REQUIRES(m_mutex);
  void wantSync() REQUIRES(m_mutex);
  void beginNextSegment() REQUIRES(m_mutex);
  StagingBuffer::Place firstPlace() REQUIRES(m_mutex);
  RecordToWrite catalogRecord() const REQUIRES(m_mutex);
  void swapBuffers() REQUIRES(m_mutex);
  void wakeWriter() REQUIRES(m_mutex);
  Status refusal() const REQUIRES(m_mutex);
  const AppendFailure* findFailure(Sequence sequence) const REQUIRES(m_mutex);

  const Options m_options;
  const SegmentTable& m_table;

  mutable Mutex m_mutex;
  CondVar m_work;                   // for the journal thread
  CondVar m_room;                   // for producers
  std::array<CondVar, 2> m_synced;  // by the parity of the group that is waited for
  std::array<StagingBuffer, 2> m_buffers GUARDED_BY(m_mutex);
  unsigned m_active GUARDED_BY(m_mutex) = 0;      // index of the buffer being filled
  std::uint64_t m_group GUARDED_BY(m_mutex) = 0;  // counts groups; of the buffer being filled
  bool m_inFlight GUARDED_BY(m_mutex) = false;    // the other buffer is with the journal thread
  bool m_writerWaits GUARDED_BY(m_mutex) = false;
  bool m_hasUnsynced GUARDED_BY(m_mutex) = false;  // finished, and not synced
  bool m_syncWanted GUARDED_BY(m_mutex) = false;
  unsigned m_roomWaiters GUARDED_BY(m_mutex) = 0;
  State m_state GUARDED_BY(m_mutex) = State::Refusing;
  Status m_why GUARDED_BY(m_mutex);
  std::uint32_t m_nextSegment GUARDED_BY(m_mutex);
  CatalogPointer m_catalog GUARDED_BY(m_mutex);
  std::string m_catalogBytes GUARDED_BY(m_mutex);
  std::uint64_t m_catalogHash GUARDED_BY(m_mutex) = 0;
  AppendFailure m_inDoubt GUARDED_BY(m_mutex);  // first is kNoSequence: nothing
  std::vector<AppendFailure> m_failures GUARDED_BY(m_mutex);
  std::atomic<bool> m_hasFailures{false};
};

}  // namespace penstock
