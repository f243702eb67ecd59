// SPDX-License-Identifier: Apache-2.0
// The life of one chunk after its turn has come: what to do next, given how the store answered
// last. All decisions of retry, circuit, unknown commits and bisection meet here, without a thread,
// a clock or a store, so that a simulation runs the very same code as the workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "flush/bisection.h"
#include "flush/circuit.h"
#include "flush/retry_policy.h"
#include "queue/commit_plan.h"
#include "store/store.h"

namespace penstock {

struct FlushAction {
  enum class Kind : std::uint8_t {
    Commit,          ///< `range` as one batch, then onCommit() or onCannotBuild()
    Bury,            ///< the single one of `range` as a dead letter, then onCommit()
    Wait,            ///< until `until`, then onWaited()
    Reopen,          ///< the lane, then onReopened()
    ReadCheckpoint,  ///< then onCheckpoint()
    GiveBack,  ///< the rest from `range` on, the first of which is tried again when it is the first
               ///< of all: only then its refusal counts. The attempt is over
    Done,      ///< everything is settled
    Stop,      ///< the sink cannot go on: `status`. Unavailable: but it can begin anew from where
               ///< the database stands
  };
  Kind kind = Kind::Done;
  IndexRange range;
  SteadyTime until{};
  Status status;
};

/// What an answer settled.
struct SettledPart {
  IndexRange range;
  enum class How : std::uint8_t { Committed, Buried } how = How::Committed;
};

/// Why a change set is buried.
struct Refusal {
  std::string code;
  std::string reason;
  std::uint32_t attempts = 1;
  std::string parkedTable;  ///< that is not what the catalog says; empty: the change set is wrong
};

/// Where the store's checkpoint stands after an unknown commit.
enum class CheckpointPlace : std::uint8_t {
  BeforeCommit,
  AfterCommit,
  WentBack,  ///< before what was committed earlier
  Elsewhere
};

/// Threads: one. Owns: nothing; the circuit is the sink's and outlives this.
class FlushAttempt {
 public:
  FlushAttempt(std::size_t changeSets, const RetryPolicy& retry, Circuit& circuit);

  FlushAction next(SteadyTime now) const;

  /// The request for next() is made. A single change set that it refuses is guilty only when all
  /// others before it are settled: one of them may be what it lacks.
  void onRequest(Earlier earlier) { m_earlier = earlier; }
  /// `random`: uniform in [0, 1), for the jitter of a retry.
  std::optional<SettledPart> onCommit(const CommitResult& result, SteadyTime now, double random);
  /// The batcher found that the change set at `guilty` fails whatever the database holds.
  void onCannotBuild(std::size_t guilty, const std::string& reason);
  /// The table that the store found drifted is touched first by the change set at `guilty`.
  void onDrifted(std::size_t guilty, const CommitResult& result);
  void onWaited() { m_waitUntil.reset(); }
  void onReopened(const Status& status, SteadyTime now, double random);
  std::optional<SettledPart> onCheckpoint(const Result<CheckpointPlace>& place, SteadyTime now,
                                          double random);

  const Refusal& refusal() const { return m_refusal; }
  /// Failures in a row; 0: the last answer was no transient failure.
  std::uint32_t failures() const { return m_failures; }

 private:
  /// What the lane needs before it can be used again.
  enum class LaneNeed : std::uint8_t { Nothing, Reopen, ReopenAndRead, Read };

  SettledPart settle(SteadyTime now);
  void refuse(const CommitResult& result);
  void loseFence(const CommitResult& result);
  void blame(Refusal refusal);
  void backOff(SteadyTime now, double random);

  RetryPolicy m_retry;
  Circuit& m_circuit;
  Bisection m_bisection;
  Refusal m_refusal;
  Status m_stopped;
  std::optional<SteadyTime> m_waitUntil;
  LaneNeed m_need = LaneNeed::Nothing;
  std::uint32_t m_failures = 0;
  std::uint32_t m_refusals = 0;  // since the last one was buried
  Earlier m_earlier = Earlier::AllSettled;
  bool m_burying = false;     // the single one of the bisection is guilty
  bool m_givingBack = false;  // it may be, which cannot be told now
};

}  // namespace penstock
