// SPDX-License-Identifier: Apache-2.0
// The queue itself: an append-only, durable log of records. A record is journaled once
// journaledHead() has reached its sequence; readers only ever see synced records, which survive a
// power loss too. FileJournal is the default; a replicated one has the same face.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "model/catalog.h"
#include "model/ids.h"

namespace penstock {

/// The numbers are stored in journals: never renumber. 0 is preallocated zeros. Bit 7 set:
/// ignorable, a reader that does not know the type skips it; else it refuses.
enum class RecordType : std::uint8_t {
  ChangeSet = 1,        ///< codec.h
  Catalog = 2,          ///< Catalog::encode; first record of every segment
  SourceMark = 3,       ///< lines of a source that were refused: u64 source, varint line, u64 chain
  DeadLetterOrder = 4,  ///< model/dead_letter.h, addressed to a sink
  AcceptedLoss = 5,     ///< accepted_loss.h: sinks may pass a damage
};

/// A synced record; its bytes are borrowed until the reader's next call.
struct JournalRecord {
  Sequence sequence{};
  RecordType type{};
  std::string_view payload;
  std::int64_t wallMicros = 0;  ///< when its group was written, microseconds since 1970 UTC
  CatalogPointer catalog;       ///< with which the payload was encoded
};

/// Part of a journal that was synced and cannot be read any more.
struct JournalDamage {
  std::uint32_t segment = 0;
  std::uint64_t begin = 0;  ///< offsets in the segment's file
  std::uint64_t end = 0;
  Sequence first{};  ///< the records that are lost with it
  Sequence last{};
  std::string what;  ///< `record checksum`, `group header`, `segment missing` …
};
/// `segment 7, offset 8192 to 12288, sequences 117440517 to 117440520: record checksum`
std::string describe(const JournalDamage& damage);

/// A cursor over the synced part.
/// Threads: one.
class JournalReader {
 public:
  virtual ~JournalReader() = default;
  /// The next synced record after the position, or nothing when the head is reached. Verifies its
  /// checksum. Errors: Corrupt (names segment, offset, sequence range; the reader stands before the
  /// damage), IoError (the reader is of no use any more; another one may be).
  virtual Result<std::optional<JournalRecord>> next() = 0;
  /// What it stands before, once next() has told of it and until it is passed.
  virtual const std::optional<JournalDamage>& damage() const = 0;
  /// After next() has told of damage: goes on behind it. Errors: as openReader, IoError.
  virtual Status passDamage() = 0;
};

/// What lies between a position and the synced head; without the catalogs.
struct JournalDistance {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  ///< of the first segment in proportion to its records
};

struct JournalUsage {
  std::uint64_t usedBytes = 0;      ///< segments on disk, without spares
  std::uint64_t freeDiskBytes = 0;  ///< of the file system
  std::uint64_t stagedBytes = 0;    ///< appended, not yet synced, in memory
  std::uint32_t segments = 0;
};

/// Counted by the journal thread, read by the sampler.
struct JournalCounters {
  std::uint64_t records = 0;  ///< synced
  std::uint64_t bytes = 0;    ///< synced, with headers and padding
  std::uint64_t groups = 0;   ///< group commits (fdatasync calls)
  std::uint64_t failedSyncs = 0;
};

/// A group was written, or what was written was synced, or both at once.
struct SyncedNews {
  Sequence head{};                        ///< everything up to here is synced
  Sequence journaled{};                   ///< as Journal::journaledHead
  std::uint64_t changeSets = 0;           ///< newly journaled
  std::chrono::microseconds syncTime{0};  ///< of a sync, with the writing of its group
};

/// What became of an append that was not synced.
struct AppendFailure {
  Sequence first{};
  Sequence last{};
  Status status;  ///< IoError: certainly not journaled. Unknown: may be in the journal
};

class Journal {
 public:
  virtual ~Journal() = default;

  virtual const JournalId& id() const = 0;
  /// Stages one record and returns its sequence; durable when syncedHead() reaches it. Waits for
  /// room in the staging buffer until `deadline`. Threads: any.
  /// Errors: Overloaded (no room by the deadline), Unavailable (closed: disk failure, shutdown).
  virtual Result<Sequence> append(RecordType type, std::string_view payload,
                                  SteadyTime deadline) = 0;
  /// The last synced sequence. Threads: any; a single atomic load.
  virtual Sequence syncedHead() const = 0;
  /// The last sequence that may be told as journaled: the synced one, or with a sync at intervals
  /// the last written one, which survives the end of the process alone. Threads: any.
  virtual Sequence journaledHead() const = 0;
  /// Blocks until syncedHead() >= sequence or the deadline. Errors: Deadline, Unavailable, IoError.
  virtual Status waitSynced(Sequence sequence, SteadyTime deadline) = 0;
  /// Called on the journal thread after each write and sync; must be short. Set before the first
  /// append; wired by engine only.
  virtual void setSyncedListener(std::function<void(const SyncedNews&)> listener) = 0;
  virtual void setFailureListener(std::function<void(const AppendFailure&)> listener) = 0;

  /// The catalog that new records are encoded with; a changed one begins a new segment.
  virtual CatalogPointer catalog() const = 0;
  virtual Status setCatalog(CatalogPointer catalog) = 0;

  /// A cursor that stands after `position`; of damage there its next() tells. Errors: NotFound when
  /// the journal no longer reaches that far back (`gap`), Invalid when `position` is ahead of the
  /// head, IoError.
  virtual Result<std::unique_ptr<JournalReader>> openReader(Sequence position) = 0;
  /// The sequence before the first record still kept.
  virtual Sequence oldestKept() const = 0;
  /// Allows segments whose every record is <= `passed` and that are older than the retention to be
  /// deleted or recycled. Threads: one (housekeeping).
  virtual Status retire(Sequence passed) = 0;

  /// How far a cursor that stands after `position` is behind. Threads: any.
  virtual JournalDistance distanceFrom(Sequence position) const = 0;
  virtual JournalUsage usage() const = 0;
  virtual JournalCounters counters() const = 0;
  /// Syncs what is staged, then closes; append fails afterwards. Threads: one.
  virtual Status close() = 0;
};

}  // namespace penstock
