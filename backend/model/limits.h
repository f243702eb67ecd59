// SPDX-License-Identifier: Apache-2.0
// Every limit of the engine and its protocols in one place, with the relations between them. What a
// configuration may change has its allowed range here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "model/ids.h"

namespace penstock::limits {

using namespace std::chrono_literals;

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

// --- a change set -------------------------------------------------------------------------------
inline constexpr std::size_t kChangeSetBytesMax = 1 * kMiB;  ///< encoded, and as one JSON line
inline constexpr std::size_t kChangesPerSetMax = 10'000;
inline constexpr std::size_t kIdBytesMax = 128;
inline constexpr std::size_t kGroupBytesMax = 256;
inline constexpr std::size_t kSourceNameBytesMax = 4096;
inline constexpr std::size_t kJsonDepthMax = 64;
inline constexpr std::size_t kDecimalDigitsMax = 1'000;  ///< before and after the point each
inline constexpr std::size_t kTablesMax = 4096;
inline constexpr std::size_t kColumnsPerTableMax = 2000;  ///< SQLite's default limit

// --- intake -------------------------------------------------------------------------------------
inline constexpr std::size_t kRateBucketsMax = 65'536;  ///< clients times limited tables
inline constexpr std::size_t kFairClientsMax = 65'536;  ///< that get parts of their own
/// Under pressure a client keeps its part for so long after it asked (twice what it was told to
/// wait for, if that is longer).
inline constexpr std::chrono::milliseconds kFairClaim = 5s;
inline constexpr std::uint64_t kSourceLinesAheadMax = 262'144;  ///< past the first missing line
inline constexpr std::size_t kSourcesMax = 4'096;
inline constexpr std::chrono::milliseconds kRetryAfterMin = 100ms;
inline constexpr std::chrono::milliseconds kRetryAfterDefault = 1s;
inline constexpr std::chrono::milliseconds kRetryAfterMax = 30s;
inline constexpr std::size_t kBackpressureEventsMax = 1'024;  ///< not yet drained by the engine

// --- journal ------------------------------------------------------------------------------------
inline constexpr std::size_t kJournalBlockBytes = 4 * kKiB;  ///< a group begins on this boundary
inline constexpr std::uint64_t kSegmentBytesMin = 4 * kMiB;
inline constexpr std::uint64_t kSegmentBytesDefault = 64 * kMiB;
inline constexpr std::uint64_t kSegmentBytesMax = 1 * kGiB;
inline constexpr std::uint32_t kRecordsPerSegmentMax = (1u << kSequenceIndexBits) - 1;
inline constexpr std::size_t kGroupCommitBytesMax = 4 * kMiB;  ///< cap of one group commit
inline constexpr std::uint64_t kDiskBudgetDefault = 8 * kGiB;
inline constexpr std::uint64_t kFreeSpaceFloorDefault = 1 * kGiB;
/// Pauses between attempts to read where the disk failed, and to make segments ahead; each doubles.
inline constexpr std::chrono::milliseconds kJournalReadRetryInitial = 100ms;
inline constexpr std::chrono::milliseconds kJournalReadRetryMax = 10s;
inline constexpr std::chrono::milliseconds kSpareRetryInitial = 200ms;
inline constexpr std::chrono::milliseconds kSpareRetryMax = 10s;
inline constexpr std::chrono::milliseconds kSyncIntervalMin = 1ms;
inline constexpr std::chrono::milliseconds kSyncIntervalDefault = 10ms;
inline constexpr std::chrono::milliseconds kSyncIntervalMax = 1s;
static_assert(kJournalReadRetryInitial <= kJournalReadRetryMax);
static_assert(kSpareRetryInitial <= kSpareRetryMax);
static_assert(kChangeSetBytesMax * 2 <= kSegmentBytesMin);
static_assert(kGroupCommitBytesMax >= kChangeSetBytesMax * 2);

// --- memory -------------------------------------------------------------------------------------
inline constexpr std::uint64_t kMemoryBudgetMin = 32 * kMiB;
inline constexpr std::uint64_t kMemoryBudgetDefault = 256 * kMiB;
inline constexpr std::size_t kKnownIdsDefault = 1'000'000;
inline constexpr std::size_t kKnownIdsMax = 100'000'000;
inline constexpr int kHighWatermarkPercent = 90;
inline constexpr int kLowWatermarkPercent = 70;
static_assert(kLowWatermarkPercent < kHighWatermarkPercent);

// --- flush --------------------------------------------------------------------------------------
inline constexpr int kWorkersMin = 1;
inline constexpr int kWorkersMax = 64;
inline constexpr int kWorkersDefault = 4;
inline constexpr std::size_t kBatchRowsMin = 1;
inline constexpr std::size_t kBatchRowsMax = 200'000;
inline constexpr std::size_t kBatchRowsDefault = 5'000;
inline constexpr std::uint64_t kBatchBytesDefault = 8 * kMiB;
inline constexpr std::uint64_t kBatchBytesMax = 64 * kMiB;
inline constexpr std::chrono::milliseconds kLingerDefault = 50ms;
inline constexpr std::chrono::milliseconds kLingerMax = 60s;
inline constexpr std::chrono::milliseconds kTargetCommitDefault = 100ms;
inline constexpr std::chrono::milliseconds kRetryInitialDefault = 100ms;
inline constexpr std::chrono::milliseconds kRetryMaxDefault = 30s;
inline constexpr std::chrono::milliseconds kDrainTimeoutDefault = 30s;
inline constexpr int kCircuitFailures = 5;  ///< failures in a row that open a sink's circuit
inline constexpr std::size_t kDeadLetterBurst = 1'000;  ///< so many in the window open it too
inline constexpr std::chrono::milliseconds kDeadLetterBurstWindow = 10s;
inline constexpr std::chrono::milliseconds kDeadLetterBurstCooldown = 5s;
/// Rows and groups that wait behind dead letters of a sink: 16 MiB; behind more, everything waits.
inline constexpr std::size_t kHeldKeysMax = 500'000;
inline constexpr std::size_t kReviewPageLetters = 50;  ///< read at once; each may have its limit
inline constexpr std::chrono::milliseconds kFlushDeadlineDefault = 10min;
inline constexpr std::chrono::milliseconds kLetterOrderDeadline =
    2s;  ///< its thread also makes room in the journal

// --- metrics ------------------------------------------------------------------------------------
inline constexpr std::chrono::milliseconds kSampleInterval = 100ms;
inline constexpr std::size_t kSampleRing = 6'000;               ///< ten minutes at 10 Hz
inline constexpr std::size_t kEventTableNameMax = 63;           ///< PostgreSQL's, in bytes
inline constexpr std::chrono::milliseconds kLagLookEvery = 5s;  ///< at sinks with a max_lag
inline constexpr std::chrono::milliseconds kStalledAfter = 5s;  ///< work waits, nothing completes
inline constexpr std::chrono::milliseconds kIdleAfter = 10s;    ///< nothing came, nothing waits
inline constexpr std::size_t kEventRing = 4'096;
inline constexpr std::size_t kSinksMax = 16;
inline constexpr std::size_t kHistoryQueue = 600;  ///< samples that wait to be kept: a minute
inline constexpr std::size_t kHistoryRequestsMax = 32;
inline constexpr std::size_t kHistoryPointsMax = 100'000;  ///< of one answer
/// At these resolutions the history is kept for so long (a little more than UI ranges ask for).
inline constexpr std::chrono::seconds kHistoryFineInterval = 1s;
inline constexpr std::chrono::seconds kHistoryFineAge = 2h;
inline constexpr std::chrono::seconds kHistoryMiddleInterval = 10s;
inline constexpr std::chrono::seconds kHistoryMiddleAge = 25h;
inline constexpr std::chrono::seconds kHistoryCoarseInterval = 60s;
inline constexpr std::chrono::seconds kHistoryCoarseAge = 7 * 24h + 1h;
inline constexpr std::chrono::seconds kHistoryWriteInterval = 10s;
static_assert(kSampleRing * kSampleInterval <= kHistoryFineAge);
static_assert(kHistoryFineInterval < kHistoryMiddleInterval &&
              kHistoryMiddleInterval < kHistoryCoarseInterval);
static_assert(kHistoryFineAge < kHistoryMiddleAge && kHistoryMiddleAge < kHistoryCoarseAge);

// --- stores -------------------------------------------------------------------------------------
inline constexpr std::chrono::milliseconds kSqliteBusyTimeoutDefault = 1s;  ///< then: Transient
inline constexpr std::chrono::milliseconds kSqliteStartTimeout = 5ms;       ///< intake waits for it
static_assert(kSqliteStartTimeout < kSqliteBusyTimeoutDefault);
inline constexpr std::uint64_t kSqliteWalKeptBytes = 16 * kMiB;  ///< a longer log is cut when idle
inline constexpr std::size_t kSchemaBytesMax = 64 * kMiB;        ///< a script of SQL
inline constexpr std::size_t kStatementsKeptMin = 8;             ///< one row uses fewer at once
inline constexpr std::size_t kStatementsKept = 128;              ///< prepared, per lane
static_assert(kStatementsKeptMin <= kStatementsKept);
inline constexpr std::chrono::seconds kQtSqlConnectTimeoutDefault = 5s;
inline constexpr std::chrono::seconds kQtSqlLockTimeoutDefault = 5s;     ///< then: Transient
inline constexpr std::chrono::seconds kQtSqlAnswerTimeoutDefault = 30s;  ///< then: lost
static_assert(kQtSqlLockTimeoutDefault < kQtSqlAnswerTimeoutDefault);
inline constexpr int kQtSqlDeadlockAttempts = 3;           ///< at once, then: Transient
inline constexpr std::size_t kQtSqlStatementRows = 1'024;  ///< of one statement
inline constexpr std::size_t kQtSqlStatementBytes = 4 * kMiB;
/// Of an archive: a file is closed when it is so large or so old.
inline constexpr std::uint64_t kArchiveFileBytesDefault = 128 * kMiB;
inline constexpr std::chrono::hours kArchiveFileAgeDefault = 24h;
inline constexpr int kArchiveLevelDefault = 3;                               ///< of zstd
inline constexpr std::chrono::milliseconds kPostgresConnectTimeout = 5s;     ///< of each host
inline constexpr std::chrono::milliseconds kPostgresLockTimeout = 10s;       ///< then: Transient
inline constexpr std::chrono::milliseconds kPostgresStatementTimeout = 60s;  ///< likewise
static_assert(kPostgresLockTimeout < kPostgresStatementTimeout);
inline constexpr std::size_t kPostgresStatementBytes = 1 * kMiB;  ///< of values, then the next one
inline constexpr std::size_t kPostgresCopyRowsMin = 1'000;  ///< fewer new rows go faster in arrays

// --- answers to people --------------------------------------------------------------------------
inline constexpr std::size_t kBrowseRowsMax = 1'000;          ///< rows of one page
inline constexpr std::size_t kBrowseCellBytesMax = 4 * kKiB;  ///< a longer cell is cut, and says so
inline constexpr std::uint64_t kBrowseCountMax = 100'000;     ///< rows counted for a page's total
inline constexpr std::size_t kQueueScanMax = 10'000;          ///< records looked at for one page
inline constexpr std::size_t kLetterScanMax = 100'000;  ///< of dead letters, for one filtered page
inline constexpr std::size_t kCommandAnswersMax = 1'024;

}  // namespace penstock::limits
