// SPDX-License-Identifier: Apache-2.0
// When a worker takes a chunk: the batch is full, the oldest entry has waited long enough, or an
// operator wants it now; and never while the sink is paused, but for what a flush lets through.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "model/limits.h"
#include "queue/window.h"

namespace penstock {

struct TakeSettings {
  std::size_t batchRows = limits::kBatchRowsDefault;  ///< changes, as adapted
  std::uint64_t batchBytes = limits::kBatchBytesDefault;
  std::chrono::milliseconds linger = limits::kLingerDefault;
};

enum class SinkGate : std::uint8_t {
  Open,
  Paused,    ///< nothing is taken or committed, but up to the flush's sequence
  Draining,  ///< nobody waits for company
};

struct TakeDecision {
  enum class Kind : std::uint8_t { Take, Wait } kind = Kind::Wait;
  std::optional<SteadyTime> until;  ///< when to look again without news
  TakeLimits limits;
};

/// `flushUpTo`: what was asked to be persisted now; kNoSequence: nothing.
/// `ready`: chunks that are taken and wait for their turn; only a full one joins them.
struct TakeSituation {
  SinkGate gate = SinkGate::Open;
  Sequence flushUpTo{};
  std::uint64_t ready = 0;
};

/// Waiting longer would make no better batch.
bool isFull(const WindowLoad& load, const TakeSettings& settings);

TakeDecision decideTake(const WindowLoad& load, const TakeSettings& settings,
                        const TakeSituation& situation, SteadyTime now);

/// A prepared chunk that begins at `first` may be committed.
bool gateAllows(const TakeSituation& situation, Sequence first);

}  // namespace penstock
