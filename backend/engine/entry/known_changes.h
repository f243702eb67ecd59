// SPDX-License-Identifier: Apache-2.0
// What has come in before, by id and by line of a source, safe between submitting threads: makes
// look-up, append and remember one step for each id, takes back what was never synced, and keeps a
// snapshot on disk, so that a start reads only the end of the journal.
#pragma once

#include <atomic>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>

#include "base/clock.h"
#include "base/file_system.h"
#include "base/mutex.h"
#include "engine/entry/lost_appends.h"
#include "intake/known_ids.h"
#include "intake/source_positions.h"
#include "journal/journal.h"
#include "model/codec.h"

namespace penstock {

/// Threads: any.
/// Owns: two snapshot files in its directory; the journal outlives it.
class KnownChanges {
 public:
  KnownChanges(FileSystem& files, std::string directory, std::size_t idsMax);

  /// How far the snapshots on disk say that the journal went.
  Sequence claimedPosition() const;
  /// Reads the snapshots and what the journal holds behind them, over damage in it: its sinks stop
  /// there, not the node. Before anything is submitted. Errors: IoError, Unsupported (of the
  /// journal; a damaged snapshot only means reading more of it).
  Status recover(Journal& journal);
  /// Writes both snapshots, complete up to a position that it chooses. Slow (megabytes).
  Status writeSnapshots();
  /// Up to here the snapshots on disk tell everything: no record before is needed to know again
  /// what is known.
  Sequence snapshotPosition() const;

  /// One passage through intake, from reserve to its end.
  struct Passage {
    Hash128 id;
    std::uint64_t content = 0;
    SourceLine source;
    enum class Identity : std::uint8_t { None, Id } identity = Identity::None;
    Sequence headBefore{};  ///< of the journal when it began
  };
  struct Entry {
    KnownIds::Seen seen = KnownIds::Seen::New;
    Sequence sequence{};
    Status status;  ///< not ok: Overloaded (lines too far ahead of a missing one), Deadline
  };
  /// New: the caller must end the passage by commit() or cancel(). Waits until another passage with
  /// the same id has ended, at most until the deadline.
  Entry reserve(const Passage& passage, SteadyTime deadline);
  void commit(const Passage& passage, Sequence sequence, SourcePositions::LineFate fate);
  void cancel(const Passage& passage);

  /// Everything up to `head` is synced. Cheap: one atomic store.
  void onSynced(Sequence head) { m_synced.store(toNumber(head), std::memory_order_release); }
  /// Appends first..last are not in the journal: forgets them.
  void onNotJournaled(const AppendFailure& failure);

  SourcePositions::Position position(std::uint64_t source);
  std::uint64_t memoryBytes() const;

  /// A line that is not in the journal as a change set. Expects: fate is Refused or Shed.
  struct Mark {
    SourceLine line;
    SourcePositions::LineFate fate = SourcePositions::LineFate::Refused;
  };
  static std::string encodeMark(const Mark& mark);
  static Result<Mark> decodeMark(std::string_view payload);

 private:
  struct Unsynced {
    Sequence sequence{};
    Passage passage;
    SourcePositions::LineFate fate{};
  };

  struct LineKey {
    std::uint64_t source = 0;
    std::uint64_t line = 0;
    bool operator==(const LineKey&) const = default;
  };
  struct LineHash {
    std::size_t operator()(const LineKey& key) const {
      return std::hash<std::uint64_t>()(key.source ^ (key.line * 0x9e37'79b9'7f4a'7c15u));
    }
  };

  void replayRecord(const JournalRecord& record) REQUIRES(m_mutex);
  void enterAgain(const SourceLine& line, SourcePositions::LineFate fate) REQUIRES(m_mutex);
  void settleSynced() REQUIRES(m_mutex);
  void noteUnsynced(const Unsynced& unsynced) REQUIRES(m_mutex);
  void forgetLine(const Unsynced& unsynced) REQUIRES(m_mutex);
  void endPassage(const Passage& passage) REQUIRES(m_mutex);
  Result<Sequence> restoreSnapshots(const Journal& journal) REQUIRES(m_mutex);
  std::string pathOf(std::string_view name) const { return m_directory + "/" + std::string(name); }

  FileSystem& m_files;
  const std::string m_directory;
  std::atomic<std::uint64_t> m_synced{0};

  mutable Mutex m_mutex;
  CondVar m_passageEnded;
  KnownIds m_ids GUARDED_BY(m_mutex);
  SourcePositions m_sources GUARDED_BY(m_mutex);
  std::deque<Unsynced> m_unsynced GUARDED_BY(m_mutex);
  std::unordered_map<LineKey, Sequence, LineHash> m_unsyncedLines GUARDED_BY(m_mutex);  // of those
  LostAppends m_lost GUARDED_BY(m_mutex);
  std::multiset<Sequence> m_passages GUARDED_BY(m_mutex);  // heads before those under way
  Sequence m_snapshotPosition GUARDED_BY(m_mutex){};
  bool m_snapshotLacks GUARDED_BY(m_mutex) = false;  ///< something that no record tells
};

}  // namespace penstock
