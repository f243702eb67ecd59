// SPDX-License-Identifier: Apache-2.0
// What the sampler publishes ten times a second: one immutable picture of the whole node. Counters
// are totals since the node started; whoever wants a rate divides their difference by the
// difference of `steadyMicros` (metrics/rates.h). Every view of the engine, local or remote, shows
// this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace penstock {

/// Worst first when compared as numbers from high to low.
enum class NodeState : std::uint8_t {
  Healthy,
  Idle,  ///< nothing submitted for a while, nothing waits
  Recovering,
  Draining,
  Stopping,
  Paused,
  Saturated,   ///< a budget above its high watermark
  Stalled,     ///< work waits and nothing completes
  SinkDown,    ///< the circuit of a sink is open
  IntakeHeld,  ///< journal disk full or failing, or held by drain
  Damaged,     ///< the journal awaits an operator's decision
};
std::string_view nodeStateName(NodeState state);

enum class SinkState : std::uint8_t {
  Running,
  Idle,
  Paused,
  Retrying,  ///< the last commit failed; backing off
  Down,      ///< circuit open
  Stopped,   ///< fence lost, gap or broken: an operator decides
  Starting,
};
std::string_view sinkStateName(SinkState state);

/// Microseconds at given quantiles of what ended since the snapshot before; 0 when nothing did.
struct Quantiles {
  double p50 = 0;
  double p95 = 0;
  double p99 = 0;
  std::uint64_t count = 0;
};

/// A part of the journal that cannot be read, and about which nobody has decided.
struct DamageSnapshot {
  std::uint32_t segment = 0;
  std::uint64_t firstSequence = 0;
  std::uint64_t lastSequence = 0;
  std::uint64_t records = 0;  ///< that are given up when the loss is accepted
  std::string text;           ///< place and kind
};

/// A table for which nothing goes to the sink until an operator resumes it.
struct PausedTableSnapshot {
  std::string table;
  std::string who;
  std::string why;
  std::int64_t sinceMicros = 0;  ///< wall time
  std::uint64_t held = 0;        ///< change sets, as letters of the kind `held`
};

struct SinkSnapshot {
  std::string name;
  std::string role;    ///< primary, standby, mirror, archive
  std::string target;  ///< driver and place, without secrets
  SinkState state = SinkState::Starting;
  std::string stateReason;            ///< who paused it, the last error, or what waits for whom
  std::int64_t stateSinceMicros = 0;  ///< wall time
  // The last error of its database, kept when it is over
  std::string lastError;             ///< empty: there was none since the node started
  std::string lastErrorCode;         ///< SQLSTATE, or the database's own name; empty: none told
  std::int64_t lastErrorMicros = 0;  ///< wall time
  std::vector<PausedTableSnapshot> pausedTables;
  std::optional<DamageSnapshot> damage;  ///< the next that it would read, if it stands before one

  // What waits
  std::uint64_t queueDepth = 0;  ///< change sets journaled and not settled
  std::uint64_t queueBytes = 0;
  std::uint64_t oldestAgeMicros = 0;
  std::uint64_t windowBytes = 0;  ///< of them in memory
  std::uint64_t settledSequence = 0;
  std::int64_t stalledMicros = 0;  ///< work waits and nothing completes since; 0: it moves

  // Totals since start
  std::uint64_t persistedSets = 0;  ///< change sets committed
  std::uint64_t persistedChanges = 0;
  std::uint64_t coalescedChanges = 0;
  std::uint64_t rowsTouched = 0;
  std::uint64_t commits = 0;
  std::uint64_t retries = 0;
  std::uint64_t deadLettersTotal = 0;
  std::uint64_t deadLettersWaiting = 0;  ///< in the store, by the last count
  std::uint64_t heldLetters = 0;         ///< of them: only waiting behind others
  bool isReleasing = false;              ///< some of those may go, and do

  // Pool
  std::uint32_t workers = 0;  ///< wanted size
  std::uint32_t workersCommitting = 0;
  std::uint32_t workersPreparing = 0;
  std::uint32_t workersIdle = 0;
  std::uint32_t lanes = 1;
  std::uint32_t batchRows = 0;     ///< configured
  std::uint32_t batchRowsNow = 0;  ///< adapted to the target commit time
  std::uint32_t lingerMs = 0;

  Quantiles commitMicros;
};

struct BudgetSnapshot {
  std::string name;  ///< memory, journal
  std::uint64_t usedBytes = 0;
  std::uint64_t limitBytes = 0;
  std::uint32_t highPercent = 0;  ///< watermarks
  std::uint32_t lowPercent = 0;
  std::uint8_t pressure = 0;  ///< 1 while between high crossed and low not yet reached
};

enum class WorkloadState : std::uint8_t { None, Running, Checking, Passed, Failed, Cancelled };

/// The one built-in workload or replay that runs, or ran last.
struct WorkloadSnapshot {
  std::string name;
  WorkloadState state = WorkloadState::None;
  std::string message;      ///< what it does now, or what its check found
  std::uint64_t done = 0;   ///< change sets submitted (replay: bytes read)
  std::uint64_t total = 0;  ///< 0: endless
  std::uint64_t rejected = 0;
  std::uint64_t shed = 0;
  double ratePerSecond = 0;  ///< wanted; 0: as fast as it can
  double secondsLeft = -1;   ///< estimate; below 0: none
};

/// Threads: immutable once published, any.
/// A state that the node would be in, were it not for a worse one.
struct ProblemSnapshot {
  NodeState state = NodeState::Healthy;
  std::string reason;  ///< number and cause, for people
};

struct Snapshot {
  std::uint64_t number = 0;          ///< counts samples of this run of the node, from 1
  std::uint64_t runId = 0;           ///< changes with every start of the node: counters begin anew
  std::int64_t wallMicros = 0;       ///< microseconds since 1970 UTC
  std::int64_t steadyMicros = 0;     ///< the node's steady clock
  std::uint64_t tickLateMicros = 0;  ///< how late the sampler woke for this sample

  std::string node;
  std::string environment;  ///< local, stage, prod
  NodeState state = NodeState::Healthy;
  std::string stateReason;                       ///< number and cause, for people
  std::vector<ProblemSnapshot> furtherProblems;  ///< all but the worst one, worse ones first

  std::string intakeHeldBy;  ///< the drain that holds intake or left it held; empty: none does

  // Intake and journal, totals since start
  std::uint64_t acceptedSets = 0;
  std::uint64_t acceptedChanges = 0;
  std::uint64_t journaledSets = 0;
  std::uint64_t knownSets = 0;
  std::uint64_t rejectedSets = 0;
  std::uint64_t shedSets = 0;
  std::uint64_t waitedSets = 0;
  std::uint64_t pressureEvents = 0;
  std::uint64_t journalSyncs = 0;
  Quantiles ackMicros;   ///< submit to journaled
  Quantiles syncMicros;  ///< one group commit

  std::uint64_t headSequence = 0;   ///< synced
  std::uint64_t memoryBytes = 0;    ///< counted by the budget
  std::uint64_t residentBytes = 0;  ///< of the process, as the system says
  std::uint64_t journalBytes = 0;
  std::uint64_t journalLimitBytes = 0;
  double journalFullInSeconds = -1;  ///< below 0: not filling
  std::vector<BudgetSnapshot> budgets;

  std::vector<SinkSnapshot> sinks;  ///< the primary first
  WorkloadSnapshot workload;
};

using SnapshotPointer = std::shared_ptr<const Snapshot>;

}  // namespace penstock
