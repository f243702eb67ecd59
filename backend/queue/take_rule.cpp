// SPDX-License-Identifier: Apache-2.0
#include "queue/take_rule.h"

namespace penstock {

bool gateAllows(const TakeSituation& situation, Sequence first) {
  return situation.gate != SinkGate::Paused || first <= situation.flushUpTo;
}

bool isFull(const WindowLoad& load, const TakeSettings& settings) {
  return load.waitingChanges >= settings.batchRows || load.waitingBytes >= settings.batchBytes ||
         (load.takenChunks == 0 && !load.hasRoom);
}

TakeDecision decideTake(const WindowLoad& load, const TakeSettings& settings,
                        const TakeSituation& situation, SteadyTime now) {
  TakeDecision decision;
  if (load.waitingRecords == 0 || !gateAllows(situation, load.firstWaiting)) return decision;
  decision.limits = TakeLimits{settings.batchRows, settings.batchBytes, std::nullopt};
  if (situation.gate == SinkGate::Paused) decision.limits.upTo = situation.flushUpTo;

  if (isFull(load, settings)) {
    decision.kind = TakeDecision::Kind::Take;
    return decision;
  }
  // While another chunk waits for its turn, time costs nothing and company makes a better batch.
  if (situation.ready > 0) return decision;
  const bool wanted =
      situation.gate == SinkGate::Draining || load.firstWaiting <= situation.flushUpTo;
  const SteadyTime due = *load.oldestWaiting + settings.linger;
  if (wanted || now >= due) {
    decision.kind = TakeDecision::Kind::Take;
  } else {
    decision.until = due;
  }
  return decision;
}

}  // namespace penstock
